"""The stand's errors.

StandError
├── StandSettingsError     what was asked for cannot be a stand
├── PortInUseError         something else listens where the stand wants to
├── AlreadyRunningError    this stand is up already
├── NotRunningError        there is no stand to stop
├── DiskSpaceError         the disk cannot take it
├── JavaError              no Java that Keycloak runs on
├── FetchError             Keycloak could not be downloaded
│   └── ChecksumError          what was downloaded is not the pinned release
├── BuildError             Keycloak could not be unpacked or built
└── ServiceError           a part of the stand did not start, or ended
"""

from __future__ import annotations

from policies.errors import TanbaError


class StandError(TanbaError):
    """The local stand cannot go on."""

    code = "stand"


class StandSettingsError(StandError):
    """What was asked for cannot be a stand."""

    code = "stand_settings"


class PortInUseError(StandError):
    """Something else listens where the stand wants to."""

    code = "port_in_use"


class AlreadyRunningError(StandError):
    """This stand is up already."""

    code = "already_running"


class NotRunningError(StandError):
    """There is no stand to stop."""

    code = "not_running"


class DiskSpaceError(StandError):
    """The disk cannot take what the stand needs."""

    code = "disk_space"


class JavaError(StandError):
    """There is no Java that Keycloak runs on."""

    code = "java"


class FetchError(StandError):
    """Keycloak could not be downloaded."""

    code = "fetch"


class ChecksumError(FetchError):
    """What was downloaded is not the pinned release."""

    code = "checksum"


class BuildError(StandError):
    """Keycloak could not be unpacked or built."""

    code = "build"


class ServiceError(StandError):
    """A part of the stand did not start, or ended."""

    code = "service"

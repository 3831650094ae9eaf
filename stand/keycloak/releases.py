"""The Keycloak releases that are run here, each known by its SHA-512.

One of every minor version that `provisioning.versions` supports, the newest patch that the Maven
repository has; the stand itself runs the newest of all.
"""

from __future__ import annotations

from dataclasses import dataclass

from stand.errors import StandSettingsError


@dataclass(frozen=True, slots=True)
class Release:
    """One published distribution: org.keycloak:keycloak-quarkus-dist, packaged as zip.

    `sha512` is of the whole archive, `size` its bytes.
    """

    version: str
    sha512: str
    size: int

    @property
    def archive(self) -> str:
        """The file's name."""
        return f"keycloak-quarkus-dist-{self.version}.zip"

    def __str__(self) -> str:
        return self.version


RELEASES: tuple[Release, ...] = (
    # Nothing is published beside this archive: its sum was computed, and programs in it are
    # byte for byte those that are published one by one with sums of their own.
    Release(
        "26.5.7",
        "d1de506c89187814603db4ae30f233f4002ffa7b55f51c7ebf72a176d01aeda8"
        "91f7061488cc6054d28f02224aaf69073dc61db62f8527f9350b0b37251be9b6",
        164_697_738,
    ),
    Release(
        "26.6.4",
        "3e317375ba33c11966d4c23cc5bbad0054ad3c51480437f00c726590b8b2ad00"
        "c455db47a5b95510efa396fc16f93ba08185e611fe5ed60e09e8bc05b23186b5",
        174_373_605,
    ),
    Release(
        "26.7.4",
        "89c212889335ef0b14d8c70bba2484801ddb395d88fd4d65210b631e2822af4e"
        "270bab594a6d532651abc5cf83263ad363a1cb971ecefb8d250958414b20a0bc",
        176_717_726,
    ),
)
"""Oldest first."""

STAND = RELEASES[-1]
"""What `tanba up` runs."""


def release(version: str) -> Release:
    """The release of that version.

    Raises:
        StandSettingsError: it is none of those known here.
    """
    for known in RELEASES:
        if known.version == version:
            return known
    raise StandSettingsError(
        f"Keycloak {version} is not one of those known here",
        hint=f"name one of {', '.join(map(str, RELEASES))}",
    )

"""Which Keycloak versions Tanba works with; any other is refused before anything is compared.

A minor version is supported when `make test-matrix` proves it: policies are applied to it, and
what the agreement's gate rests on is seen to hold there. A patch release of a supported minor
version is taken, whoever built it; a development build is not.
"""

from __future__ import annotations

import re

from policies.errors import REFUSED
from provisioning.errors import ProvisioningError

SUPPORTED: tuple[tuple[int, int], ...] = ((26, 5), (26, 6), (26, 7))
"""Major and minor, oldest first."""

_RELEASE = re.compile(r"(\d{1,4})\.(\d{1,4})\.\d{1,4}(?:\.\d{1,6}|\.redhat-\d{1,6})?", re.ASCII)
"""`26.7.4`, and the same release as rebuilt by a vendor: `26.7.4.1`, `26.7.4.redhat-00001`."""
_SHOWN = 40


class KeycloakVersionError(ProvisioningError):
    """The server's version is not one that Tanba is proven with (exit 3)."""

    code = "keycloak_version"
    exit_code = REFUSED


def require_supported(version: str | None) -> None:
    """Refuse a server whose version is not supported.

    `version` is what the server says of itself (`keycloakVersion` of an export); None when it
    says nothing.

    Raises:
        KeycloakVersionError: it is older, newer, a development build, or not told.
    """
    release = _RELEASE.fullmatch(version) if version else None
    if release is not None and (int(release[1]), int(release[2])) in SUPPORTED:
        return
    raise KeycloakVersionError(
        f"{_told(version)}; Tanba works with Keycloak {supported()}",
        hint=f"{_way_out(release)}; see docs/keycloak-versions.md",
    )


def supported() -> str:
    """The supported versions as a person reads them: `26.5, 26.6 and 26.7`."""
    *first, last = (f"{major}.{minor}" for major, minor in SUPPORTED)
    return f"{', '.join(first)} and {last}" if first else last


def _told(version: str | None) -> str:
    if not version:
        return "the server does not tell its Keycloak version"
    # A server's word goes to terminals and logs: printable, and not a page long.
    return f"the server's Keycloak version is {version[:_SHOWN]!a}"


def _way_out(release: re.Match[str] | None) -> str:
    if release is None:
        return "use a released Keycloak of one of these versions"
    if (int(release[1]), int(release[2])) < SUPPORTED[0]:
        return "upgrade this Keycloak"
    return "use a Tanba that names this version, or one of these versions of Keycloak"

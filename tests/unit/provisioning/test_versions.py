"""A server of a version nobody proved is refused before anything is compared."""

from __future__ import annotations

import pytest

from policies.errors import REFUSED
from provisioning.versions import KeycloakVersionError, require_supported, supported


@pytest.mark.parametrize(
    "version",
    ["26.5.0", "26.5.7", "26.6.4", "26.7.4", "26.7.12", "26.6.3.redhat-00001", "26.7.4.1"],
)
def test_every_release_of_a_supported_minor_version_is_taken(version: str) -> None:
    require_supported(version)


@pytest.mark.parametrize(
    ("version", "way_out"),
    [
        ("26.4.7", "upgrade this Keycloak"),
        ("25.0.6", "upgrade this Keycloak"),
        ("9.0.3", "upgrade this Keycloak"),
        ("26.8.0", "use a Tanba that names this version"),
        ("27.0.0", "use a Tanba that names this version"),
        ("26.70.0", "use a Tanba that names this version"),
        ("126.7.4", "use a Tanba that names this version"),
        ("999.0.0-SNAPSHOT", "use a released Keycloak"),
        ("26.7.4-SNAPSHOT", "use a released Keycloak"),
        ("26.7.0-rc1", "use a released Keycloak"),
        ("26.7", "use a released Keycloak"),
        ("26.7.4\n", "use a released Keycloak"),
        (" 26.7.4", "use a released Keycloak"),
        ("٢٦.٧.٤", "use a released Keycloak"),
        ("nightly", "use a released Keycloak"),
    ],
)
def test_another_version_is_refused_with_what_is_supported(version: str, way_out: str) -> None:
    with pytest.raises(KeycloakVersionError, match=r"26\.5, 26\.6 and 26\.7") as caught:
        require_supported(version)
    assert caught.value.code == "keycloak_version"
    assert caught.value.exit_code == REFUSED
    assert ascii(version) in caught.value.message
    assert way_out in caught.value.hint
    assert "docs/keycloak-versions.md" in caught.value.hint


@pytest.mark.parametrize("version", [None, ""])
def test_a_server_that_does_not_tell_its_version_is_refused(version: str | None) -> None:
    with pytest.raises(KeycloakVersionError, match="does not tell its Keycloak version"):
        require_supported(version)


def test_what_a_server_says_reaches_terminals_printable_and_short() -> None:
    with pytest.raises(KeycloakVersionError) as caught:
        require_supported("26.7.4\x1b[31m\r" + "9" * 10_000)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 200


def test_supported_versions_read_as_a_sentence() -> None:
    assert supported() == "26.5, 26.6 and 26.7"

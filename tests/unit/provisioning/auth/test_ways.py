"""Which way the settings ask for: exactly one, complete; everything else is named and refused."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from pydantic import SecretStr

from provisioning.auth import ways
from provisioning.auth.client_secret import ClientSecret
from provisioning.auth.password import Password
from provisioning.connection_settings import ConnectionSettings
from provisioning.errors import ConnectionSettingsError

PLANTED = "planted-Way-8c15"
VALUES = {
    ways.SECRET: "TANBA_KEYCLOAK_CLIENT_SECRET",
    ways.KEY_FILE: "TANBA_KEYCLOAK_CLIENT_KEY_FILE",
    ways.USERNAME: "TANBA_KEYCLOAK_USERNAME",
    ways.PASSWORD: "TANBA_KEYCLOAK_PASSWORD",
    ways.TOTP_SECRET: "TANBA_KEYCLOAK_TOTP_SECRET",
    ways.CERT_FILE: "TANBA_KEYCLOAK_TLS_CERT_FILE",
    ways.TLS_KEY_FILE: "TANBA_KEYCLOAK_TLS_KEY_FILE",
}
HERE = {"TANBA_KEYCLOAK_URL": "https://id.example", "TANBA_KEYCLOAK_CLIENT_ID": "tool"}
EVERY_CHOICE = [
    frozenset(choice) for size in range(len(VALUES) + 1) for choice in combinations(VALUES, size)
]


def environment(names: frozenset[str]) -> dict[str, str]:
    """Every variable of `names` set to the planted value."""
    return HERE | {VALUES[name]: PLANTED for name in names}


@pytest.mark.parametrize("names", EVERY_CHOICE, ids=lambda names: "+".join(sorted(names)) or "none")
def test_only_a_whole_way_is_taken_and_the_refusal_names_variables_not_values(
    names: frozenset[str],
) -> None:
    rest = names - ways.TLS
    tls_whole = names & ways.TLS in {frozenset(), ways.TLS}
    legal = tls_whole and (rest in ways.WAYS or (not rest and names == ways.TLS))
    if legal:
        settings = ConnectionSettings.from_environment(environment(names))
        assert ways.given(settings) == names
        assert PLANTED not in repr(settings).replace(f"username='{PLANTED}'", "").replace(
            f"PosixPath('{PLANTED}')", ""
        )
        return
    with pytest.raises(ConnectionSettingsError) as caught:
        ConnectionSettings.from_environment(environment(names))
    said = f"{caught.value.message} {caught.value.hint}"
    assert PLANTED not in said
    assert any(name in said for name in names) or not names


def test_two_ways_are_said_to_contradict_each_other() -> None:
    both = environment(frozenset({ways.SECRET, ways.KEY_FILE}))
    with pytest.raises(ConnectionSettingsError, match="contradict") as caught:
        ConnectionSettings.from_environment(both)
    assert ways.SECRET in caught.value.message
    assert ways.KEY_FILE in caught.value.message


def test_the_rule_holds_for_settings_made_by_hand_too() -> None:
    settings = ConnectionSettings(
        "https://id.example", client_secret=SecretStr(PLANTED), username="a"
    )
    with pytest.raises(ConnectionSettingsError):
        ways.way_for(settings, at=0)


@pytest.mark.parametrize("name", [ways.SECRET, ways.KEY_FILE])
def test_a_service_account_needs_its_name(name: str) -> None:
    environ = environment(frozenset({name}))
    del environ["TANBA_KEYCLOAK_CLIENT_ID"]
    with pytest.raises(ConnectionSettingsError, match="not whose it is"):
        ConnectionSettings.from_environment(environ)


def test_a_one_time_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "totp"
    file.write_text(PLANTED, encoding="ascii")
    environ = environment(frozenset({ways.USERNAME, ways.PASSWORD}))
    environ["TANBA_KEYCLOAK_TOTP_SECRET_FILE"] = str(file)
    file.chmod(0o640)
    with pytest.raises(ConnectionSettingsError, match="others can reach"):
        ConnectionSettings.from_environment(environ)
    file.chmod(0o400)
    assert ConnectionSettings.from_environment(environ).totp_secret == SecretStr(PLANTED)


def test_what_is_no_base32_is_refused_without_repeating_it() -> None:
    settings = ConnectionSettings.from_environment(
        environment(frozenset({ways.USERNAME, ways.PASSWORD, ways.TOTP_SECRET}))
    )
    with pytest.raises(ConnectionSettingsError, match="not base32") as caught:
        ways.way_for(settings, at=0)
    assert PLANTED not in f"{caught.value!r}{caught.value.hint}"


def test_no_way_shows_its_secret() -> None:
    secret = SecretStr(PLANTED)
    for way in (ClientSecret("tool", secret), Password("cli", "me", secret, PLANTED.encode())):
        assert PLANTED not in repr(way)
        assert PLANTED in str(way.form(at=0))

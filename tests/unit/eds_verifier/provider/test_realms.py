"""A realm whose settings and policy do not fit is not served at all."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from eds_verifier.errors import EdsError, TrustStoreError
from eds_verifier.provider.errors import RealmSettingsError
from eds_verifier.provider.realms import make_realms
from eds_verifier.trust import find_list
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier.provider.world import ENVIRON, make_settings


@pytest.mark.parametrize(
    ("changes", "error", "complaint"),
    [
        ({"keycloak": "https://keycloak.test/realms/other"}, RealmSettingsError, "another realm"),
        ({"trust": "no-such-list"}, TrustStoreError, "no trust list"),
    ],
)
def test_settings_that_do_not_fit_the_policy_are_refused(
    tmp_path: Path,
    provider_ca: DemoCa,
    changes: dict[str, str],
    error: type[EdsError],
    complaint: str,
) -> None:
    settings = make_settings(tmp_path, provider_ca, tmp_path / "keys")
    changed = settings.realms[0].model_copy(update=changes)
    with pytest.raises(error, match=complaint):
        make_realms(
            settings.model_copy(update={"realms": (changed,)}),
            environ=ENVIRON,
            random=secrets.token_bytes,
        )


def test_one_realm_is_served_once(tmp_path: Path, provider_ca: DemoCa) -> None:
    settings = make_settings(tmp_path, provider_ca, tmp_path / "keys")
    twice = settings.model_copy(update={"realms": (settings.realms[0],) * 2})
    with pytest.raises(RealmSettingsError, match="twice"):
        make_realms(twice, environ=ENVIRON, random=secrets.token_bytes)


def test_the_policy_and_the_settings_name_one_address(tmp_path: Path, provider_ca: DemoCa) -> None:
    settings = make_settings(tmp_path, provider_ca, tmp_path / "keys")
    elsewhere = {**ENVIRON, "TANBA_VERIFIER_URL": "https://elsewhere.test"}
    with pytest.raises(RealmSettingsError, match="base_url"):
        make_realms(settings, environ=elsewhere, random=secrets.token_bytes)


def test_a_missing_authority_stops_the_start(tmp_path: Path, provider_ca: DemoCa) -> None:
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "demo.yaml").write_bytes((provider_ca.trust_dir / "demo.yaml").read_bytes())
    settings = make_settings(tmp_path, provider_ca, tmp_path / "keys")
    with pytest.raises(TrustStoreError):
        make_realms(
            settings.model_copy(update={"trust": trust}),
            environ=ENVIRON,
            random=secrets.token_bytes,
        )


def test_a_list_in_the_settings_folder_comes_before_ours(tmp_path: Path) -> None:
    assert find_list("nca-rk", tmp_path).parent.name == "trust"
    own = tmp_path / "nca-rk.yaml"
    own.touch()
    assert find_list("nca-rk", tmp_path) == own

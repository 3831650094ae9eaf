from __future__ import annotations

from pathlib import Path

import pytest

from policies.errors import PolicyFileError
from policies.loader import load_portal, load_portals
from tests.conftest import ROOT

PORTALS = ROOT / "policies" / "portals"
GRAIN = PORTALS / "grain-receipts"
ENVIRON = {
    "GRAIN_RECEIPTS_URL": "https://grain.example",
    "GRAIN_RECEIPTS_SECRET": "planted-secret",
    "E_ARCHITECTURE_URL": "https://architecture.example",
    "E_ARCHITECTURE_SECRET": "planted-secret",
    "TANBA_SMTP_HOST": "localhost",
    "TANBA_SMTP_PORT": "25",
    "TANBA_VERIFIER_URL": "https://eds.example",
}


def test_both_portals_are_declared_and_show_no_secret() -> None:
    found = load_portals(sorted(PORTALS.iterdir()), environ=ENVIRON)
    assert [p.realm for p in found] == ["e-architecture", "grain-receipts"]
    assert found[1].issuer == "https://eds.example/r/grain-receipts"
    assert "planted-secret" not in repr(found) + str(found[0].model_dump(mode="json"))


def test_the_notice_of_each_portal_is_its_agreements() -> None:
    found = {p.realm: p for p in load_portals(sorted(PORTALS.iterdir()), environ=ENVIRON)}
    assert found["grain-receipts"].agreement.notice_hours == 0  # its clause 2.4
    assert found["e-architecture"].agreement.notice_hours == 72  # its clause 2.2


def test_two_policies_for_one_realm_are_refused() -> None:
    with pytest.raises(PolicyFileError, match="both declare"):
        load_portals([GRAIN, GRAIN], environ=ENVIRON)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("by: eds", "by: form", "registration.by: registration by form is not supported yet"),
        ("length: 12", "length: 6", "password.length"),
        ("realm: grain-receipts", "realm: Master", "realm"),
        ("${env:TANBA_VERIFIER_URL}", "http://eds.example", "eds.verifier_url: an address is http"),
        ("${env:GRAIN_RECEIPTS_URL}\n", "https://grain.example/*\n", "portal.url: an address"),
        ("[/callback]", "['/*']", "portal.redirect_paths.0"),
        (
            "theme: tanba-grain-receipts",
            "theme: keycloak",
            "theme: Keycloak's own pages do not show",
        ),
        ("theme: tanba-grain-receipts", "theme: base", "theme: Keycloak's own pages do not show"),
        ("${env:GRAIN_RECEIPTS_SECRET}", "plain", "portal.secret: a secret is given by reference"),
        ("${env:TANBA_SMTP_HOST}", "mail.example", "letters leave this machine encrypted"),
        ("encryption: none", "encryption: none\n    user: a", "both or neither"),
        ("trust: nca-rk", "trust: ../elsewhere", "eds.trust"),
        ("version: 1", "version: 2", "version"),
        ("version: 1", "version: 1\nfolder: /elsewhere", "folder: is set by"),
        ("[individual, legal_entity]", "[]", "eds.subjects"),
    ],
)
def test_an_unsafe_or_unknown_declaration_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = (GRAIN / "policy.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "policy.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyFileError) as caught:
        load_portal(path, environ=ENVIRON)
    assert said in caught.value.message

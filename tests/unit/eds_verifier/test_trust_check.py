"""Checking installed trust: what must be put right, what must be known, and what is good."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eds_verifier.trust import found_in
from eds_verifier.trust_check import WARN_BEFORE, Checked, check_trust
from policies.trust import LISTS, TrustList, load_trust_list
from tests.unit.eds_verifier.factory import DAY, NOW, authority, issue, rsa_key
from tests.unit.eds_verifier.trusted_list import BOTH, FILES, LIST, PKI, entry

END = PKI.issuer.certificate.not_after


def _check(
    trust_list: TrustList = BOTH, at: datetime = NOW, **files: bytes | None
) -> dict[str, Checked]:
    found: dict[str, bytes | None] = {**FILES, **files}
    return {item.authority.name: item for item in check_trust(trust_list, found, at=at)}


def test_what_is_as_the_list_says_is_good() -> None:
    checked = _check()
    assert [c.findings + c.warnings for c in checked.values()] == [()] * 4
    assert {c.signature for c in checked.values()} == {"holds"}
    assert checked["root"].days_left == 900


@pytest.mark.parametrize(
    ("at", "finding", "warning"),
    [
        (END - WARN_BEFORE - timedelta(seconds=1), "", ""),
        (END - WARN_BEFORE, "", "expires on"),
        (END, "", "expires on"),
        (END + timedelta(seconds=1), "expired on", ""),
        (NOW - 901 * DAY, "valid from", ""),
    ],
)
def test_expiry_is_warned_of_90_days_before(at: datetime, finding: str, warning: str) -> None:
    issuer = _check(at=at)["issuer"]
    assert [f[: len(finding)] for f in issuer.findings] == ([finding] if finding else [])
    assert [w[: len(warning)] for w in issuer.warnings] == ([warning] if warning else [])


def test_the_old_generation_may_be_expired_or_missing_but_not_another() -> None:
    late = _check(at=END + 4000 * DAY, old_root=None)
    assert late["old_issuer"].findings == ()
    assert late["old_root"].findings == ()
    assert late["old_root"].warnings == ("missing: what it issued is not trusted",)
    assert late["old_issuer"].signature == "unknown"
    assert _check(old_root=FILES["root"])["old_root"].findings


@pytest.mark.parametrize(
    ("file", "state"), [(None, "missing"), (b"", "different"), (PKI.root.der, "different")]
)
def test_a_current_certificate_must_be_there_and_be_the_pinned_one(
    file: bytes | None, state: str
) -> None:
    issuer = _check(issuer=file)["issuer"]
    assert (issuer.certificate, issuer.signature, len(issuer.findings)) == (state, "unknown", 1)


def _pinned(der: bytes, **changes: object) -> TrustList:
    issuer = entry("issuer", sha256=hashlib.sha256(der).hexdigest(), **changes)
    return LIST.model_copy(update={"authorities": (LIST.authorities[0], issuer)})


def test_an_issuer_its_root_did_not_sign_is_found_though_it_is_pinned() -> None:
    stranger = authority(rsa_key("issuer"), "ҰЛТТЫҚ (TESTS)", authority(rsa_key("x"), "X"))
    issuer = _check(_pinned(stranger.der), issuer=stranger.der)["issuer"]
    assert issuer.signature == "wrong"
    assert "did not sign" in " ".join(issuer.findings)


def test_a_pinned_certificate_that_is_no_authoritys_or_unreadable_is_found() -> None:
    person = issue(PKI.person(), PKI.issuer)
    checked = _check(_pinned(person.der), issuer=person.der)["issuer"]
    assert "not an authority" in " ".join(checked.findings)
    issuer = _check(_pinned(b"noise"), issuer=b"noise")["issuer"]
    assert issuer.certificate == "unreadable"
    assert "cannot be read" in issuer.findings[0]


def test_a_list_that_tells_another_validity_is_found() -> None:
    later = _pinned(PKI.issuer.der, not_after=END + 1000 * DAY)
    assert "another validity" in " ".join(_check(later)["issuer"].findings)


def test_the_real_list_is_good_for_decades(shared_data: Path) -> None:
    trust_list = load_trust_list(LISTS / "nca-rk.yaml")
    found = found_in(trust_list, shared_data / "nca-rk/prod")
    for checked in check_trust(trust_list, found, at=datetime(2026, 11, 23, tzinfo=UTC)):
        assert (checked.findings, checked.warnings) == ((), ())
        assert (checked.certificate, checked.signature) == ("pinned", "holds")

"""Our readers beside others': `cryptography` and asn1crypto read the same CRLs and answers."""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.x509 import ocsp

from eds_verifier.path.certificate import Certificate
from eds_verifier.revocation.crl_reading import Crl, prove_crl
from eds_verifier.revocation.evidence import OcspEvidence, Unusable
from eds_verifier.revocation.ocsp_response import read_authentic
from tests.unit.eds_verifier.factory import (
    NOW,
    crl,
    issue,
    ocsp_response,
    pki,
    responder,
    revoked_status,
    rsa_key,
)
from tests.unit.eds_verifier.revocation.world import NONCE

RSA = pki("rsa")
CODES = {
    x509.ReasonFlags.unspecified: 0,
    x509.ReasonFlags.key_compromise: 1,
    x509.ReasonFlags.ca_compromise: 2,
    x509.ReasonFlags.affiliation_changed: 3,
    x509.ReasonFlags.superseded: 4,
    x509.ReasonFlags.cessation_of_operation: 5,
    x509.ReasonFlags.certificate_hold: 6,
    x509.ReasonFlags.remove_from_crl: 8,
    x509.ReasonFlags.privilege_withdrawn: 9,
    x509.ReasonFlags.aa_compromise: 10,
}


def test_cryptography_reads_the_same_entries() -> None:
    rng = random.Random(7)  # noqa: S311 - numbers to list, no secret
    listed = {
        rng.getrandbits(rng.choice([7, 8, 63, 64, 127, 159])) + 1: rng.choice(
            [None, *CODES.values()]
        )
        for _ in range(800)
    }
    data = crl(RSA.issuer, listed.items())
    theirs = x509.load_der_x509_crl(data)
    ours = prove_crl(data, RSA.issuer.der)
    assert len(ours.entries) == len(list(theirs)) == len(listed)
    for entry in theirs:
        found = ours.entries.find(entry.serial_number)
        assert found is not None
        assert found.since == entry.revocation_date_utc
        reasons = [one.value.reason for one in entry.extensions]
        assert found.reason == (CODES[reasons[0]] if reasons else 0)
    assert ours.this_update == theirs.last_update_utc
    assert ours.next_update == theirs.next_update_utc
    for _ in range(300):
        serial = rng.getrandbits(100)
        theirs_says = theirs.get_revoked_certificate_by_serial_number(serial) is not None
        assert (ours.entries.find(serial) is not None) == theirs_says


ISSUERS = {
    "nca_gost2022_test_2026-08": "nca_gost2022_test",
    "nca_gost2022_test_2025-04": "nca_gost2022_test",
    "nca_gost2022_d_test_2025-04": "nca_gost2022_test",
}


def _read(shared_data: Path, name: str, issuer: str) -> tuple[Crl, bytes]:
    data = (shared_data / f"samples/crl/{name}.crl").read_bytes()
    return prove_crl(data, (shared_data / f"nca-rk/test/{issuer}.cer").read_bytes()), data


@pytest.mark.parametrize("name", ISSUERS)
def test_asn1crypto_reads_the_same_in_the_ncas_own_crls(shared_data: Path, name: str) -> None:
    ours, data = _read(shared_data, name, ISSUERS[name])
    theirs = asn1_crl.CertificateList.load(data)
    revoked = theirs["tbs_cert_list"]["revoked_certificates"]
    entries = list(revoked) if revoked.native else []
    assert len(ours.entries) == len(entries)
    for entry in entries:
        found = ours.entries.find(entry["user_certificate"].native)
        assert found is not None
        assert found.since == entry["revocation_date"].native
    assert ours.number == theirs.crl_number_value.native
    delta = theirs.delta_crl_indicator_value
    assert ours.base_number == (delta.native if delta else None)


@pytest.mark.parametrize("name", ["nca_gost_test_2022-03", "nca_rsa_test_2022-03"])
def test_an_authoritys_crl_is_not_anothers(shared_data: Path, name: str) -> None:
    for issuer in (shared_data / "nca-rk/test").glob("*.cer"):
        data = (shared_data / f"samples/crl/{name}.crl").read_bytes()
        try:
            proven = prove_crl(data, issuer.read_bytes())
        except Unusable:
            continue
        assert Certificate.parse(issuer.read_bytes()).sha256 == proven.issuer
        assert name.split("_")[1] in issuer.stem


@pytest.mark.parametrize("status", [b"\x80\x00", revoked_status(NOW, 6), revoked_status(NOW, None)])
def test_cryptography_reads_the_same_answer(status: bytes) -> None:
    person = issue(RSA.person(), RSA.issuer)
    by = responder(RSA.issuer, rsa_key("responder"))
    data = ocsp_response(person, RSA.issuer, by, nonce=NONCE, status=status)
    theirs = ocsp.load_der_ocsp_response(data)
    ours = read_authentic(data, RSA.issuer.der)
    (single,) = ours.singles
    assert single.certificate_id == (
        theirs.issuer_name_hash,
        theirs.issuer_key_hash,
        theirs.serial_number,
    )
    assert single.status == theirs.certificate_status.name.lower()
    assert (single.this_update, single.next_update) == (theirs.this_update_utc, None)
    assert single.since == theirs.revocation_time_utc
    reason = theirs.revocation_reason
    assert single.reason == (None if reason is None else CODES[reason])
    assert ours.produced_at == theirs.produced_at_utc


@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        ("ocsp_response_ceo_2015_revoked", "nca_gost2022_test"),
        ("ocsp_response_individual_2015", "nca_gost2022_test"),
        ("ocsp_response_individual_sign_2004", "nca_rsa_test_2019"),
    ],
)
def test_the_ncas_own_answers_are_authentic(shared_data: Path, name: str, issuer: str) -> None:
    data = (shared_data / f"samples/ocsp/{name}.bin").read_bytes()
    ours = read_authentic(data, (shared_data / f"nca-rk/test/{issuer}.cer").read_bytes())
    theirs = ocsp.load_der_ocsp_response(data)
    (single,) = ours.singles
    assert single.certificate_id is not None
    assert single.certificate_id[2] == theirs.serial_number
    assert single.since == theirs.revocation_time_utc
    assert ours.produced_at == theirs.produced_at_utc > datetime(2022, 1, 1, tzinfo=UTC)


def test_no_repr_shows_octets_numbers_or_nonces() -> None:
    person = issue(RSA.person(), RSA.issuer)
    data = ocsp_response(person, RSA.issuer, RSA.issuer, nonce=NONCE)
    authentic = read_authentic(data, RSA.issuer.der)
    for shown in map(repr, (OcspEvidence(data, NONCE), authentic, authentic.singles)):
        assert "x00" not in shown
        assert str(person.serial) not in shown

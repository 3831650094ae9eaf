"""OCSP answers as an attacker would have them; who may answer, and what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509 import ocsp as x509_ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.asn1 import oids
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Cause, OcspEvidence, Unusable
from eds_verifier.revocation.ocsp import (
    MAX_RESPONSE,
    NEVER_ISSUED,
    OcspAnswer,
    build_request,
    certificate_id,
    read_answer,
)
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    CA,
    DAY,
    NOW,
    Draft,
    Extension,
    Signer,
    authority,
    extended,
    gost_key,
    issue,
    key_usage,
    name,
    ocsp_response,
    pki,
    responder,
    revoked_status,
)
from tests.unit.eds_verifier.revocation.world import HOUR, NONCE, PERSON, PKI, POLICY, RESPONDER

LEAF, ISSUER = PERSON.certificate, PKI.issuer.certificate
NOCHECK = Extension(oids.OCSP_NOCHECK, der.NULL)
OCSP_NAME = ((oids.COMMON_NAME, "OCSP RESPONDER"), ("2.5.4.6", "KZ"))


def read(
    response: bytes,
    *,
    nonce: bytes | None = NONCE,
    policy: VerificationPolicy = POLICY,
    at: datetime = NOW,
) -> OcspAnswer:
    return read_answer(OcspEvidence(response, nonce), LEAF, ISSUER, policy=policy, at=at)


def why_not(response: bytes, at: datetime = NOW) -> Cause:
    with pytest.raises(Unusable) as unusable:
        read(response, at=at)
    return unusable.value.cause


def certified(*extensions: Extension, issuer: Signer = PKI.issuer, **changes: object) -> Signer:
    draft = Draft(gost_key("responder"), OCSP_NAME, extensions, serial=99)
    return issue(replace(draft, **changes), issuer)  # type: ignore[arg-type]  # fields of Draft


FOREIGN = authority(gost_key("foreign"), "ҰЛТТЫҚ (TESTS)", PKI.root)
"""Bears the issuer's very name, certified by the same root."""

SIGNERS: tuple[tuple[str, Callable[[], Signer]], ...] = (
    ("of another authority with the same name", lambda: responder(FOREIGN, gost_key("responder"))),
    ("of the root", lambda: responder(PKI.root, gost_key("responder"))),
    ("of another generation", lambda: responder(pki("rsa").issuer, gost_key("responder"))),
    ("that certified itself", lambda: authority(gost_key("responder"), "OCSP RESPONDER")),
    ("certified by a responder", lambda: certified(key_usage(0), extended(oids.OCSP_SIGNING),
     NOCHECK, issuer=RESPONDER)),
    ("expired", lambda: certified(key_usage(0), extended(oids.OCSP_SIGNING), NOCHECK,
     not_after=NOW - DAY)),
    ("not yet valid", lambda: certified(key_usage(0), extended(oids.OCSP_SIGNING), NOCHECK,
     not_before=NOW + DAY)),
    ("without nocheck: it may be revoked", lambda: certified(key_usage(0),
     extended(oids.OCSP_SIGNING))),
    ("without OCSPSigning", lambda: certified(key_usage(0), extended(oids.CLIENT_AUTH), NOCHECK)),
    ("with no purposes at all", lambda: certified(key_usage(0), NOCHECK)),
    ("whose key may not sign", lambda: certified(key_usage(4), extended(oids.OCSP_SIGNING),
     NOCHECK)),
    ("that is an authority", lambda: certified(
        Extension(oids.BASIC_CONSTRAINTS, der.seq(der.boolean()), critical=True), CA,
        extended(oids.OCSP_SIGNING), NOCHECK)),
    ("with a critical extension not understood", lambda: certified(key_usage(0),
     extended(oids.OCSP_SIGNING), NOCHECK, Extension("1.2.3", der.NULL, critical=True))),
    ("that names another key of its issuer", lambda: certified(key_usage(0),
     extended(oids.OCSP_SIGNING), NOCHECK,
     Extension(oids.AUTHORITY_KEY_IDENTIFIER, der.seq(der.tlv(0x80, bytes(20)))))),
    ("that is the very person", lambda: PERSON),
)  # fmt: skip


@pytest.mark.parametrize("make", [pytest.param(m, id=i) for i, m in SIGNERS])
def test_nobody_else_may_answer_such_as_a_responder(make: Callable[[], Signer]) -> None:
    response = ocsp_response(PERSON, PKI.issuer, make(), nonce=NONCE)
    assert why_not(response) is Cause.NOT_AUTHORISED


def test_another_authority_of_the_same_name_does_not_answer_for_it() -> None:
    response = ocsp_response(PERSON, PKI.issuer, FOREIGN, nonce=NONCE)
    assert why_not(response) is Cause.SIGNATURE


def test_a_responder_counts_only_while_its_certificate_does() -> None:
    """The answer is remembered, its moment is not."""
    short = certified(
        key_usage(0), extended(oids.OCSP_SIGNING), NOCHECK, not_after=NOW + timedelta(minutes=2)
    )
    response = ocsp_response(PERSON, PKI.issuer, short, nonce=NONCE)
    assert read(response).status == "good"
    assert why_not(response, at=NOW + timedelta(minutes=3)) is Cause.NOT_AUTHORISED
    assert read(response).status == "good"


def replayed(nonce: bytes | None) -> bytes:
    return ocsp_response(PERSON, PKI.issuer, RESPONDER, nonce=nonce, this_update=NOW - HOUR)


REPLAYS: tuple[tuple[str, bytes, Cause], ...] = (
    ("yesterday's answer with its nonce", replayed(bytes(16)), Cause.NONCE),
    ("yesterday's answer asked without a nonce", replayed(None), Cause.NONCE),
    ("yesterday's answer to our very nonce", replayed(NONCE), Cause.STALE),
    ("a nonce cut short", replayed(NONCE[:-1]), Cause.NONCE),
    ("a nonce with more behind it", replayed(NONCE + b"\0"), Cause.NONCE),
)


@pytest.mark.parametrize(("response", "cause"), [pytest.param(r, c, id=i) for i, r, c in REPLAYS])
def test_a_replay_is_not_relied_on(response: bytes, cause: Cause) -> None:
    assert why_not(response) is cause


def test_a_nonce_taken_out_of_a_signed_answer_breaks_its_signature() -> None:
    signed = ocsp_response(PERSON, PKI.issuer, RESPONDER, nonce=bytes(16))
    assert bytes(16) in signed
    assert why_not(signed.replace(b"\x04\x10" + bytes(16), b"\x04\x10" + NONCE)) is Cause.SIGNATURE


ABOUT: tuple[tuple[str, bytes], ...] = (
    ("another serial number",
     ocsp_response(PERSON, PKI.issuer, RESPONDER, nonce=NONCE, serial=PERSON.serial + 1)),
    ("another authority's certificate of the same number",
     ocsp_response(PERSON, FOREIGN, RESPONDER, nonce=NONCE)),
)  # fmt: skip


@pytest.mark.parametrize("response", [pytest.param(r, id=i) for i, r in ABOUT])
def test_an_answer_is_only_about_the_certificate_asked_for(response: bytes) -> None:
    assert why_not(response) is Cause.OTHER_CERTIFICATE


STATUSES: tuple[tuple[str, bytes, str, datetime | None], ...] = (
    ("never issued", revoked_status(NEVER_ISSUED, 6), "not_issued", NEVER_ISSUED),
    ("held", revoked_status(NOW - DAY, 6), "suspended", NOW - DAY),
    ("revoked long ago", revoked_status(NEVER_ISSUED, 1), "revoked", NEVER_ISSUED),
    ("revoked for no reason", revoked_status(NOW - DAY, None), "revoked", NOW - DAY),
    ("good", b"\x80\x00", "good", None),
)


@pytest.mark.parametrize(
    ("status", "wanted", "since"), [pytest.param(s, w, t, id=i) for i, s, w, t in STATUSES]
)
def test_an_answer_tells_since_when(status: bytes, wanted: str, since: datetime | None) -> None:
    answer = read(ocsp_response(PERSON, PKI.issuer, RESPONDER, nonce=NONCE, status=status))
    assert (answer.status, answer.since) == (wanted, since)


BAD_STATUSES: tuple[tuple[str, bytes], ...] = (
    ("good with something in it", b"\x80\x01\x00"),
    ("unheard of", b"\x83\x00"),
    ("revoked since nothing", b"\xa1\x00"),
    ("revoked with a reason that is none", b"\xa1\x14\x18\x0f20260811000000Z\x04\x01\x06"),
    ("revoked with more behind", revoked_status(NOW, 1).replace(b"\xa1\x16", b"\xa1\x18")
     + b"\x05\x00"),
    ("revoked on a day that is none", b"\xa1\x11\x18\x0f20261399000000Z"),
)  # fmt: skip


@pytest.mark.parametrize("status", [pytest.param(s, id=i) for i, s in BAD_STATUSES])
def test_a_status_that_is_none_is_no_answer(status: bytes) -> None:
    response = ocsp_response(PERSON, PKI.issuer, RESPONDER, nonce=NONCE, status=status)
    assert why_not(response) is Cause.UNREADABLE


def outer(status: int, body: bytes = b"") -> bytes:
    return der.seq(der.enumerated(status), body)


UNSIGNED: tuple[tuple[str, bytes, Cause], ...] = (
    ("malformed_request", outer(1), Cause.QUESTION_REFUSED),
    ("internal_error", outer(2), Cause.RESPONDER_ERROR),
    ("try_later", outer(3), Cause.TRY_LATER),
    ("sign_required", outer(5), Cause.QUESTION_REFUSED),
    ("unauthorized", outer(6), Cause.QUESTION_REFUSED),
    ("an unknown status", outer(4), Cause.UNREADABLE),
    ("success without an answer", outer(0), Cause.UNREADABLE),
    ("an integer for a status", der.seq(der.integer(0)), Cause.UNREADABLE),
    ("an unknown type", outer(0, der.explicit(0, der.seq(der.oid("1.2.3"), der.octets(b"")))),
     Cause.NOT_UNDERSTOOD),
    ("too much", bytes(MAX_RESPONSE + 1), Cause.TOO_LARGE),
)  # fmt: skip


@pytest.mark.parametrize(("response", "cause"), [pytest.param(r, c, id=i) for i, r, c in UNSIGNED])
def test_what_nobody_signed_is_no_answer(response: bytes, cause: Cause) -> None:
    assert why_not(response) is cause


def single(number: int, times: bytes = der.generalized(NOW)) -> bytes:
    name_hash, key_hash, _ = certificate_id(LEAF, ISSUER)
    identifier = der.seq(
        der.algorithm(oids.SHA256),
        der.octets(name_hash),
        der.octets(key_hash),
        der.integer(number),
    )
    return der.seq(identifier, b"\x80\x00", times)


def respond(*singles: bytes, produced_at: datetime = NOW, padded: int = 0) -> bytes:
    """Signed by the issuer itself; `padded` are unused bits that the signature pretends to have."""
    entry = Extension(oids.OCSP_NONCE, der.octets(NONCE)).encode()
    data = der.seq(
        der.explicit(1, name(PKI.issuer.subject)),
        der.generalized(produced_at),
        der.seq(*singles),
        der.explicit(1, der.seq(entry)),
    )
    key = PKI.issuer.key
    signature = der.tlv(3, bytes((padded,)) + key.sign(data))
    basic = der.seq(data, der.algorithm(key.signature_oid), signature)
    return outer(0, der.explicit(0, der.seq(der.oid(oids.OCSP_BASIC), der.octets(basic))))


def test_an_answer_among_many_is_found_and_one_given_twice_is_not_relied_on() -> None:
    mine = single(PERSON.serial)
    assert read(respond(single(1), mine, single(2))).status == "good"
    assert why_not(respond(mine, mine)) is Cause.OTHER_CERTIFICATE
    assert why_not(respond()) is Cause.OTHER_CERTIFICATE


def until(next_update: datetime) -> bytes:
    return der.generalized(NOW) + der.explicit(0, der.generalized(next_update))


def test_an_answer_counts_until_its_next_update_and_the_clocks_allowance() -> None:
    response = respond(single(PERSON.serial, until(NOW + timedelta(minutes=1))))
    assert read(response).next_update == NOW + timedelta(minutes=1)
    assert read(response, at=NOW + timedelta(minutes=6)).status == "good"
    assert why_not(response, at=NOW + timedelta(minutes=6, seconds=1)) is Cause.STALE


def test_an_answer_produced_in_the_future_is_not_relied_on() -> None:
    soon, late = NOW + timedelta(minutes=5), NOW + timedelta(minutes=5, seconds=1)
    assert read(respond(single(PERSON.serial), produced_at=soon)).status == "good"
    assert why_not(respond(single(PERSON.serial), produced_at=late)) is Cause.STALE


def test_a_signature_has_whole_octets() -> None:
    """The same signature would otherwise have many spellings."""
    zero_ended = (respond(single(n), single(PERSON.serial), padded=1) for n in range(1, 40))
    ends_in_zero = next(one for one in zero_ended if one[-1] & 1 == 0)
    with pytest.raises(Unusable):
        read(ends_in_zero)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_answer_is_never_relied_on(data: st.DataObject) -> None:
    response = bytearray(ocsp_response(PERSON, PKI.issuer, RESPONDER, nonce=NONCE))
    position = data.draw(st.integers(0, len(response) - 1))
    response[position] ^= data.draw(st.integers(1, 255))
    try:
        answer = read(bytes(response))
    except Unusable:
        return
    # Only what nobody relies on may change: a part of the certificate's copy that is not looked at.
    assert answer.status == "good"
    assert position > len(response) - len(RESPONDER.der)


def test_our_request_is_what_cryptography_reads() -> None:
    request = x509_ocsp.load_der_ocsp_request(build_request(LEAF, ISSUER, NONCE))
    assert request.serial_number == PERSON.serial
    assert request.hash_algorithm.name == "sha256"
    assert (request.issuer_name_hash, request.issuer_key_hash) == certificate_id(LEAF, ISSUER)[:2]
    assert request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE


@pytest.mark.parametrize("octets", [0, 8, 15, 17, 128])
def test_a_nonce_has_sixteen_octets(octets: int) -> None:
    with pytest.raises(ValueError, match="16 octets"):
        build_request(LEAF, ISSUER, bytes(octets))


def test_a_date_of_the_answer_is_utc() -> None:
    answer = read(ocsp_response(PERSON, PKI.issuer, RESPONDER, nonce=NONCE))
    assert answer.this_update.tzinfo == UTC

"""Time stamps: what proves a time, and what is merely there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.verdict import Verdict
from eds_verifier.verify import verify
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    CONTENT,
    DAY,
    NOW,
    TSA,
    Message,
    Signer,
    attribute,
    authority,
    crl,
    extended,
    gost_key,
    issue,
    pki,
    time_stamp,
    time_stamper,
)

PKI = pki("gost")
STAMPER = time_stamper(PKI.issuer, gost_key("tsa"))
TIME = NOW - timedelta(minutes=3)


def signed() -> Message:
    return Message(issue(PKI.person(), PKI.issuer))


def signature_of(message: Message) -> bytes:
    """The signature the message will carry: the factory's GOST signing is deterministic."""
    return message.signer.key.sign(der.set_of(*message.default_attributes()))


def judge(
    message: Message, *, purpose: str = "document", at: datetime = NOW, revocation: str = "crl"
) -> Verdict:
    fresh = crl(PKI.issuer, this_update=at - timedelta(hours=1), next_update=at + DAY)
    return verify(
        message.encode(),
        content=CONTENT,
        trust=PKI.store,
        evidence=Evidence(crls=(fresh,)),
        policy=VerificationPolicy.model_validate(
            {"purpose": purpose, "delta_crl": "optional", "revocation": revocation}
        ),
        at=at,
    )


def stamped(by: Signer = STAMPER, *, time: datetime = TIME, over: bytes | None = None) -> Message:
    message = signed()
    return replace(message, unsigned=(time_stamp(over or signature_of(message), by, time),))


@pytest.mark.parametrize("purpose", ["document", "sign_in"])
def test_a_trusted_time_stamp_proves_when_the_signature_existed(purpose: str) -> None:
    verdict = judge(stamped(), purpose=purpose)
    assert (verdict.verdict, verdict.warnings) == ("valid", ())
    assert (verdict.signed_at, verdict.claimed_at) == (TIME, NOW)
    assert verdict.timestamp is not None
    assert (verdict.timestamp.authority, verdict.timestamp.serial_hex) == (
        "TIME-STAMPING AUTHORITY",
        "5eed",
    )
    assert len(verdict.timestamp.chain) == 3


def test_without_a_time_stamp_no_time_is_proven() -> None:
    verdict = judge(signed())
    assert (verdict.verdict, verdict.signed_at, verdict.timestamp) == ("valid", None, None)


def test_the_earliest_of_two_time_stamps_counts() -> None:
    message = signed()
    signature = signature_of(message)
    stamps = tuple(time_stamp(signature, STAMPER, TIME + timedelta(minutes=m)) for m in (2, 0))
    assert judge(replace(message, unsigned=stamps)).signed_at == TIME


STRANGER = authority(gost_key("stranger"), "ҰЛТТЫҚ (TESTS)")
BAD: list[tuple[str, Message, str]] = [
    ("over another signature", stamped(over=b"another signature"), "timestamp_invalid"),
    (
        "by an authority nobody trusts",
        stamped(time_stamper(STRANGER, gost_key("tsa"))),
        "timestamp_untrusted",
    ),
    (
        "by a person",
        stamped(issue(PKI.person(), PKI.issuer)),
        "timestamp_invalid",
    ),
    (
        "by a key that is for something else too",
        stamped(
            time_stamper(
                PKI.issuer,
                gost_key("tsa"),
                replace(extended(oids.TIME_STAMPING, oids.CLIENT_AUTH), critical=True),
            )
        ),
        "timestamp_invalid",
    ),
    (
        "by a key whose purpose is not critical",
        stamped(time_stamper(PKI.issuer, gost_key("tsa"), TSA)),
        "timestamp_invalid",
    ),
    (
        "before its authority's certificate began",
        stamped(time=NOW - 40 * DAY),
        "timestamp_invalid",
    ),
    ("from the future", stamped(time=NOW + timedelta(hours=1)), "timestamp_invalid"),
    (
        "whose signature was changed",
        replace(
            signed(),
            unsigned=(
                time_stamp(signature_of(signed()), STAMPER, TIME).replace(
                    b"20260811235700Z", b"20260811235701Z"
                ),
            ),
        ),
        "timestamp_invalid",
    ),
]


@pytest.mark.parametrize(("message", "warning"), [pytest.param(*b[1:], id=b[0]) for b in BAD])
def test_a_bad_time_stamp_proves_nothing_and_spoils_nothing(message: Message, warning: str) -> None:
    """Anybody can add one: refusing for it would let anybody refuse."""
    for purpose in ("sign_in", "document"):
        verdict = judge(message, purpose=purpose)
        assert (verdict.verdict, verdict.signed_at) == ("valid", None)
        assert verdict.warnings == (warning,)


def test_a_document_is_judged_when_it_was_stamped_and_a_sign_in_never_is() -> None:
    """The certificate has expired since; for a document that is no fault, for a sign-in it is."""
    later = NOW + 340 * DAY
    assert str(judge(stamped(), purpose="sign_in", at=later).reason) == "expired"
    assert str(judge(signed(), at=later).reason) == "expired"
    assert str(judge(signed(), at=later, revocation="unsafe_off").reason) == "expired"
    verdict = judge(stamped(), at=later, revocation="unsafe_off")
    assert (verdict.verdict, verdict.signed_at) == ("valid", TIME)


def test_a_crl_of_after_its_expiry_says_nothing_of_a_certificate() -> None:
    """CRLs drop what has expired (RFC 5280 section 3.3): absence is no word of it."""
    verdict = judge(stamped(), at=NOW + 340 * DAY)
    assert (verdict.verdict, str(verdict.reason)) == ("indeterminate", "revocation_unavailable")


def test_a_forged_time_stamp_brings_no_expired_certificate_back() -> None:
    later = NOW + 340 * DAY
    forged = stamped(time_stamper(STRANGER, gost_key("tsa")))
    verdict = judge(forged, at=later)
    assert (verdict.verdict, str(verdict.reason)) == ("invalid", "expired")


def test_what_is_no_token_at_all_is_a_bad_one() -> None:
    for value in (b"\x04\x00", b"\x30\x00", b"\x02\x01\x05"):
        message = replace(signed(), unsigned=(attribute(oids.SIGNATURE_TIME_STAMP, value),))
        assert judge(message).warnings == ("timestamp_invalid",)

"""`verify` answers whatever it is given, and answers the same when asked again."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from tests.properties.world import DOCUMENT, SIGN_IN, Kind, good, judge, message
from tests.unit.eds_verifier.factory import CONTENT

FEW = settings(max_examples=60, deadline=None)
MANY = settings(max_examples=400, deadline=None)
KINDS = st.sampled_from(("rsa", "gost"))
AWKWARD = st.one_of(
    st.binary(max_size=400),
    st.binary(max_size=200).map(lambda tail: b"\x30" + bytes((len(tail) & 0x7F,)) + tail),
    st.binary(max_size=200).map(base64.b64encode),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=100).map(
        lambda body: b"-----BEGIN CMS-----\n" + base64.b64encode(body) + b"\n-----END CMS-----\n"
    ),
)


@MANY
@given(AWKWARD)
def test_no_octets_are_too_odd_to_be_judged(data: bytes) -> None:
    for policy in (SIGN_IN, DOCUMENT):
        assert judge(data, policy=policy).verdict == "invalid"


@FEW
@given(st.binary(max_size=300))
def test_only_the_signed_content_is_valid(content: bytes) -> None:
    expected = "valid" if content == CONTENT else "invalid"
    assert judge(message("rsa"), content=content).verdict == expected


@FEW
@given(
    crls=st.lists(AWKWARD, max_size=3),
    ocsp=st.lists(AWKWARD, max_size=3),
    nonce=st.none() | st.binary(max_size=16),
)
def test_odd_evidence_proves_nothing(
    crls: list[bytes], ocsp: list[bytes], nonce: bytes | None
) -> None:
    given_ = Evidence(tuple(OcspEvidence(item, nonce) for item in ocsp), tuple(crls))
    verdict = judge(message("rsa"), given=given_)
    assert (verdict.verdict, verdict.reason) == ("indeterminate", "revocation_unavailable")


@FEW
@given(st.datetimes(timezones=st.just(UTC)))
@pytest.mark.parametrize("kind", ["rsa"])
def test_any_instant_is_taken(kind: Kind, at: datetime) -> None:
    verdict = judge(message(kind), kind, at=at)
    certificate = good(kind).certificate
    assert certificate is not None
    if not certificate.not_before <= at <= certificate.not_after:
        assert verdict.verdict == "invalid"


@FEW
@given(kind=KINDS, data=AWKWARD)
def test_asked_again_it_answers_the_same(kind: Kind, data: bytes) -> None:
    assert judge(message(kind), kind) == good(kind)
    assert judge(data, kind) == judge(data, kind)
    assert judge(message(kind) + data, kind) == judge(message(kind) + data, kind)


def _in_lines(width: int) -> bytes:
    text = base64.b64encode(message("rsa"))
    return b"\r\n".join(text[i : i + width] for i in range(0, len(text), width))


@settings(max_examples=30, deadline=None)
@given(
    width=st.integers(1, 3000),
    label=st.sampled_from((b"CMS", b"PKCS7")),
    end=st.sampled_from((b"", b"\n", b"\r\n")),
)
def test_armour_does_not_change_the_verdict(width: int, label: bytes, end: bytes) -> None:
    lines = _in_lines(width)
    pem = b"-----BEGIN %s-----\n%s\n-----END %s-----" % (label, lines, label)
    for armoured in (lines + end, pem + end):
        assert judge(armoured) == good("rsa")

"""CRLs as an attacker, or a careless authority, would have them."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation import crl_reading
from eds_verifier.revocation.crl import read_crl, read_status
from eds_verifier.revocation.crl_reading import prove_crl
from eds_verifier.revocation.evidence import Cause, Unusable
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    DAY,
    NOW,
    Draft,
    Extension,
    Key,
    crl,
    gost_key,
    issue,
    key_usage,
    name,
    rsa_key,
)
from tests.unit.eds_verifier.revocation.world import HOUR, PERSON, PKI, POLICY, WITH_DELTA

LEAF, ISSUER = PERSON.certificate, PKI.issuer.certificate
HOLD, REMOVE, COMPROMISED = 6, 8, 1
WHEN_PUBLISHED = POLICY.model_copy(update={"delta_crl": "when_published"})
Entries = list[tuple[int, int | None]]


def status(*crls: bytes, policy: VerificationPolicy = POLICY, published: bool = True) -> str:
    return read_status(crls, LEAF, ISSUER, policy=policy, at=NOW, delta_published=published).status


def base(entries: Entries, *, age: timedelta = 3 * DAY) -> bytes:
    return crl(PKI.issuer, entries, this_update=NOW - age)


def delta(entries: Entries, *, number: int = 14, age: timedelta = HOUR) -> bytes:
    return crl(PKI.issuer, entries, base_number=number, this_update=NOW - age)


MINE = PERSON.serial
COMBINED: tuple[tuple[str, int | str | None, int | str | None, str], ...] = (
    ("a hold is lifted", HOLD, REMOVE, "good"),
    ("a revocation is not", COMPROMISED, REMOVE, "revoked"),
    ("nor one without a reason", None, REMOVE, "revoked"),
    ("a hold becomes a revocation", HOLD, COMPROMISED, "revoked"),
    ("a revocation does not become a hold", COMPROMISED, HOLD, "revoked"),
    ("what was never listed may be removed", "-", REMOVE, "good"),
    ("a hold stays while nothing is said", HOLD, "-", "suspended"),
    ("removal in a base is a revocation", REMOVE, "-", "revoked"),
)


@pytest.mark.parametrize(("in_base", "in_delta", "wanted"), [
    pytest.param(b, d, w, id=i) for i, b, d, w in COMBINED
])  # fmt: skip
def test_a_delta_changes_its_base_only_as_the_standard_lets_it(
    in_base: int | str | None, in_delta: int | str | None, wanted: str
) -> None:
    def listed(reason: int | str | None) -> Entries:
        return [] if isinstance(reason, str) else [(MINE, reason)]

    assert status(base(listed(in_base)), delta(listed(in_delta)), policy=WITH_DELTA) == wanted


def test_a_hold_put_and_lifted_in_one_delta_leaves_it_suspended() -> None:
    """Which came last cannot be told: the graver counts."""
    both: Entries = [(MINE, HOLD), (MINE, REMOVE)]
    assert status(base([]), delta(both), policy=WITH_DELTA) == "suspended"


@pytest.mark.parametrize(("published", "wanted"), [(True, Cause.DELTA), (False, None)])
def test_a_delta_is_needed_when_one_is_published(
    published: bool,  # noqa: FBT001 - a column of the table
    wanted: Cause | None,
) -> None:
    fresh = base([], age=HOUR)
    if wanted is None:
        assert status(fresh, policy=WHEN_PUBLISHED, published=published) == "good"
        return
    with pytest.raises(Unusable) as unusable:
        status(fresh, policy=WHEN_PUBLISHED, published=published)
    assert unusable.value.cause is wanted


def test_unless_told_otherwise_a_delta_is_taken_to_be_published() -> None:
    with pytest.raises(Unusable, match="no delta CRL"):
        read_status((base([], age=HOUR),), LEAF, ISSUER, policy=WHEN_PUBLISHED, at=NOW)


def test_the_newest_base_counts_and_an_older_one_replayed_beside_it_does_not() -> None:
    old, new = base([], age=2 * HOUR), base([(MINE, COMPROMISED)], age=HOUR)
    assert status(old, new) == status(new, old) == "revoked"


def test_of_two_bases_of_one_instant_the_higher_number_counts() -> None:
    new = crl(PKI.issuer, [(MINE, COMPROMISED)], number=15)
    old = crl(PKI.issuer, number=14)
    assert status(old, new) == status(new, old) == "revoked"


def test_an_older_delta_replayed_beside_a_newer_one_does_not_count() -> None:
    lifted, put = delta([(MINE, REMOVE)], age=3 * HOUR), delta([(MINE, HOLD)], age=HOUR)
    held = base([(MINE, HOLD)])
    assert status(held, lifted, put, policy=WITH_DELTA) == "suspended"
    assert status(held, put, lifted, policy=WITH_DELTA) == "suspended"


def test_why_the_right_crl_is_unusable_is_told_before_that_another_is_anothers() -> None:
    foreign = crl(PKI.root)
    with pytest.raises(Unusable, match="past its nextUpdate"):
        status(crl(PKI.issuer, next_update=NOW - HOUR), foreign)
    with pytest.raises(Unusable, match="another authority"):
        status(foreign)


def raw_crl(
    *,
    version: bytes = b"\x02\x01\x01",
    issuer: bytes = name(PKI.issuer.subject),
    updates: bytes = der.utc(NOW - HOUR) + der.utc(NOW + DAY),
    entries: bytes = b"",
    extensions: bytes = b"",
    more: bytes = b"",
    inner: bytes = b"",
    outer: bytes = b"",
    key: Key = PKI.issuer.key,
    bits: bytes | None = None,
) -> bytes:
    algorithm = der.algorithm(key.signature_oid)
    tbs = der.seq(version, inner or algorithm, issuer, updates, entries, extensions, more)
    return der.seq(tbs, outer or algorithm, der.bits(key.sign(tbs)) if bits is None else bits)


def extensions(*items: Extension) -> bytes:
    return der.explicit(0, der.seq(*(item.encode() for item in items)))


NUMBER = Extension(oids.CRL_NUMBER, der.integer(3))
AKI = Extension(oids.AUTHORITY_KEY_IDENTIFIER, der.seq(der.tlv(0x80, bytes(20))))
PARTITION = Extension(oids.ISSUING_DISTRIBUTION_POINT, der.seq(der.tlv(0x84, b"\xff")))
INDIRECT = Extension(
    oids.ISSUING_DISTRIBUTION_POINT, der.seq(der.tlv(0x84, b"\xff")), critical=True
)
BROKEN: tuple[tuple[str, bytes, Cause], ...] = (
    ("version 1 with extensions", raw_crl(version=b"", extensions=extensions(NUMBER)),
     Cause.UNREADABLE),
    ("version 3", raw_crl(version=b"\x02\x01\x02"), Cause.UNREADABLE),
    ("two signature algorithms", raw_crl(outer=der.algorithm(oids.RSA_SHA256)), Cause.UNREADABLE),
    ("an unknown signature algorithm", raw_crl(inner=der.algorithm("1.2.3"),
     outer=der.algorithm("1.2.3")), Cause.UNREADABLE),
    ("something after the extensions", raw_crl(extensions=extensions(NUMBER), more=der.NULL),
     Cause.UNREADABLE),
    ("no update", raw_crl(updates=b""), Cause.UNREADABLE),
    ("a date that is none", raw_crl(updates=b"\x17\x0d269912000000Z"), Cause.UNREADABLE),
    ("an extension twice", raw_crl(extensions=extensions(NUMBER, NUMBER)), Cause.NOT_UNDERSTOOD),
    ("a partition, not critical", raw_crl(extensions=extensions(PARTITION)), Cause.NOT_UNDERSTOOD),
    ("an indirect CRL", raw_crl(extensions=extensions(NUMBER, INDIRECT)), Cause.NOT_UNDERSTOOD),
    ("another key of the authority", raw_crl(extensions=extensions(AKI)), Cause.NOT_AUTHORISED),
    ("another authority's name", raw_crl(issuer=name(PKI.root.subject)), Cause.NOT_AUTHORISED),
    ("signed by the root with the issuer's name", raw_crl(key=PKI.root.key), Cause.SIGNATURE),
    ("signed by an attacker", raw_crl(key=gost_key("attacker")), Cause.SIGNATURE),
    ("signed with RSA", raw_crl(key=rsa_key("attacker")), Cause.SIGNATURE),
    ("no signature", raw_crl(bits=der.bits(b"")), Cause.SIGNATURE),
    ("a signature of zeroes", raw_crl(bits=der.bits(bytes(128))), Cause.SIGNATURE),
    ("a signature that is no whole octets", raw_crl(bits=b"\x03\x02\x04\xf0"), Cause.UNREADABLE),
    ("four parts", der.seq(der.seq(), der.seq(), der.bits(b""), der.NULL), Cause.UNREADABLE),
    ("an entry that is none", raw_crl(entries=der.seq(der.seq(der.NULL))), Cause.UNREADABLE),
    ("nothing", b"", Cause.UNREADABLE),
    ("a web page", b"<!DOCTYPE html><html>", Cause.UNREADABLE),
)  # fmt: skip


@pytest.mark.parametrize(("data", "cause"), [pytest.param(d, c, id=i) for i, d, c in BROKEN])
def test_a_crl_is_not_relied_on_with(data: bytes, cause: Cause) -> None:
    with pytest.raises(Unusable) as unusable:
        prove_crl(data, PKI.issuer.der)
    assert unusable.value.cause is cause


@pytest.mark.parametrize("cut", [1, 2, 3, 10, 100, 200])
def test_a_download_cut_short_is_never_a_crl(cut: int) -> None:
    whole = base([(number, HOLD) for number in range(1, 40)])
    with pytest.raises(Unusable):
        prove_crl(whole[:-cut], PKI.issuer.der)


def test_one_octet_changed_anywhere_breaks_it() -> None:
    whole = bytearray(base([(MINE, HOLD)]))
    for position in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[position] ^= 0x01
        with pytest.raises(Unusable):
            prove_crl(bytes(changed), PKI.issuer.der)


def test_an_authority_whose_key_may_not_sign_crls_signs_none() -> None:
    basic = Extension(oids.BASIC_CONSTRAINTS, der.seq(der.boolean()), critical=True)
    draft = Draft(gost_key("certifier"), PKI.issuer.subject, (basic, key_usage(5)))
    certifier = issue(draft, PKI.root)
    with pytest.raises(Unusable, match="may not sign CRLs"):
        prove_crl(crl(certifier), certifier.der)


def test_a_proven_crl_of_another_authority_tells_nothing() -> None:
    foreign = prove_crl(crl(PKI.root, [(MINE, COMPROMISED)]), PKI.root.der)
    mine = prove_crl(base([], age=HOUR), PKI.issuer.der)
    answer = read_status((), LEAF, ISSUER, policy=POLICY, at=NOW, held=(foreign, mine))
    assert answer.status == "good"
    with pytest.raises(Unusable, match="there is no CRL"):
        read_status((), LEAF, ISSUER, policy=POLICY, at=NOW, held=(foreign,))


def test_a_plain_crl_of_version_1_is_read() -> None:
    assert len(prove_crl(raw_crl(version=b""), PKI.issuer.der).entries) == 0


def test_the_entries_are_walked_only_when_the_signature_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def walk(*_: object, **__: object) -> None:
        raise AssertionError("walked")

    monkeypatch.setattr(crl_reading, "read_entries", walk)
    with pytest.raises(Unusable, match="signature does not hold"):
        prove_crl(crl(PKI.issuer, [(1, None)], key=gost_key("attacker")), PKI.issuer.der)


def test_the_same_crl_is_proven_once_and_under_another_issuer_again() -> None:
    data = base([(1, None)])
    assert read_crl(data, PKI.issuer.der) is read_crl(bytes(bytearray(data)), PKI.issuer.der)
    with pytest.raises(Unusable):
        read_crl(data, PKI.root.der)


def test_crls_remembered_are_bounded_in_number_and_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crl_reading, "REMEMBERED_CRLS", 3)
    for number in range(6):
        read_crl(crl(PKI.issuer, [(number + 1, None)], number=number), PKI.issuer.der)
    assert len(crl_reading._remembered._crls) == 3
    monkeypatch.setattr(crl_reading, "REMEMBERED_OCTETS", 200)
    read_crl(crl(PKI.issuer, [(n, None) for n in range(1, 6)], number=9), PKI.issuer.der)
    assert crl_reading._remembered._octets <= 200


def test_any_octets_cost_little() -> None:
    junk = os.urandom(4_000_000)
    started = datetime.now().astimezone()
    for data in (junk, b"\x30\x84\x00\x3d\x09\x00" + junk[6:], der.seq(der.seq(junk))):
        with pytest.raises(Unusable):
            prove_crl(data, PKI.issuer.der)
    assert datetime.now().astimezone() - started < timedelta(seconds=1)

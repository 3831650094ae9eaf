"""Thousands of certificates, names and constraints: what they cost, and that they hide nothing."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.path import build
from eds_verifier.path.build import Search
from eds_verifier.path.certificate import Certificate, same_name
from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.profile import NCA
from eds_verifier.path.validate import validate_path
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import DAY, NOW, Extension, rsa_key
from tests.unit.eds_verifier.path import chains
from tests.unit.eds_verifier.path.chains import (
    Chain,
    authority,
    certify,
    issuer_id,
    person,
    prove,
    refused,
)

SECOND = 1.0
"""What a verdict on hostile input may take of a processor, however busy the machine is."""


@pytest.fixture(scope="module")
def chain() -> Chain:
    return chains.chain()


def look_alikes(chain: Chain, count: int) -> tuple[Certificate, ...]:
    """Authorities with the issuer's name and key identifier, each with a key of its own."""
    honest = chain.issuer.certificate
    info = bytearray(honest.key_info)
    found = []
    for number in range(count):
        info[40:44] = number.to_bytes(4, "big")  # in the modulus
        found.append(replace(honest, key_info=bytes(info), sha256=f"{number:064x}"))
    return tuple(found)


def test_thousands_of_look_alikes_cost_no_time_and_hide_no_pinned_path(chain: Chain) -> None:
    leaf = certify(person(chain.issuer), chain.issuer)
    many = look_alikes(chain, 5_000)
    pinned = chains.store_of([chain.root], [chain.middle, chain.issuer])
    started = time.process_time()
    path = validate_path(leaf.certificate, replace(pinned, extra=many), at=NOW, kept=KeptPaths())
    crowded = replace(chain.store(), extra=(*many, chain.middle.certificate))
    reason, detail = refused(leaf, crowded)
    assert time.process_time() - started < SECOND
    assert path.pinned
    assert (reason, "the search was stopped" in detail) == ("untrusted_issuer", True)


def test_thousands_of_names_to_be_compared_cost_no_time(chain: Chain) -> None:
    """Names that differ in octets and may still be one: comparing them is not free."""
    leaf = certify(person(chain.issuer), chain.issuer)
    many = tuple(
        replace(c, subject_der=chains.named(chains.CA_NAME, ("2.5.4.10", "О" * (number % 500))))
        for number, c in enumerate(look_alikes(chain, 5_000))
    )
    trust = replace(chain.store(), extra=many)
    started = time.process_time()
    assert refused(leaf, trust)[0] == "untrusted_issuer"
    assert time.process_time() - started < SECOND
    search = Search(trust, NCA)
    assert list(search.paths(leaf.certificate)) == []
    assert (search.names, search.exhausted) == (build.MAX_NAMES, True)


def test_large_names_are_one_name_only_when_their_octets_are(chain: Chain) -> None:
    """Comparing them letter by letter would cost more than a signature check."""
    parts = [("2.5.4.10", "О")] * (build.MAX_NAME // 12)
    large, other = (chains.named(name, *parts) for name in (chains.CA_NAME, "ұлттық"))
    issuer = certify(replace(chain.issuer.draft, subject=large), chain.middle)
    trust = chains.store_of([chain.root], extra=[chain.middle, issuer])
    assert build.MAX_NAME < len(large) < 4_096
    assert same_name(large, other)
    assert prove(certify(person(issuer), issuer), trust).issuer.certificate == issuer.certificate
    assert refused(certify(replace(person(issuer), issuer=other), issuer), trust)[0] == (
        "untrusted_issuer"
    )


def test_a_web_of_authorities_that_all_certified_each_other_is_left_in_time(chain: Chain) -> None:
    """Every path through it is one of signatures that hold, and none ends."""
    keys = [rsa_key(f"web{number}") for number in range(4)]
    drafts = [authority(f"WEB {number}", key) for number, key in enumerate(keys)]
    makers = [certify(draft) for draft in drafts]
    web = [
        certify(replace(draft, serial=serial).with_(issuer_id(maker.key_id)), maker)
        for draft in drafts
        for maker in makers
        if maker.draft is not draft
        for serial in range(1, 4)
    ]
    leaf = certify(person(makers[0]), makers[0])
    search = Search(chain.store(*web), NCA)
    started = time.process_time()
    assert list(search.paths(leaf.certificate)) == []
    assert time.process_time() - started < SECOND
    assert search.exhausted
    assert search.signatures == build.MAX_SIGNATURES


def test_names_and_name_constraints_without_end_cost_no_time(chain: Chain) -> None:
    """Certified by a root the caller trusts; each name would be compared with each constraint."""
    trees = b"".join(der.seq(der.tlv(0x82, b"a%d" % number)) for number in range(2_000))
    constraints = der.seq(der.tlv(0xA1, trees))
    issuer = certify(
        chain.issuer.draft.with_(Extension(chains.NAME_CONSTRAINTS, constraints, critical=True)),
        chain.middle,
    )
    names = der.seq(*(der.tlv(0x82, b"b%d" % number) for number in range(5_000)))
    leaf = certify(person(issuer).with_(Extension(oids.SUBJECT_ALT_NAME, names)), issuer)
    trust = chains.store_of([chain.root], extra=[chain.middle, issuer])
    started = time.process_time()
    reason, detail = refused(leaf, trust)
    assert time.process_time() - started < SECOND
    assert (reason, "too many names" in detail) == ("untrusted_issuer", True)
    assert prove(certify(person(issuer), issuer), trust).leaf.serial == 0x3039


BULK = {
    "policies": chains.policies(*(f"1.2.{number}" for number in range(3_400))),
    "mappings": Extension(
        chains.POLICY_MAPPINGS,
        der.seq(*(der.seq(der.oid(f"1.2.{n}"), der.oid(f"1.3.{n}")) for n in range(2_200))),
    ),
    "constraints": Extension(
        chains.NAME_CONSTRAINTS,
        der.seq(der.tlv(0xA1, b"".join(der.seq(der.tlv(0x82, b"a%d" % n)) for n in range(2_000)))),
        critical=True,
    ),
    "extensions": None,
}


@pytest.mark.parametrize("kind", BULK)
@pytest.mark.parametrize("size", ["as large as is read", "larger"])
def test_authorities_without_end_cost_no_time(chain: Chain, kind: str, size: str) -> None:
    """Several of them over one leaf, certified by a root the caller trusts."""
    bulk = BULK[kind]
    drafts = [replace(chain.issuer.draft, serial=serial) for serial in range(1, 9)]
    if bulk is None:
        many = tuple(Extension(f"1.2.3.{number}", der.NULL) for number in range(2_000))
        drafts = [replace(d, extensions=(*d.extensions, *many)) for d in drafts]
    else:
        drafts = [draft.with_(bulk) for draft in drafts]
    middle = chain.middle
    if size == "larger":
        middle = certify(chain.middle.draft.with_(chains.policies(*["1.2.3"] * 3_000)), chain.root)
    heavy = [certify(draft, middle) for draft in drafts]
    trust = chains.store_of([chain.root], extra=[middle, *heavy])
    leaf = certify(person(chain.issuer), chain.issuer)
    certificate = leaf.certificate
    started = time.process_time()
    try:
        validate_path(certificate, trust, at=NOW, kept=KeptPaths())
    except Refused as refusal:
        detail = refusal.detail
    else:
        detail = "taken"
    assert time.process_time() - started < SECOND
    assert ("too large" in detail) == (size == "larger")


def test_many_paths_that_do_not_hold_are_not_all_tried(chain: Chain) -> None:
    """Each expired: found by its signatures, refused by the full way, which costs more."""
    expired = [
        certify(replace(chain.issuer.draft, serial=serial, not_after=NOW - DAY), chain.middle)
        for serial in range(1, 20)
    ]
    trust = chains.store_of([chain.root], extra=[chain.middle, *expired])
    leaf = certify(person(chain.issuer), chain.issuer)
    started = time.process_time()
    assert refused(leaf, trust)[0] == "untrusted_issuer"
    assert time.process_time() - started < SECOND
    search = Search(trust, NCA)
    assert len(list(search.paths(leaf.certificate))) == build.MAX_PATHS


def test_a_path_longer_than_any_of_the_nca_is_not_followed() -> None:
    made = [certify(authority("A0", rsa_key("deep0")))]
    for number in range(1, build.MAX_AUTHORITIES + 1):
        draft = authority(f"A{number}", rsa_key(f"deep{number % 3}x"), made[-1])
        made.append(certify(draft, made[-1]))
    trust = chains.store_of(made[:1], extra=made[1:])
    longest = made[build.MAX_AUTHORITIES - 1]
    path = prove(certify(person(longest), longest), trust)
    assert len(path.certificates) == build.MAX_AUTHORITIES + 1
    reason, detail = refused(certify(person(made[-1]), made[-1]), trust)
    assert (reason, "the search was stopped" in detail) == ("untrusted_issuer", True)


def test_an_authority_key_identifier_of_thousands_of_names_costs_no_time(chain: Chain) -> None:
    above = chain.issuer.certificate
    names = b"".join(der.tlv(0xA4, chains.named(f"{number}")) for number in range(1_500))
    identifier = Extension(
        oids.AUTHORITY_KEY_IDENTIFIER,
        der.seq(
            der.tlv(0x80, above.subject_key_id or b""),
            der.tlv(0xA1, names),
            b"\x82" + der.integer(above.serial)[1:],
        ),
    )
    leaf = certify(person(chain.issuer).with_(identifier), chain.issuer)
    trust = replace(chain.store(), extra=look_alikes(chain, 5_000))
    started = time.process_time()
    assert refused(leaf, trust)[0] == "untrusted_issuer"
    assert time.process_time() - started < SECOND

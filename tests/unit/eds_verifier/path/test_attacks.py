"""Paths an attacker would offer: certificates of his own, of others, and thousands of them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.cms.message import parse_message
from eds_verifier.path import build
from eds_verifier.path.build import Search
from eds_verifier.path.certificate import Certificate, same_name
from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.profile import NCA
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import DAY, NOW, Extension, extended, gost_key, rsa_key
from tests.unit.eds_verifier.path import chains
from tests.unit.eds_verifier.path.chains import (
    Chain,
    Made,
    authority,
    certify,
    issuer_id,
    key_id,
    person,
)

SECOND = 1.0
"""What a verdict on hostile input may take of a processor, however busy the machine is."""


@pytest.fixture(scope="module")
def chain() -> Chain:
    return chains.chain()


def prove(leaf: Made, trust: TrustStore, at: datetime = NOW) -> ValidatedPath:
    return validate_path(leaf.certificate, trust, at=at, kept=KeptPaths())


def refused(leaf: Made, trust: TrustStore, at: datetime = NOW) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        prove(leaf, trust, at)
    return str(caught.value.reason), caught.value.detail


def test_a_person_certifies_nobody(chain: Chain) -> None:
    honest = certify(person(chain.issuer), chain.issuer)
    forged = certify(person(honest, rsa_key("another")), honest)
    reason, detail = refused(forged, chain.store(honest))
    assert (reason, "not an authority's" in detail) == ("untrusted_issuer", True)


@pytest.mark.parametrize("ca", ["certified by itself", "certified by the root, it says"])
def test_an_authority_of_the_same_name_and_key_id_with_another_key_is_nobody(
    chain: Chain, ca: str
) -> None:
    identifier = key_id(chain.issuer.key_id)
    draft = authority(chains.CA_NAME, rsa_key("mallory")).with_(identifier)
    if ca == "certified by itself":
        mallory = certify(draft)
    else:
        named = replace(draft, issuer=chain.middle.draft.subject)
        mallory = certify(named.with_(issuer_id(chain.middle.key_id)))
    forged = certify(person(chain.issuer), mallory)
    for trust in (chain.store(mallory), chains.store_of([chain.root], [chain.issuer])):
        assert refused(forged, trust)[0] == "untrusted_issuer"


def test_a_lookalike_of_the_root_is_no_anchor(chain: Chain) -> None:
    draft = authority(chains.ROOT_NAME, rsa_key("mallory")).with_(key_id(chain.root.key_id))
    root = certify(draft)
    issuer = certify(
        authority(chains.CA_NAME, rsa_key("ca2"), root).with_(issuer_id(chain.root.key_id)), root
    )
    forged = certify(person(issuer), issuer)
    assert refused(forged, chain.store(root, issuer))[0] == "untrusted_issuer"
    assert refused(certify(person(chain.root), root), chain.store(root)) == (
        "untrusted_issuer",
        "the certificate bears the name of a trusted authority but not its signature",
    )


def test_a_leaf_that_certified_itself_is_nobody(chain: Chain) -> None:
    itself = certify(person(chain.issuer))
    assert refused(itself, chain.store(itself))[0] == "untrusted_issuer"


def crossed() -> tuple[Made, Made]:
    """Two authorities that certified each other."""
    left, right = (authority(name, rsa_key(name)) for name in ("left", "right"))
    by_right = certify(left.with_(issuer_id(chains.identifier_of(right.key))), certify(right))
    by_left = certify(right.with_(issuer_id(chains.identifier_of(left.key))), certify(left))
    return by_right, by_left


def test_a_loop_of_authorities_leads_nowhere(chain: Chain) -> None:
    left, right = crossed()
    leaf = certify(person(left), left)
    search = Search(chain.store(left, right), NCA)
    assert list(search.paths(leaf.certificate)) == []
    assert search.signatures <= 4
    assert refused(leaf, chain.store(left, right))[0] == "untrusted_issuer"


def test_a_loop_does_not_hide_the_way_out(chain: Chain) -> None:
    left, right = crossed()
    out = certify(left.draft.with_(issuer_id(chain.middle.key_id)), chain.middle)
    leaf = certify(person(left), left)
    path = prove(leaf, chain.store(left, right, out))
    assert [c.sha256 for c in path.certificates] == [
        made.certificate.sha256 for made in (leaf, out, chain.middle, chain.root)
    ]


@pytest.mark.parametrize("limited", ["root", "middle", "issuer"])
def test_a_path_length_is_not_exceeded_through_intermediates(limited: str) -> None:
    length = {limited: {"root": 2, "middle": 1, "issuer": 0}[limited]}
    root = certify(authority("R", rsa_key("root"), path_length=length.get("root")))
    middle = certify(
        authority("M", rsa_key("middle"), root, path_length=length.get("middle")), root
    )
    issuer = certify(
        authority("I", rsa_key("ca"), middle, path_length=length.get("issuer")), middle
    )
    allowed = certify(person(issuer), issuer)
    below = certify(authority("B", rsa_key("mallory"), issuer), issuer)
    forged = certify(person(below), below)
    trust = chains.store_of([root], extra=[middle, issuer, below])
    assert len(prove(allowed, trust).certificates) == 4
    assert refused(forged, trust)[0] == "untrusted_issuer"


def test_no_certificate_of_others_stands_above_a_pinned_authority(chain: Chain) -> None:
    """The issuer is pinned, and its root is not: another root of the list may not adopt it."""
    root = certify(authority("ANOTHER ROOT", rsa_key("root2")))
    bridge = certify(chain.middle.draft.with_(issuer_id(root.key_id)), root)
    leaf = certify(person(chain.issuer), chain.issuer)
    assert prove(leaf, chains.store_of([root], extra=[bridge, chain.issuer])).pinned is False
    pinned = chains.store_of([root], [chain.issuer], extra=[bridge])
    assert refused(leaf, pinned)[0] == "untrusted_issuer"


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
    "purposes": extended("2.5.29.37.0", *(f"1.2.{number}" for number in range(4_500))),
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


@pytest.mark.parametrize(
    ("named", "taken"),
    [
        ("nothing", True),
        ("issuer and serial", True),
        ("another serial", False),
        ("another issuer", False),
        ("serial alone", False),
        ("issuer alone", False),
        ("a name of another kind", False),
    ],
)
def test_an_authority_key_identifier_does_not_contradict_its_issuer(
    chain: Chain, named: str, *, taken: bool
) -> None:
    above = chain.issuer.certificate
    kinds = {
        "nothing": issuer_id(above.subject_key_id),
        "issuer and serial": issuer_id(
            above.subject_key_id, issuer=above.issuer_der, serial=above.serial
        ),
        "another serial": issuer_id(
            above.subject_key_id, issuer=above.issuer_der, serial=above.serial + 1
        ),
        "another issuer": issuer_id(
            above.subject_key_id, issuer=above.subject_der, serial=above.serial
        ),
        "serial alone": issuer_id(above.subject_key_id, serial=above.serial),
        "issuer alone": issuer_id(above.subject_key_id, issuer=above.issuer_der),
        "a name of another kind": Extension(
            oids.AUTHORITY_KEY_IDENTIFIER,
            der.seq(
                der.tlv(0x80, above.subject_key_id or b""),
                der.tlv(0xA1, der.tlv(0x82, b"ca.example")),
                b"\x82" + der.integer(above.serial)[1:],
            ),
        ),
    }
    leaf = certify(person(chain.issuer).with_(kinds[named]), chain.issuer)
    if taken:
        assert prove(leaf, chain.store()).issuer.certificate == above
    else:
        assert refused(leaf, chain.store())[0] == "untrusted_issuer"


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


def test_another_key_identifier_is_another_issuer(chain: Chain) -> None:
    leaf = certify(person(chain.issuer).with_(issuer_id(b"another")), chain.issuer)
    assert refused(leaf, chain.store())[0] == "untrusted_issuer"


def test_a_name_is_compared_as_the_standard_says(chain: Chain) -> None:
    """Case and spaces do not matter (RFC 5280 section 7.1)."""
    spelt = chains.named(f"  {chains.CA_NAME.lower()} ")
    leaf = certify(replace(person(chain.issuer), issuer=spelt), chain.issuer)
    assert prove(leaf, chain.store()).issuer.certificate == chain.issuer.certificate


def test_a_leaf_of_one_algorithm_under_an_authority_of_another() -> None:
    root = certify(authority("R", gost_key("root")))
    issuer = certify(authority("I", rsa_key("ca"), root), root)
    leaf = certify(person(issuer, gost_key("leaf")), issuer)
    assert prove(leaf, chains.store_of([root], [issuer])).pinned


def test_a_weak_key_of_an_authority_certifies_nobody() -> None:
    root = certify(authority("R", rsa_key("root")))
    issuer = certify(authority("I", rsa_key("weak", 1024), root), root)
    leaf = certify(person(issuer), issuer)
    assert refused(leaf, chains.store_of([root], [issuer]))[0] == "untrusted_issuer"


@pytest.mark.parametrize("place", ["root", "middle", "issuer"])
@pytest.mark.parametrize("when", ["past", "future"])
def test_every_authority_is_valid_at_the_instant(place: str, when: str) -> None:
    def at(where: str, draft: chains.Draft) -> chains.Draft:
        if where != place:
            return draft
        if when == "past":
            return replace(draft, not_after=NOW)
        return replace(draft, not_before=NOW)

    root = certify(at("root", authority("R", rsa_key("root"))))
    middle = certify(at("middle", authority("M", rsa_key("middle"), root)), root)
    issuer = certify(at("issuer", authority("I", rsa_key("ca"), middle)), middle)
    leaf = certify(person(issuer), issuer)
    trust = chains.store_of([root], extra=[middle, issuer])
    outside = NOW + DAY / 86_400 if when == "past" else NOW - DAY / 86_400
    assert len(prove(leaf, trust, NOW).certificates) == 4
    assert refused(leaf, trust, outside)[0] == "untrusted_issuer"


# Real certificates


def real(shared_data: Path, name: str) -> Certificate:
    return Certificate.parse((shared_data / f"nca-rk/{name}.cer").read_bytes())


def real_store(shared_data: Path, root: str, issuer: str) -> TrustStore:
    return TrustStore(
        "real",
        (
            TrustedAuthority("root", "root", None, real(shared_data, root)),
            TrustedAuthority("issuer", "issuer", "root", real(shared_data, issuer)),
        ),
    )


def test_the_generation_that_expired_in_2025_holds_no_more(shared_data: Path) -> None:
    """A person's certificate of 2018: with its authorities it held then, and nothing of it now."""
    message = parse_message((shared_data / "samples/cms/gost2004_legal_attached.der").read_bytes())
    leaf = next(
        certificate
        for certificate in map(Certificate.parse, message.certificates)
        if not certificate.is_ca
    )
    trust = real_store(shared_data, "prod/root_gost", "prod/nca_gost")
    then = leaf.not_before + DAY
    assert validate_path(leaf, trust, at=then, kept=KeptPaths()).pinned
    with pytest.raises(Refused, match="expired"):
        validate_path(leaf, trust, at=NOW, kept=KeptPaths())
    lasting = replace(leaf, not_after=NOW + DAY)
    with pytest.raises(Refused, match="untrusted_issuer"):
        validate_path(lasting, trust, at=datetime(2025, 7, 28, tzinfo=UTC), kept=KeptPaths())


def test_a_certificate_of_the_test_contour_is_nobodys_in_production(shared_data: Path) -> None:
    leaf = Certificate.parse(
        (shared_data / "samples/certs/gost2015_individual_valid.cer").read_bytes()
    )
    contour = real_store(shared_data, "test/root_test_gost_2022", "test/nca_gost2022_test")
    production = real_store(shared_data, "prod/root_gost_2022", "prod/nca_gost_2022")
    offered = tuple(a.certificate for a in contour.authorities)
    assert validate_path(leaf, contour, at=NOW, kept=KeptPaths()).pinned
    for trust in (production, replace(production, extra=offered)):
        with pytest.raises(Refused, match="untrusted_issuer"):
            validate_path(leaf, trust, at=NOW, kept=KeptPaths())


def test_the_roots_of_nearly_one_name_are_told_apart(shared_data: Path) -> None:
    """All the NCA's roots trusted at once: each authority is under its own alone."""
    names = [path.stem for path in sorted((shared_data / "nca-rk/prod").glob("*.cer"))]
    everyone = {name: real(shared_data, f"prod/{name}") for name in names}
    roots = {name: c for name, c in everyone.items() if c.subject_der == c.issuer_der}
    trust = TrustStore(
        "real", tuple(TrustedAuthority(name, "root", None, c) for name, c in roots.items())
    )
    found = {
        name: [path[0].name for path in Search(trust, NCA).paths(certificate)]
        for name, certificate in everyone.items()
        if certificate.is_ca and name not in roots
    }
    assert found == {
        "btsd_gost": ["root_gost_2020"],
        "nca_gost": ["root_gost"],
        "nca_gost_2022": ["root_gost_2022"],
        "nca_rsa": ["root_rsa"],
        "nca_rsa_2022": ["root_rsa_2020"],
        "ucgo_gost": ["root_gost_2020"],
    }

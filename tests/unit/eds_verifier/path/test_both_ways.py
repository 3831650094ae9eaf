"""The short way ends as the full one does, over chains mutated at random and signed anew.

What is changed is signed with the right key, so that the change itself is judged and not the
signature; now and then the signature is changed too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.kept import KeptPaths, is_plain
from eds_verifier.path.profile import NCA, RFC5280, Profile
from eds_verifier.path.validate import validate_path
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier import der, factory
from tests.unit.eds_verifier.factory import (
    DAY,
    NOW,
    Extension,
    extended,
    gost_key,
    key_usage,
    rsa_key,
)
from tests.unit.eds_verifier.path import chains
from tests.unit.eds_verifier.path.both_ways import CountingPaths, Outcome, both_ways
from tests.unit.eds_verifier.path.chains import (
    Draft,
    Made,
    authority,
    basic,
    certify,
    issuer_id,
    key_id,
    person,
    signed,
    to_be_signed,
)

SETTINGS = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CPS = der.seq(der.oid("1.3.6.1.5.5.7.2.1"), der.tlv(0x16, b"http://pki.example/cps"))
NOTICE = der.seq(der.oid("1.3.6.1.5.5.7.2.2"), der.seq(der.utf8("заметка")))
PROFILES = st.sampled_from([NCA, RFC5280])


@dataclass(frozen=True, repr=False)
class World:
    """Issuers by name, each with leaves that hold, and one store that knows them all."""

    issuers: dict[str, Made]
    siblings: dict[str, Certificate]
    trust: TrustStore


@pytest.fixture(scope="module")
def world() -> World:
    root = certify(authority("R", rsa_key("root")))
    gost_root = certify(authority("G", gost_key("root")))
    middle = certify(authority("M", rsa_key("middle"), root), root)
    drafts: dict[str, tuple[Draft, Made]] = {
        "under the root": (authority("I1", rsa_key("ca"), root), root),
        "under an intermediate": (authority("I2", rsa_key("ca2"), middle, path_length=0), middle),
        "of names": (
            authority("I3", rsa_key("ca3"), root).with_(
                chains.name_constraints(permitted=factory.name((("2.5.4.6", "KZ"),)))
            ),
            root,
        ),
        "of policies": (
            authority("I4", rsa_key("ca4"), root).with_(
                chains.policies("1.2.398.3.3.2"), chains.require_explicit_policy()
            ),
            root,
        ),
        "of purposes": (
            authority("I5", rsa_key("ca5"), root).with_(
                extended(oids.EMAIL_PROTECTION, oids.NCA_INDIVIDUAL)
            ),
            root,
        ),
        "with GOST": (authority("I6", gost_key("ca"), gost_root), gost_root),
    }
    issuers = {name: certify(draft, above) for name, (draft, above) in drafts.items()}
    siblings = {n: certify(person(made), made).certificate for n, made in issuers.items()}
    trust = chains.store_of(
        [root, gost_root],
        [made for name, made in issuers.items() if name != "under an intermediate"],
        extra=[middle, issuers["under an intermediate"]],
    )
    return World(issuers, siblings, trust)


def alternative_names(*names: bytes) -> Extension:
    return Extension(oids.SUBJECT_ALT_NAME, der.seq(*names))


def policy(*qualifiers: bytes, oid: str = "1.2.398.3.3.2") -> bytes:
    return der.seq(der.oid(oid), der.seq(*qualifiers) if qualifiers else b"")


EXTENSIONS = st.one_of(
    st.builds(
        Extension,
        st.sampled_from(
            [
                oids.CERTIFICATE_POLICIES, oids.SUBJECT_ALT_NAME, oids.BASIC_CONSTRAINTS,
                "2.5.29.31", "2.5.29.46", "1.3.6.1.5.5.7.1.1", "2.5.29.9", "2.5.29.18",
                "2.5.29.16", "2.5.29.30", "2.5.29.33", "2.5.29.36", "2.5.29.54",
                "1.3.6.1.5.5.7.1.3", "1.3.6.1.5.5.7.1.24", "1.3.6.1.5.5.7.48.1.5",
                oids.NCA_KEY_STORAGE, "1.2.398.3.3.999",
            ]
        ),
        st.sampled_from(
            [
                der.NULL, der.seq(), der.seq(der.NULL), der.seq(der.seq()), der.octets(b"x"),
                der.seq(der.oid("1.2.3")), der.seq(der.seq(der.oid("1.2.3"))), der.integer(0),
                der.set_of(), b"", b"\x30\x05\x02", der.seq(der.seq(der.utf8("x"))),
            ]
        ),
        st.booleans(),
    ),
    st.sampled_from(
        [
            chains.policies(), chains.policies("2.5.29.32.0"), chains.policies("1.2.3", "1.2.3"),
            chains.policies(*(f"1.2.3.{number}" for number in range(20))),
            chains.policies(*(f"1.2.3.{number}" for number in range(1_100))),
            Extension(oids.CERTIFICATE_POLICIES, der.seq(policy(CPS))),
            Extension(oids.CERTIFICATE_POLICIES, der.seq(policy(CPS, NOTICE))),
            Extension(oids.CERTIFICATE_POLICIES, der.seq(policy(der.seq(der.oid("1.2.3"))))),
            alternative_names(der.tlv(0x81, b"a@example.kz")),
            alternative_names(der.tlv(0x81, "пошта@қаз".encode())),
            alternative_names(der.tlv(0x86, b"http://[bad")),
            alternative_names(der.tlv(0x87, b"\x01")), alternative_names(der.tlv(0x88, b"\x80")),
            alternative_names(der.tlv(0xA4, chains.named("x"))), alternative_names(b"\xa0\x00"),
            chains.require_explicit_policy(), chains.name_constraints(permitted=chains.named("x")),
            basic(), basic(ca=False), basic(path_length=0), basic(ca=False, path_length=0),
            key_usage(0), key_usage(5), key_usage(0, 1, 8), extended(), extended("2.5.29.37.0"),
            extended(oids.EMAIL_PROTECTION), key_id(b""), issuer_id(None), issuer_id(b""),
            issuer_id(b"x" * 20),
        ]
    ),
)  # fmt: skip
SUBJECTS = st.sampled_from(
    [
        chains.named("x", ("1.2.840.113549.1.9.1", "a@example.kz")),
        der.seq(der.set_of(der.seq(der.oid("1.2.840.113549.1.9.1"), der.integer(5)))),
        chains.named("Ә" * 70),
        chains.named("x", ("2.5.4.99999", "x")),
        der.seq(),
        der.seq(der.set_of()),
        der.seq(der.seq()),
        der.seq(der.set_of(der.seq(der.oid("2.5.4.3")))),
        der.seq(der.set_of(der.seq(der.oid("2.5.4.3"), der.integer(5)))),
        der.seq(der.set_of(der.seq(der.oid("2.5.4.6"), der.utf8("Қазақстан")))),
        der.seq(der.set_of(der.seq(der.oid("2.5.4.3"), b"\x0c\x02\xff\xfe"))),
        der.set_of(),
        der.NULL,
    ]
)
CHANGES: st.SearchStrategy[Callable[[Draft], Draft]] = st.one_of(
    EXTENSIONS.map(lambda e: lambda d: d.with_(e)),
    EXTENSIONS.map(lambda e: lambda d: replace(d, extensions=(*d.extensions, e))),
    st.sampled_from(
        [
            oids.KEY_USAGE, oids.EXTENDED_KEY_USAGE, oids.CERTIFICATE_POLICIES,
            oids.SUBJECT_KEY_IDENTIFIER, oids.AUTHORITY_KEY_IDENTIFIER,
        ]
    ).map(lambda oid: lambda d: d.without(oid)),
    SUBJECTS.map(lambda name: lambda d: replace(d, subject=name)),
    SUBJECTS.map(lambda name: lambda d: replace(d, issuer=name)),
    st.sampled_from([0, -1, 1, 1 << 158, 1 << 159, 1 << 160]).map(
        lambda serial: lambda d: replace(d, serial=serial)
    ),
    st.sampled_from([None, 0, 1, 2, 3, 7]).map(
        lambda version: lambda d: replace(d, version=version)
    ),
    st.sampled_from([-400, -30, -1, 0, 1]).map(
        lambda days: lambda d: replace(d, not_after=NOW + days * DAY)
    ),
    st.sampled_from([-400, 0, 1, 300]).map(
        lambda days: lambda d: replace(d, not_before=NOW + days * DAY)
    ),
)  # fmt: skip


def compared(
    world: World, name: str, data: bytes, profile: Profile, moment: int = 0
) -> tuple[Outcome, Outcome] | None:
    """Both outcomes for the octets of a leaf; None when they are no certificate.

    Its issuer's path is kept before it comes, so that the short way is open to it.
    """
    try:
        leaf = Certificate.parse(data)
    except Refused:
        return None
    kept = KeptPaths()
    validate_path(world.siblings[name], world.trust, at=NOW, profile=profile, kept=kept)
    at = NOW + timedelta(days=moment)
    return both_ways(leaf, world.trust, at=at, kept=kept, profile=profile)


NAMES = st.sampled_from(
    ["under the root", "under an intermediate", "of names", "of policies", "of purposes"]
)
DAYS = st.sampled_from([0, 0, 0, -40, -1_000, 400, 1_000])


@SETTINGS
@given(name=NAMES, changes=st.lists(CHANGES, max_size=3), profile=PROFILES, moment=DAYS)
def test_both_ways_agree_on_changed_leaves(
    world: World,
    name: str,
    changes: list[Callable[[Draft], Draft]],
    profile: Profile,
    moment: int,
) -> None:
    issuer = world.issuers[name]
    draft = person(issuer)
    for change in changes:
        draft = change(draft)
    found = compared(world, name, certify(draft, issuer).der, profile, moment)
    assert found is None or found[0] == found[1]


@SETTINGS
@given(data=st.data(), name=NAMES, profile=PROFILES, resigned=st.booleans())
def test_both_ways_agree_on_octets_changed_anywhere(
    world: World, data: st.DataObject, name: str, profile: Profile, *, resigned: bool
) -> None:
    """An octet replaced, put in or taken out, and the certificate signed again or not."""
    issuer = world.issuers[name]
    tbs = to_be_signed(person(issuer), issuer.draft)
    whole = tbs if resigned else certify(person(issuer), issuer).der
    octets = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(octets) - 1))
        new = data.draw(st.binary(max_size=2))
        octets[position : position + data.draw(st.integers(0, 1))] = new
    changed = signed(bytes(octets), issuer.draft.key) if resigned else bytes(octets)
    found = compared(world, name, changed, profile)
    assert found is None or found[0] == found[1]


@SETTINGS
@given(
    data=st.data(),
    where=st.sampled_from(["issuer", "middle", "root"]),
    changes=st.lists(CHANGES, max_size=2),
    profile=PROFILES,
    moment=DAYS,
)
def test_both_ways_agree_under_changed_authorities(
    data: st.DataObject,
    where: str,
    changes: list[Callable[[Draft], Draft]],
    profile: Profile,
    moment: int,
) -> None:
    """Whatever an authority is like, a second leaf under it fares as it would alone."""

    def changed(place: str, draft: Draft) -> Draft:
        for change in changes if place == where else ():
            draft = change(draft)
        return draft

    root = certify(changed("root", authority("R", rsa_key("root"))))
    middle = certify(changed("middle", authority("M", rsa_key("middle"), root)), root)
    issuer = certify(changed("issuer", authority("I", rsa_key("ca"), middle)), middle)
    draft = person(issuer)
    for change in data.draw(st.lists(CHANGES, max_size=1)):
        draft = change(draft)
    try:
        trust = chains.store_of([root], extra=[middle, issuer])
        leaves = [certify(person(issuer), issuer).certificate, certify(draft, issuer).certificate]
    except Refused:
        return
    kept = KeptPaths()
    for leaf in (*leaves, *leaves):
        full, short = both_ways(
            leaf, trust, at=NOW + timedelta(days=moment), kept=kept, profile=profile
        )
        assert full == short


@pytest.mark.parametrize("name", ["under the root", "under an intermediate", "with GOST"])
def test_the_comparison_compares(world: World, name: str) -> None:
    """The sibling makes its issuer's path kept, and a leaf of every day takes the short way."""
    kept = CountingPaths()
    issuer = world.issuers[name]
    leaf = certify(replace(person(issuer), serial=77), issuer).certificate
    assert is_plain(leaf)
    validate_path(world.siblings[name], world.trust, at=NOW, kept=kept)
    full, short = both_ways(leaf, world.trust, at=NOW, kept=kept)
    assert kept.hits == 1
    assert full == short
    assert full[0] == "ok"


@pytest.mark.parametrize("name", ["of names", "of policies"])
def test_a_path_with_constraints_is_never_kept(world: World, name: str) -> None:
    kept = CountingPaths()
    both_ways(world.siblings[name], world.trust, at=NOW, kept=kept)
    both_ways(world.siblings[name], world.trust, at=NOW, kept=kept)
    assert (kept.hits, len(kept)) == (0, 0)

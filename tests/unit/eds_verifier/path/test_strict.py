"""The strict rules at every place of a path, and that RFC 5280 alone lets through what they add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.profile import NCA, RFC5280, Profile
from eds_verifier.path.strict import (
    ANCHOR_RULES,
    AUTHORITY_RULES,
    END_RULES,
    first_broken,
    fits_purposes,
)
from eds_verifier.path.validate import validate_path
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier import der, factory
from tests.unit.eds_verifier.factory import NOW, Extension, extended, key_usage, rsa_key
from tests.unit.eds_verifier.path import chains
from tests.unit.eds_verifier.path.chains import Draft, Made, authority, basic, certify, person

Place = Literal["leaf", "issuer", "middle", "root"]
BETWEEN: tuple[Place, ...] = ("issuer", "middle")
ABOVE: tuple[Place, ...] = (*BETWEEN, "root")
EVERYWHERE: tuple[Place, ...] = ("leaf", *ABOVE)
UNKNOWN = Extension("1.2.398.3.3.999", der.NULL, critical=True)


@dataclass(frozen=True)
class Breakage:
    """One thing wrong, the places it is wrong at, and whether RFC 5280 alone takes it there."""

    name: str
    change: Callable[[Draft], Draft]
    places: tuple[Place, ...]
    plain: Literal["taken", "refused"]


BREAKAGES = (
    Breakage("version 1", lambda d: replace(d, version=None), EVERYWHERE, "taken"),
    Breakage("bare", lambda d: replace(d, version=None, extensions=()), BETWEEN, "refused"),
    Breakage("version 2", lambda d: replace(d, version=1), EVERYWHERE, "taken"),
    Breakage("serial zero", lambda d: replace(d, serial=0), EVERYWHERE, "taken"),
    Breakage("serial negative", lambda d: replace(d, serial=-5), EVERYWHERE, "taken"),
    Breakage("serial of 21 octets", lambda d: replace(d, serial=1 << 160), EVERYWHERE, "taken"),
    Breakage("serial's top bit", lambda d: replace(d, serial=1 << 159), EVERYWHERE, "taken"),
    Breakage("unknown critical", lambda d: d.with_(UNKNOWN), ("leaf", *BETWEEN), "refused"),
    Breakage("unknown critical anchor", lambda d: d.with_(UNKNOWN), ("root",), "taken"),
    Breakage("no AKI", lambda d: d.without(oids.AUTHORITY_KEY_IDENTIFIER), ("leaf",), "taken"),
    Breakage("no SKI", lambda d: d.without(oids.SUBJECT_KEY_IDENTIFIER), ABOVE, "taken"),
    Breakage("no key usage", lambda d: d.without(oids.KEY_USAGE), EVERYWHERE, "taken"),
    Breakage("signs CRLs only", lambda d: d.with_(key_usage(6)), BETWEEN, "refused"),
    Breakage("leaf is a CA", lambda d: d.with_(basic()), ("leaf",), "taken"),
    Breakage("leaf may certify", lambda d: d.with_(key_usage(0, 1, 5)), ("leaf",), "taken"),
    Breakage("not a CA", lambda d: d.with_(basic(ca=False)), BETWEEN, "refused"),
    Breakage("anchor not a CA", lambda d: d.with_(basic(ca=False)), ("root",), "taken"),
    Breakage("other purposes", lambda d: d.with_(extended(oids.OCSP_SIGNING)), ABOVE, "taken"),
)  # fmt: skip
CASES = [
    pytest.param(breakage, place, id=f"{breakage.name} at {place}")
    for breakage in BREAKAGES
    for place in breakage.places
]


def build(place: Place | None = None, change: Callable[[Draft], Draft] = lambda d: d) -> list[Made]:
    """Leaf, issuer, middle, root, one of them changed before it is signed."""

    def made(at: Place, draft: Draft, issuer: Made | None) -> Made:
        return certify(change(draft) if at == place else draft, issuer)

    root = made("root", authority(chains.ROOT_NAME, rsa_key("root")), None)
    middle = made("middle", authority(chains.MIDDLE_NAME, rsa_key("middle"), root), root)
    issuer = made("issuer", authority(chains.CA_NAME, rsa_key("ca"), middle), middle)
    return [made("leaf", person(issuer), issuer), issuer, middle, root]


def judge(chain: list[Made], profile: Profile) -> str:
    leaf, issuer, middle, root = chain
    store = chains.store_of([root], extra=(issuer, middle))
    try:
        validate_path(leaf.certificate, store, at=NOW, profile=profile, kept=KeptPaths(size=0))
    except Refused as refused:
        return str(refused.reason)
    return "ok"


@pytest.mark.parametrize("profile", [NCA, RFC5280], ids=lambda profile: str(profile.name))
def test_the_chain_that_is_broken_below_holds_unbroken(profile: Profile) -> None:
    assert judge(build(), profile) == "ok"


@pytest.mark.parametrize(("breakage", "place"), CASES)
def test_a_breakage_is_refused_at_its_place(breakage: Breakage, place: Place) -> None:
    refused = "certificate_invalid" if place == "leaf" else "untrusted_issuer"
    assert judge(build(place, breakage.change), NCA) == refused


@pytest.mark.parametrize(("breakage", "place"), CASES)
def test_the_standard_alone_says_of_it_what_is_told(breakage: Breakage, place: Place) -> None:
    taken = judge(build(place, breakage.change), RFC5280) == "ok"
    assert taken == (breakage.plain == "taken")


UNREADABLE = {
    "name constraints": Extension(chains.NAME_CONSTRAINTS, der.utf8("C=KZ"), critical=True),
    "subtrees": Extension(chains.NAME_CONSTRAINTS, der.seq(der.tlv(0xA0, der.NULL)), critical=True),
    "policy constraints": Extension(chains.POLICY_CONSTRAINTS, der.NULL, critical=True),
    "policy mappings": Extension(chains.POLICY_MAPPINGS, der.seq(der.NULL)),
    "policies": Extension(oids.CERTIFICATE_POLICIES, der.seq(der.NULL)),
    "any policy": Extension(chains.INHIBIT_ANY_POLICY, der.utf8("0"), critical=True),
}


@pytest.mark.parametrize("place", ABOVE)
@pytest.mark.parametrize("extension", UNREADABLE.values(), ids=UNREADABLE)
def test_an_authority_whose_limits_cannot_be_read_is_the_one_that_is_blamed(
    place: Place, extension: Extension
) -> None:
    assert judge(build(place, lambda d: d.with_(extension)), NCA) == "untrusted_issuer"


def test_a_leaf_whose_names_cannot_be_read_is_blamed_itself() -> None:
    names = Extension(oids.SUBJECT_ALT_NAME, der.seq(der.NULL))
    assert judge(build("leaf", lambda d: d.with_(names)), NCA) == "certificate_invalid"


def test_an_extension_stated_twice_is_no_certificate() -> None:
    """At any place: such a certificate is never read."""
    for made in build():
        doubled = replace(made.draft, extensions=(*made.draft.extensions, made.draft.extensions[0]))
        with pytest.raises(Refused, match="repeats extension"):
            Certificate.parse(certify(doubled).der)


def test_a_serial_of_20_octets_is_taken() -> None:
    assert judge(build("leaf", lambda d: replace(d, serial=(1 << 159) - 1)), NCA) == "ok"


def test_an_anchor_another_authority_certified_must_name_that_ones_key() -> None:
    above = certify(authority("ANOTHER", rsa_key("middle")))
    anchor = certify(authority(chains.ROOT_NAME, rsa_key("root"), above), above)
    bare = certify(anchor.draft.without(oids.AUTHORITY_KEY_IDENTIFIER), above)
    assert first_broken(ANCHOR_RULES, anchor.certificate) is None
    assert first_broken(ANCHOR_RULES, bare.certificate) == "does not name its issuer's key"


def test_no_table_is_empty() -> None:
    """An empty table would let everything through."""
    assert min(map(len, (END_RULES, AUTHORITY_RULES, ANCHOR_RULES))) >= 6


@pytest.mark.parametrize(
    ("authority_purposes", "leaf_purposes", "fits"),
    [
        (None, (oids.EMAIL_PROTECTION,), True),
        (None, (), True),
        (("2.5.29.37.0",), (oids.EMAIL_PROTECTION,), True),
        ((oids.EMAIL_PROTECTION,), (oids.EMAIL_PROTECTION,), True),
        ((oids.EMAIL_PROTECTION, oids.NCA_INDIVIDUAL), (oids.EMAIL_PROTECTION,), True),
        ((oids.EMAIL_PROTECTION,), (oids.EMAIL_PROTECTION, oids.NCA_INDIVIDUAL), False),
        ((oids.OCSP_SIGNING,), (oids.EMAIL_PROTECTION,), False),
        ((oids.EMAIL_PROTECTION,), (), False),
        ((), (oids.EMAIL_PROTECTION,), False),
    ],
)
def test_an_authority_limited_to_purposes_certifies_for_those(
    authority_purposes: tuple[str, ...] | None, leaf_purposes: tuple[str, ...], *, fits: bool
) -> None:
    chain = build()
    above, leaf = chain[1].draft, chain[0].draft.without(oids.EXTENDED_KEY_USAGE)
    if authority_purposes is not None:
        above = above.with_(extended(*authority_purposes))
    if leaf_purposes:
        leaf = leaf.with_(extended(*leaf_purposes))
    assert fits_purposes(certify(leaf).certificate, certify(above).certificate) is fits


def test_the_factorys_people_break_no_rule() -> None:
    pki = factory.pki("rsa")
    assert first_broken(END_RULES, factory.issue(pki.person(), pki.issuer).certificate) is None

"""What authorities impose on those below: length, names, policies (RFC 5280 section 6.1)."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    Extension,
    authority,
    basic_constraints,
    issue,
    policies,
)
from tests.limbo.build.names import encode_name
from tests.limbo.build.rsa import rsa_key
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

KAZAKH = names.name((oids.COUNTRY, "KZ"))
KYRGYZ = names.name((oids.COUNTRY, "KG"))


def _subtrees(number: int, name: names.Name) -> bytes:
    directory = der.explicit(4, encode_name(name))
    return der.tlv(0xA0 | number, der.seq(directory))


def _permitted(name: names.Name) -> Extension:
    return Extension(oids.NAME_CONSTRAINTS, der.seq(_subtrees(0, name)), critical=True)


def _excluded(name: names.Name) -> Extension:
    return Extension(oids.NAME_CONSTRAINTS, der.seq(_subtrees(1, name)), critical=True)


def _explicit_policy(after: int) -> Extension:
    """requireExplicitPolicy after that many certificates."""
    value = der.seq(der.tlv(0x80, bytes((after,))))
    return Extension(oids.POLICY_CONSTRAINTS, value, critical=True)


def _first(person: names.Name) -> names.Name:
    """The person's name with the country first: a subtree is a beginning of the name."""
    return (*KAZAKH, *names.without(person, oids.COUNTRY))


def _person(pki: Pki) -> Scene:
    return pki.scene(pki.person(subject=_first(names.PERSON)))


@case("path::length::zero-above-a-person", kinds=EVERY)
def zero(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer may certify no authorities, and did not.

    root → issuer (pathLen 0) → person → message

    Clause: RFC 5280 section 4.2.1.9.
    """
    draft = pki.issuer_draft().with_(basic_constraints(path_length=0))
    return pki.reissued(issuer=draft).scene().valid()


@case("path::length::root-zero", "trust", kinds=EVERY)
def root_zero(pki: Pki) -> Verdicted:
    """The trusted root may certify no authorities, and did.

    root (pathLen 0) → issuer → person → message

    Clause: RFC 5280 section 4.2.1.9; the constraints of an anchor count (RFC 5937).
    """
    draft = pki.root_draft().with_(basic_constraints(path_length=0))
    return pki.reissued(root=draft).scene().invalid("untrusted_issuer")


@case("path::length::middle-zero", "impersonation")
def middle_zero(pki: Pki) -> Verdicted:
    """An authority that may certify no authorities certified the issuer.

    root → middle (pathLen 0) → issuer → person → message

    Clause: RFC 5280 section 6.1.4 (l).
    """
    name = names.name((oids.COMMON_NAME, "ЛИМБО ОРТАЛЫҚ"), (oids.COUNTRY, "KZ"))
    draft = authority(rsa_key("middle"), name).with_(basic_constraints(path_length=0))
    middle = issue(draft, pki.root)
    issuer = issue(pki.issuer_draft(), middle)
    longer = Pki(pki.kind, pki.root, issuer)
    return longer.scene(certs=(middle.der, issuer.der)).invalid("untrusted_issuer")


@case("path::names::permitted")
def permitted(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer may certify names of Kazakhstan, and the person's is one.

    root → issuer (permitted C=KZ) → person → message

    Clause: RFC 5280 section 4.2.1.10.
    """
    limited = pki.reissued(issuer=pki.issuer_draft().with_(_permitted(KAZAKH)))
    return _person(limited).valid()


@case("path::names::not-permitted", "impersonation")
def not_permitted(pki: Pki) -> Verdicted:
    """The issuer may certify names of Kyrgyzstan only.

    root → issuer (permitted C=KG) → person (C=KZ) → message

    Clause: RFC 5280 section 6.1.3 (b).
    """
    limited = pki.reissued(issuer=pki.issuer_draft().with_(_permitted(KYRGYZ)))
    return _person(limited).invalid("untrusted_issuer")


@case("path::names::excluded", "impersonation")
def excluded(pki: Pki) -> Verdicted:
    """The issuer must not certify names of Kazakhstan.

    root → issuer (excluded C=KZ) → person (C=KZ) → message

    Clause: RFC 5280 section 6.1.3 (c).
    """
    limited = pki.reissued(issuer=pki.issuer_draft().with_(_excluded(KAZAKH)))
    return _person(limited).invalid("untrusted_issuer")


@case("path::names::excluded-other")
def excluded_other(pki: Pki) -> Verdicted:
    """Nothing is wrong: names of Kyrgyzstan are excluded, the person's is of Kazakhstan.

    root → issuer (excluded C=KG) → person (C=KZ) → message

    Clause: RFC 5280 section 4.2.1.10.
    """
    limited = pki.reissued(issuer=pki.issuer_draft().with_(_excluded(KYRGYZ)))
    return _person(limited).valid()


@case("path::names::root-excluded", "trust", "impersonation")
def root_excluded(pki: Pki) -> Verdicted:
    """The trusted root must not stand above names of Kazakhstan; the issuer's and the person's
    are such.

    root (excluded C=KZ) → issuer → person → message

    Clause: the constraints of an anchor count (RFC 5937 section 3).
    """
    limited = pki.reissued(root=pki.root_draft().with_(_excluded(KAZAKH)))
    return _person(limited).invalid("untrusted_issuer")


@case("path::names::root-permitted", "trust")
def root_permitted(pki: Pki) -> Verdicted:
    """Nothing is wrong: the trusted root may stand above names of Kazakhstan.

    root (permitted C=KZ) → issuer → person → message

    Clause: the constraints of an anchor count (RFC 5937 section 3).
    """
    issuer_name = _first(names.ISSUER)
    limited = pki.reissued(
        root=pki.root_draft().with_(_permitted(KAZAKH)),
        issuer=pki.issuer_draft(subject=issuer_name),
    )
    return _person(limited).valid()


@case("path::names::unreadable")
def unreadable(pki: Pki) -> Verdicted:
    """The issuer's nameConstraints cannot be read.

    root → issuer → person → message

    Clause: RFC 5280 section 6.1.4 (g): what limits must be understood.
    """
    broken = Extension(oids.NAME_CONSTRAINTS, der.utf8("C=KZ"), critical=True)
    limited = pki.reissued(issuer=pki.issuer_draft().with_(broken))
    return _person(limited).invalid("untrusted_issuer")


@case("path::policies::explicit-and-there")
def explicit(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer demands a policy, and all below have the NCA's.

    root → issuer (requireExplicitPolicy) → person (1.2.398.3.3.2) → message

    Clause: RFC 5280 section 4.2.1.11.
    """
    draft = pki.issuer_draft().with_(_explicit_policy(0), policies(oids.NCA_POLICY))
    return pki.reissued(issuer=draft).scene().valid()


@case("path::policies::explicit-and-missing")
def explicit_missing(pki: Pki) -> Verdicted:
    """The issuer demands a policy; the person's certificate has none.

    root → issuer (requireExplicitPolicy) → person (no policy) → message

    Clause: RFC 5280 section 6.1.3 (f).
    """
    draft = pki.issuer_draft().with_(_explicit_policy(0), policies(oids.NCA_POLICY))
    limited = pki.reissued(issuer=draft)
    person = limited.person().without(oids.CERTIFICATE_POLICIES)
    return limited.scene(person).invalid("untrusted_issuer")


@case("path::policies::explicit-and-other")
def explicit_other(pki: Pki) -> Verdicted:
    """The issuer demands a policy and is certified for the NCA's; the person's certificate has
    another.

    root → issuer (requireExplicitPolicy, NCA's) → person (another's) → message

    Clause: RFC 5280 section 6.1.3 (d) and (f).
    """
    draft = pki.issuer_draft().with_(_explicit_policy(0), policies(oids.NCA_POLICY))
    limited = pki.reissued(issuer=draft)
    person = limited.person().with_(policies("1.2.398.99.5"))
    return limited.scene(person).invalid("untrusted_issuer")


@case("path::policies::root-explicit", "trust")
def root_explicit(pki: Pki) -> Verdicted:
    """The trusted root demands a policy; the person's certificate has none.

    root (requireExplicitPolicy) → issuer → person (no policy) → message

    Clause: the constraints of an anchor count (RFC 5937 section 3).
    """
    limited = pki.reissued(root=pki.root_draft().with_(_explicit_policy(0)))
    person = limited.person().without(oids.CERTIFICATE_POLICIES)
    return limited.scene(person).invalid("untrusted_issuer")


@case("path::policies::any-policy-inhibited")
def any_inhibited(pki: Pki) -> Verdicted:
    """The root demands a policy and lets no "any policy" count; the issuer is certified for "any
    policy" only.

    root (requireExplicitPolicy, inhibitAnyPolicy) → issuer (anyPolicy) → person → message

    Clause: RFC 5280 sections 4.2.1.14 and 6.1.3 (d).
    """
    inhibit = Extension(oids.INHIBIT_ANY_POLICY, der.integer(0), critical=True)
    limited = pki.reissued(root=pki.root_draft().with_(_explicit_policy(0), inhibit))
    return limited.scene().invalid("untrusted_issuer")


@case("path::policies::not-demanded")
def not_demanded(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person's certificate has no policy, and nobody demands one.

    root → issuer → person (no policy) → message

    Clause: RFC 5280 section 6.1.1 (e).
    """
    return pki.scene(pki.person().without(oids.CERTIFICATE_POLICIES)).valid()

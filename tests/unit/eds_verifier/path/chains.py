"""Chains of certificates with one thing wrong, or many: every field can be replaced before signing.

Unlike `factory`, which makes the NCA's people, this makes authorities above them: any depth, any
extension, any key identifier, with the signature right unless told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier import der, factory
from tests.unit.eds_verifier.factory import DAY, NOW, Extension, Key

LEAF, CA_NAME, MIDDLE_NAME, ROOT_NAME = "ӘЛИЕВ ДӘУРЕН", "ҰЛТТЫҚ", "ОРТАЛЫҚ", "НЕГІЗГІ"

NAME_CONSTRAINTS = "2.5.29.30"
POLICY_MAPPINGS = "2.5.29.33"
POLICY_CONSTRAINTS = "2.5.29.36"
INHIBIT_ANY_POLICY = "2.5.29.54"


def named(common_name: str, *more: tuple[str, str]) -> bytes:
    """A DER Name."""
    return factory.name((("2.5.4.6", "KZ"), (oids.COMMON_NAME, common_name), *more))


def basic(*, ca: bool = True, path_length: int | None = None) -> Extension:
    length = b"" if path_length is None else der.integer(path_length)
    return Extension(
        oids.BASIC_CONSTRAINTS, der.seq(der.boolean() if ca else b"", length), critical=True
    )


def key_id(identifier: bytes) -> Extension:
    return Extension(oids.SUBJECT_KEY_IDENTIFIER, der.octets(identifier))


def issuer_id(
    identifier: bytes | None, *, issuer: bytes | None = None, serial: int | None = None
) -> Extension:
    """An authority key identifier; `issuer` is a DER Name."""
    parts = (
        b"" if identifier is None else der.tlv(0x80, identifier),
        b"" if issuer is None else der.tlv(0xA1, der.tlv(0xA4, issuer)),
        b"" if serial is None else b"\x82" + der.integer(serial)[1:],
    )
    return Extension(oids.AUTHORITY_KEY_IDENTIFIER, der.seq(*parts))


def policies(*identifiers: str) -> Extension:
    return Extension(
        oids.CERTIFICATE_POLICIES, der.seq(*(der.seq(der.oid(oid)) for oid in identifiers))
    )


def require_explicit_policy(skip: int = 0) -> Extension:
    return Extension(POLICY_CONSTRAINTS, der.seq(b"\x80" + der.integer(skip)[1:]), critical=True)


def name_constraints(*, permitted: bytes | None = None, excluded: bytes | None = None) -> Extension:
    """Directory names, as DER Names."""
    trees = [
        der.tlv(tag, der.seq(der.tlv(0xA4, tree)))
        for tag, tree in ((0xA0, permitted), (0xA1, excluded))
        if tree is not None
    ]
    return Extension(NAME_CONSTRAINTS, der.seq(*trees), critical=True)


@dataclass(frozen=True)
class Draft:
    """A certificate to be. `version` None is version 1; `issuer` None is the issuer's subject."""

    subject: bytes
    key: Key
    extensions: tuple[Extension, ...]
    serial: int = 0x3039
    not_before: datetime = NOW - 30 * DAY
    not_after: datetime = NOW + 335 * DAY
    version: int | None = 2
    issuer: bytes | None = None

    def with_(self, *extensions: Extension) -> Draft:
        """With these extensions in place of those of their kinds."""
        kinds = {extension.oid for extension in extensions}
        others = tuple(e for e in self.extensions if e.oid not in kinds)
        return replace(self, extensions=(*others, *extensions))

    def without(self, *kinds: str) -> Draft:
        kept = tuple(e for e in self.extensions if e.oid not in kinds)
        return replace(self, extensions=kept)


@dataclass(frozen=True)
class Made:
    """A certificate with its private key."""

    draft: Draft
    der: bytes

    @property
    def certificate(self) -> Certificate:
        return Certificate.parse(self.der)

    @property
    def key_id(self) -> bytes:
        return identifier_of(self.draft.key)


def identifier_of(key: Key) -> bytes:
    return hashlib.sha1(key.info, usedforsecurity=False).digest()


def to_be_signed(draft: Draft, issuer: Draft | None = None) -> bytes:
    signing = (issuer or draft).key
    algorithm = der.algorithm(signing.signature_oid, signing.signature_parameters)
    return der.seq(
        b"" if draft.version is None else der.explicit(0, der.integer(draft.version)),
        der.integer(draft.serial),
        algorithm,
        draft.issuer or (issuer or draft).subject,
        der.seq(der.utc(draft.not_before), der.utc(draft.not_after)),
        draft.subject,
        draft.key.info,
        der.explicit(3, der.seq(*(e.encode() for e in draft.extensions)))
        if draft.extensions
        else b"",
    )


def signed(tbs: bytes, key: Key) -> bytes:
    algorithm = der.algorithm(key.signature_oid, key.signature_parameters)
    return der.seq(tbs, algorithm, der.bits(key.sign(tbs)))


def certify(draft: Draft, issuer: Made | None = None) -> Made:
    """Sign it; by its own key when no issuer is given."""
    above = issuer.draft if issuer else None
    return Made(draft, signed(to_be_signed(draft, above), (above or draft).key))


def authority(
    name: str, key: Key, issuer: Made | None = None, *, path_length: int | None = None
) -> Draft:
    """A CA as the NCA makes them; certify it by `issuer`."""
    identifiers = [key_id(identifier_of(key))]
    if issuer is not None:
        identifiers.append(issuer_id(issuer.key_id))
    return Draft(
        named(name),
        key,
        (basic(path_length=path_length), factory.CA, *identifiers),
        serial=7,
        not_before=NOW - 900 * DAY,
        not_after=NOW + 900 * DAY,
    )


def person(issuer: Made, key: Key | None = None) -> Draft:
    """A person's certificate; certify it by `issuer`."""
    own = key or factory.rsa_key("leaf")
    return Draft(
        named(LEAF),
        own,
        (
            factory.SIGN,
            factory.INDIVIDUAL,
            policies("1.2.398.3.3.2"),
            key_id(identifier_of(own)),
            issuer_id(issuer.key_id),
        ),
    )


@dataclass(frozen=True)
class Chain:
    """A root, an authority between, the one that issues to people; each may be replaced."""

    root: Made
    middle: Made
    issuer: Made

    def store(self, *extra: Made) -> TrustStore:
        """Trust in the root alone; whatever is between comes with the message."""
        return store_of([self.root], extra=(self.middle, self.issuer, *extra))


def chain() -> Chain:
    root = certify(authority(ROOT_NAME, factory.rsa_key("root")))
    middle = certify(authority(MIDDLE_NAME, factory.rsa_key("middle"), root), root)
    return Chain(root, middle, certify(authority(CA_NAME, factory.rsa_key("ca"), middle), middle))


def store_of(
    roots: Iterable[Made], issuers: Iterable[Made] = (), *, extra: Iterable[Made] = ()
) -> TrustStore:
    """A store that pins roots and issuers, and knows `extra`."""
    pinned = [
        TrustedAuthority(f"{role}{number}", role, None, made.certificate)
        for role, group in (("root", roots), ("issuer", issuers))
        for number, made in enumerate(group)
    ]
    return TrustStore("chains", tuple(pinned), extra=tuple(made.certificate for made in extra))


def prove(leaf: Made, trust: TrustStore, at: datetime = NOW) -> ValidatedPath:
    """Its path, found and checked in full."""
    return validate_path(leaf.certificate, trust, at=at, kept=KeptPaths())


def refused(leaf: Made, trust: TrustStore, at: datetime = NOW) -> tuple[str, str]:
    """Reason code and sentence of the refusal there must be."""
    with pytest.raises(Refused) as caught:
        prove(leaf, trust, at)
    return str(caught.value.reason), caught.value.detail

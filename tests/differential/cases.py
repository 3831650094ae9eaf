"""RSA messages with one thing wrong, and what is said of them here and by OpenSSL."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from eds_verifier.asn1 import oids
from eds_verifier.verdict import Reason
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    AUTH,
    CONTENT,
    DAY,
    NOW,
    PERSON,
    Draft,
    Extension,
    Message,
    RsaKey,
    Signer,
    attribute,
    authority,
    crl,
    extended,
    issue,
    key_usage,
    pki,
    rsa_key,
)


def draft() -> Draft:
    return pki("rsa").person()


@cache
def certified(*extensions: Extension) -> Signer:
    """The person, with those extensions in place of theirs of the same kinds."""
    changed = draft()
    for extension in extensions:
        changed = changed.with_(extension)
    return issue(changed, pki("rsa").issuer)


@cache
def person() -> Signer:
    return certified()


def _attributes(message: Message, *left_out: str, **replaced: bytes) -> tuple[bytes, ...]:
    """The default attributes without those named by OID, with `digest` for another one."""
    kept = [
        item
        for item in message.default_attributes()
        if not any(der.oid(oid) in item for oid in left_out)
    ]
    return (*kept, *replaced.values())


def _changed_inside(find: bytes, put: bytes, cms: bytes) -> bytes:
    assert cms.count(find) >= 1
    assert len(find) == len(put)
    return cms.replace(find, put, 1)


def _flipped(signature: bytes) -> bytes:
    return signature[:-1] + bytes((signature[-1] ^ 1,))


class Sha1Key(RsaKey):
    """Signs by SHA-1."""

    signature_oid = "1.2.840.113549.1.1.5"
    digest_oid = oids.SHA1

    def __init__(self, key: RsaKey) -> None:
        self._key, self.info = key._key, key.info

    def digest(self, data: bytes) -> bytes:
        return hashlib.sha1(data, usedforsecurity=False).digest()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - on purpose


@dataclass(frozen=True)
class Case:
    """A message, and our reason. `crl`: the signer is revoked in it."""

    build: Callable[[], bytes]
    reason: Reason = Reason.OK
    crl: Callable[[], bytes] | None = None


def _by(signer: Callable[[], Signer]) -> Callable[[], bytes]:
    return lambda: Message(signer()).encode()


def _lapsed(before: int, after: int) -> Callable[[], Signer]:
    return lambda: issue(
        replace(draft(), not_before=NOW + before * DAY, not_after=NOW + after * DAY),
        pki("rsa").issuer,
    )


def _impostor() -> Signer:
    """Certified by somebody who calls himself like the issuer."""
    root = authority(rsa_key("false root"), "НЕГІЗГІ (TESTS)")
    return issue(draft(), authority(rsa_key("false issuer"), "ҰЛТТЫҚ (TESTS)", root))


def _certified_by_a_person() -> Signer:
    return issue(replace(draft(), key=rsa_key("second"), serial=0x77), person())


def _revoked() -> bytes:
    return crl(pki("rsa").issuer, [(person().serial, 1)])


AGREED: dict[str, Case] = {
    "attached": Case(_by(person)),
    "detached": Case(lambda: Message(person(), attached=False).encode()),
    "an organisation's": Case(_by(lambda: issue(pki("rsa").director(), pki("rsa").issuer))),
    "with the whole path": Case(
        lambda: Message(
            person(), certificates=(pki("rsa").root.der, person().der, pki("rsa").issuer.der)
        ).encode()
    ),
    "not revoked": Case(_by(person), crl=lambda: crl(pki("rsa").issuer, [(1, 1), (2, 6)])),
    "other content attached": Case(
        lambda: _changed_inside(CONTENT, CONTENT[::-1], Message(person()).encode()),
        Reason.CONTENT_MISMATCH,
    ),
    "other content, well signed": Case(
        lambda: Message(person(), content=b"something else").encode(), Reason.CONTENT_MISMATCH
    ),
    "detached from other content": Case(
        lambda: Message(person(), content=b"something else", attached=False).encode(),
        Reason.CONTENT_MISMATCH,
    ),
    "signature changed": Case(
        lambda: Message(person(), signature=_flipped(person().key.sign(CONTENT))).encode(),
        Reason.SIGNATURE_INVALID,
    ),
    "signature empty": Case(
        lambda: Message(person(), signature=b"").encode(), Reason.SIGNATURE_INVALID
    ),
    "another key": Case(
        lambda: Message(replace(person(), key=rsa_key("second"))).encode(),
        Reason.SIGNATURE_INVALID,
    ),
    "digest of other content": Case(
        lambda: Message(
            person(),
            attributes=_attributes(
                Message(person()),
                oids.MESSAGE_DIGEST,
                digest=attribute(
                    oids.MESSAGE_DIGEST, der.octets(person().key.digest(b"something else"))
                ),
            ),
        ).encode(),
        Reason.CONTENT_MISMATCH,
    ),
    "no messageDigest": Case(
        lambda: Message(
            person(), attributes=_attributes(Message(person()), oids.MESSAGE_DIGEST)
        ).encode(),
        Reason.SIGNED_ATTRIBUTES,
    ),
    "no contentType": Case(
        lambda: Message(
            person(), attributes=_attributes(Message(person()), oids.CONTENT_TYPE)
        ).encode(),
        Reason.SIGNED_ATTRIBUTES,
    ),
    "digest algorithm that was not used": Case(
        lambda: Message(person(), digest_oid=oids.SHA512).encode(), Reason.UNSUPPORTED_ALGORITHM
    ),
    "expired": Case(_by(_lapsed(-30, -1)), Reason.EXPIRED),
    "not yet valid": Case(_by(_lapsed(1, 30)), Reason.NOT_YET_VALID),
    "an impostor's issuer": Case(_by(_impostor), Reason.UNTRUSTED_ISSUER),
    "certified by a person": Case(
        lambda: Message(
            _certified_by_a_person(), certificates=(_certified_by_a_person().der, person().der)
        ).encode(),
        Reason.UNTRUSTED_ISSUER,
    ),
    "certificate changed": Case(
        lambda: _changed_inside(b"IIN850101", b"IIN850102", Message(person()).encode()),
        Reason.UNTRUSTED_ISSUER,
    ),
    "no certificate": Case(
        lambda: Message(person(), certificates=()).encode(), Reason.SIGNER_CERTIFICATE
    ),
    "revoked": Case(_by(person), Reason.REVOKED, crl=_revoked),
    "a critical extension nobody knows": Case(
        _by(lambda: certified(Extension("1.2.398.9.9", der.NULL, critical=True))),
        Reason.CERTIFICATE_INVALID,
    ),
    "cut short": Case(lambda: Message(person()).encode()[:-9], Reason.MALFORMED),
    "no message": Case(lambda: b"\x30\x00", Reason.MALFORMED),
    "no signer": Case(lambda: Message(person(), signers=0).encode(), Reason.SIGNER_COUNT),
}
"""Both say the same: yes for OK, no for anything else."""

STRICTER: dict[str, tuple[Case, str]] = {
    "without signed attributes": (
        Case(lambda: Message(person(), attributes=()).encode(), Reason.SIGNED_ATTRIBUTES),
        "without them nothing says that the content was meant as content (RFC 8933)",
    ),
    "two signers": (
        Case(lambda: Message(person(), signers=2).encode(), Reason.SIGNER_COUNT),
        "a sign-in is one person's",
    ),
    "octets after the message": (
        Case(lambda: Message(person(), trailer=b"\0" * 4).encode(), Reason.MALFORMED),
        "OpenSSL stops reading at the end of the element",
    ),
    "SHA-1": (
        Case(
            lambda: Message(replace(person(), key=Sha1Key(rsa_key("person")))).encode(),
            Reason.UNSUPPORTED_ALGORITHM,
        ),
        "collisions are made at will",
    ),
    "a serial number below zero": (
        Case(
            _by(lambda: issue(replace(draft(), serial=-5), pki("rsa").issuer)),
            Reason.CERTIFICATE_INVALID,
        ),
        "RFC 5280 section 4.1.2.2",
    ),
    "a key of a person that may sign certificates": (
        Case(_by(lambda: certified(key_usage(0, 1, 5))), Reason.CERTIFICATE_INVALID),
        "an authority's key is no person's",
    ),
    "no statement of the holder": (
        Case(_by(lambda: certified(extended(oids.EMAIL_PROTECTION))), Reason.NOT_A_PERSON),
        "the NCA says in the extended key usage whether it is a person",
    ),
    "an information system": (
        Case(
            _by(
                lambda: certified(
                    extended(oids.EMAIL_PROTECTION, oids.NCA_LEGAL_ENTITY, oids.NCA_LEGAL_SYSTEM)
                )
            ),
            Reason.NOT_A_PERSON,
        ),
        "a machine's key must not sign a person in",
    ),
    "key usage of the other kind": (
        Case(_by(lambda: certified(AUTH)), Reason.WRONG_KEY_USAGE),
        "a SIGN usage over an AUTH key: the two statements contradict each other",
    ),
    "no IIN": (
        Case(
            _by(
                lambda: issue(
                    replace(
                        draft(), subject=tuple(p for p in PERSON if p[0] != oids.SERIAL_NUMBER)
                    ),
                    pki("rsa").issuer,
                )
            ),
            Reason.SUBJECT_INVALID,
        ),
        "nobody is proven without it",
    ),
    "suspended": (
        Case(
            _by(person),
            Reason.SUSPENDED,
            crl=lambda: crl(pki("rsa").issuer, [(person().serial, 6)]),
        ),
        "both refuse; only here it has a reason of its own",
    ),
}
"""OpenSSL says yes (or does not tell apart), and why we do not."""

TOLD_APART_ONLY = {"suspended"}

"""RSASSA-PSS: its parameters say what was done, and must be sensible (RFC 4055, 4056)."""

from __future__ import annotations

from typing import Any

from tests.limbo.build import oids
from tests.limbo.build.messages import Message
from tests.limbo.build.rsa import (
    SHA1,
    SHA256,
    SHA384,
    SHA512,
    Hash,
    PssKey,
    primes,
    pss_algorithm,
    rsa_key,
)
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import case
from tests.unit.eds_verifier import der


def _pss(hash_: Hash = SHA256, **options: Any) -> PssKey:
    """The person's RSA key, signing by PSS."""
    return PssKey(primes("person"), hash=hash_, **({"mask": hash_} | options))


def _message(pki: Pki, key: PssKey) -> Message:
    return pki.message().signed_with(key=key)


@case("pss::message::sha256", "pss")
def sha256(pki: Pki) -> Verdicted:
    """Nothing is wrong: the message is signed by PSS with SHA-256 and a salt as long.

    root → issuer → person → message by PSS

    Clause: RFC 4056 section 3.
    """
    return pki.scene(_message(pki, _pss())).valid()


@case("pss::message::sha512", "pss")
def sha512(pki: Pki) -> Verdicted:
    """Nothing is wrong: PSS with SHA-512 and a salt of 64 octets.

    root → issuer → person → message by PSS

    Clause: RFC 4056 section 3.
    """
    return pki.scene(_message(pki, _pss(SHA512, salt=64))).valid()


@case("pss::certificate", "pss")
def certificate(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer signs certificates by PSS.

    root → issuer → person (certified by PSS) → message

    Clause: RFC 4055 section 3.
    """
    issuer = PssKey(primes("issuer"))
    return pki.reissued(issuer=pki.issuer_draft(key=issuer)).scene().valid()


@case("pss::message::2049-bits", "pss")
def bits_2049(pki: Pki) -> Verdicted:
    """Nothing is wrong: the modulus has 2049 bits, so the encoded block is an octet shorter.

    root → issuer → person (RSA 2049) → message by PSS

    Clause: RFC 8017 section 8.1.2: emLen = ⌈(modBits - 1)/8⌉.
    """
    key = PssKey(primes("person", 2049))
    return pki.scene(pki.person(key=key)).valid()


@case("pss::parameters::mask-other", "pss", "algorithm-confusion")
def mask_other(pki: Pki) -> Verdicted:
    """The mask is made with SHA-384, the digest is SHA-256; the signature holds.

    root → issuer → person → message by PSS

    Clause: RFC 4055 section 3.1: the same digest is strongly recommended; here it is required.
    """
    return pki.scene(_message(pki, _pss(mask=SHA384))).invalid("unsupported_algorithm")


@case("pss::parameters::mask-misnamed", "pss", "algorithm-confusion")
def mask_misnamed(pki: Pki) -> Verdicted:
    """The parameters name SHA-256 for the mask; it was made with SHA-1.

    root → issuer → person → message by PSS

    Clause: RFC 8017 section 8.1.2.
    """
    key = _pss(mask=SHA1, declared_mask=SHA256)
    return pki.scene(_message(pki, key)).invalid("signature_invalid")


@case("pss::parameters::salt-misnamed", "pss")
def salt_misnamed(pki: Pki) -> Verdicted:
    """The parameters say a salt of 32 octets; it has 20.

    root → issuer → person → message by PSS

    Clause: RFC 8017 section 9.1.2: the length is an input, not found out.
    """
    key = _pss(salt=20, declared_salt=32)
    return pki.scene(_message(pki, key)).invalid("signature_invalid")


@case("pss::parameters::no-salt", "pss")
def no_salt(pki: Pki) -> Verdicted:
    """The salt has no octets; the signature holds.

    root → issuer → person → message by PSS

    Clause: RFC 8017 section 9.1 note 4: as long as the digest is typical; here it is at least 16.
    """
    return pki.scene(_message(pki, _pss(salt=0))).invalid("unsupported_algorithm")


@case("pss::parameters::salt-negative", "pss")
def salt_negative(pki: Pki) -> Verdicted:
    """The parameters say a salt of -1 octets, which some libraries read as "any length".

    root → issuer → person → message by PSS

    Clause: RFC 4055 section 3.1.
    """
    key = _pss(declared_salt=-1)
    return pki.scene(_message(pki, key)).invalid("unsupported_algorithm")


@case("pss::parameters::defaults", "pss", "sha1")
def defaults(pki: Pki) -> Verdicted:
    """The parameters are an empty SEQUENCE: the defaults, which are SHA-1; the signature holds.

    root → issuer → person → message by PSS with SHA-1

    Clause: RFC 4055 section 3.1; SHA-1 never.
    """
    message = _message(pki, _pss(SHA1, salt=20)).signed_with(
        signature_algorithm=der.algorithm(oids.RSA_PSS, der.seq())
    )
    return pki.scene(message).invalid("unsupported_algorithm")


@case("pss::parameters::absent", "pss")
def absent(pki: Pki) -> Verdicted:
    """There are no parameters; the signature is by SHA-256.

    root → issuer → person → message by PSS

    Clause: RFC 4055 section 3.1: for a signature the parameters must be there.
    """
    message = _message(pki, _pss()).signed_with(signature_algorithm=der.seq(der.oid(oids.RSA_PSS)))
    return pki.scene(message).invalid("unsupported_algorithm")


@case("pss::parameters::sha1", "pss", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The parameters name SHA-1 throughout; the signature holds.

    root → issuer → person → message by PSS with SHA-1

    Clause: SHA-1 never.
    """
    return pki.scene(_message(pki, _pss(SHA1, salt=20))).invalid("unsupported_algorithm")


@case("pss::parameters::trailer", "pss")
def trailer(pki: Pki) -> Verdicted:
    """The parameters name the trailer field 2.

    root → issuer → person → message by PSS

    Clause: RFC 4055 section 3.1: the trailer field is 1.
    """
    return pki.scene(_message(pki, _pss(declared_trailer=2))).invalid("unsupported_algorithm")


@case("pss::parameters::digest-contradicts", "pss", "algorithm-confusion")
def digest_contradicts(pki: Pki) -> Verdicted:
    """digestAlgorithm is SHA-512, the parameters of the signature name SHA-256.

    root → issuer → person → message of two digests

    Clause: RFC 4056 section 3: they must be the same.
    """
    message = _message(pki, _pss()).signed_with(digest_algorithm=SHA512.algorithm, digest=SHA512)
    return pki.scene(message).invalid("unsupported_algorithm")


@case("pss::message::pkcs1-inside", "pss", "algorithm-confusion")
def pkcs1_inside(pki: Pki) -> Verdicted:
    """PSS is named, the signature is PKCS #1 v1.5.

    root → issuer → person → message

    Clause: RFC 8017 section 8.1.2.
    """
    message = pki.message().signed_with(signature_algorithm=pss_algorithm(SHA256, SHA256, 32))
    return pki.scene(message).invalid("signature_invalid")


@case("pss::message::pss-inside", "pss", "algorithm-confusion")
def pss_inside(pki: Pki) -> Verdicted:
    """PKCS #1 v1.5 is named, the signature is PSS.

    root → issuer → person → message

    Clause: RFC 8017 section 8.2.2.
    """
    plain = rsa_key("person").cms_algorithm
    message = _message(pki, _pss()).signed_with(signature_algorithm=plain)
    return pki.scene(message).invalid("signature_invalid")


@case("pss::message::trailer-octet", "pss")
def trailer_octet(pki: Pki) -> Verdicted:
    """The encoded block ends with CC in place of BC.

    root → issuer → person → message by PSS

    Clause: RFC 8017 section 9.1.2 step 4.
    """
    return pki.scene(_message(pki, _pss(trailer=0xCC))).invalid("signature_invalid")

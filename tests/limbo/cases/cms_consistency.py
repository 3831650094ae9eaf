"""The three places that name a message's algorithms agree, with each other and the key."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import oids
from tests.limbo.build.gost import GOST_2015_256, gost_key
from tests.limbo.build.messages import CONTENT, Message, message_digest
from tests.limbo.build.rsa import (
    SHA1,
    SHA256,
    SHA512,
    Hash,
    RsaKey,
    rsa_key,
)
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, GOST, case
from tests.unit.eds_verifier import der


def _rsa(hash_: Hash) -> RsaKey:
    """The person's RSA key, used with that digest."""
    return replace(rsa_key("person"), hash=hash_)


def _hashed(pki: Pki, hash_: Hash) -> Message:
    """A message signed with the person's key and that digest, coherently."""
    return pki.message().signed_with(key=_rsa(hash_))


@case("cms::algorithm::parameters-absent", kinds=EVERY)
def parameters_absent(pki: Pki) -> Verdicted:
    """Nothing is wrong: the algorithms have no parameters where others write NULL.

    root → issuer → person → message

    Clause: RFC 5754 section 2: both must be taken.
    """
    key = pki.key("person")
    message = pki.message().signed_with(
        digest_algorithm=_bare(key.digest_algorithm), signature_algorithm=_bare(key.cms_algorithm)
    )
    return pki.scene(message).valid()


@case("cms::algorithm::parameters-unknown", kinds=EVERY)
def parameters_unknown(pki: Pki) -> Verdicted:
    """The signature algorithm has parameters that its standard does not know.

    root → issuer → person → message

    Clause: RFC 5754 section 3.2: NULL.
    """
    odd = _bare(pki.key("person").cms_algorithm, der.integer(7))
    return pki.scene(pki.message().signed_with(signature_algorithm=odd)).invalid(
        "unsupported_algorithm"
    )


@case("cms::algorithm::digest-contradicts", "algorithm-confusion")
def digest_contradicts(pki: Pki) -> Verdicted:
    """digestAlgorithm is SHA-256, the signature sha512WithRSAEncryption; each is right by itself.

    root → issuer → person → message of two digests

    Clause: RFC 5652 section 5.3: the signature is over the digest named.
    """
    message = _hashed(pki, SHA512).signed_with(digest_algorithm=SHA256.algorithm, digest=SHA256)
    return pki.scene(message).invalid("unsupported_algorithm")


@case("cms::algorithm::digest-downgraded", "algorithm-confusion", "sha1")
def digest_downgraded(pki: Pki) -> Verdicted:
    """messageDigest and digestAlgorithm are SHA-1, the signature is sha256WithRSAEncryption: the
    content hangs on SHA-1 alone.

    root → issuer → person → message of two digests

    Clause: SHA-1 never; algorithms consistent.
    """
    message = pki.message().signed_with(digest_algorithm=SHA1.algorithm, digest=SHA1)
    return pki.scene(message).invalid("unsupported_algorithm")


@case("cms::algorithm::digest-name-only", "algorithm-confusion", "sha1", kinds=EVERY)
def digest_name_only(pki: Pki) -> Verdicted:
    """digestAlgorithm alone was changed to SHA-1 after signing.

    root → issuer → person → message with another digestAlgorithm

    Clause: algorithms consistent.
    """
    message = pki.message().signed_with(digest_algorithm=SHA1.algorithm)
    return pki.scene(message).invalid("unsupported_algorithm")


@case("cms::algorithm::digest-other-family", "algorithm-confusion", kinds=GOST)
def digest_other_family(pki: Pki) -> Verdicted:
    """A GOST signature whose content is digested by SHA-256: the content hangs on another hash
    than the key's standard has.

    root → issuer → person → message of two digests

    Clause: algorithms consistent; GOST R 34.10 is used with its own digest.
    """
    message = pki.message().signed_with(digest_algorithm=SHA256.algorithm, digest=SHA256)
    return pki.scene(message).invalid("unsupported_algorithm")


@case("cms::algorithm::rsa-for-gost-key", "algorithm-confusion", kinds=GOST)
def rsa_for_gost(pki: Pki) -> Verdicted:
    """The certificate's key is GOST; an RSA signature of the attacker's was sent.

    root → issuer → person (GOST) → message signed with RSA

    Clause: the signature must be of the key's kind.
    """
    message = pki.message().signed_with(key=rsa_key("attacker"))
    return pki.scene(message).invalid("signature_invalid")


@case("cms::algorithm::gost-for-rsa-key", "algorithm-confusion")
def gost_for_rsa(pki: Pki) -> Verdicted:
    """The certificate's key is RSA; the message names GOST R 34.10-2015 and Streebog.

    root → issuer → person (RSA) → message named GOST

    Clause: the signature must be of the key's kind.
    """
    message = pki.message().signed_with(key=gost_key("attacker"))
    return pki.scene(message).invalid("signature_invalid")


@case("cms::algorithm::gost-2015-256-for-512", "algorithm-confusion", kinds=("gost2015",))
def of_256_bits(pki: Pki) -> Verdicted:
    """The message names the 256-bit signature of GOST-2015, its digest too; the key has 512 bits.

    root → issuer → person → message named 1.2.398.3.10.1.1.2.3.1

    Clause: the signature must be of the key's kind.
    """

    message = pki.message().signed_with(
        digest=GOST_2015_256.digest,
        digest_algorithm=der.algorithm(oids.STREEBOG_256),
        signature_algorithm=der.algorithm(oids.GOST_2015_256_SIGNATURE),
    )
    return pki.scene(message).invalid("signature_invalid")


@case("cms::algorithm::digest-algorithms-empty", "may-refuse")
def none_announced(pki: Pki) -> Verdicted:
    """Nothing is wrong: digestAlgorithms, which helps those who read in one pass, is empty.

    root → issuer → person → message

    Clause: RFC 5652 section 5.1: any number, zero included; a verifier may refuse it.
    """
    return pki.scene(pki.message().but(digest_algorithms=())).valid()


@case("cms::algorithm::content-by-key-of-other-content", kinds=EVERY)
def of_other_content(pki: Pki) -> Verdicted:
    """A genuine signature of the person over another message was put into this one.

    root → issuer → person → message with the signature of another

    Clause: RFC 5652 section 5.6.
    """
    other = pki.message(content=b"other").info
    key = pki.key("person")
    body = der.tlv(0x31, b"".join(sorted(other.usual_attributes())))
    message = pki.message().with_attributes(message_digest(key.digest(CONTENT)))
    return pki.scene(message.signed_with(signed=body)).invalid("signature_invalid")


def _bare(identifier: bytes, parameters: bytes = b"") -> bytes:
    """The AlgorithmIdentifier of the same OID with these parameters."""
    end = 2 + 2 + identifier[3]
    return der.seq(identifier[2:end], parameters)

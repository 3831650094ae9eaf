"""Which algorithms a message may name, and that its three namings agree (RFC 5652, 5754)."""

from __future__ import annotations

from dataclasses import replace

from eds_verifier.gost import streebog
from tests.limbo.build import oids
from tests.limbo.build.gost import gost_key
from tests.limbo.build.keys import Key
from tests.limbo.build.messages import CONTENT, Message, message_digest
from tests.limbo.build.rsa import (
    MD5,
    SHA1,
    SHA3_256,
    SHA224,
    SHA256,
    SHA384,
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


@case("cms::algorithm::rsa-sha384")
def sha384(pki: Pki) -> Verdicted:
    """Nothing is wrong: sha384WithRSAEncryption.

    root → issuer → person → message by SHA-384

    Clause: RFC 5754 section 3.2.
    """
    return pki.scene(_hashed(pki, SHA384)).valid()


@case("cms::algorithm::rsa-sha512")
def sha512(pki: Pki) -> Verdicted:
    """Nothing is wrong: sha512WithRSAEncryption.

    root → issuer → person → message by SHA-512

    Clause: RFC 5754 section 3.2.
    """
    return pki.scene(_hashed(pki, SHA512)).valid()


@case("cms::algorithm::rsa-encryption")
def rsa_encryption(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signature algorithm is rsaEncryption, the digest named beside it.

    root → issuer → person → message

    Clause: RFC 3370 section 3.2: rsaEncryption must be taken.
    """
    message = pki.message().signed_with(signature_algorithm=der.algorithm(oids.RSA))
    return pki.scene(message).valid()


@case("cms::algorithm::gost-key-oid", kinds=GOST)
def gost_key_oid(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signature algorithm is the OID of the key, the digest named beside.

    root → issuer → person → message

    Clause: facts 2.3.5: both are seen; accept by key type and digest.
    """
    oid = oids.GOST_2015_512 if pki.kind == "gost2015" else oids.GOST_2004
    message = pki.message().signed_with(signature_algorithm=der.algorithm(oid))
    return pki.scene(message).valid()


@case("cms::algorithm::gost-signature-oid", kinds=GOST)
def gost_signature_oid(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signature algorithm is the OID of signature with digest.

    root → issuer → person → message

    Clause: facts 2.3.5: both are seen.
    """
    oid = oids.GOST_2015_512_SIGNATURE if pki.kind == "gost2015" else oids.GOST_2004_SIGNATURE
    message = pki.message().signed_with(signature_algorithm=der.algorithm(oid))
    return pki.scene(message).valid()


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


@case("cms::algorithm::sha1", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The signature is sha1WithRSAEncryption, and holds.

    root → issuer → person → message by SHA-1

    Clause: SHA-1 never.
    """
    return pki.scene(_hashed(pki, SHA1)).invalid("unsupported_algorithm")


@case("cms::algorithm::sha1-rsa-encryption", "sha1")
def sha1_encryption(pki: Pki) -> Verdicted:
    """The digest is SHA-1, the signature algorithm rsaEncryption; the signature holds.

    root → issuer → person → message by SHA-1

    Clause: SHA-1 never.
    """
    message = _hashed(pki, SHA1).signed_with(signature_algorithm=der.algorithm(oids.RSA))
    return pki.scene(message).invalid("unsupported_algorithm")


@case("cms::algorithm::md5", "md5")
def md5(pki: Pki) -> Verdicted:
    """The signature is md5WithRSAEncryption, and holds.

    root → issuer → person → message by MD5

    Clause: MD5 never.
    """
    return pki.scene(_hashed(pki, MD5)).invalid("unsupported_algorithm")


@case("cms::algorithm::sha224")
def sha224(pki: Pki) -> Verdicted:
    """The signature is sha224WithRSAEncryption, and holds.

    root → issuer → person → message by SHA-224

    Clause: SHA-256 and up.
    """
    return pki.scene(_hashed(pki, SHA224)).invalid("unsupported_algorithm")


@case("cms::algorithm::sha3")
def sha3(pki: Pki) -> Verdicted:
    """The signature is RSA with SHA3-256, and holds.

    root → issuer → person → message by SHA3-256

    Clause: what is not in the tables is refused.
    """
    return pki.scene(_hashed(pki, SHA3_256)).invalid("unsupported_algorithm")


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


@case("cms::algorithm::ecdsa", "algorithm-confusion")
def ecdsa(pki: Pki) -> Verdicted:
    """The message names ecdsa-with-SHA256.

    root → issuer → person → message named ECDSA

    Clause: what is not in the tables is refused.
    """
    bare = der.seq(der.oid(oids.ECDSA_SHA256))
    return pki.scene(pki.message().signed_with(signature_algorithm=bare)).invalid(
        "unsupported_algorithm"
    )


@case("cms::algorithm::russian-gost", "algorithm-confusion", kinds=("gost2015",))
def russian(pki: Pki) -> Verdicted:
    """The message names Russia's OIDs for the same curve and digest, whose layout is another.

    root → issuer → person → message named id-tc26-signwithdigest-gost3410-12-512

    Clause: RFC 9215; facts 2.3: Kazakhstan's layout differs from the RFCs.
    """
    message = pki.message().signed_with(
        digest_algorithm=der.seq(der.oid(oids.RU_STREEBOG_512)),
        signature_algorithm=der.seq(der.oid(oids.RU_GOST_512_SIGNATURE)),
    )
    return pki.scene(message).invalid("unsupported_algorithm")


@case("cms::algorithm::gost-2015-256", "algorithm-confusion", kinds=("gost2015",))
def of_256_bits(pki: Pki) -> Verdicted:
    """The message names the 256-bit signature of GOST-2015, which the NCA has not been seen to use;
    the key has 512 bits.

    root → issuer → person → message named 1.2.398.3.10.1.1.2.3.1

    Clause: facts 2.1 and 9: not confirmed, so not taken.
    """

    def streebog_256(data: bytes) -> bytes:
        return streebog(data, bits=256)

    message = pki.message().signed_with(
        digest=streebog_256,
        digest_algorithm=der.algorithm(oids.STREEBOG_256),
        signature_algorithm=der.algorithm(oids.GOST_2015_256_SIGNATURE),
    )
    return pki.scene(message).invalid("unsupported_algorithm")


@case("cms::algorithm::gost-of-2011", kinds=("gost2004",))
def of_2011(pki: Pki) -> Verdicted:
    """The message names the signature algorithm of the NCA of 2011 to 2016.

    root → issuer → person → message named 1.3.6.1.4.1.6801.1.2.2

    Clause: facts 2.1: out of scope.
    """
    old = der.algorithm(oids.GOST_OF_2011)
    return pki.scene(pki.message().signed_with(signature_algorithm=old)).invalid(
        "unsupported_algorithm"
    )


@case("cms::algorithm::none", "algorithm-confusion")
def unsigned(pki: Pki) -> Verdicted:
    """The "signature" is the digest itself, under an algorithm number that means no signature.

    root → issuer → person → message with id-alg-noSignature

    Clause: RFC 5272 section 3.3.3.2: no signature proves nobody.
    """
    no_signature = der.algorithm("1.3.6.1.5.5.7.6.2")

    def sign(key: Key, data: bytes) -> bytes:
        return SHA256(data)

    message = pki.message().signed_with(signature_algorithm=no_signature, sign=sign)
    return pki.scene(message).invalid("unsupported_algorithm")


@case("cms::algorithm::digest-algorithms-empty")
def none_announced(pki: Pki) -> Verdicted:
    """Nothing is wrong: digestAlgorithms, which helps those who read in one pass, is empty.

    root → issuer → person → message

    Clause: RFC 5652 section 5.1: any number, zero included.
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

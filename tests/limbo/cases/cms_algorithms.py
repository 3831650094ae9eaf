"""Which algorithms a message may name (RFC 5754, NCA algorithms)."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import oids
from tests.limbo.build.gost import FAMILIES
from tests.limbo.build.keys import Key
from tests.limbo.build.messages import Message
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
from tests.limbo.registry import GOST, case
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

    Clause: NCA GOST layout: both are seen; accept by key type and digest.
    """
    oid = FAMILIES[pki.kind].key
    message = pki.message().signed_with(signature_algorithm=der.algorithm(oid))
    return pki.scene(message).valid()


@case("cms::algorithm::gost-signature-oid", kinds=GOST)
def gost_signature_oid(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signature algorithm is the OID of signature with digest.

    root → issuer → person → message

    Clause: NCA GOST layout: both are seen.
    """
    oid = FAMILIES[pki.kind].signature
    message = pki.message().signed_with(signature_algorithm=der.algorithm(oid))
    return pki.scene(message).valid()


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

    Clause: RFC 9215; NCA GOST layout: Kazakhstan's layout differs from the RFCs.
    """
    message = pki.message().signed_with(
        digest_algorithm=der.seq(der.oid(oids.RU_STREEBOG_512)),
        signature_algorithm=der.seq(der.oid(oids.RU_GOST_512_SIGNATURE)),
    )
    return pki.scene(message).invalid("unsupported_algorithm")


@case("cms::algorithm::gost-of-2011", kinds=("gost2004",))
def of_2011(pki: Pki) -> Verdicted:
    """The message names the signature algorithm of the NCA of 2011 to 2016.

    root → issuer → person → message named 1.3.6.1.4.1.6801.1.2.2

    Clause: NCA algorithms: out of scope.
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

"""RSA: key sizes and exponents, and what a lenient check of the padding lets through (RFC 8017)."""

from __future__ import annotations

import math
from dataclasses import replace

from tests.limbo.build import oids
from tests.limbo.build.certificates import NOW, SECOND
from tests.limbo.build.keys import Foreign, Key
from tests.limbo.build.messages import Message, attribute
from tests.limbo.build.rsa import SHA256, SHA512, NoRootError, pad_with, primes, rsa_info, rsa_key
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import case
from tests.unit.eds_verifier import der


def _padded(pki: Pki, padded: bytes) -> Message:
    """A message whose signature is over that block, made with the person's key."""

    def sign(key: Key, data: bytes) -> bytes:
        return rsa_key("person").raw(padded)

    return pki.message().signed_with(sign=sign)


def _digest_info(pki: Pki) -> bytes:
    """The DigestInfo that stands in the block of the sound message."""
    body = der.tlv(0x31, b"".join(sorted(pki.message().info.usual_attributes())))
    return der.seq(SHA256.algorithm, der.octets(SHA256(body)))


@case("rsa::key::3072")
def bits_3072(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person's key has 3072 bits.

    root → issuer → person (RSA 3072) → message

    Clause: RSA of 2048 bits or more.
    """
    return pki.scene(pki.person(key=rsa_key("person", 3072))).valid()


@case("rsa::key::4096")
def bits_4096(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person's key has 4096 bits, as the NCA's own have.

    root → issuer → person (RSA 4096) → message

    Clause: RSA of 2048 bits or more.
    """
    return pki.scene(pki.person(key=rsa_key("person", 4096))).valid()


@case("rsa::key::2049")
def bits_2049(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person's key has 2049 bits, one into the next octet.

    root → issuer → person (RSA 2049) → message

    Clause: RFC 8017 section 8.2.2: as many octets as the modulus.
    """
    return pki.scene(pki.person(key=rsa_key("person", 2049))).valid()


@case("rsa::key::1024")
def bits_1024(pki: Pki) -> Verdicted:
    """The person's key has 1024 bits.

    root → issuer → person (RSA 1024) → message

    Clause: RSA of 2048 bits or more.
    """
    return pki.scene(pki.person(key=rsa_key("person", 1024))).invalid("unsupported_algorithm")


@case("rsa::key::2047")
def bits_2047(pki: Pki) -> Verdicted:
    """The person's key has one bit too few.

    root → issuer → person (RSA 2047) → message

    Clause: RSA of 2048 bits or more.
    """
    return pki.scene(pki.person(key=rsa_key("person", 2047))).invalid("unsupported_algorithm")


@case("rsa::key::16384", "denial-of-service")
def bits_16384(pki: Pki) -> Verdicted:
    """The person's key has 16384 bits: to check it costs sixty times what a usual one does.

    root → issuer → person (RSA 16384) → message

    Clause: attack list: huge input; the size of keys is bounded.
    """
    return pki.scene(pki.person(key=rsa_key("person", 16_384))).invalid("unsupported_algorithm")


@case("rsa::key::issuer-1024")
def issuer_1024(pki: Pki) -> Verdicted:
    """The issuer's key has 1024 bits.

    root → issuer (RSA 1024) → person → message

    Clause: RSA of 2048 bits or more, in every certificate.
    """
    weak = pki.reissued(issuer=pki.issuer_draft(key=rsa_key("issuer", 1024)))
    return weak.scene().invalid("untrusted_issuer")


@case("rsa::key::exponent-3", "forgery")
def exponent_3(pki: Pki) -> Verdicted:
    """The public exponent is 3: any slip in checking the padding lets signatures be forged.

    root → issuer → person (e = 3) → message

    Clause: FIPS 186-5 section 5.1: an odd exponent above 2^16.
    """
    return pki.scene(pki.person(key=replace(rsa_key("person"), exponent=3))).invalid(
        "certificate_invalid"
    )


@case("rsa::key::exponent-1", "forgery")
def exponent_1(pki: Pki) -> Verdicted:
    """The public exponent is 1: the signature is the padded digest, and anybody can make it.

    root → issuer → person (e = 1) → message

    Clause: RFC 8017 section 3.1: an exponent between 3 and n - 1.
    """
    key = replace(rsa_key("person"), exponent=1)
    return pki.scene(pki.person(key=key)).invalid("certificate_invalid")


@case("rsa::key::exponent-even", "forgery")
def exponent_2(pki: Pki) -> Verdicted:
    """The public exponent is 2, and the signature is a square root that holds.

    root → issuer → person (e = 2) → message

    Clause: RFC 8017 section 3.1: the exponent is prime to λ(n), so it is odd.
    """
    signer = pki.issue(pki.person(key=replace(rsa_key("person"), exponent=2)))
    for second in range(10_000):
        time = attribute(oids.SIGNING_TIME, der.utc(NOW - second * SECOND))
        try:
            encoded = pki.message(signer).with_attributes(time).encode()
        except NoRootError:
            continue
        return pki.scene(encoded).invalid("certificate_invalid")
    raise AssertionError("one number in 256 has a root")


@case("rsa::key::exponent-huge", "denial-of-service")
def exponent_huge(pki: Pki) -> Verdicted:
    """The public exponent is as long as the modulus: a check costs a hundred times as much.

    root → issuer → person (e of 2040 bits) → message

    Clause: attack list: bounded time; NIST SP 800-89 section 5.3.3: e below 2^256.
    """
    exponent = (1 << 2040) + 1
    while not _fits(exponent):
        exponent += 2
    return pki.scene(pki.person(key=replace(rsa_key("person"), exponent=exponent))).invalid(
        "certificate_invalid"
    )


@case("rsa::key::modulus-even")
def modulus_even(pki: Pki) -> Verdicted:
    """The modulus is even: the number after the one the signature was made with.

    root → issuer → person (n even) → message

    Clause: RFC 8017 section 3.1; no signature holds with it.
    """
    key = Foreign(rsa_key("person"), rsa_info(rsa_key("person").modulus + 1, 65537))
    return pki.scene(pki.person(key=key)).invalid("signature_invalid")


@case("rsa::key::modulus-negative")
def modulus_negative(pki: Pki) -> Verdicted:
    """The octet that keeps the modulus positive is missing: in DER the number is negative.

    root → issuer → person (n negative) → message

    Clause: RFC 8017 appendix A.1.1; X.690 section 8.3.
    """
    modulus = rsa_key("person").modulus
    encoded = der.seq(der.tlv(2, modulus.to_bytes(256)), der.integer(65537))
    info = der.seq(der.algorithm(oids.RSA), der.bits(encoded))
    return pki.scene(pki.person(key=Foreign(rsa_key("person"), info))).invalid(
        "certificate_invalid"
    )


@case("rsa::key::trailing-octets")
def key_trailing(pki: Pki) -> Verdicted:
    """Octets stand after the key inside subjectPublicKey.

    root → issuer → person → message

    Clause: RFC 3279 section 2.3.1: the BIT STRING holds one RSAPublicKey.
    """
    key = rsa_key("person")
    encoded = der.seq(der.integer(key.modulus), der.integer(key.exponent)) + b"\0\0"
    info = der.seq(der.algorithm(oids.RSA), der.bits(encoded))
    return pki.scene(pki.person(key=Foreign(key, info))).invalid("certificate_invalid")


@case("rsa::signature::leading-zero")
def leading_zero(pki: Pki) -> Verdicted:
    """The signature has an octet 00 too many before it.

    root → issuer → person → message with 257 octets of signature

    Clause: RFC 8017 section 8.2.2: its length is that of the modulus.
    """

    def sign(key: Key, data: bytes) -> bytes:
        return b"\0" + key.sign(data)

    return pki.scene(pki.message().signed_with(sign=sign)).invalid("signature_invalid")


@case("rsa::signature::plus-modulus")
def plus_modulus(pki: Pki) -> Verdicted:
    """The modulus was added to the signature: the same residue, another number.

    root → issuer → person → message with a signature not below n

    Clause: RFC 8017 section 5.2.2: the signature is between 0 and n - 1.
    """
    modulus = rsa_key("person").modulus

    def sign(key: Key, data: bytes) -> bytes:
        number = int.from_bytes(key.sign(data)) + modulus
        return number.to_bytes((number.bit_length() + 7) // 8)

    return pki.scene(pki.message().signed_with(sign=sign)).invalid("signature_invalid")


@case("rsa::signature::zeros")
def zeros(pki: Pki) -> Verdicted:
    """The signature is 256 octets of zero.

    root → issuer → person → message

    Clause: RFC 8017 section 8.2.2.
    """

    def sign(key: Key, data: bytes) -> bytes:
        return bytes(256)

    return pki.scene(pki.message().signed_with(sign=sign)).invalid("signature_invalid")


@case("rsa::signature::empty")
def no_octets(pki: Pki) -> Verdicted:
    """The signature has no octets.

    root → issuer → person → message

    Clause: RFC 8017 section 8.2.2.
    """

    def sign(key: Key, data: bytes) -> bytes:
        return b""

    return pki.scene(pki.message().signed_with(sign=sign)).invalid("signature_invalid")


@case("rsa::padding::garbage-after-digest", "forgery")
def garbage(pki: Pki) -> Verdicted:
    """Few octets of padding, and garbage after the DigestInfo: with a small exponent such a block
    can be forged without the key.

    root → issuer → person → message

    Clause: RFC 8017 section 8.2.2: compare the whole block (Bleichenbacher 2006).
    """
    info = _digest_info(pki)
    block = b"\0\1" + b"\xff" * 8 + b"\0" + info
    padded = block + b"\x5a" * (256 - len(block))
    return pki.scene(_padded(pki, padded)).invalid("signature_invalid")


@case("rsa::padding::block-type-2", "forgery")
def block_type_2(pki: Pki) -> Verdicted:
    """The block is padded as for encryption, with type 2.

    root → issuer → person → message

    Clause: RFC 8017 section 9.2: 00 01 FF … 00.
    """
    info = _digest_info(pki)
    padded = b"\0\2" + b"\x77" * (256 - 3 - len(info)) + b"\0" + info
    return pki.scene(_padded(pki, padded)).invalid("signature_invalid")


@case("rsa::padding::no-digest-info", "forgery")
def no_digest_info(pki: Pki) -> Verdicted:
    """The block holds the digest without the DigestInfo that says of which algorithm it is.

    root → issuer → person → message

    Clause: RFC 8017 section 9.2.
    """
    padded = pad_with(_digest_info(pki)[-32:], 256)
    return pki.scene(_padded(pki, padded)).invalid("signature_invalid")


@case("rsa::padding::other-digest-info", "algorithm-confusion")
def other_digest_info(pki: Pki) -> Verdicted:
    """The DigestInfo says SHA-512 around a SHA-256 digest.

    root → issuer → person → message

    Clause: RFC 8017 section 9.2.
    """
    info = der.seq(SHA512.algorithm, der.octets(_digest_info(pki)[-32:]))
    return pki.scene(_padded(pki, pad_with(info, 256))).invalid("signature_invalid")


@case("rsa::padding::digest-info-trailing", "forgery")
def digest_info_trailing(pki: Pki) -> Verdicted:
    """The DigestInfo hides eight octets of garbage in the parameters of its algorithm.

    root → issuer → person → message

    Clause: RFC 8017 section 9.2: the parameters are NULL (variants of Bleichenbacher 2006).
    """
    algorithm = der.algorithm(oids.SHA256, der.octets(bytes(8)))
    info = der.seq(algorithm, der.octets(_digest_info(pki)[-32:]))
    return pki.scene(_padded(pki, pad_with(info, 256))).invalid("signature_invalid")


def _fits(exponent: int) -> bool:
    return all(math.gcd(exponent, prime - 1) == 1 for prime in primes("person"))

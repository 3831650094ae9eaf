"""GOST R 34.10 signatures: the NCA's octet order and no other (NCA GOST layout)."""

from __future__ import annotations

from collections.abc import Callable

from tests.limbo.build.gost import FAMILIES, GostKey, gost_key
from tests.limbo.build.keys import Key
from tests.limbo.build.messages import Message
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import GOST, case
from tests.unit.eds_verifier import der

Layout = Callable[[GostKey, bytes], bytes]


def _key(pki: Pki) -> GostKey:
    return gost_key("person", FAMILIES[pki.kind])


def _signed(pki: Pki, layout: Layout) -> Message:
    """The person's message, its signature made by `layout` from key and digest."""
    person = _key(pki)

    def sign(key: Key, data: bytes) -> bytes:
        return layout(person, person.digest(data))

    return pki.message().signed_with(sign=sign)


def _little(size: int, *numbers: int) -> bytes:
    return b"".join(number.to_bytes(size, "little") for number in numbers)


def _big(size: int, *numbers: int) -> bytes:
    return b"".join(number.to_bytes(size) for number in numbers)


@case("gost::signature::rfc-byte-order", kinds=GOST)
def rfc_order(pki: Pki) -> Verdicted:
    """The signature is s then r, both big-endian, as Russia's RFCs have it.

    root → issuer → person → message

    Clause: NCA GOST layout; RFC 9215 section 2: another order is no fallback.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        r, s = key.numbers(digest)
        return _big(key.size, s, r)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::big-endian", kinds=GOST)
def big_endian(pki: Pki) -> Verdicted:
    """The signature is r then s, both big-endian.

    root → issuer → person → message

    Clause: NCA GOST layout.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _big(key.size, *key.numbers(digest))

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::s-before-r", kinds=GOST)
def s_before_r(pki: Pki) -> Verdicted:
    """The signature is s then r, both little-endian.

    root → issuer → person → message

    Clause: NCA GOST layout.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        r, s = key.numbers(digest)
        return _little(key.size, s, r)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::digest-big-endian", kinds=GOST)
def digest_big_endian(pki: Pki) -> Verdicted:
    """The digest was read as a big-endian number, as the standard's text has it.

    root → issuer → person → message

    Clause: NCA GOST layout: e is the digest read little-endian.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, *key.numbers(digest, order="big"))

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::asn1", kinds=GOST)
def asn1(pki: Pki) -> Verdicted:
    """The signature is a SEQUENCE of two INTEGERs, as ECDSA has it.

    root → issuer → person → message

    Clause: NCA GOST layout; RFC 3279 section 2.2.3 is another algorithm's.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return der.seq(*map(der.integer, key.numbers(digest)))

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::one-octet-short", kinds=GOST)
def short(pki: Pki) -> Verdicted:
    """The last octet of the signature is missing.

    root → issuer → person → message

    Clause: NCA GOST layout: 128 (64) octets.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, *key.numbers(digest))[:-1]

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::one-octet-long", kinds=GOST)
def long(pki: Pki) -> Verdicted:
    """An octet 00 stands after the signature.

    root → issuer → person → message

    Clause: NCA GOST layout: 128 (64) octets.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, *key.numbers(digest)) + b"\0"

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::empty", kinds=GOST)
def empty(pki: Pki) -> Verdicted:
    """The signature has no octets.

    root → issuer → person → message

    Clause: NCA GOST layout: 128 (64) octets.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return b""

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::bit-flipped", kinds=GOST)
def flipped(pki: Pki) -> Verdicted:
    """One bit of s is wrong.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        r, s = key.numbers(digest)
        return _little(key.size, r, s ^ 1)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::certificate::rfc-byte-order", kinds=GOST)
def certificate_rfc_order(pki: Pki) -> Verdicted:
    """The issuer's signature in the person's certificate is in the order of Russia's RFCs.

    root → issuer → person (its signature reversed) → message

    Clause: NCA GOST layout: certificates have the NCA's order too.
    """
    genuine = pki.issue(pki.person())
    signature = genuine.der[-2 * _key(pki).size :]
    draft = pki.person(signature=signature[::-1])
    return pki.scene(draft).invalid("untrusted_issuer")

"""GOST R 34.10 signatures: the NCA's octet order and no other, and numbers in their range."""

from __future__ import annotations

from collections.abc import Callable

from tests.limbo.build.gost import GOST_2004, GOST_2015, GostKey, gost_key
from tests.limbo.build.keys import Key
from tests.limbo.build.messages import Message
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import GOST, case
from tests.unit.eds_verifier import der

Layout = Callable[[GostKey, bytes], bytes]


def _key(pki: Pki) -> GostKey:
    return gost_key("person", GOST_2015 if pki.kind == "gost2015" else GOST_2004)


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

    Clause: facts 2.3.2; RFC 9215 section 2: another order is no fallback.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        r, s = key.numbers(digest)
        return _big(key.size, s, r)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::big-endian", kinds=GOST)
def big_endian(pki: Pki) -> Verdicted:
    """The signature is r then s, both big-endian.

    root → issuer → person → message

    Clause: facts 2.3.2.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _big(key.size, *key.numbers(digest))

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::s-before-r", kinds=GOST)
def s_before_r(pki: Pki) -> Verdicted:
    """The signature is s then r, both little-endian.

    root → issuer → person → message

    Clause: facts 2.3.2.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        r, s = key.numbers(digest)
        return _little(key.size, s, r)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::digest-big-endian", kinds=GOST)
def digest_big_endian(pki: Pki) -> Verdicted:
    """The digest was read as a big-endian number, as the standard's text has it.

    root → issuer → person → message

    Clause: facts 2.3.3: e is the digest read little-endian.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, *key.numbers(digest, order="big"))

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::asn1", kinds=GOST)
def asn1(pki: Pki) -> Verdicted:
    """The signature is a SEQUENCE of two INTEGERs, as ECDSA has it.

    root → issuer → person → message

    Clause: facts 2.3.2; RFC 3279 section 2.2.3 is another algorithm's.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return der.seq(*map(der.integer, key.numbers(digest)))

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::r-zero", "forgery", kinds=GOST)
def r_zero(pki: Pki) -> Verdicted:
    """r is zero.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2 step 1: 0 < r < q.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, 0, key.numbers(digest)[1])

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::s-zero", "forgery", kinds=GOST)
def s_zero(pki: Pki) -> Verdicted:
    """s is zero.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2 step 1: 0 < s < q.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, key.numbers(digest)[0], 0)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::both-zero", "forgery", kinds=GOST)
def both_zero(pki: Pki) -> Verdicted:
    """r and s are zero: unless the range is checked, a point at infinity may agree with anything.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2 step 1 (compare CVE-2022-21449).
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return bytes(2 * key.size)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::r-is-q", "forgery", kinds=GOST)
def r_is_q(pki: Pki) -> Verdicted:
    """r is the order of the group: zero again, modulo q.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2 step 1: r < q.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, key.family.curve.q, key.numbers(digest)[1])

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::s-is-q", "forgery", kinds=GOST)
def s_is_q(pki: Pki) -> Verdicted:
    """s is the order of the group: zero again, modulo q.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2 step 1: s < q.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, key.numbers(digest)[0], key.family.curve.q)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::s-not-below-q", "forgery", kinds=GOST)
def s_not_below_q(pki: Pki) -> Verdicted:
    """s is q + 1 where 1 would hold: the same residue in a second spelling. The key was chosen so
    that s is 1.

    root → issuer → person whose key was made for this message → message

    Clause: GOST R 34.10-2012 section 6.2 step 1: s < q.
    """
    return pki.scene(_small_s(pki, lift=1)).invalid("signature_invalid")


@case("gost::signature::s-one", kinds=GOST)
def s_one(pki: Pki) -> Verdicted:
    """Nothing is wrong: s is 1, the smallest it may be.

    root → issuer → person whose key was made for this message → message

    Clause: GOST R 34.10-2012 section 6.2 step 1: 0 < s < q.
    """
    return pki.scene(_small_s(pki, lift=0)).valid()


@case("gost::signature::point-at-infinity", "forgery", kinds=GOST)
def infinity(pki: Pki) -> Verdicted:
    """r and s were chosen by the holder so that the point to compare is the one at infinity, which
    has no x.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2 steps 6 and 7: it agrees with no r.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        r = key.numbers(digest)[0]
        return _little(key.size, r, r * key.scalar % key.family.curve.q)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::nonce-one", kinds=GOST)
def nonce_one(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signer's secret number happened to be 1, so r is the base point's x.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.1: 0 < k < q.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        curve = key.family.curve
        e = int.from_bytes(digest, "little") % curve.q or 1
        r = curve.base[0] % curve.q
        return _little(key.size, r, (r * key.scalar + e) % curve.q)

    return pki.scene(_signed(pki, layout)).valid()


@case("gost::signature::all-ones", "forgery", kinds=GOST)
def all_ones(pki: Pki) -> Verdicted:
    """Every bit of the signature is set.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2 step 1.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return b"\xff" * (2 * key.size)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::one-octet-short", kinds=GOST)
def short(pki: Pki) -> Verdicted:
    """The last octet of the signature is missing.

    root → issuer → person → message

    Clause: facts 2.3.2: 128 (64) octets.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, *key.numbers(digest))[:-1]

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::one-octet-long", kinds=GOST)
def long(pki: Pki) -> Verdicted:
    """An octet 00 stands after the signature.

    root → issuer → person → message

    Clause: facts 2.3.2: 128 (64) octets.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        return _little(key.size, *key.numbers(digest)) + b"\0"

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::empty", kinds=GOST)
def empty(pki: Pki) -> Verdicted:
    """The signature has no octets.

    root → issuer → person → message

    Clause: facts 2.3.2: 128 (64) octets.
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

    Clause: facts 2.3.2: certificates have the NCA's order too.
    """
    genuine = pki.issue(pki.person())
    signature = genuine.der[-2 * _key(pki).size :]
    draft = pki.person(signature=signature[::-1])
    return pki.scene(draft).invalid("untrusted_issuer")


def _small_s(pki: Pki, *, lift: int) -> Message:
    """A message whose s is 1 + lift·q, by a key computed from the message (k is the nonce).

    s = r·d + k·e = 1 gives d = (1 - k·e)/r. The certificate takes the key's identifier, so the
    signed attributes, which do not depend on it, fix e first.
    """
    curve = _key(pki).family.curve
    base = pki.message().info
    attributes = der.tlv(0x31, b"".join(sorted(base.usual_attributes())))
    e = int.from_bytes(_key(pki).digest(attributes), "little") % curve.q or 1
    nonce = GostKey(_key(pki).family, 0x1234567)
    r = nonce.point[0] % curve.q
    made = GostKey(_key(pki).family, (1 - nonce.scalar * e) * pow(r, -1, curve.q) % curve.q)

    def sign(key: Key, data: bytes) -> bytes:
        return _little(made.size, r, 1 + lift * curve.q)

    return pki.message(pki.person(key=made)).signed_with(sign=sign)

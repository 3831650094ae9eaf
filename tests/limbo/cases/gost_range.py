"""GOST R 34.10 signatures at the edges: r and s in their range, points that vanish."""

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


@case("gost::signature::r-plus-q", "forgery", kinds=("gost2015-256",))
def r_plus_q(pki: Pki) -> Verdicted:
    """q was added to r: the same residue in a second spelling, which fits since q has 255 bits.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2 step 1: r < q.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        r, s = key.numbers(digest)
        return _little(key.size, r + key.family.curve.q, s)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


@case("gost::signature::s-plus-q", "forgery", kinds=("gost2015-256",))
def s_plus_q(pki: Pki) -> Verdicted:
    """q was added to s: the same residue in a second spelling, which fits since q has 255 bits.

    root → issuer → person → message

    Clause: GOST R 34.10-2012 section 6.2 step 1: s < q.
    """

    def layout(key: GostKey, digest: bytes) -> bytes:
        r, s = key.numbers(digest)
        return _little(key.size, r, s + key.family.curve.q)

    return pki.scene(_signed(pki, layout)).invalid("signature_invalid")


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

"""GOST public keys: points of their curve, under their own numbers (NCA algorithms)."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.limbo.build.gost import (
    FAMILIES,
    GOST_2004,
    GOST_2015,
    GOST_2015_256,
    GostFamily,
    GostKey,
    add,
    gost_info,
    gost_key,
    point_of_small_order,
)
from tests.limbo.build.keys import Foreign
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import GOST, case
from tests.unit.eds_verifier import der


def _family(pki: Pki) -> GostFamily:
    return FAMILIES[pki.kind]


def _key(pki: Pki) -> GostKey:
    return gost_key("person", _family(pki))


def _with_point(pki: Pki, point: bytes) -> Foreign:
    """The person's key, with these octets for the point."""
    return Foreign(_key(pki), gost_info(point, _family(pki)))


@case("gost::key::off-curve", "forgery", kinds=GOST)
def off_curve(pki: Pki) -> Verdicted:
    """The key's point does not lie on the curve: one bit of y is wrong.

    root → issuer → person → message

    Clause: NCA GOST layout: reject points off the curve.
    """
    octets = bytearray(_key(pki).octets())
    octets[-1] ^= 1
    return pki.scene(pki.person(key=_with_point(pki, bytes(octets)))).invalid("certificate_invalid")


@case("gost::key::zeros", "forgery", kinds=GOST)
def zeros(pki: Pki) -> Verdicted:
    """The key's point is (0, 0), which some write for infinity.

    root → issuer → person → message

    Clause: NCA GOST layout: reject points off the curve.
    """
    point = bytes(2 * _key(pki).size)
    return pki.scene(pki.person(key=_with_point(pki, point))).invalid("certificate_invalid")


@case("gost::key::coordinate-not-reduced", "forgery", kinds=("gost2004",))
def not_reduced(pki: Pki) -> Verdicted:
    """p was added to a coordinate: the same residue in a second spelling. The point is one whose
    x fits all the same.

    root → issuer → person → message

    Clause: NCA GOST layout; coordinates lie between 0 and p - 1.
    """
    curve = GOST_2004.curve
    x, y = curve.base
    assert x + curve.p < 1 << 256
    point = b"".join(number.to_bytes(32, "little") for number in (x + curve.p, y))
    key = Foreign(GostKey(GOST_2004, 1), gost_info(point, GOST_2004))
    return pki.scene(pki.person(key=key)).invalid("certificate_invalid")


@case("gost::key::small-order", "forgery", kinds=("gost2015-256",))
def small_order(pki: Pki) -> Verdicted:
    """The key's point lies on the curve and has an order of 2 or 4: the curve's cofactor is 4.

    root → issuer → person → message

    Clause: RFC 7836 appendix A.2; GOST R 34.10-2012 section 5.3: the key is a multiple of G.
    """
    point = _written(point_of_small_order(_family(pki).curve))
    return pki.scene(pki.person(key=_with_point(pki, point))).invalid("certificate_invalid")


@case("gost::key::small-order-added", "forgery", kinds=("gost2015-256",))
def small_order_added(pki: Pki) -> Verdicted:
    """A point of small order was added to the key's: it lies on the curve, beside the multiples of
    the base point, and one signature in some would hold with both keys.

    root → issuer → person → message

    Clause: RFC 7836 appendix A.2; GOST R 34.10-2012 section 5.3: the key is a multiple of G.
    """
    curve = _family(pki).curve
    total = add(curve, _key(pki).point, point_of_small_order(curve))
    assert total is not None
    return pki.scene(pki.person(key=_with_point(pki, _written(total)))).invalid(
        "certificate_invalid"
    )


@case("gost::key::big-endian", kinds=GOST)
def big_endian(pki: Pki) -> Verdicted:
    """The key's coordinates are big-endian.

    root → issuer → person → message

    Clause: NCA GOST layout: x and y little-endian.
    """
    point = b"".join(number.to_bytes(_key(pki).size) for number in _key(pki).point)
    return pki.scene(pki.person(key=_with_point(pki, point))).invalid("certificate_invalid")


@case("gost::key::y-before-x", kinds=GOST)
def y_before_x(pki: Pki) -> Verdicted:
    """The key's coordinates stand in the other order.

    root → issuer → person → message

    Clause: NCA GOST layout: x, then y.
    """
    octets, size = _key(pki).octets(), _key(pki).size
    point = octets[size:] + octets[:size]
    return pki.scene(pki.person(key=_with_point(pki, point))).invalid("certificate_invalid")


@case("gost::key::compressed", kinds=GOST)
def compressed(pki: Pki) -> Verdicted:
    """The key's point is x alone after an octet 02, as compressed points are written elsewhere.

    root → issuer → person → message

    Clause: NCA GOST layout: 128 (64) octets.
    """
    point = b"\2" + _key(pki).octets()[: _key(pki).size]
    return pki.scene(pki.person(key=_with_point(pki, point))).invalid("certificate_invalid")


@case("gost::key::no-octet-string", kinds=GOST)
def no_octet_string(pki: Pki) -> Verdicted:
    """The BIT STRING holds the point itself, without the OCTET STRING around it.

    root → issuer → person → message

    Clause: NCA GOST layout.
    """
    family = _family(pki)
    algorithm = der.algorithm(family.key, family.parameters)
    info = der.seq(algorithm, der.bits(_key(pki).octets()))
    return pki.scene(pki.person(key=Foreign(_key(pki), info))).invalid("certificate_invalid")


@case("gost::key::trailing-octet", kinds=GOST)
def trailing(pki: Pki) -> Verdicted:
    """An octet stands after the OCTET STRING inside the BIT STRING.

    root → issuer → person → message

    Clause: NCA GOST layout; nothing after what is read.
    """
    family = _family(pki)
    algorithm = der.algorithm(family.key, family.parameters)
    info = der.seq(algorithm, der.bits(der.octets(_key(pki).octets()) + b"\0"))
    return pki.scene(pki.person(key=Foreign(_key(pki), info))).invalid("certificate_invalid")


@case("gost::key::parameters-absent", "algorithm-confusion", kinds=GOST)
def no_parameters(pki: Pki) -> Verdicted:
    """The key says nothing of its curve.

    root → issuer → person → message

    Clause: NCA algorithms: the parameters name curve and digest.
    """
    family = _family(pki)
    info = der.seq(der.seq(der.oid(family.key)), der.bits(der.octets(_key(pki).octets())))
    return pki.scene(pki.person(key=Foreign(_key(pki), info))).invalid("certificate_invalid")


@case("gost::key::parameters-of-another-curve", "algorithm-confusion", kinds=GOST)
def other_parameters(pki: Pki) -> Verdicted:
    """The key's parameters name a curve that this generation does not have.

    root → issuer → person → message

    Clause: NCA algorithms: one set of parameters each.
    """
    other = der.seq(der.oid("1.2.643.7.1.2.1.2.2"), der.oid(_family(pki).digest_oid))
    info = gost_info(_key(pki).octets(), _family(pki), parameters=other)
    return pki.scene(pki.person(key=Foreign(_key(pki), info))).invalid("unsupported_algorithm")


@case("gost::key::explicit-curve", "algorithm-confusion", "forgery", kinds=("gost2015",))
def explicit_curve(pki: Pki) -> Verdicted:
    """The key's parameters spell out a curve of the holder's choice, whose base point makes any
    known point theirs.

    root → issuer → person → message

    Clause: NCA algorithms; compare CVE-2020-0601.
    """
    curve = GOST_2015.curve
    numbers = (curve.p, curve.b, curve.q, *curve.base)
    info = gost_info(_key(pki).octets(), GOST_2015, parameters=der.seq(*map(der.integer, numbers)))
    return pki.scene(pki.person(key=Foreign(_key(pki), info))).invalid("certificate_invalid")


@case("gost::key::of-the-other-generation", "algorithm-confusion", kinds=GOST)
def other_generation(pki: Pki) -> Verdicted:
    """The key's number is of one generation, its point of the other's curve.

    root → issuer → person → message

    Clause: NCA algorithms: a point of one curve is none of another.
    """
    other = GOST_2015_256 if pki.kind == "gost2004" else GOST_2004
    point = gost_key("person", other).octets()
    return pki.scene(pki.person(key=_with_point(pki, point))).invalid("certificate_invalid")


@case("gost::key::p256-under-its-number", "algorithm-confusion", kinds=("gost2004",))
def p256(pki: Pki) -> Verdicted:
    """A point of NIST's P-256 stands under the number of a GOST key.

    root → issuer → person → message

    Clause: NCA GOST layout: reject points off the curve.
    """
    x = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
    point = b"".join(number.to_bytes(32, "little") for number in (x, y))
    return pki.scene(pki.person(key=_with_point(pki, point))).invalid("certificate_invalid")


@case("gost::key::elliptic-curve-number", "algorithm-confusion", kinds=("gost2015",))
def ec_number(pki: Pki) -> Verdicted:
    """The GOST point stands under the number of ordinary elliptic-curve keys.

    root → issuer → person → message

    Clause: NCA algorithms: what is not in the tables is refused.
    """
    algorithm = der.algorithm(oids.EC_PUBLIC_KEY, der.oid(oids.P256))
    info = der.seq(algorithm, der.bits(der.octets(_key(pki).octets())))
    return pki.scene(pki.person(key=Foreign(_key(pki), info))).invalid("unsupported_algorithm")


@case("gost::key::russian-number", "algorithm-confusion", kinds=("gost2015",))
def russian_number(pki: Pki) -> Verdicted:
    """The same point stands under Russia's number for such keys.

    root → issuer → person → message

    Clause: RFC 9215 section 4; NCA algorithms: what is not in the tables is refused.
    """
    parameters = der.seq(der.oid(oids.RU_GOST_512_SET_A), der.oid(oids.RU_STREEBOG_512))
    algorithm = der.algorithm(oids.RU_GOST_512, parameters)
    info = der.seq(algorithm, der.bits(der.octets(_key(pki).octets())))
    return pki.scene(pki.person(key=Foreign(_key(pki), info))).invalid("unsupported_algorithm")


@case("gost::key::base-point", "arithmetic", kinds=GOST)
def base_point(pki: Pki) -> Verdicted:
    """Nothing is wrong: the key is the base point itself, so sums of the two double.

    root → issuer → person → message

    Clause: NCA GOST layout: the private key is any number from 1 to q - 1.
    """
    return pki.scene(pki.person(key=GostKey(_family(pki), 1))).valid()


@case("gost::key::negated-base-point", "arithmetic", kinds=GOST)
def negated(pki: Pki) -> Verdicted:
    """Nothing is wrong in the arithmetic: the key is the base point mirrored, so sums of the two
    may vanish.

    root → issuer → person → message

    Clause: NCA GOST layout: the private key is any number from 1 to q - 1.
    """
    return pki.scene(pki.person(key=GostKey(_family(pki), _family(pki).curve.q - 1))).valid()


@case("gost::key::twice-the-base-point", "arithmetic", kinds=GOST)
def doubled(pki: Pki) -> Verdicted:
    """Nothing is wrong: the key is twice the base point, as tables for fast sums hold it.

    root → issuer → person → message

    Clause: NCA GOST layout: the private key is any number from 1 to q - 1.
    """
    return pki.scene(pki.person(key=GostKey(_family(pki), 2))).valid()


@case("gost::key::three-times-the-base-point", "arithmetic", kinds=GOST)
def tripled(pki: Pki) -> Verdicted:
    """Nothing is wrong: the key is three times the base point, the second entry of such tables.

    root → issuer → person → message

    Clause: NCA GOST layout: the private key is any number from 1 to q - 1.
    """
    return pki.scene(pki.person(key=GostKey(_family(pki), 3))).valid()


@case("gost::key::half-of-the-base-point", "arithmetic", kinds=GOST)
def halved(pki: Pki) -> Verdicted:
    """Nothing is wrong: twice the key is the base point.

    root → issuer → person → message

    Clause: NCA GOST layout: the private key is any number from 1 to q - 1.
    """
    return pki.scene(pki.person(key=GostKey(_family(pki), (_family(pki).curve.q + 1) // 2))).valid()


def _written(point: tuple[int, int]) -> bytes:
    """A point of the 256-bit curve as a key holds it."""
    return b"".join(number.to_bytes(32, "little") for number in point)

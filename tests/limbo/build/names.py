"""Distinguished names as the NCA writes them. Every person and number is invented."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.unit.eds_verifier import der

Attribute = tuple[str, bytes]
"""An attribute's OID and the DER of its value."""

Rdn = tuple[Attribute, ...]
Name = tuple[Rdn, ...]

IIN = "900412400014"
BIN = "150340000015"
_PRINTABLE = {oids.COUNTRY, oids.SERIAL_NUMBER}


def attribute(oid: str, text: str) -> Attribute:
    """With the string type the NCA uses: PrintableString for numbers and the country."""
    printable = oid in _PRINTABLE and text.isascii() and text.isprintable()
    return oid, der.printable(text) if printable else der.utf8(text)


def name(*pairs: tuple[str, str]) -> Name:
    """One attribute in each RDN."""
    return tuple((attribute(oid, text),) for oid, text in pairs)


def encode_name(value: Name) -> bytes:
    return der.seq(
        *(der.set_of(*sorted(der.seq(der.oid(oid), v) for oid, v in rdn)) for rdn in value)
    )


def without(value: Name, oid: str) -> Name:
    kept = (tuple(pair for pair in rdn if pair[0] != oid) for rdn in value)
    return tuple(rdn for rdn in kept if rdn)


def plus(value: Name, oid: str, text: str) -> Name:
    return (*value, (attribute(oid, text),))


def with_(value: Name, oid: str, text: str) -> Name:
    """With `text` for that attribute, in its place."""
    return with_value(value, attribute(oid, text))


def with_value(value: Name, new: Attribute) -> Name:
    return tuple(tuple(new if pair[0] == new[0] else pair for pair in rdn) for rdn in value)


PERSON = name(
    (oids.COMMON_NAME, "СЕЙІТОВА АЙГЕРІМ"),
    (oids.SURNAME, "СЕЙІТОВА"),
    (oids.SERIAL_NUMBER, f"IIN{IIN}"),
    (oids.COUNTRY, "KZ"),
    (oids.GIVEN_NAME, "ҚАНАТҚЫЗЫ"),
)
DIRECTOR: Name = (
    *PERSON,
    *name(
        (oids.ORGANIZATION, 'ЖШС "Лимбо, Сынақ"'),
        (oids.ORGANIZATIONAL_UNIT, f"BIN{BIN}"),
    ),
)
ROOT = name((oids.COMMON_NAME, "ЛИМБО ТҮБІР КУӘЛІК"), (oids.COUNTRY, "KZ"))
ISSUER = name((oids.COMMON_NAME, "ЛИМБО КУӘЛІК БЕРУШІ"), (oids.COUNTRY, "KZ"))
RESPONDER = name((oids.COMMON_NAME, "LIMBO OCSP RESPONDER"), (oids.COUNTRY, "KZ"))
TSA = name((oids.COMMON_NAME, "LIMBO TSA"), (oids.COUNTRY, "KZ"))


def numbered(first_eleven: str) -> str:
    """The twelve digits whose last is the check digit; ValueError where none is issued."""
    digits = [int(digit) for digit in first_eleven]
    for weights in ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
        check = sum(d * w for d, w in zip(digits, weights, strict=True)) % 11
        if check != 10:
            return f"{first_eleven}{check}"
    raise ValueError(f"no number is issued that begins {first_eleven}")

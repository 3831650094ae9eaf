"""Where the IIN stands, and how often: serialNumber, exactly once (NCA names)."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.names import IIN, PERSON, Name
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der


def _named(pki: Pki, subject: Name) -> Scene:
    return pki.scene(pki.person(subject=subject))


def _value(pki: Pki, value: bytes) -> Scene:
    """With that DER for the value of serialNumber."""
    return _named(pki, names.with_value(PERSON, (oids.SERIAL_NUMBER, value)))


@case("subject::iin::read", kinds=EVERY)
def read(pki: Pki) -> Verdicted:
    """Nothing is wrong: serialNumber is IIN and twelve digits.

    root → issuer → person → message

    Clause: NCA names and numbers.
    """
    return pki.scene().valid(subject={"iin": IIN, "subject_type": "individual"})


@case("subject::iin::missing", kinds=EVERY)
def missing(pki: Pki) -> Verdicted:
    """There is no serialNumber.

    root → issuer → person → message

    Clause: NCA names: exactly one.
    """
    return _named(pki, names.without(PERSON, oids.SERIAL_NUMBER)).invalid("subject_invalid")


@case("subject::iin::empty")
def empty(pki: Pki) -> Verdicted:
    """serialNumber is an empty text.

    root → issuer → person → message

    Clause: NCA numbers: twelve digits.
    """
    return _value(pki, der.utf8("")).invalid("subject_invalid")


@case("subject::iin::twice", "impersonation", kinds=EVERY)
def twice(pki: Pki) -> Verdicted:
    """serialNumber stands twice, with two numbers: which one is the person's?

    root → issuer → person → message

    Clause: NCA names: exactly one.
    """
    both = names.plus(PERSON, oids.SERIAL_NUMBER, "IIN850101300005")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::iin::twice-the-same")
def twice_the_same(pki: Pki) -> Verdicted:
    """serialNumber stands twice with the same number.

    root → issuer → person → message

    Clause: NCA names: exactly one.
    """
    both = names.plus(PERSON, oids.SERIAL_NUMBER, f"IIN{IIN}")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::iin::twice-in-one-rdn", "impersonation")
def twice_in_one_rdn(pki: Pki) -> Verdicted:
    """One RDN holds two serialNumber.

    root → issuer → person → message

    Clause: NCA names: exactly one; RFC 5280 section 4.1.2.4: an RDN is a set.
    """
    pairs = tuple(
        names.attribute(oids.SERIAL_NUMBER, text) for text in (f"IIN{IIN}", "IIN850101300005")
    )
    subject = (*names.without(PERSON, oids.SERIAL_NUMBER), pairs)
    return _named(pki, subject).invalid("subject_invalid")


@case("subject::iin::in-an-rdn-of-two")
def multi_valued(pki: Pki) -> Verdicted:
    """Nothing is wrong: one RDN holds the serialNumber and the surname.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.2.4: an RDN is a set; NCA names: read by OID, not by position.
    """
    bare = names.without(names.without(PERSON, oids.SERIAL_NUMBER), oids.SURNAME)
    pair = (
        names.attribute(oids.SERIAL_NUMBER, f"IIN{IIN}"),
        names.attribute(oids.SURNAME, "СЕЙІТОВА"),
    )
    return _named(pki, (*bare, pair)).valid(subject={"iin": IIN, "surname": "СЕЙІТОВА"})


@case("subject::iin::in-the-common-name", "impersonation", kinds=EVERY)
def in_common_name(pki: Pki) -> Verdicted:
    """The IIN stands in the common name, not in serialNumber.

    root → issuer → person → message

    Clause: attack list: IIN in CN instead of serialNumber.
    """
    bare = names.without(PERSON, oids.SERIAL_NUMBER)
    return _named(pki, names.with_(bare, oids.COMMON_NAME, f"IIN{IIN}")).invalid("subject_invalid")


@case("subject::iin::in-the-user-id", "impersonation")
def in_user_id(pki: Pki) -> Verdicted:
    """The IIN stands in UID, not in serialNumber.

    root → issuer → person → message

    Clause: NCA names: the IIN stands in serialNumber.
    """
    bare = names.without(PERSON, oids.SERIAL_NUMBER)
    return _named(pki, names.plus(bare, oids.USER_ID, f"IIN{IIN}")).invalid("subject_invalid")


@case("subject::iin::in-the-unit", "impersonation")
def in_unit(pki: Pki) -> Verdicted:
    """The IIN stands in OU, not in serialNumber.

    root → issuer → person → message

    Clause: NCA names: the IIN stands in serialNumber.
    """
    bare = names.without(PERSON, oids.SERIAL_NUMBER)
    subject = names.plus(bare, oids.ORGANIZATIONAL_UNIT, f"IIN{IIN}")
    return _named(pki, subject).invalid("subject_invalid")


@case("subject::iin::another-in-the-common-name", "impersonation")
def another_in_common_name(pki: Pki) -> Verdicted:
    """Nothing is wrong: the common name looks like an IIN with somebody else's number. It is a
    name; the IIN is the one of serialNumber.

    root → issuer → person → message

    Clause: seen elsewhere: home-made logins that search for IIN and digits anywhere.
    """
    subject = names.with_(PERSON, oids.COMMON_NAME, "IIN850101300005")
    return _named(pki, names.without(subject, oids.SURNAME)).valid(subject={"iin": IIN})

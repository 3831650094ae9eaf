"""Attributes beside the required ones, signed and unsigned (RFC 5652, 6211)."""

from __future__ import annotations

from datetime import timedelta

from tests.limbo.build import oids
from tests.limbo.build.certificates import DAY, NOW
from tests.limbo.build.keys import Key
from tests.limbo.build.messages import (
    algorithm_protection,
    attribute,
)
from tests.limbo.build.rsa import SHA512
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import case
from tests.unit.eds_verifier import der


@case("cms::signed-attrs::signing-time-absent")
def signing_time_absent(pki: Pki) -> Verdicted:
    """Nothing is wrong: there is no signingTime.

    root → issuer → person → message without signingTime

    Clause: RFC 5652 section 11.3: it may be there.
    """
    return pki.scene(pki.message().without_attribute(oids.SIGNING_TIME)).valid()


@case("cms::signed-attrs::signing-time-twice")
def signing_time_twice(pki: Pki) -> Verdicted:
    """signingTime stands twice, with two times.

    root → issuer → person → message with two signingTime

    Clause: RFC 5652 section 11.3: not more than one instance.
    """
    times = (attribute(oids.SIGNING_TIME, der.utc(NOW - i * DAY)) for i in range(2))
    return pki.scene(pki.message().with_attributes(*times)).invalid("signed_attributes")


@case("cms::signed-attrs::signing-time-long-ago")
def signing_time_long_ago(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signer's clock is three years slow, before the certificate was made.
    It proves nothing, for or against.

    root → issuer → person → message with another signingTime

    Clause: RFC 5652 section 11.3: no requirement on its correctness; `at` is the verifier's.
    """
    slow = attribute(oids.SIGNING_TIME, der.utc(NOW - timedelta(days=3 * 365)))
    return pki.scene(pki.message().with_attributes(slow)).valid()


@case("cms::signed-attrs::signing-time-backdated", "replay")
def signing_time_backdated(pki: Pki) -> Verdicted:
    """The certificate has expired; the signer's clock says that it had not yet.

    root → issuer → person (expired) → message with an earlier signingTime

    Clause: RFC 5652 section 11.3: signingTime is the signer's word; only a time stamp proves.
    """
    earlier = attribute(oids.SIGNING_TIME, der.utc(NOW - 20 * DAY))
    message = pki.message(pki.person(not_after=NOW - DAY)).with_attributes(earlier)
    return pki.scene(message).invalid("expired")


@case("cms::signed-attrs::extra")
def extra(pki: Pki) -> Verdicted:
    """Nothing is wrong: an attribute nobody knows is signed too.

    root → issuer → person → message with an unknown attribute

    Clause: RFC 5652 section 5.3: attributes may be anything.
    """
    unknown = attribute("1.2.398.99.3", der.utf8("x"), der.utf8("y"))
    return pki.scene(pki.message().with_attributes(unknown)).valid()


@case("cms::signed-attrs::extra-twice")
def extra_twice(pki: Pki) -> Verdicted:
    """An attribute nobody knows stands twice.

    root → issuer → person → message with an unknown attribute twice

    Clause: each signed attribute stands once; RFC 5652 section 5.3 has one AttributeValue set each.
    """
    twice = (attribute("1.2.398.99.3", der.utf8("x")), attribute("1.2.398.99.3", der.utf8("y")))
    return pki.scene(pki.message().with_attributes(*twice)).invalid("signed_attributes")


@case("cms::signed-attrs::too-many", "denial-of-service")
def too_many(pki: Pki) -> Verdicted:
    """A thousand attributes that nobody knows are signed too.

    root → issuer → person → message with a thousand attributes

    Clause: attack list: bounded counts.
    """
    many = (attribute(f"1.2.398.99.10.{i}", der.NULL) for i in range(1000))
    return pki.scene(pki.message().with_attributes(*many)).invalid("signed_attributes")


@case("cms::signed-attrs::algorithm-protection")
def protected(pki: Pki) -> Verdicted:
    """Nothing is wrong: the algorithms are repeated under the signature.

    root → issuer → person → message with CMSAlgorithmProtection

    Clause: RFC 6211.
    """
    key = pki.key("person")
    return pki.scene(pki.message().with_attributes(_protection(key))).valid()


@case("cms::signed-attrs::algorithm-protection-other", "algorithm-confusion")
def protected_otherwise(pki: Pki) -> Verdicted:
    """Under the signature SHA-512 is named, outside SHA-256: somebody changed the algorithm.

    root → issuer → person → message with another CMSAlgorithmProtection

    Clause: RFC 6211 section 3: if the values differ, the signature is not valid.
    """
    other = algorithm_protection(SHA512.algorithm, der.algorithm(SHA512.rsa))
    return pki.scene(pki.message().with_attributes(other)).invalid("signed_attributes")


@case("cms::unsigned-attrs::unknown")
def unsigned_unknown(pki: Pki) -> Verdicted:
    """Nothing is wrong: unsigned attributes that nobody knows; anybody may add them.

    root → issuer → person → message with an unsigned attribute

    Clause: RFC 5652 section 5.3.
    """

    def unsigned(signature: bytes) -> tuple[bytes, ...]:
        return (attribute("1.2.398.99.4", der.utf8("x")),)

    return pki.scene(pki.message().signed_with(unsigned=unsigned)).valid()


@case("cms::unsigned-attrs::counter-signature")
def counter_signature(pki: Pki) -> Verdicted:
    """Nothing is wrong: the director counter-signed. It is the person's message all the same.

    root → issuer → person → message ← director

    Clause: RFC 5652 section 11.4: a countersignature is over the signature.
    """
    director = pki.issue(pki.director())

    def unsigned(signature: bytes) -> tuple[bytes, ...]:
        info = pki.message(director, content=signature).without_attribute(oids.CONTENT_TYPE).info
        return (attribute(oids.COUNTER_SIGNATURE, info.encode()),)

    person = pki.issue(pki.person())
    message = pki.message(person).signed_with(unsigned=unsigned)
    held = (person.der, director.der)
    return pki.scene(message.but(certificates=held)).valid(subject={"bin": ""})


def _protection(key: Key) -> bytes:
    return algorithm_protection(key.digest_algorithm, key.cms_algorithm)

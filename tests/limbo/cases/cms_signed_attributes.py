"""The signed attributes that tie the signature to the content (RFC 5652 5.3, 11)."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.limbo.build.messages import (
    CONTENT,
    CONTENT_IS_DATA,
    attribute,
    message_digest,
)
from tests.limbo.build.rsa import SHA256, SHA512
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der


@case("cms::signed-attrs::none", kinds=EVERY)
def none(pki: Pki) -> Verdicted:
    """The signature is over the content itself; there are no signed attributes.

    root → issuer → person → message without signedAttrs

    Clause: a sign-in needs signed attributes; attack list: missing signedAttrs.
    """
    return pki.scene(pki.message().signed_with(attributes=())).invalid("signed_attributes")


@case("cms::signed-attrs::as-content", "impersonation", kinds=EVERY)
def as_content(pki: Pki) -> Verdicted:
    """The octets of somebody's signed attributes are presented as content signed without any: a
    genuine signature over something its maker never saw as a document.

    root → issuer → person → message whose content is a SET of attributes

    Clause: RFC 5652 section 5.4 signs both alike; a sign-in needs signed attributes.
    """
    attributes = pki.message().info.usual_attributes()
    content = der.tlv(0x31, b"".join(sorted(attributes)))
    message = pki.message(content=content).signed_with(attributes=())
    return pki.scene(message).invalid("signed_attributes")


@case("cms::signed-attrs::empty")
def empty(pki: Pki) -> Verdicted:
    """The field for signed attributes is there and empty; the signature is over the content.

    root → issuer → person → message with A0 00

    Clause: RFC 5652 section 5.3: SignedAttributes ::= SET SIZE (1..MAX).
    """
    message = pki.message().signed_with(attributes=(b"",), signed=CONTENT)
    return pki.scene(message).invalid("signed_attributes")


@case("cms::signed-attrs::ignored")
def ignored(pki: Pki) -> Verdicted:
    """Signed attributes are there, but the signature is over the content.

    root → issuer → person → message signed as if it had none

    Clause: RFC 5652 section 5.4.
    """
    return pki.scene(pki.message().signed_with(signed=CONTENT)).invalid("signature_invalid")


@case("cms::signed-attrs::context-tag")
def context_tag(pki: Pki) -> Verdicted:
    """The signature is over the attributes with the tag they travel under, [0], not as a SET.

    root → issuer → person → message signed over A0 …

    Clause: RFC 5652 section 5.4: an EXPLICIT SET OF tag is used for the digest.
    """
    attributes = pki.message().info.usual_attributes()
    body = der.tlv(0xA0, b"".join(sorted(attributes)))
    return pki.scene(pki.message().signed_with(signed=body)).invalid("signature_invalid")


@case("cms::signed-attrs::content-type-missing")
def content_type_missing(pki: Pki) -> Verdicted:
    """The attribute contentType is missing.

    root → issuer → person → message without contentType

    Clause: RFC 5652 sections 5.3 and 11.1: it must be there.
    """
    message = pki.message().without_attribute(oids.CONTENT_TYPE)
    return pki.scene(message).invalid("signed_attributes")


@case("cms::signed-attrs::content-type-other")
def content_type_other(pki: Pki) -> Verdicted:
    """contentType says SignedData, the content says data.

    root → issuer → person → message with another contentType

    Clause: RFC 5652 section 11.1: it must match the content's type.
    """
    other = attribute(oids.CONTENT_TYPE, der.oid(oids.SIGNED_DATA))
    return pki.scene(pki.message().with_attributes(other)).invalid("signed_attributes")


@case("cms::signed-attrs::content-type-twice")
def content_type_twice(pki: Pki) -> Verdicted:
    """The attribute contentType stands twice.

    root → issuer → person → message with two contentType

    Clause: RFC 5652 section 11.1: not more than one instance.
    """
    message = pki.message().with_attributes(CONTENT_IS_DATA, CONTENT_IS_DATA)
    return pki.scene(message).invalid("signed_attributes")


@case("cms::signed-attrs::content-type-two-values")
def content_type_two_values(pki: Pki) -> Verdicted:
    """contentType has two values, the right one and another.

    root → issuer → person → message with two values of contentType

    Clause: RFC 5652 section 11.1: exactly one value.
    """
    both = attribute(oids.CONTENT_TYPE, der.oid(oids.DATA), der.oid(oids.SIGNED_DATA))
    return pki.scene(pki.message().with_attributes(both)).invalid("signed_attributes")


@case("cms::signed-attrs::message-digest-missing", kinds=EVERY)
def message_digest_missing(pki: Pki) -> Verdicted:
    """The attribute messageDigest is missing: nothing ties the content to the signature.

    root → issuer → person → message without messageDigest

    Clause: RFC 5652 sections 5.3 and 11.2: it must be there.
    """
    message = pki.message().without_attribute(oids.MESSAGE_DIGEST)
    return pki.scene(message).invalid("signed_attributes")


@case("cms::signed-attrs::message-digest-twice")
def message_digest_twice(pki: Pki) -> Verdicted:
    """messageDigest stands twice: of this content and of another.

    root → issuer → person → message with two messageDigest

    Clause: RFC 5652 section 11.2: not more than one instance.
    """
    both = (message_digest(SHA256(CONTENT)), message_digest(SHA256(b"other")))
    return pki.scene(pki.message().with_attributes(*both)).invalid("signed_attributes")


@case("cms::signed-attrs::message-digest-two-values")
def message_digest_two_values(pki: Pki) -> Verdicted:
    """messageDigest has two values: of this content and of another.

    root → issuer → person → message with two values of messageDigest

    Clause: RFC 5652 section 11.2: exactly one value.
    """
    values = (der.octets(SHA256(CONTENT)), der.octets(SHA256(b"other")))
    both = attribute(oids.MESSAGE_DIGEST, *values)
    return pki.scene(pki.message().with_attributes(both)).invalid("signed_attributes")


@case("cms::signed-attrs::message-digest-no-value")
def message_digest_no_value(pki: Pki) -> Verdicted:
    """messageDigest has no value.

    root → issuer → person → message with an empty messageDigest

    Clause: RFC 5652 section 11.2: exactly one value.
    """
    message = pki.message().with_attributes(attribute(oids.MESSAGE_DIGEST))
    return pki.scene(message).invalid("signed_attributes")


@case("cms::signed-attrs::message-digest-cut")
def message_digest_cut(pki: Pki) -> Verdicted:
    """messageDigest holds the first half of the right digest.

    root → issuer → person → message with 16 octets of SHA-256

    Clause: RFC 5652 section 11.2: the whole digest.
    """
    message = pki.message().with_attributes(message_digest(SHA256(CONTENT)[:16]))
    return pki.scene(message).invalid("content_mismatch")


@case("cms::signed-attrs::message-digest-of-nothing")
def message_digest_of_nothing(pki: Pki) -> Verdicted:
    """messageDigest is an empty OCTET STRING.

    root → issuer → person → message with a digest of no octets

    Clause: RFC 5652 section 11.2.
    """
    return pki.scene(pki.message().with_attributes(message_digest(b""))).invalid("content_mismatch")


@case("cms::signed-attrs::message-digest-other-algorithm", kinds=EVERY)
def message_digest_other_algorithm(pki: Pki) -> Verdicted:
    """messageDigest is the SHA-512 of the content; the digest algorithm named is the key's own.

    root → issuer → person → message with a digest of another algorithm

    Clause: RFC 5652 section 11.2; attack list: messageDigest of another algorithm.
    """
    message = pki.message().with_attributes(message_digest(SHA512(CONTENT)))
    return pki.scene(message).invalid("content_mismatch")


@case("cms::signed-attrs::message-digest-unsigned")
def message_digest_unsigned(pki: Pki) -> Verdicted:
    """messageDigest stands among the unsigned attributes only, where anybody may write it.

    root → issuer → person → message with messageDigest in unsignedAttrs

    Clause: RFC 5652 section 11.2: it must be a signed attribute.
    """

    def unsigned(signature: bytes) -> tuple[bytes, ...]:
        return (message_digest(SHA256(CONTENT)),)

    message = pki.message().without_attribute(oids.MESSAGE_DIGEST).signed_with(unsigned=unsigned)
    return pki.scene(message).invalid("signed_attributes")

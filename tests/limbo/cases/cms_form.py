"""How a message arrives: DER, BER, base64, PEM, and what only looks like one of them."""

from __future__ import annotations

import base64

from tests.limbo.build import ber, oids
from tests.limbo.build.messages import CONTENT
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der


@case("cms::form::der", kinds=EVERY)
def plain(pki: Pki) -> Verdicted:
    """Nothing is wrong: an attached message in DER, signed by an individual's SIGN key.

    root → issuer → person → message

    Clause: RFC 5652 section 5; the profile of the NCA.
    """
    return pki.scene(content=CONTENT).valid()


@case("cms::form::ber-indefinite", "ber", kinds=EVERY)
def indefinite(pki: Pki) -> Verdicted:
    """The envelope has indefinite lengths, as signers that stream write it. Certificate and signed
    attributes stay DER.

    root → issuer → person → message in BER

    Clause: RFC 5652 section 5.1 allows BER; X.690 section 8.1.3.6.
    """
    return pki.scene(ber.indefinite(pki.message().encode(), depth=3)).valid()


@case("cms::form::ber-indefinite-attributes", "ber")
def indefinite_everywhere(pki: Pki) -> Verdicted:
    """Even the signed attributes have indefinite lengths; what was signed is their DER. The
    certificate stays as its issuer signed it.

    root → issuer → person → message in BER down to each attribute

    Clause: RFC 5652 section 5.4: the digest is over the DER of the attributes, however they travel.
    """
    head, length = ber.header(signed := pki.message().signed_data())
    *parts, signers = ber.children(signed[head : head + length])
    body = b"".join(parts) + ber.indefinite(signers, depth=8)
    opened = der.oid(oids.SIGNED_DATA) + b"\xa0\x80\x30\x80" + body
    return pki.scene(b"\x30\x80" + opened + bytes(6)).valid()


@case("cms::form::ber-chunked-content", "ber")
def chunked(pki: Pki) -> Verdicted:
    """The content is a constructed OCTET STRING in pieces of seven octets.

    root → issuer → person → message with its content in pieces

    Clause: RFC 5652 section 5.4: only the value of the OCTET STRING is digested; X.690 8.7.3.
    """
    pieces = ber.chunked(der.octets(CONTENT), size=7)
    message = pki.message().but(encapsulated=b"\xa0\x80" + pieces + b"\0\0")
    return pki.scene(message, content=CONTENT).valid()


@case("cms::form::ber-long-lengths", "ber")
def long_lengths(pki: Pki) -> Verdicted:
    """The outermost length takes four octets where two would do.

    root → issuer → person → message in BER

    Clause: X.690 section 8.1.3.5: BER lengths need not be minimal.
    """
    encoded = pki.message().encode()
    head, length = ber.header(encoded)
    return pki.scene(b"\x30\x84" + length.to_bytes(4) + encoded[head:]).valid()


@case("cms::form::base64", "armour")
def as_base64(pki: Pki) -> Verdicted:
    """The message is one line of base64, as NCALayer returns it.

    root → issuer → person → message → base64

    Clause: NCALayer, kz.gov.pki.knca.basics sign.
    """
    return pki.scene(base64.b64encode(pki.message().encode())).valid()


@case("cms::form::base64-lines", "armour")
def as_base64_lines(pki: Pki) -> Verdicted:
    """The message is base64 in lines, with a line break at the end.

    root → issuer → person → message → base64 with CR LF

    Clause: NCALayer's older modules return it so.
    """
    lines = base64.encodebytes(pki.message().encode()).replace(b"\n", b"\r\n")
    return pki.scene(lines).valid()


@case("cms::form::base64-url-alphabet", "armour")
def url_alphabet(pki: Pki) -> Verdicted:
    """The base64 is of the alphabet for URLs, with `-` and `_`.

    root → issuer → person → message → base64url

    Clause: RFC 4648 section 3.3: characters outside the alphabet are refused.
    """
    encoded = base64.urlsafe_b64encode(pki.message().encode())
    assert b"-" in encoded or b"_" in encoded
    return pki.scene(encoded).invalid("malformed")


@case("cms::form::pem-cms", "armour")
def pem_cms(pki: Pki) -> Verdicted:
    """The message is PEM with the label CMS.

    root → issuer → person → message → BEGIN CMS

    Clause: RFC 7468 section 9.
    """
    return pki.scene(ber.pem(pki.message().encode())).valid()


@case("cms::form::pem-pkcs7", "armour")
def pem_pkcs7(pki: Pki) -> Verdicted:
    """The message is PEM with the old label PKCS7.

    root → issuer → person → message → BEGIN PKCS7

    Clause: RFC 7468 section 8.
    """
    return pki.scene(ber.pem(pki.message().encode(), "PKCS7")).valid()


@case("cms::form::pem-certificate-label", "armour")
def pem_other_label(pki: Pki) -> Verdicted:
    """The armour says that a certificate is inside.

    root → issuer → person → message → BEGIN CERTIFICATE

    Clause: RFC 7468 section 2: the label says what is inside.
    """
    return pki.scene(ber.pem(pki.message().encode(), "CERTIFICATE")).invalid("malformed")


@case("cms::form::pem-two-blocks", "armour")
def pem_twice(pki: Pki) -> Verdicted:
    """Two PEM blocks stand one after the other: which one was judged would depend on the reader.

    root → issuer → person → message → PEM, PEM

    Clause: one message and nothing after it.
    """
    return pki.scene(ber.pem(pki.message().encode()) * 2).invalid("malformed")


@case("cms::form::pem-text-before", "armour")
def pem_text_before(pki: Pki) -> Verdicted:
    """Explanatory text stands before the PEM block.

    root → issuer → person → message → text, PEM

    Clause: one message and nothing besides; RFC 7468 section 2 lets a parser refuse it.
    """
    return pki.scene(b"Signed in good faith:\n" + ber.pem(pki.message().encode())).invalid(
        "malformed"
    )


@case("cms::form::empty")
def empty(pki: Pki) -> Verdicted:
    """Nothing arrived: not one octet.

    root → issuer → person → nothing

    Clause: RFC 5652 section 3: ContentInfo.
    """
    return pki.scene(b"").invalid("malformed")


@case("cms::form::text")
def text(pki: Pki) -> Verdicted:
    """What arrived is text that names a person, and no signature at all.

    root → issuer → person → "IIN…"

    Clause: seen elsewhere: home-made logins that search a message for `IIN` and digits.
    """
    return pki.scene("IIN900412400014 СЕЙІТОВА".encode()).invalid("malformed")


@case("cms::form::certificate-alone")
def certificate_alone(pki: Pki) -> Verdicted:
    """A certificate was sent in place of a signature: it proves nothing about who sent it.

    root → issuer → person

    Clause: RFC 5652 section 3: ContentInfo.
    """
    return pki.scene(pki.issue(pki.person()).der).invalid("malformed")


@case("cms::form::trailing-octet")
def trailing_octet(pki: Pki) -> Verdicted:
    """One octet stands after the message.

    root → issuer → person → message, 00

    Clause: nothing after the message.
    """
    return pki.scene(pki.message().encode() + b"\0").invalid("malformed")


@case("cms::form::trailing-message")
def trailing_message(pki: Pki) -> Verdicted:
    """A second message follows the first.

    root → issuer → person → message, message

    Clause: nothing after the message.
    """
    return pki.scene(pki.message().encode() * 2).invalid("malformed")


@case("cms::form::trailing-newline")
def trailing_newline(pki: Pki) -> Verdicted:
    """A line break stands after the DER, as an editor or a shell adds one.

    root → issuer → person → message, line feed

    Clause: nothing after the message.
    """
    return pki.scene(pki.message().encode() + b"\n").invalid("malformed")


@case("cms::form::trailing-inside", kinds=("rsa",))
def trailing_inside(pki: Pki) -> Verdicted:
    """ContentInfo holds a third element after its content.

    root → issuer → person → message with a NULL inside it

    Clause: RFC 5652 section 3: ContentInfo has two elements.
    """
    signed = der.explicit(0, pki.message().signed_data())
    return pki.scene(der.seq(der.oid(oids.SIGNED_DATA), signed, der.NULL)).invalid("malformed")


@case("cms::form::truncated")
def truncated(pki: Pki) -> Verdicted:
    """The last octet of the message is missing.

    root → issuer → person → message, cut short

    Clause: X.690 section 8.1.3.
    """
    return pki.scene(pki.message().encode()[:-1]).invalid("malformed")


@case("cms::form::indefinite-not-closed", "ber")
def not_closed(pki: Pki) -> Verdicted:
    """The end-of-contents octets of an indefinite length are missing.

    root → issuer → person → message in BER, cut short

    Clause: X.690 section 8.1.5.
    """
    return pki.scene(ber.indefinite(pki.message().encode(), depth=1)[:-2]).invalid("malformed")


@case("cms::form::indefinite-primitive", "ber")
def indefinite_primitive(pki: Pki) -> Verdicted:
    """A primitive OCTET STRING has an indefinite length.

    root → issuer → person → message with 04 80 for its content

    Clause: X.690 section 8.1.3.2: only a constructed encoding may be of indefinite length.
    """
    content = b"\xa0\x80\x04\x80" + CONTENT + b"\0\0\0\0"
    return pki.scene(pki.message().but(encapsulated=content)).invalid("malformed")


@case("cms::form::nested-without-end", "denial-of-service")
def nested(pki: Pki) -> Verdicted:
    """Five thousand SEQUENCEs of indefinite length stand inside each other.

    root → issuer → person → 30 80 30 80 30 80 …

    Clause: attack list: deeply nested input; depth is bounded.
    """
    return pki.scene(b"\x30\x80" * 5000).invalid("malformed")


@case("cms::form::elements-without-end", "denial-of-service")
def crowded(pki: Pki) -> Verdicted:
    """The content is a constructed OCTET STRING of a hundred thousand empty pieces.

    root → issuer → person → message with its content in nothing but pieces

    Clause: attack list: huge input; the number of elements is bounded.
    """
    content = der.explicit(0, der.tlv(0x24, b"\x04\x00" * 100_000))
    return pki.scene(pki.message().but(encapsulated=content)).invalid("malformed")


@case("cms::form::absurd-length", "denial-of-service")
def absurd_length(pki: Pki) -> Verdicted:
    """Six octets promise four gigabytes.

    root → issuer → person → 30 84 FF FF FF FF

    Clause: attack list: huge input; X.690 section 8.1.3.
    """
    return pki.scene(b"\x30\x84\xff\xff\xff\xff").invalid("malformed")


@case("cms::form::too-large", "denial-of-service")
def too_large(pki: Pki) -> Verdicted:
    """The message is sound and has a mebibyte of content: more than a signature may bring.

    root → issuer → person → message of more than 1 MiB

    Clause: attack list: huge input; the size is bounded.
    """
    return pki.scene(pki.message(content=bytes(1_048_576))).invalid("too_large")


@case("cms::form::not-signed-data")
def not_signed_data(pki: Pki) -> Verdicted:
    """ContentInfo says that its content is enveloped, that is encrypted, data.

    root → issuer → person → message labelled id-envelopedData

    Clause: RFC 5652 section 5.1: id-signedData.
    """
    return pki.scene(pki.message().but(outer_type=oids.ENVELOPED_DATA)).invalid("malformed")


@case("cms::form::no-content-info")
def no_content_info(pki: Pki) -> Verdicted:
    """SignedData arrived without the ContentInfo around it.

    root → issuer → person → SignedData

    Clause: RFC 5652 section 3.
    """
    return pki.scene(pki.message().signed_data()).invalid("malformed")

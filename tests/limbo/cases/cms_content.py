"""What was signed: the content that was expected, and no other."""

from __future__ import annotations

import unicodedata

from tests.limbo.build import oids
from tests.limbo.build.messages import CONTENT
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

OTHER_SESSION = CONTENT.replace(b"7f3c9a", b"0b88d1")
OTHER_SITE = CONTENT.replace(b"portal.example.kz", b"portal.example.com")


@case("cms::content::attached", kinds=EVERY)
def attached(pki: Pki) -> Verdicted:
    """Nothing is wrong: the attached content is the expected one.

    root → issuer → person → message with the challenge

    Clause: RFC 5652 section 5.2.
    """
    return pki.scene(content=CONTENT).valid()


@case("cms::content::attached-not-expected")
def attached_alone(pki: Pki) -> Verdicted:
    """Nothing is wrong: content is attached, and the caller expects none in particular.

    root → issuer → person → message

    Clause: RFC 5652 section 5.2.
    """
    return pki.scene().valid()


@case("cms::content::other-session", "replay", kinds=EVERY)
def other_session(pki: Pki) -> Verdicted:
    """The signature is over the challenge of another session: it was captured, and is replayed.

    root → issuer → person → message with another challenge

    Clause: attack list: challenge of another session.
    """
    return pki.scene(content=OTHER_SESSION).invalid("content_mismatch")


@case("cms::content::other-site", "replay")
def other_site(pki: Pki) -> Verdicted:
    """The signature is over the challenge of another site, which relays it here.

    root → issuer → person → message with another origin in its challenge

    Clause: attack list: another site's challenge (origin).
    """
    return pki.scene(pki.message(content=OTHER_SITE), content=CONTENT).invalid("content_mismatch")


@case("cms::content::longer-than-expected")
def longer(pki: Pki) -> Verdicted:
    """The attached content is the expected one and a line break.

    root → issuer → person → message with the challenge, line feed

    Clause: the content must be the expected one, octet for octet.
    """
    message = pki.message(content=CONTENT + b"\n")
    return pki.scene(message, content=CONTENT).invalid("content_mismatch")


@case("cms::content::other-normalisation", "unicode")
def other_normalisation(pki: Pki) -> Verdicted:
    """The attached content reads like the expected one but is normalised in another way (NFD).

    root → issuer → person → message with other octets for the same text

    Clause: the content must be the expected one, octet for octet.
    """
    text = unicodedata.normalize("NFD", "Кіру: Йод")
    expected = unicodedata.normalize("NFC", text).encode()
    message = pki.message(content=text.encode())
    return pki.scene(message, content=expected).invalid("content_mismatch")


@case("cms::content::swapped", kinds=EVERY)
def swapped(pki: Pki) -> Verdicted:
    """The attached content was replaced after signing by the one that is expected.

    root → issuer → person → message whose digest is of other content

    Clause: RFC 5652 section 5.6: the digest of the content must be the signed one.
    """
    message = pki.message(content=OTHER_SESSION).but(content=CONTENT)
    return pki.scene(message, content=CONTENT).invalid("content_mismatch")


@case("cms::content::detached", "detached", kinds=EVERY)
def detached(pki: Pki) -> Verdicted:
    """Nothing is wrong: the content is not in the message; the caller has it.

    root → issuer → person → message, content apart

    Clause: RFC 5652 section 5.2: external signatures.
    """
    return pki.scene(pki.message().but(attached=False), content=CONTENT).valid()


@case("cms::content::detached-missing", "detached")
def detached_missing(pki: Pki) -> Verdicted:
    """The content is not in the message, and nobody has it.

    root → issuer → person → message without content

    Clause: RFC 5652 section 5.2.
    """
    return pki.scene(pki.message().but(attached=False)).invalid("content_missing")


@case("cms::content::detached-other", "detached", "replay")
def detached_other(pki: Pki) -> Verdicted:
    """A detached signature is brought with content it was not made over.

    root → issuer → person → message, other content apart

    Clause: RFC 5652 section 5.6.
    """
    message = pki.message().but(attached=False)
    return pki.scene(message, content=OTHER_SESSION).invalid("content_mismatch")


@case("cms::content::empty-expected")
def empty_expected(pki: Pki) -> Verdicted:
    """The caller expects content of no octets, the message has some: empty is not "any".

    root → issuer → person → message

    Clause: the content must be the expected one, octet for octet.
    """
    return pki.scene(content=b"").invalid("content_mismatch")


@case("cms::content::attached-empty")
def attached_empty(pki: Pki) -> Verdicted:
    """The attached content has no octets where a challenge is expected.

    root → issuer → person → message with an empty OCTET STRING

    Clause: RFC 5652 section 5.2: an empty eContent is there; an absent one is detached.
    """
    return pki.scene(pki.message(content=b""), content=CONTENT).invalid("content_mismatch")


@case("cms::content::detached-empty", "detached")
def detached_empty(pki: Pki) -> Verdicted:
    """Nothing is wrong: a detached signature over content of no octets.

    root → issuer → person → message, empty content apart

    Clause: RFC 5652 section 5.4.
    """
    return pki.scene(pki.message(content=b"").but(attached=False), content=b"").valid()


@case("cms::content::type-not-data")
def not_data(pki: Pki) -> Verdicted:
    """The content is a time stamp's TSTInfo, and the signed contentType agrees: not a challenge
    that a person saw.

    root → issuer → person → message of id-ct-TSTInfo

    Clause: RFC 5652 section 5.2; the EDS signs id-data.
    """
    message = pki.message().but(content_type=oids.TST_INFO).signed_with(content_type=oids.TST_INFO)
    return pki.scene(message).invalid("malformed")


@case("cms::content::not-octets")
def not_octets(pki: Pki) -> Verdicted:
    """The content is a UTF8String where an OCTET STRING belongs.

    root → issuer → person → message with text for its content

    Clause: RFC 5652 section 5.2: eContent is an OCTET STRING.
    """
    content = der.explicit(0, der.utf8(CONTENT.decode()))
    return pki.scene(pki.message().but(encapsulated=content)).invalid("malformed")


@case("cms::content::two-octet-strings")
def two_strings(pki: Pki) -> Verdicted:
    """Two OCTET STRINGs stand for the content, the signed one first.

    root → issuer → person → message with two contents

    Clause: RFC 5652 section 5.2: eContent is one OCTET STRING.
    """
    content = der.explicit(0, der.octets(CONTENT), der.octets(OTHER_SESSION))
    return pki.scene(pki.message().but(encapsulated=content)).invalid("malformed")

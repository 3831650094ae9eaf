"""Time stamp tokens over a signature: believed only when they hold (RFC 3161)."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    HOUR,
    NOW,
    Extension,
)
from tests.limbo.build.messages import Message, attribute
from tests.limbo.build.rsa import SHA1, SHA256, SHA512, rsa_key
from tests.limbo.build.scene import ACCEPTANCE, DOCUMENT, Pki, Verdicted
from tests.limbo.build.timestamps import THEN, document, stamped, token, tsa
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der


@case("timestamp::sound", "timestamp", kinds=EVERY)
def sound(pki: Pki) -> Verdicted:
    """Nothing is wrong: a time-stamping authority under the trusted root stamped the signature five
    days ago.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161; signed_at is what a checked time stamp proves.
    """
    return document(pki, token(pki)).valid(signed_at=THEN)


@case("timestamp::on-a-sign-in", "timestamp")
def sign_in(pki: Pki) -> Verdicted:
    """Nothing is wrong: a sign-in may be stamped; it makes no difference.

    root → issuer → person → message ← time stamp ← TSA ← issuer

    Clause: NCALayer: NCALayer's older calls always stamp.
    """
    return pki.scene(stamped(pki, token(pki, time=NOW))).valid(signed_at=NOW)


@case("timestamp::sha512", "timestamp")
def sha512(pki: Pki) -> Verdicted:
    """Nothing is wrong: the imprint is by SHA-512.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.4.1: messageImprint.
    """
    return document(pki, token(pki).but(hash=SHA512)).valid(signed_at=THEN)


@case("timestamp::with-everything", "timestamp")
def everything(pki: Pki) -> Verdicted:
    """Nothing is wrong: the token says its accuracy, order, nonce, who made it, and something that
    nobody knows.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.4.2: TSTInfo.
    """
    more = (
        der.seq(der.integer(1), der.tlv(0x80, b"\x64"), der.tlv(0x81, b"\x32")),
        der.boolean(),
        der.integer(0x1234567890),
        der.explicit(0, der.explicit(4, names.encode_name(names.TSA))),
        der.tlv(0xA1, Extension("1.2.398.99.11", der.NULL).encode()),
    )
    return document(pki, token(pki).but(more=more)).valid(signed_at=THEN)


@case("timestamp::fractional-second", "timestamp")
def fractional(pki: Pki) -> Verdicted:
    """Nothing is wrong: the token's time has thousandths of a second, which nobody reads here.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.4.2: genTime may have fractions.
    """
    written = der.tlv(24, THEN.strftime("%Y%m%d%H%M%S.125Z").encode())
    return document(pki, token(pki).but(written=written)).valid(signed_at=THEN)


@case("timestamp::without-its-certificate", "timestamp")
def without_certificate(pki: Pki) -> Verdicted:
    """The token does not hold the certificate of who made it.

    root → issuer → person → document ← time stamp ← TSA (not there)

    Clause: RFC 3161 section 2.4.1: certReq; without it nothing is proven.
    """
    return document(pki, token(pki).but(certificates=())).valid("timestamp_invalid")


@case("timestamp::version-2", "timestamp")
def version_2(pki: Pki) -> Verdicted:
    """The token's TSTInfo says version 2, which there is not.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.4.2: v1(1).
    """
    return document(pki, token(pki).but(version=2)).valid("timestamp_invalid")


@case("timestamp::other-signature", "timestamp", "replay", kinds=EVERY)
def other_signature(pki: Pki) -> Verdicted:
    """The time stamp is over another signature. Anybody may put it there, so it says nothing
    against this one; nor for it.

    root → issuer → person → document; time stamp of another

    Clause: RFC 3161 section 2.2: the imprint is of what was stamped.
    """
    made = token(pki).but(imprint=SHA256(b"another signature"))
    return document(pki, made).valid("timestamp_invalid")


@case("timestamp::sha1", "timestamp", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The imprint is by SHA-1.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: SHA-1 never.
    """
    return document(pki, token(pki).but(hash=SHA1)).valid("timestamp_invalid")


@case("timestamp::forged", "timestamp", "forgery")
def forged(pki: Pki) -> Verdicted:
    """The token is signed with another key than that of the authority's certificate.

    root → issuer → person → document ← time stamp ← attacker

    Clause: RFC 5652 section 5.6.
    """
    thief = replace(pki.issue(tsa(pki.key("tsa"))), key=rsa_key("attacker"))
    return document(pki, token(pki, thief)).valid("timestamp_invalid")


@case("timestamp::ten-of-others", "timestamp")
def ten(pki: Pki) -> Verdicted:
    """Ten tokens over another signature stand there.

    root → issuer → person → document; ten time stamps of another

    Clause: unsigned attributes are anybody's, and say nothing against the signature.
    """
    return pki.scene(_crowded(pki, 10), policy=DOCUMENT).valid("timestamp_invalid")


@case("timestamp::hundred-of-others", "timestamp", "denial-of-service")
def hundred(pki: Pki) -> Verdicted:
    """A hundred tokens over another signature stand there, each to be checked by who likes.

    root → issuer → person → document; a hundred time stamps of another

    Clause: attack list: bounded counts.
    """
    return pki.scene(_crowded(pki, 100), policy=DOCUMENT).invalid("malformed")


@case("timestamp::not-tst-info", "timestamp")
def not_tst_info(pki: Pki) -> Verdicted:
    """The token's content is said to be plain data.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.4.2: id-ct-TSTInfo.
    """
    made = token(pki).but(content_type=oids.DATA)
    return document(pki, made).valid("timestamp_invalid")


@case("timestamp::unreadable", "timestamp")
def unreadable(pki: Pki) -> Verdicted:
    """The attribute for the token holds a text.

    root → issuer → person → document

    Clause: RFC 3161 appendix A; an unsigned attribute says nothing against the signature.
    """

    def unsigned(signature: bytes) -> tuple[bytes, ...]:
        return (attribute(oids.TIME_STAMP_TOKEN, der.utf8("x")),)

    message = pki.message().signed_with(unsigned=unsigned)
    return pki.scene(message, policy=DOCUMENT).valid("timestamp_invalid")


@case("timestamp::from-the-future", "timestamp", "forgery")
def future(pki: Pki) -> Verdicted:
    """The token says a time an hour from now.

    root → issuer → person → document ← time stamp of the future ← TSA ← issuer

    Clause: nothing was stamped after it was judged.
    """
    return document(pki, token(pki, time=NOW + HOUR)).valid("timestamp_invalid")


@case("timestamp::acceptance", "timestamp")
def acceptance(pki: Pki) -> Verdicted:
    """Nothing is wrong: an acceptance is stamped.

    root → issuer → person → acceptance ← time stamp ← TSA ← issuer

    Clause: the time stamp proves that the acceptance existed.
    """
    scene = pki.scene(stamped(pki, token(pki, time=NOW)), policy=ACCEPTANCE)
    return scene.valid(signed_at=NOW, existence_proof="timestamp")


def _crowded(pki: Pki, count: int) -> Message:
    """A document with that many tokens over another signature."""
    made = token(pki).but(imprint=SHA256(b"another signature"))

    def unsigned(signature: bytes) -> tuple[bytes, ...]:
        return (attribute(oids.TIME_STAMP_TOKEN, *(made.encode(signature),) * count),)

    return pki.message().signed_with(unsigned=unsigned)

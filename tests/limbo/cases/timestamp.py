"""Time stamps over a signature: believed only when they hold (RFC 3161, CAdES-T)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    DAY,
    HOUR,
    NOW,
    Extension,
    Signer,
    authority,
    extended,
    issue,
)
from tests.limbo.build.crls import CERTIFICATE_HOLD, KEY_COMPROMISE, Crl
from tests.limbo.build.keys import key_of
from tests.limbo.build.messages import Message, attribute
from tests.limbo.build.rsa import SHA1, SHA256, SHA512, rsa_key
from tests.limbo.build.scene import ACCEPTANCE, DOCUMENT, Pki, Scene, Verdicted
from tests.limbo.build.timestamps import Token, tsa
from tests.limbo.model import Expected
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

SERIAL = 0x6C42D1
TSA_SERIAL = 0x75A
CEASED = 5
NOT_KNOWN = Expected(verdict="indeterminate", reason="revocation_unavailable")
THEN = NOW - 5 * DAY


def _tsa(pki: Pki) -> Signer:
    return pki.issue(tsa(pki.key("tsa")))


def _token(pki: Pki, by: Signer | None = None, time: datetime = THEN) -> Token:
    return Token(by or _tsa(pki), time)


def _stamped(pki: Pki, token: Token, message: Message | None = None) -> Message:
    return (message or pki.message()).signed_with(unsigned=token.over)


def _document(pki: Pki, token: Token, message: Message | None = None) -> Scene:
    return pki.scene(_stamped(pki, token, message), policy=DOCUMENT)


def _expired(pki: Pki) -> Scene:
    """A document stamped five days ago with a certificate that expired yesterday."""
    return _document(pki, _token(pki), pki.message(pki.person(not_after=NOW - DAY)))


def _keeping(pki: Pki, since: datetime) -> Crl:
    """The issuer's CRL, which keeps what expired since then."""
    return pki.crl.but(extra=(Extension(oids.EXPIRED_CERTS_ON_CRL, der.generalized(since)),))


def _archive_cutoff(instant: datetime) -> Extension:
    return Extension(oids.OCSP_ARCHIVE_CUTOFF, der.generalized(instant))


@case("timestamp::sound", "timestamp", kinds=EVERY)
def sound(pki: Pki) -> Verdicted:
    """Nothing is wrong: a time-stamping authority under the trusted root stamped the signature five
    days ago.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161; signed_at is what a checked time stamp proves.
    """
    return _document(pki, _token(pki)).valid(signed_at=THEN)


@case("timestamp::on-a-sign-in", "timestamp")
def sign_in(pki: Pki) -> Verdicted:
    """Nothing is wrong: a sign-in may be stamped; it makes no difference.

    root → issuer → person → message ← time stamp ← TSA ← issuer

    Clause: facts 5.3: NCALayer's older calls always stamp.
    """
    return pki.scene(_stamped(pki, _token(pki, time=NOW))).valid(signed_at=NOW)


@case("timestamp::sha512", "timestamp")
def sha512(pki: Pki) -> Verdicted:
    """Nothing is wrong: the imprint is by SHA-512.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.4.1: messageImprint.
    """
    return _document(pki, _token(pki).but(hash=SHA512)).valid(signed_at=THEN)


@case("timestamp::other-signature", "timestamp", "replay", kinds=EVERY)
def other_signature(pki: Pki) -> Verdicted:
    """The time stamp is over another signature. Anybody may put it there, so it says nothing
    against this one; nor for it.

    root → issuer → person → document; time stamp of another

    Clause: RFC 3161 section 2.2: the imprint is of what was stamped.
    """
    token = _token(pki).but(imprint=SHA256(b"another signature"))
    return _document(pki, token).valid("timestamp_invalid")


@case("timestamp::sha1", "timestamp", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The imprint is by SHA-1.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: SHA-1 never.
    """
    return _document(pki, _token(pki).but(hash=SHA1)).valid("timestamp_invalid")


@case("timestamp::untrusted", "timestamp", "forgery", kinds=EVERY)
def untrusted(pki: Pki) -> Verdicted:
    """The time-stamping authority was certified by nobody trusted.

    root → issuer → person → document ← time stamp ← TSA ← a stranger

    Clause: RFC 3161 section 4: the TSA must be trusted.
    """
    name = names.name((oids.COMMON_NAME, "TSA OF A STRANGER"), (oids.COUNTRY, "KZ"))
    stranger = issue(authority(key_of(pki.kind, "stranger"), name))
    token = _token(pki, issue(tsa(pki.key("tsa")), stranger))
    return _document(pki, token).valid("timestamp_untrusted")


@case("timestamp::forged", "timestamp", "forgery")
def forged(pki: Pki) -> Verdicted:
    """The token is signed with another key than that of the authority's certificate.

    root → issuer → person → document ← time stamp ← attacker

    Clause: RFC 5652 section 5.6.
    """
    thief = replace(_tsa(pki), key=rsa_key("attacker"))
    return _document(pki, _token(pki, thief)).valid("timestamp_invalid")


@case("timestamp::by-the-person", "timestamp", "forgery")
def by_person(pki: Pki) -> Verdicted:
    """The person stamped their own signature.

    root → issuer → person → document ← time stamp ← person

    Clause: RFC 3161 section 2.3: id-kp-timeStamping.
    """
    person = pki.issue(pki.person())
    message = pki.message(person)
    return _document(pki, _token(pki, person), message).valid("timestamp_invalid")


@case("timestamp::purpose-not-critical", "timestamp")
def not_critical(pki: Pki) -> Verdicted:
    """The authority's extendedKeyUsage is not critical.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.3: it must be critical.
    """
    draft = tsa(pki.key("tsa")).with_(extended(oids.TIME_STAMPING))
    return _document(pki, _token(pki, pki.issue(draft))).valid("timestamp_invalid")


@case("timestamp::two-purposes", "timestamp")
def two_purposes(pki: Pki) -> Verdicted:
    """The authority may sign e-mail too.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.3: that purpose alone.
    """
    both = replace(extended(oids.TIME_STAMPING, oids.EMAIL_PROTECTION), critical=True)
    draft = tsa(pki.key("tsa")).with_(both)
    return _document(pki, _token(pki, pki.issue(draft))).valid("timestamp_invalid")


@case("timestamp::authority-expired-then", "timestamp")
def tsa_expired(pki: Pki) -> Verdicted:
    """The authority's certificate had expired when it stamped.

    root → issuer → person → document ← time stamp ← TSA (expired) ← issuer

    Clause: RFC 3161 section 4; the path is judged at the token's time.
    """
    draft = tsa(pki.key("tsa")).but(not_after=THEN - DAY)
    return _document(pki, _token(pki, pki.issue(draft))).valid("timestamp_invalid")


@case("timestamp::authority-expired-since", "timestamp")
def tsa_expired_since(pki: Pki) -> Verdicted:
    """Nothing is wrong: the authority's certificate expired after it stamped.

    root → issuer → person → document ← time stamp ← TSA (expired since) ← issuer

    Clause: RFC 3161 section 4; the path is judged at the token's time.
    """
    draft = tsa(pki.key("tsa")).but(not_after=THEN + DAY)
    return _document(pki, _token(pki, pki.issue(draft))).valid(signed_at=THEN)


@case(
    "timestamp::authority-key-compromised",
    "timestamp",
    "forgery",
    pending="nobody is asked whether the time-stamping authority was revoked",
)
def tsa_compromised(pki: Pki) -> Verdicted:
    """The authority was revoked yesterday since its key is in other hands: whoever has it may stamp
    any time, so none of its stamps counts.

    root → issuer → person → document ← time stamp ← TSA (keyCompromise) ← issuer

    Clause: RFC 3161 section 4 (2).
    """
    crl = pki.crl.revoking(TSA_SERIAL, KEY_COMPROMISE, date=NOW - DAY)
    return _document(pki, _token(pki)).listed(crl).valid("timestamp_invalid")


@case(
    "timestamp::authority-revoked-without-reason",
    "timestamp",
    "forgery",
    pending="nobody is asked whether the time-stamping authority was revoked",
)
def tsa_revoked(pki: Pki) -> Verdicted:
    """The authority was revoked yesterday, and nobody says why.

    root → issuer → person → document ← time stamp ← TSA (revoked) ← issuer

    Clause: RFC 3161 section 4 (1): without a reason all of its stamps are invalid.
    """
    crl = pki.crl.revoking(TSA_SERIAL, date=NOW - DAY)
    return _document(pki, _token(pki)).listed(crl).valid("timestamp_invalid")


@case("timestamp::authority-ceased-since", "timestamp")
def tsa_ceased(pki: Pki) -> Verdicted:
    """Nothing is wrong: the authority ceased to work yesterday; it stamped five days ago.

    root → issuer → person → document ← time stamp ← TSA (cessationOfOperation) ← issuer

    Clause: RFC 3161 section 4 (1): stamps made before the revocation remain valid.
    """
    crl = pki.crl.revoking(TSA_SERIAL, CEASED, date=NOW - DAY)
    return _document(pki, _token(pki)).listed(crl).valid(signed_at=THEN)


@case(
    "timestamp::authority-ceased-before",
    "timestamp",
    "forgery",
    pending="nobody is asked whether the time-stamping authority was revoked",
)
def tsa_ceased_before(pki: Pki) -> Verdicted:
    """The authority had ceased to work a month before it "stamped".

    root → issuer → person → document ← time stamp ← TSA (cessationOfOperation) ← issuer

    Clause: RFC 3161 section 4 (1): only stamps made before the revocation remain valid.
    """
    crl = pki.crl.revoking(TSA_SERIAL, CEASED, date=NOW - 30 * DAY)
    return _document(pki, _token(pki)).listed(crl).valid("timestamp_invalid")


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

    Clause: facts 8: bounded counts.
    """
    return pki.scene(_crowded(pki, 100), policy=DOCUMENT).invalid("malformed")


@case("timestamp::acceptance-after-expiry", "timestamp", "replay")
def acceptance_expired(pki: Pki) -> Verdicted:
    """An acceptance with a certificate that expired yesterday brings a time stamp of five days ago.
    It is accepted now, or it is not.

    root → issuer → person (expired) → acceptance ← time stamp ← TSA ← issuer

    Clause: a time stamp dates documents; an acceptance is judged when it arrives.
    """
    message = pki.message(pki.person(not_after=NOW - DAY))
    return pki.scene(_stamped(pki, _token(pki), message), policy=ACCEPTANCE).invalid("expired")


@case("timestamp::not-tst-info", "timestamp")
def not_tst_info(pki: Pki) -> Verdicted:
    """The token's content is said to be plain data.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.4.2: id-ct-TSTInfo.
    """
    token = _token(pki).but(content_type=oids.DATA)
    return _document(pki, token).valid("timestamp_invalid")


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
    return _document(pki, _token(pki, time=NOW + HOUR)).valid("timestamp_invalid")


@case("timestamp::signed-before-expiry", "timestamp", kinds=EVERY)
def before_expiry(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person's certificate expired yesterday; the document was stamped five
    days ago. The CRL keeps what expired this year.

    root → issuer → person (expired since) → document ← time stamp ← TSA ← issuer

    Clause: CAdES-T: judged at the proven time; X.509 section 9.5.2.9: expiredCertsOnCRL.
    """
    return _expired(pki).listed(_keeping(pki, NOW - 200 * DAY)).valid(signed_at=THEN)


@case("timestamp::expired-crl-forgets", "timestamp")
def crl_forgets(pki: Pki) -> Verdicted:
    """The certificate expired yesterday; the CRL of today may have dropped it, so that it is not
    listed means nothing.

    root → issuer → person (expired since) → document ← time stamp ← TSA ← issuer

    Clause: RFC 5280 section 3.3: an entry may be removed after the certificate expired.
    """
    return _expired(pki).indeterminate(signers=(NOT_KNOWN,))


@case("timestamp::expired-crl-keeps-too-little", "timestamp")
def crl_keeps_little(pki: Pki) -> Verdicted:
    """The certificate expired yesterday; the CRL keeps what expired in the last hour.

    root → issuer → person (expired since) → document ← time stamp ← TSA ← issuer

    Clause: X.509 section 9.5.2.9: expiredCertsOnCRL.
    """
    scene = _expired(pki).listed(_keeping(pki, NOW - HOUR))
    return scene.indeterminate(signers=(NOT_KNOWN,))


@case("timestamp::expired-ocsp-remembers", "timestamp")
def ocsp_remembers(pki: Pki) -> Verdicted:
    """Nothing is wrong: the certificate expired yesterday; the responder knows what expired this
    year.

    root → issuer → person (expired since) → document ← time stamp ← TSA ← issuer

    Clause: RFC 6960 section 4.4.4: archive cutoff.
    """
    answer = pki.answer(extensions=(_archive_cutoff(NOW - 200 * DAY),))
    return _expired(pki).answered(answer).valid(signed_at=THEN)


@case("timestamp::expired-ocsp-forgets", "timestamp")
def ocsp_forgets(pki: Pki) -> Verdicted:
    """The certificate expired yesterday; the responder says good and not how long it remembers.

    root → issuer → person (expired since) → document ← time stamp ← TSA ← issuer

    Clause: RFC 6960 section 4.4.4: archive cutoff.
    """
    return _expired(pki).answered(pki.answer()).indeterminate(signers=(NOT_KNOWN,))


@case("timestamp::expired-ocsp-remembers-too-little", "timestamp")
def ocsp_remembers_little(pki: Pki) -> Verdicted:
    """The certificate expired yesterday; the responder knows what expired in the last hour.

    root → issuer → person (expired since) → document ← time stamp ← TSA ← issuer

    Clause: RFC 6960 section 4.4.4: archive cutoff.
    """
    answer = pki.answer(extensions=(_archive_cutoff(NOW - HOUR),))
    return _expired(pki).answered(answer).indeterminate(signers=(NOT_KNOWN,))


@case("timestamp::stamped-after-expiry", "timestamp")
def after_expiry(pki: Pki) -> Verdicted:
    """The person's certificate had expired when the document was stamped.

    root → issuer → person (expired) → document ← time stamp ← TSA ← issuer

    Clause: CAdES-T: the signature is judged at the proven time.
    """
    message = pki.message(pki.person(not_after=THEN - DAY))
    signers = (Expected(verdict="invalid", reason="expired"),)
    return _document(pki, _token(pki), message).invalid("expired", signers=signers)


@case("timestamp::sign-in-after-expiry", "timestamp", "replay")
def sign_in_expired(pki: Pki) -> Verdicted:
    """A sign-in with a certificate that expired yesterday brings a time stamp of five days ago. Who
    signs in does it now.

    root → issuer → person (expired) → message ← time stamp ← TSA ← issuer

    Clause: a time stamp dates documents; a sign-in is judged now.
    """
    message = pki.message(pki.person(not_after=NOW - DAY))
    return pki.scene(_stamped(pki, _token(pki), message)).invalid("expired")


@case("timestamp::signed-before-revocation", "timestamp")
def before_revocation(pki: Pki) -> Verdicted:
    """The certificate was revoked three days ago; the document was stamped five days ago. It
    outlives the revocation, with a warning.

    root → issuer → person (revoked since) → document ← time stamp ← TSA ← issuer

    Clause: CAdES-T; RFC 5126 section 4.4.1.
    """
    scene = _document(pki, _token(pki)).listed(pki.crl.revoking(SERIAL, KEY_COMPROMISE))
    return scene.valid("revoked_after_signing", signed_at=THEN)


@case("timestamp::signed-after-revocation", "timestamp")
def after_revocation(pki: Pki) -> Verdicted:
    """The certificate was revoked ten days ago; the document was stamped five days ago.

    root → issuer → person (revoked) → document ← time stamp ← TSA ← issuer

    Clause: CAdES-T: revoked when it was stamped.
    """
    crl = pki.crl.revoking(SERIAL, KEY_COMPROMISE, date=NOW - 10 * DAY)
    signers = (Expected(verdict="invalid", reason="revoked"),)
    return _document(pki, _token(pki)).listed(crl).invalid("revoked", signers=signers)


@case("timestamp::revoked-without-time-stamp", "timestamp")
def revoked_unstamped(pki: Pki) -> Verdicted:
    """The certificate was revoked three days ago; nothing proves that the document is older.

    root → issuer → person (revoked) → document

    Clause: RFC 5652 section 11.3: the signer's clock proves nothing.
    """
    crl = pki.crl.revoking(SERIAL, KEY_COMPROMISE)
    signers = (Expected(verdict="invalid", reason="revoked"),)
    return pki.scene(policy=DOCUMENT).listed(crl).invalid("revoked", signers=signers)


@case("timestamp::sign-in-after-revocation", "timestamp", "replay")
def sign_in_revoked(pki: Pki) -> Verdicted:
    """A sign-in with a certificate that is suspended brings a time stamp from before.

    root → issuer → person (certificateHold) → message ← time stamp ← TSA ← issuer

    Clause: a time stamp dates documents; a sign-in is judged now.
    """
    crl = pki.crl.revoking(SERIAL, CERTIFICATE_HOLD)
    return pki.scene(_stamped(pki, _token(pki))).listed(crl).invalid("suspended")


@case("timestamp::acceptance", "timestamp")
def acceptance(pki: Pki) -> Verdicted:
    """Nothing is wrong: an acceptance is stamped.

    root → issuer → person → acceptance ← time stamp ← TSA ← issuer

    Clause: the time stamp proves that the acceptance existed.
    """
    scene = pki.scene(_stamped(pki, _token(pki, time=NOW)), policy=ACCEPTANCE)
    return scene.valid(signed_at=NOW)


def _crowded(pki: Pki, count: int) -> Message:
    """A document with that many tokens over another signature."""
    token = _token(pki).but(imprint=SHA256(b"another signature"))

    def unsigned(signature: bytes) -> tuple[bytes, ...]:
        return (attribute(oids.TIME_STAMP_TOKEN, *(token.encode(signature),) * count),)

    return pki.message().signed_with(unsigned=unsigned)

"""What a time stamp proves: a document signed before an expiry or a revocation (CAdES-T)."""

from __future__ import annotations

from datetime import datetime

from tests.limbo.build import oids
from tests.limbo.build.certificates import (
    DAY,
    HOUR,
    NOW,
    Extension,
)
from tests.limbo.build.crls import CERTIFICATE_HOLD, KEY_COMPROMISE, Crl
from tests.limbo.build.scene import ACCEPTANCE, DOCUMENT, Pki, Scene, Verdicted
from tests.limbo.build.timestamps import THEN, document, stamped, token
from tests.limbo.cases.timestamp_authority import TSA_SERIAL
from tests.limbo.model import Expected
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

SERIAL = 0x6C42D1
NOT_KNOWN = Expected(verdict="indeterminate", reason="revocation_unavailable")


def _expired(pki: Pki) -> Scene:
    """A document stamped five days ago with a certificate that expired yesterday."""
    return document(pki, token(pki), pki.message(pki.person(not_after=NOW - DAY)))


def _keeping(pki: Pki, since: datetime) -> Crl:
    """The issuer's CRL, which keeps what expired since then."""
    return pki.crl.but(extra=(Extension(oids.EXPIRED_CERTS_ON_CRL, der.generalized(since)),))


def _archive_cutoff(instant: datetime) -> Extension:
    return Extension(oids.OCSP_ARCHIVE_CUTOFF, der.generalized(instant))


@case("timestamp::acceptance-after-expiry", "timestamp", "replay")
def acceptance_expired(pki: Pki) -> Verdicted:
    """An acceptance with a certificate that expired yesterday brings a time stamp of five days ago.
    It is accepted now, or it is not.

    root → issuer → person (expired) → acceptance ← time stamp ← TSA ← issuer

    Clause: a time stamp dates documents; an acceptance is judged when it arrives.
    """
    message = pki.message(pki.person(not_after=NOW - DAY))
    return pki.scene(stamped(pki, token(pki), message), policy=ACCEPTANCE).invalid("expired")


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
    stamper = pki.answer(serial=TSA_SERIAL)
    return _expired(pki).answered(answer, stamper).valid(signed_at=THEN)


@case("timestamp::expired-stamper-unknown", "timestamp", "forgery")
def stamper_unknown(pki: Pki) -> Verdicted:
    """The certificate expired yesterday; nobody says whether the time-stamping authority was
    revoked: whoever has a revoked authority's key could stamp any past.

    root → issuer → person (expired since) → document ← time stamp ← TSA (nothing known) ← issuer

    Clause: RFC 3161 section 4; silence is no word.
    """
    answer = pki.answer(extensions=(_archive_cutoff(NOW - 200 * DAY),))
    return _expired(pki).answered(answer).indeterminate(signers=(NOT_KNOWN,))


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
    return document(pki, token(pki), message).invalid("expired", signers=signers)


@case("timestamp::sign-in-after-expiry", "timestamp", "replay")
def sign_in_expired(pki: Pki) -> Verdicted:
    """A sign-in with a certificate that expired yesterday brings a time stamp of five days ago. Who
    signs in does it now.

    root → issuer → person (expired) → message ← time stamp ← TSA ← issuer

    Clause: a time stamp dates documents; a sign-in is judged now.
    """
    message = pki.message(pki.person(not_after=NOW - DAY))
    return pki.scene(stamped(pki, token(pki), message)).invalid("expired")


@case("timestamp::signed-before-revocation", "timestamp")
def before_revocation(pki: Pki) -> Verdicted:
    """The certificate was revoked three days ago; the document was stamped five days ago. It
    outlives the revocation, with a warning.

    root → issuer → person (revoked since) → document ← time stamp ← TSA ← issuer

    Clause: CAdES-T; RFC 5126 section 4.4.1.
    """
    scene = document(pki, token(pki)).listed(pki.crl.revoking(SERIAL, KEY_COMPROMISE))
    return scene.valid("revoked_after_signing", signed_at=THEN)


@case("timestamp::signed-after-revocation", "timestamp")
def after_revocation(pki: Pki) -> Verdicted:
    """The certificate was revoked ten days ago; the document was stamped five days ago.

    root → issuer → person (revoked) → document ← time stamp ← TSA ← issuer

    Clause: CAdES-T: revoked when it was stamped.
    """
    crl = pki.crl.revoking(SERIAL, KEY_COMPROMISE, date=NOW - 10 * DAY)
    signers = (Expected(verdict="invalid", reason="revoked"),)
    return document(pki, token(pki)).listed(crl).invalid("revoked", signers=signers)


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
    return pki.scene(stamped(pki, token(pki))).listed(crl).invalid("suspended")

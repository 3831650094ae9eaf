"""Which time-stamping authorities are believed (RFC 3161 sections 2.3 and 4)."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    DAY,
    NOW,
    authority,
    extended,
    issue,
)
from tests.limbo.build.crls import KEY_COMPROMISE
from tests.limbo.build.keys import key_of
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.build.timestamps import THEN, document, token, tsa
from tests.limbo.registry import EVERY, case

TSA_SERIAL = 0x75A
CEASED = 5


@case("timestamp::untrusted", "timestamp", "forgery", kinds=EVERY)
def untrusted(pki: Pki) -> Verdicted:
    """The time-stamping authority was certified by nobody trusted.

    root → issuer → person → document ← time stamp ← TSA ← a stranger

    Clause: RFC 3161 section 4: the TSA must be trusted.
    """
    name = names.name((oids.COMMON_NAME, "TSA OF A STRANGER"), (oids.COUNTRY, "KZ"))
    stranger = issue(authority(key_of(pki.kind, "stranger"), name))
    made = token(pki, issue(tsa(pki.key("tsa")), stranger))
    return document(pki, made).valid("timestamp_untrusted")


@case("timestamp::by-the-person", "timestamp", "forgery")
def by_person(pki: Pki) -> Verdicted:
    """The person stamped their own signature.

    root → issuer → person → document ← time stamp ← person

    Clause: RFC 3161 section 2.3: id-kp-timeStamping.
    """
    person = pki.issue(pki.person())
    message = pki.message(person)
    return document(pki, token(pki, person), message).valid("timestamp_invalid")


@case("timestamp::purpose-not-critical", "timestamp")
def not_critical(pki: Pki) -> Verdicted:
    """The authority's extendedKeyUsage is not critical.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.3: it must be critical.
    """
    draft = tsa(pki.key("tsa")).with_(extended(oids.TIME_STAMPING))
    return document(pki, token(pki, pki.issue(draft))).valid("timestamp_invalid")


@case("timestamp::two-purposes", "timestamp")
def two_purposes(pki: Pki) -> Verdicted:
    """The authority may sign e-mail too.

    root → issuer → person → document ← time stamp ← TSA ← issuer

    Clause: RFC 3161 section 2.3: that purpose alone.
    """
    both = replace(extended(oids.TIME_STAMPING, oids.EMAIL_PROTECTION), critical=True)
    draft = tsa(pki.key("tsa")).with_(both)
    return document(pki, token(pki, pki.issue(draft))).valid("timestamp_invalid")


@case("timestamp::authority-expired-then", "timestamp")
def tsa_expired(pki: Pki) -> Verdicted:
    """The authority's certificate had expired when it stamped.

    root → issuer → person → document ← time stamp ← TSA (expired) ← issuer

    Clause: RFC 3161 section 4; the path is judged at the token's time.
    """
    draft = tsa(pki.key("tsa")).but(not_after=THEN - DAY)
    return document(pki, token(pki, pki.issue(draft))).valid("timestamp_invalid")


@case("timestamp::authority-expired-since", "timestamp")
def tsa_expired_since(pki: Pki) -> Verdicted:
    """The authority's certificate expired after it stamped; CRLs say nothing of expired ones, so
    whether it was revoked is not known. The person's certificate is valid without the stamp.

    root → issuer → person → document ← time stamp ← TSA (expired since) ← issuer

    Clause: RFC 3161 section 4; RFC 5280 section 3.3: an entry may leave a CRL after expiry.
    """
    draft = tsa(pki.key("tsa")).but(not_after=THEN + DAY)
    message = document(pki, token(pki, pki.issue(draft)))
    return message.valid("timestamp_revocation_not_checked", signed_at=THEN)


@case(
    "timestamp::authority-key-compromised",
    "timestamp",
    "forgery",
)
def tsa_compromised(pki: Pki) -> Verdicted:
    """The authority was revoked yesterday since its key is in other hands: whoever has it may stamp
    any time, so none of its stamps counts.

    root → issuer → person → document ← time stamp ← TSA (keyCompromise) ← issuer

    Clause: RFC 3161 section 4 (2).
    """
    crl = pki.crl.revoking(TSA_SERIAL, KEY_COMPROMISE, date=NOW - DAY)
    return document(pki, token(pki)).listed(crl).valid("timestamp_invalid")


@case(
    "timestamp::authority-revoked-without-reason",
    "timestamp",
    "forgery",
)
def tsa_revoked(pki: Pki) -> Verdicted:
    """The authority was revoked yesterday, and nobody says why.

    root → issuer → person → document ← time stamp ← TSA (revoked) ← issuer

    Clause: RFC 3161 section 4 (1): without a reason all of its stamps are invalid.
    """
    crl = pki.crl.revoking(TSA_SERIAL, date=NOW - DAY)
    return document(pki, token(pki)).listed(crl).valid("timestamp_invalid")


@case("timestamp::authority-ceased-since", "timestamp")
def tsa_ceased(pki: Pki) -> Verdicted:
    """Nothing is wrong: the authority ceased to work yesterday; it stamped five days ago.

    root → issuer → person → document ← time stamp ← TSA (cessationOfOperation) ← issuer

    Clause: RFC 3161 section 4 (1): stamps made before the revocation remain valid.
    """
    crl = pki.crl.revoking(TSA_SERIAL, CEASED, date=NOW - DAY)
    return document(pki, token(pki)).listed(crl).valid(signed_at=THEN)


@case(
    "timestamp::authority-ceased-before",
    "timestamp",
    "forgery",
)
def tsa_ceased_before(pki: Pki) -> Verdicted:
    """The authority had ceased to work a month before it "stamped".

    root → issuer → person → document ← time stamp ← TSA (cessationOfOperation) ← issuer

    Clause: RFC 3161 section 4 (1): only stamps made before the revocation remain valid.
    """
    crl = pki.crl.revoking(TSA_SERIAL, CEASED, date=NOW - 30 * DAY)
    return document(pki, token(pki)).listed(crl).valid("timestamp_invalid")

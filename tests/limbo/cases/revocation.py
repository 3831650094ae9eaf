"""OCSP and CRLs together: which one counts, and what is right when neither is there."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.limbo.build.certificates import DAY, HOUR, MINUTE, NOW
from tests.limbo.build.crls import CERTIFICATE_HOLD, KEY_COMPROMISE, Crl
from tests.limbo.build.ocsp import UNKNOWN, Answer, Single, revoked
from tests.limbo.build.scene import Ocsp, Pki, Verdicted
from tests.limbo.registry import EVERY, case

SERIAL = 0x6C42D1
ISSUER_SERIAL = 0x15501
TRY_LATER = 3
NONCE = bytes(range(16))


@case("revocation::nothing", kinds=EVERY)
def nothing(pki: Pki) -> Verdicted:
    """Nobody said anything about revocation.

    root → issuer → person → message

    Clause: fail closed; unavailable is indeterminate.
    """
    return pki.scene().but(crls=()).indeterminate()


@case("revocation::off", kinds=EVERY)
def off(pki: Pki) -> Verdicted:
    """Nobody was asked about revocation, since the caller wanted so; the verdict says it.

    root → issuer → person → message

    Clause: revocation: off.
    """
    scene = pki.scene().but(crls=()).under(revocation="off")
    return scene.valid("revocation_not_checked")


@case("revocation::off-and-forged", "forgery")
def off_and_forged(pki: Pki) -> Verdicted:
    """Nobody was asked about revocation; the signature does not hold all the same.

    root → issuer → person; attacker's key → message

    Clause: revocation: off leaves out nothing else.
    """
    message = pki.message().signed_with(key=pki.key("attacker"))
    return pki.scene(message).under(revocation="off").invalid("signature_invalid")


@case("revocation::ocsp-fails-crl-good")
def falls_back(pki: Pki) -> Verdicted:
    """Nothing is wrong: the responder says tryLater; the CRL does not list the certificate.

    root → issuer → person → message

    Clause: OCSP → CRL fallback; NCA revocation.
    """
    later = pki.answer().but(response_status=TRY_LATER).encode()
    return pki.scene(ocsp=(Ocsp(later),)).valid()


@case("revocation::ocsp-fails-crl-revoked")
def falls_back_revoked(pki: Pki) -> Verdicted:
    """The responder says tryLater; the CRL lists the certificate.

    root → issuer → person (revoked) → message

    Clause: OCSP → CRL fallback.
    """
    later = Ocsp(pki.answer().but(response_status=TRY_LATER).encode())
    scene = pki.scene().listed(pki.crl.revoking(SERIAL, KEY_COMPROMISE))
    return scene.but(ocsp=(later,)).invalid("revoked")


@case("revocation::ocsp-forged-crl-revoked", "forgery", kinds=EVERY)
def forged_good(pki: Pki) -> Verdicted:
    """Somebody on the way made the answer "good" with a wrong signature; the CRL lists the
    certificate.

    root → issuer → person (revoked) → message

    Clause: an answer that proves nothing decides nothing; NCA revocation: plain HTTP.
    """
    wrong = Ocsp(pki.answer().but(signature=b"\1" * 256).encode())
    scene = pki.scene().listed(pki.crl.revoking(SERIAL))
    return scene.but(ocsp=(wrong,)).invalid("revoked")


@case("revocation::ocsp-replayed-crl-revoked", "replay")
def replayed_good(pki: Pki) -> Verdicted:
    """The answer is sound, of another question (its nonce is another); the CRL lists the
    certificate.

    root → issuer → person (revoked) → message

    Clause: OCSP → CRL fallback; RFC 8954.
    """
    replayed = Ocsp(pki.answer().but(nonce=bytes(16)).encode(), NONCE)
    scene = pki.scene().listed(pki.crl.revoking(SERIAL))
    return scene.but(ocsp=(replayed,)).invalid("revoked")


@case("revocation::ocsp-unknown-crl-good")
def unknown_and_good(pki: Pki) -> Verdicted:
    """Nothing is wrong that is known: the responder does not know the certificate; the issuer's
    CRL does not list it.

    root → issuer → person → message

    Clause: unknown is no answer; OCSP → CRL fallback.
    """
    return pki.scene(ocsp=(Ocsp(pki.answer(status=UNKNOWN).encode()),)).valid()


@case("revocation::ocsp-revoked-crl-good")
def ocsp_first(pki: Pki) -> Verdicted:
    """The answer, a minute old, says revoked; the CRL, an hour old, does not list it yet.

    root → issuer → person (revoked) → message

    Clause: a usable OCSP answer decides.
    """
    return pki.scene(ocsp=(Ocsp(pki.answer(status=revoked(NOW - HOUR / 2)).encode()),)).invalid(
        "revoked"
    )


@case("revocation::ocsp-never-issued-crl-good", "impersonation")
def never_issued(pki: Pki) -> Verdicted:
    """The answer says that the certificate was never issued; no CRL can say that.

    root → issuer → person (never issued) → message

    Clause: RFC 6960 section 4.4.8: a forged certificate is in no CRL.
    """
    status = revoked(datetime(1970, 1, 1, tzinfo=UTC), CERTIFICATE_HOLD)
    return pki.scene(ocsp=(Ocsp(pki.answer(status=status).encode()),)).invalid("not_issued")


@case("revocation::ocsp-good-crl-hold")
def hold_lifted(pki: Pki) -> Verdicted:
    """Nothing is wrong: the CRL of an hour ago lists the certificate as suspended; the answer, a
    minute old, says good: the hold was lifted.

    root → issuer → person → message

    Clause: a usable OCSP answer decides: it is the newer word.
    """
    scene = pki.scene().listed(pki.crl.revoking(SERIAL, CERTIFICATE_HOLD))
    return scene.but(ocsp=(Ocsp(pki.answer().encode()),)).valid()


@case("revocation::second-ocsp")
def second_ocsp(pki: Pki) -> Verdicted:
    """Nothing is wrong: the first answer is about another certificate, the second about ours.

    root → issuer → person → message

    Clause: an answer that proves nothing decides nothing.
    """
    other = pki.answer(serial=0x11)
    return pki.scene().answered(other, pki.answer()).valid()


@case("revocation::two-ocsp-contradict")
def contradict(pki: Pki) -> Verdicted:
    """Two sound answers are there: good five minutes ago, revoked now.

    root → issuer → person (revoked) → message

    Clause: fail closed: whatever order they are given in, the newer word counts.
    """
    good = pki.answer().dated(NOW - 5 * MINUTE)
    return pki.scene().answered(good, pki.answer(status=revoked(NOW - MINUTE))).invalid("revoked")


@case("revocation::two-ocsp-of-one-second")
def one_second(pki: Pki) -> Verdicted:
    """Two sound answers of the same second are there: good first, then revoked.

    root → issuer → person (revoked) → message

    Clause: fail closed: of two words of one age the graver one counts.
    """
    bad = pki.answer(status=revoked(NOW - HOUR))
    return pki.scene().answered(pki.answer(), bad).invalid("revoked")


@case("revocation::two-ocsp-of-one-second-reversed")
def one_second_reversed(pki: Pki) -> Verdicted:
    """Two sound answers of the same second are there: revoked first, then good.

    root → issuer → person (revoked) → message

    Clause: fail closed: of two words of one age the graver one counts.
    """
    bad = pki.answer(status=revoked(NOW - HOUR))
    return pki.scene().answered(bad, pki.answer()).invalid("revoked")


@case("revocation::all-stale", "replay")
def all_stale(pki: Pki) -> Verdicted:
    """The answer is of yesterday, the CRL of the day before.

    root → issuer → person → message

    Clause: unavailable is indeterminate.
    """
    stale = Ocsp(pki.answer().dated(NOW - DAY).encode())
    scene = pki.scene().listed(pki.crl.but(this_update=NOW - 2 * DAY))
    return scene.but(ocsp=(stale,)).indeterminate()


@case("revocation::issuer::not-known")
def issuer_not_known(pki: Pki) -> Verdicted:
    """Nothing is known of the revocation of the issuer, which is not trusted by itself: the
    verdict warns.

    root → issuer → person → message; no CRL of the root

    Clause: RFC 5280 section 6.1.3 (a)(3); a warning, since the root's CRLs are seldom at hand.
    """
    scene = pki.scene().but(crls=(pki.crl.encode(),))
    return scene.valid("issuer_revocation_not_checked")


@case("revocation::issuer::revoked", kinds=EVERY)
def issuer_revoked(pki: Pki) -> Verdicted:
    """The root's CRL lists the issuer.

    root → issuer (revoked) → person → message

    Clause: RFC 5280 section 6.1.3 (a)(3).
    """
    crls = (pki.crl.encode(), pki.root_crl.revoking(ISSUER_SERIAL).encode())
    return pki.scene().but(crls=crls).invalid("revoked")


@case("revocation::issuer::revoked-by-ocsp")
def issuer_revoked_by_ocsp(pki: Pki) -> Verdicted:
    """The root itself answers that the issuer is revoked; the issuer's responder says that the
    person's certificate is good.

    root → issuer (revoked) → person → message; root → answer

    Clause: RFC 5280 section 6.1.3 (a)(3); RFC 6960.
    """
    about = Single(pki.root, ISSUER_SERIAL, revoked(NOW - DAY), NOW - MINUTE)
    answer = Answer(pki.root, (about,), produced_at=NOW - MINUTE, certificates=())
    return pki.scene().answered(pki.answer(), answer).but(crls=()).invalid("revoked")


@case("revocation::issuer::suspended")
def issuer_suspended(pki: Pki) -> Verdicted:
    """The root's CRL lists the issuer as suspended: nobody can lift that by asking the NCA, so to
    the person it is revoked.

    root → issuer (certificateHold) → person → message

    Clause: RFC 5280 section 6.1.3 (a)(3).
    """
    crls = (pki.crl.encode(), pki.root_crl.revoking(ISSUER_SERIAL, CERTIFICATE_HOLD).encode())
    return pki.scene().but(crls=crls).invalid("revoked")


@case("revocation::issuer::root-crl-of-months-ago")
def root_crl_old(pki: Pki) -> Verdicted:
    """Nothing is wrong: the root's CRL is three months old and holds for three more; a root issues
    one seldom.

    root → issuer → person → message

    Clause: RFC 5280 section 5.1.2.5: nextUpdate is the limit for authorities.
    """
    old = Crl(pki.root, this_update=NOW - 90 * DAY, next_update=NOW + 90 * DAY)
    return pki.scene().but(crls=(pki.crl.encode(), old.encode())).valid()


@case("revocation::issuer::revoked-by-a-forger", "forgery")
def issuer_revoked_by_forger(pki: Pki) -> Verdicted:
    """Somebody with another key revoked the issuer: it proves nothing, so nothing is known.

    root → issuer → person → message; attacker → "root's" CRL

    Clause: RFC 5280 section 6.3.3 (g).
    """
    forged = pki.root_crl.but(key=pki.key("attacker")).revoking(ISSUER_SERIAL)
    scene = pki.scene().but(crls=(pki.crl.encode(), forged.encode()))
    return scene.valid("issuer_revocation_not_checked")


@case("revocation::issuer::trusted-by-itself", "trust")
def issuer_pinned(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer is trusted by itself, so nobody is asked about it.

    root, issuer (both trusted) → person → message

    Clause: to stop trusting a pinned authority, take it out of the trust list.
    """
    scene = pki.scene(trust=(pki.root.der, pki.issuer.der), certs=())
    return scene.but(crls=(pki.crl.encode(),)).valid()

"""Delta CRLs: what changed since a base, and which base they complete (RFC 5280 5.2.4)."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.limbo.build.certificates import DAY, HOUR, MINUTE, NOW, Extension
from tests.limbo.build.crls import CERTIFICATE_HOLD, KEY_COMPROMISE, REMOVE_FROM_CRL, Crl
from tests.limbo.build.keys import key_of
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

SERIAL = 0x6C42D1
MONTH = 30 * DAY


def _judged(pki: Pki, *crls: Crl) -> Scene:
    """Under the rule that a base CRL must be completed by a delta."""
    return pki.scene().under(delta_crl="required").listed(*crls)


def _old(pki: Pki) -> Crl:
    """A base CRL of a month ago, as the NCA keeps it for half a year."""
    return pki.crl.but(this_update=NOW - MONTH)


@case("crl::delta::completes", "delta", kinds=EVERY)
def completes(pki: Pki) -> Verdicted:
    """Nothing is wrong: the base is a month old, the delta half an hour; neither lists the
    certificate.

    root → issuer → person → message; issuer → base, delta

    Clause: RFC 5280 section 5.2.4; NCA revocation: freshness is the delta's.
    """
    return _judged(pki, _old(pki), pki.crl.delta()).valid()


@case("crl::delta::revokes", "delta", kinds=EVERY)
def revokes(pki: Pki) -> Verdicted:
    """The delta lists the certificate, the base does not.

    root → issuer → person (revoked since) → message

    Clause: RFC 5280 section 5.2.4.
    """
    delta = pki.crl.delta().revoking(SERIAL, KEY_COMPROMISE)
    return _judged(pki, _old(pki), delta).invalid("revoked")


@case("crl::delta::holds", "delta", kinds=EVERY)
def holds(pki: Pki) -> Verdicted:
    """The delta lists the certificate as suspended.

    root → issuer → person (certificateHold since) → message

    Clause: RFC 5280 section 5.2.4.
    """
    delta = pki.crl.delta().revoking(SERIAL, CERTIFICATE_HOLD)
    return _judged(pki, _old(pki), delta).invalid("suspended")


@case("crl::delta::base-revokes", "delta")
def base_revokes(pki: Pki) -> Verdicted:
    """The base lists the certificate; the delta has nothing new of it.

    root → issuer → person (revoked) → message

    Clause: RFC 5280 section 5.2.4.
    """
    return _judged(pki, _old(pki).revoking(SERIAL), pki.crl.delta()).invalid("revoked")


@case("crl::delta::lifts-hold", "delta", kinds=EVERY)
def lifts(pki: Pki) -> Verdicted:
    """Nothing is wrong: the base lists the certificate as suspended, the delta says
    removeFromCRL.

    root → issuer → person (certificateHold, lifted) → message

    Clause: RFC 5280 sections 5.2.4 and 5.3.1.
    """
    base = _old(pki).revoking(SERIAL, CERTIFICATE_HOLD)
    return _judged(pki, base, pki.crl.delta().revoking(SERIAL, REMOVE_FROM_CRL)).valid()


@case("crl::delta::lifts-revocation", "delta")
def lifts_revocation(pki: Pki) -> Verdicted:
    """The base lists the certificate as revoked for keyCompromise; the delta says removeFromCRL.
    A revocation, unlike a hold, cannot be taken back while the certificate is valid.

    root → issuer → person (revoked) → message

    Clause: RFC 5280 section 5.3.1: a hold may be released; section 5.2.4: or it expired.
    """
    base = _old(pki).revoking(SERIAL, KEY_COMPROMISE)
    delta = pki.crl.delta().revoking(SERIAL, REMOVE_FROM_CRL)
    return _judged(pki, base, delta).invalid("revoked")


@case("crl::delta::hold-becomes-revocation", "delta")
def graver(pki: Pki) -> Verdicted:
    """The base lists the certificate as suspended, the delta as revoked.

    root → issuer → person (certificateHold, then revoked) → message

    Clause: RFC 5280 section 5.2.4: the delta is the newer word.
    """
    base = _old(pki).revoking(SERIAL, CERTIFICATE_HOLD)
    delta = pki.crl.delta().revoking(SERIAL, KEY_COMPROMISE)
    return _judged(pki, base, delta).invalid("revoked")


@case("crl::delta::revocation-becomes-hold", "delta")
def lighter(pki: Pki) -> Verdicted:
    """The base lists the certificate as revoked for keyCompromise, the delta as suspended. A
    revocation does not become a hold, which could be lifted.

    root → issuer → person (revoked) → message

    Clause: RFC 5280 section 5.3.1: only a hold may be released; fail closed.
    """
    base = _old(pki).revoking(SERIAL, KEY_COMPROMISE)
    delta = pki.crl.delta().revoking(SERIAL, CERTIFICATE_HOLD)
    return _judged(pki, base, delta).invalid("revoked")


@case("crl::delta::without-base", "delta")
def without_base(pki: Pki) -> Verdicted:
    """There is a delta and no base.

    root → issuer → person → message; issuer → delta

    Clause: RFC 5280 section 5.2.4: a delta says what changed, not what is.
    """
    return _judged(pki, pki.crl.delta()).indeterminate()


@case("crl::delta::missing", "delta")
def missing(pki: Pki) -> Verdicted:
    """There is a fresh base, and the policy wants a delta too.

    root → issuer → person → message; issuer → base

    Clause: NCA revocation: base and delta.
    """
    return _judged(pki, pki.crl).indeterminate()


@case("crl::delta::base-too-old-alone", "delta")
def base_alone(pki: Pki) -> Verdicted:
    """The base is a month old; there is no delta that would make it fresh.

    root → issuer → person → message; issuer → base

    Clause: CRL + delta ≤ 24 h.
    """
    return pki.scene().listed(_old(pki)).indeterminate()


@case("crl::delta::needs-a-newer-base", "delta")
def newer_base(pki: Pki) -> Verdicted:
    """The delta tells what changed since base 41; the base is 40: what changed between is not
    known.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.4 (c): BaseCRLNumber.
    """
    return _judged(pki, _old(pki), pki.crl.delta(41)).indeterminate()


@case("crl::delta::of-an-older-base", "delta")
def older_base(pki: Pki) -> Verdicted:
    """Nothing is wrong: the delta tells all that changed since base 38; the base is 40.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.4 (c): equal to or greater than BaseCRLNumber.
    """
    return _judged(pki, _old(pki), pki.crl.delta(38)).valid()


@case("crl::delta::older-than-its-base", "delta", "replay")
def older_than_base(pki: Pki) -> Verdicted:
    """The delta is older than the base: it cannot tell what changed since.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.4 (d).
    """
    base = pki.crl.but(this_update=NOW - HOUR)
    delta = pki.crl.delta(this_update=NOW - 2 * HOUR)
    return _judged(pki, base, delta).indeterminate()


@case("crl::delta::stale", "delta", "replay")
def stale(pki: Pki) -> Verdicted:
    """The delta is two days old, though its nextUpdate lies ahead.

    root → issuer → person → message

    Clause: CRL + delta ≤ 24 h.
    """
    delta = pki.crl.delta(this_update=NOW - 2 * DAY, next_update=NOW + DAY)
    return _judged(pki, _old(pki), delta).indeterminate()


@case("crl::delta::next-update-passed", "delta", "replay")
def next_update_passed(pki: Pki) -> Verdicted:
    """The delta's nextUpdate passed six minutes ago.

    root → issuer → person → message

    Clause: RFC 5280 section 5.1.2.5.
    """
    delta = pki.crl.delta(next_update=NOW - 6 * MINUTE)
    return _judged(pki, _old(pki), delta).indeterminate()


@case("crl::delta::forged", "delta", "forgery")
def forged(pki: Pki) -> Verdicted:
    """Another key signed the delta.

    root → issuer → person → message; attacker → delta

    Clause: RFC 5280 section 6.3.3 (h).
    """
    delta = pki.crl.delta(key=key_of(pki.kind, "attacker"))
    return _judged(pki, _old(pki), delta).indeterminate()


@case("crl::delta::of-another-issuer", "delta", "forgery")
def other_issuer(pki: Pki) -> Verdicted:
    """The delta is the root's.

    root → issuer → person → message; root → delta

    Clause: RFC 5280 section 5.2.4 (a): the same issuer.
    """
    return _judged(pki, _old(pki), Crl(pki.root).delta()).indeterminate()


@case("crl::delta::indicator-not-critical", "delta", "forgery")
def not_critical(pki: Pki) -> Verdicted:
    """The delta's indicator is not critical: who overlooked it would take an almost empty delta for
    a whole CRL. The base lists the certificate.

    root → issuer → person (revoked) → message; base of a month ago, delta

    Clause: RFC 5280 section 5.2.4: the indicator says delta, critical or not.
    """
    indicator = Extension(oids.DELTA_CRL_INDICATOR, der.integer(40))
    delta = pki.crl.but(number=41, this_update=NOW - HOUR / 2, extra=(indicator,))
    return pki.scene().listed(_old(pki).revoking(SERIAL), delta).invalid("revoked")


@case("crl::delta::newest-of-two", "delta")
def newest(pki: Pki) -> Verdicted:
    """Of two deltas the newer one lists the certificate; the older one, given last, does not.

    root → issuer → person (revoked since) → message

    Clause: RFC 5280 section 5.2.4: the newer one counts.
    """
    newer = pki.crl.delta(number=4).revoking(SERIAL)
    older = pki.crl.delta(this_update=NOW - 3 * HOUR)
    return _judged(pki, _old(pki), newer, older).invalid("revoked")

"""How old a CRL may be, and which of several counts (RFC 5280 section 5.1.2)."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.limbo.build.certificates import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    Extension,
)
from tests.limbo.build.crls import CERTIFICATE_HOLD
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import case
from tests.unit.eds_verifier import der

SERIAL = 0x6C42D1


def _scope(*parts: bytes, critical: bool = True) -> Extension:
    """issuingDistributionPoint."""
    return Extension(oids.ISSUING_DISTRIBUTION_POINT, der.seq(*parts), critical=critical)


@case("crl::fresh::a-day-old")
def a_day_old(pki: Pki) -> Verdicted:
    """Nothing is wrong: the CRL is as old as the limit.

    root → issuer → person → message

    Clause: CRL ≤ 24 h.
    """
    return pki.scene().listed(pki.crl.but(this_update=NOW - DAY)).valid()


@case("crl::fresh::last-second")
def last_second(pki: Pki) -> Verdicted:
    """Nothing is wrong: the CRL is as old as the limit and the skew of clocks allow.

    root → issuer → person → message

    Clause: CRL ≤ 24 h, and 5 minutes of skew.
    """
    return pki.scene().listed(pki.crl.but(this_update=NOW - DAY - 5 * MINUTE)).valid()


@case("crl::fresh::second-too-old", "replay")
def second_too_old(pki: Pki) -> Verdicted:
    """The CRL is one second older than the limit and the skew allow; its nextUpdate lies half a
    year ahead.

    root → issuer → person → message

    Clause: CRL ≤ 24 h, and 5 minutes of skew; NCA revocation: the base promises 180 days.
    """
    crl = pki.crl.but(this_update=NOW - DAY - 5 * MINUTE - SECOND)
    return pki.scene().listed(crl).indeterminate()


@case("crl::fresh::next-update-passed", "replay")
def next_update_passed(pki: Pki) -> Verdicted:
    """The CRL is an hour old, and its nextUpdate passed six minutes ago.

    root → issuer → person → message

    Clause: RFC 5280 section 5.1.2.5.
    """
    return pki.scene().listed(pki.crl.but(next_update=NOW - 6 * MINUTE)).indeterminate()


@case("crl::fresh::no-next-update")
def no_next_update(pki: Pki) -> Verdicted:
    """The CRL has no nextUpdate.

    root → issuer → person → message

    Clause: RFC 5280 section 5.1.2.5: it must be there.
    """
    return pki.scene().listed(pki.crl.but(next_update=None)).indeterminate()


@case("crl::fresh::from-the-future")
def future(pki: Pki) -> Verdicted:
    """The CRL is of an hour from now.

    root → issuer → person → message

    Clause: RFC 5280 section 5.1.2.4.
    """
    return pki.scene().listed(pki.crl.but(this_update=NOW + HOUR)).indeterminate()


@case("crl::fresh::newest-of-two", "replay")
def newest(pki: Pki) -> Verdicted:
    """Of two sound CRLs the newer one lists the certificate; the older one, given last, does not.

    root → issuer → person (revoked) → message

    Clause: RFC 5280 section 5.2.3: the newer one counts.
    """
    older = pki.crl.but(this_update=NOW - 5 * HOUR, number=39)
    return pki.scene().listed(pki.crl.revoking(SERIAL), older).invalid("revoked")


@case("crl::fresh::newest-by-number", "replay")
def newest_by_number(pki: Pki) -> Verdicted:
    """Of two sound CRLs of the same second the one with the higher number lists the certificate;
    the other one, given last, does not.

    root → issuer → person (revoked) → message

    Clause: RFC 5280 section 5.2.3: the number tells which one is newer.
    """
    newer = pki.crl.but(number=41).revoking(SERIAL)
    return pki.scene().listed(newer, pki.crl).invalid("revoked")


@case("crl::fresh::hold-lifted")
def hold_lifted(pki: Pki) -> Verdicted:
    """Nothing is wrong: the older CRL lists the certificate as suspended, the newer one no more.

    root → issuer → person → message

    Clause: RFC 5280 section 5.3.1: a hold may be lifted; the newer one counts.
    """
    older = pki.crl.but(this_update=NOW - 5 * HOUR, number=39)
    return pki.scene().listed(older.revoking(SERIAL, CERTIFICATE_HOLD), pki.crl).valid()

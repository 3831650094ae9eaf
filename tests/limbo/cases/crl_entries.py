"""What a CRL says of a certificate, and what stands in its entries (RFC 5280 section 5.3)."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.limbo.build.certificates import (
    DAY,
    NOW,
    Extension,
)
from tests.limbo.build.crls import CERTIFICATE_HOLD, KEY_COMPROMISE, REMOVE_FROM_CRL, Entry
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

SERIAL = 0x6C42D1


def _scope(*parts: bytes, critical: bool = True) -> Extension:
    """issuingDistributionPoint."""
    return Extension(oids.ISSUING_DISTRIBUTION_POINT, der.seq(*parts), critical=critical)


@case("crl::status::good", kinds=EVERY)
def good(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer's CRL of an hour ago does not list the certificate.

    root → issuer → person → message; issuer → CRL

    Clause: RFC 5280 section 6.3.
    """
    return pki.scene().listed(pki.crl.revoking(0x11).revoking(0x12, 4)).valid()


@case("crl::status::revoked", kinds=EVERY)
def revoked(pki: Pki) -> Verdicted:
    """The CRL lists the certificate, without a reason.

    root → issuer → person (revoked) → message

    Clause: RFC 5280 section 6.3.
    """
    return pki.scene().listed(pki.crl.revoking(SERIAL)).invalid("revoked")


@case("crl::status::key-compromise")
def key_compromise(pki: Pki) -> Verdicted:
    """The CRL lists the certificate: its key is in other hands.

    root → issuer → person (keyCompromise) → message

    Clause: RFC 5280 section 5.3.1.
    """
    return pki.scene().listed(pki.crl.revoking(SERIAL, KEY_COMPROMISE)).invalid("revoked")


@case("crl::status::hold", kinds=EVERY)
def hold(pki: Pki) -> Verdicted:
    """The CRL lists the certificate as suspended.

    root → issuer → person (certificateHold) → message

    Clause: RFC 5280 section 5.3.1; attack list.
    """
    return pki.scene().listed(pki.crl.revoking(SERIAL, CERTIFICATE_HOLD)).invalid("suspended")


@case("crl::status::unknown-reason")
def unknown_reason(pki: Pki) -> Verdicted:
    """The CRL lists the certificate with a reason that there is not.

    root → issuer → person (reason 99) → message

    Clause: RFC 5280 section 5.3.1: listed is revoked.
    """
    return pki.scene().listed(pki.crl.revoking(SERIAL, 99)).invalid("revoked")


@case("crl::status::remove-from-base")
def remove_from_base(pki: Pki) -> Verdicted:
    """A base CRL lists the certificate with removeFromCRL, which only a delta may.

    root → issuer → person (removeFromCRL) → message

    Clause: RFC 5280 section 5.3.1: only in delta CRLs; so listed is revoked.
    """
    return pki.scene().listed(pki.crl.revoking(SERIAL, REMOVE_FROM_CRL)).invalid("revoked")


@case("crl::status::last-of-many")
def last_of_many(pki: Pki) -> Verdicted:
    """The certificate is the last of three thousand in the CRL.

    root → issuer → person (revoked) → message

    Clause: NCA revocation: full CRLs are large.
    """
    crl = pki.crl.but(entries=_many(3000))
    return pki.scene().listed(crl.revoking(SERIAL)).invalid("revoked")


@case("crl::status::listed-twice")
def listed_twice(pki: Pki) -> Verdicted:
    """The CRL lists the certificate twice: revoked first, suspended second.

    root → issuer → person (revoked, certificateHold) → message

    Clause: RFC 5280 section 5.1.2.6: the graver one counts.
    """
    crl = pki.crl.revoking(SERIAL, KEY_COMPROMISE).revoking(SERIAL, CERTIFICATE_HOLD)
    return pki.scene().listed(crl).invalid("revoked")


@case("crl::entry::huge-serial")
def huge_serial(pki: Pki) -> Verdicted:
    """Nothing is wrong: another entry's serial number has two hundred octets.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.2.2: who reads must bear others' mistakes.
    """
    return pki.scene().listed(pki.crl.revoking(b"\x7f" * 200)).valid()


@case("crl::entry::negative-serial")
def negative_serial(pki: Pki) -> Verdicted:
    """Nothing is wrong: another entry's serial number is negative, and as octets it ends like the
    person's.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.2.2.
    """
    return pki.scene().listed(pki.crl.revoking(b"\xff" + SERIAL.to_bytes(3))).valid()


@case("crl::entry::critical-extension")
def entry_critical(pki: Pki) -> Verdicted:
    """Another entry has a critical extension that nobody knows: what the CRL says is not certain.

    root → issuer → person → message

    Clause: RFC 5280 section 5.3: such a CRL must not be used.
    """
    unknown = Extension("1.2.398.99.8", der.NULL, critical=True)
    return pki.scene().listed(pki.crl.revoking(0x11, extra=(unknown,))).indeterminate()


@case("crl::entry::own-critical-extension")
def own_entry_critical(pki: Pki) -> Verdicted:
    """The certificate's own entry has a critical extension that nobody knows. It is in doubt, and
    nobody may get in.

    root → issuer → person → message

    Clause: RFC 5280 section 5.3: such a CRL must not be used.
    """
    unknown = Extension("1.2.398.99.8", der.NULL, critical=True)
    return pki.scene().listed(pki.crl.revoking(SERIAL, 1, extra=(unknown,))).indeterminate()


@case("crl::entry::extension")
def entry_extension(pki: Pki) -> Verdicted:
    """Nothing is wrong: another entry says since when its key is suspect.

    root → issuer → person → message

    Clause: RFC 5280 section 5.3.2: invalidityDate.
    """
    date = Extension(oids.INVALIDITY_DATE, der.generalized(NOW - 9 * DAY))
    return pki.scene().listed(pki.crl.revoking(0x11, 1, extra=(date,))).valid()


def _many(count: int) -> tuple[Entry, ...]:
    """That many entries about others."""
    return tuple(Entry(0x1000000 + i) for i in range(count))

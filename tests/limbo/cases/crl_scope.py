"""Whether a CRL is whole, and about every certificate of its issuer (RFC 5280 5.2)."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.limbo.build.certificates import (
    Extension,
    uri,
)
from tests.limbo.build.crls import Entry
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import case
from tests.unit.eds_verifier import der


def _scope(*parts: bytes, critical: bool = True) -> Extension:
    """issuingDistributionPoint."""
    return Extension(oids.ISSUING_DISTRIBUTION_POINT, der.seq(*parts), critical=critical)


@case("crl::scope::one-unusable")
def one_unusable(pki: Pki) -> Verdicted:
    """Nothing is wrong: of two CRLs the first cannot be read; the second is sound.

    root → issuer → person → message

    Clause: NCA revocation: downloads are sometimes truncated.
    """
    return pki.scene().listed(pki.crl.encode()[:-9], pki.crl).valid()


@case("crl::scope::indirect", "forgery")
def indirect(pki: Pki) -> Verdicted:
    """The CRL is indirect: it may hold entries of several issuers.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.5: indirectCRL; the NCA has none.
    """
    scope = _scope(der.tlv(0x84, b"\xff"))
    return pki.scene().listed(pki.crl.but(extra=(scope,))).indeterminate()


@case("crl::scope::partition", "forgery")
def partition(pki: Pki) -> Verdicted:
    """The CRL is one of several partitions: another one may list the certificate.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.5: distributionPoint; the NCA has none.
    """
    point = der.explicit(0, der.explicit(0, uri("http://crl.limbo.test/part-2.crl")))
    return pki.scene().listed(pki.crl.but(extra=(_scope(point),))).indeterminate()


@case("crl::scope::authorities-only", "forgery")
def authorities_only(pki: Pki) -> Verdicted:
    """The CRL is about authorities only: it cannot list a person.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.5: onlyContainsCACerts.
    """
    scope = _scope(der.tlv(0x82, b"\xff"))
    return pki.scene().listed(pki.crl.but(extra=(scope,))).indeterminate()


@case("crl::scope::persons-only", "may-refuse")
def persons_only(pki: Pki) -> Verdicted:
    """The CRL is about persons only. It would do; but the NCA has no such CRL, so what limits one
    is not weighed here.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.5: onlyContainsUserCerts; the NCA has none.
    """
    scope = _scope(der.tlv(0x81, b"\xff"))
    return pki.scene().listed(pki.crl.but(extra=(scope,))).indeterminate()


@case("crl::scope::some-reasons", "forgery")
def some_reasons(pki: Pki) -> Verdicted:
    """The CRL lists revocations for some reasons only.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.5: onlySomeReasons.
    """
    scope = _scope(der.tlv(0x83, b"\x06\x40"))
    return pki.scene().listed(pki.crl.but(extra=(scope,))).indeterminate()


@case("crl::scope::partition-not-critical", "forgery")
def partition_not_critical(pki: Pki) -> Verdicted:
    """The CRL is about authorities only, and the extension that says so is not critical.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.5: it limits, whatever its criticality.
    """
    scope = _scope(der.tlv(0x82, b"\xff"), critical=False)
    return pki.scene().listed(pki.crl.but(extra=(scope,))).indeterminate()


@case("crl::extension::critical")
def critical(pki: Pki) -> Verdicted:
    """The CRL has a critical extension that nobody knows.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2: it must not be used.
    """
    unknown = Extension("1.2.398.99.9", der.NULL, critical=True)
    return pki.scene().listed(pki.crl.but(extra=(unknown,))).indeterminate()


@case("crl::extension::unknown")
def unknown(pki: Pki) -> Verdicted:
    """Nothing is wrong: the CRL has an extension that nobody knows, not critical.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.
    """
    extension = Extension("1.2.398.99.9", der.NULL)
    return pki.scene().listed(pki.crl.but(extra=(extension,))).valid()


@case("crl::extension::duplicate")
def duplicate(pki: Pki) -> Verdicted:
    """The CRL number stands twice.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2: not more than one instance of an extension.
    """
    again = Extension(oids.CRL_NUMBER, der.integer(41))
    return pki.scene().listed(pki.crl.but(extra=(again,))).indeterminate()


@case("crl::form::truncated")
def truncated(pki: Pki) -> Verdicted:
    """The download of the CRL broke off.

    root → issuer → person → message

    Clause: NCA revocation: downloads are sometimes truncated.
    """
    crl = pki.crl.but(entries=_many(50)).encode()
    return pki.scene().listed(crl[: len(crl) // 2]).indeterminate()


@case("crl::form::trailing-octet")
def trailing(pki: Pki) -> Verdicted:
    """An octet stands after the CRL.

    root → issuer → person → message

    Clause: RFC 5280 section 5.1: nothing after what is read.
    """
    return pki.scene().listed(pki.crl.encode() + b"\0").indeterminate()


@case("crl::form::empty-list")
def empty_list(pki: Pki) -> Verdicted:
    """Nothing is wrong that would let anybody in: the list of revoked certificates is there and
    empty.

    root → issuer → person → message

    Clause: RFC 5280 section 5.1.2.6 obliges who issues to leave it out.
    """
    return pki.scene().listed(pki.crl.but(empty_list=True)).valid()


@case("crl::form::page")
def page(pki: Pki) -> Verdicted:
    """The address of the CRL answered with a page.

    root → issuer → person → message

    Clause: NCA revocation: old addresses give 404.
    """
    return pki.scene().listed(b"<html><body>404 Not Found</body></html>").indeterminate()


def _many(count: int) -> tuple[Entry, ...]:
    """That many entries about others."""
    return tuple(Entry(0x1000000 + i) for i in range(count))

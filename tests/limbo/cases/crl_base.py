"""CRLs of an issuer: what they say, and whether they may be relied on (RFC 5280 section 5)."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    Extension,
    issue,
    key_usage,
    uri,
)
from tests.limbo.build.crls import CERTIFICATE_HOLD, KEY_COMPROMISE, REMOVE_FROM_CRL, Crl, Entry
from tests.limbo.build.keys import MD5, SHA1, key_of, rsa_key
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, GOST, case
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

    Clause: RFC 5280 section 5.3.1; facts 8.
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

    Clause: facts 4: full CRLs are large.
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


@case("crl::signature::changed", "forgery", kinds=EVERY)
def changed(pki: Pki) -> Verdicted:
    """The entry was taken out of the CRL after the issuer signed it.

    root → issuer → person (revoked) → message

    Clause: RFC 5280 section 6.3.3 (g); facts 8: CRL with bad signature.
    """
    honest = pki.crl.revoking(SERIAL)
    signature = pki.issuer.key.sign(honest.signed_part())
    return pki.scene().listed(pki.crl.but(signature=signature)).indeterminate()


@case("crl::signature::by-another", "forgery", kinds=EVERY)
def by_another(pki: Pki) -> Verdicted:
    """The CRL bears the issuer's name and key identifier; another key signed it.

    root → issuer → person → message; attacker → CRL

    Clause: RFC 5280 section 6.3.3 (g); facts 6: CRLs were not authenticated.
    """
    forged = pki.crl.but(key=key_of(pki.kind, "attacker"))
    return pki.scene().listed(forged).indeterminate()


@case("crl::signature::sha1", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The issuer signed the CRL with SHA-1.

    root → issuer → person → message; CRL by SHA-1

    Clause: SHA-1 never.
    """
    weak = pki.crl.but(key=replace(rsa_key("issuer"), hash=SHA1))
    return pki.scene().listed(weak).indeterminate()


@case("crl::signature::md5", "md5")
def md5(pki: Pki) -> Verdicted:
    """The issuer signed the CRL with MD5.

    root → issuer → person → message; CRL by MD5

    Clause: MD5 never.
    """
    weak = pki.crl.but(key=replace(rsa_key("issuer"), hash=MD5))
    return pki.scene().listed(weak).indeterminate()


@case("crl::signature::rfc-byte-order", kinds=GOST)
def rfc_order(pki: Pki) -> Verdicted:
    """The CRL's signature is in the octet order of Russia's RFCs.

    root → issuer → person → message

    Clause: facts 2.3.2: the NCA's order and no other.
    """
    signature = pki.issuer.key.sign(pki.crl.signed_part())[::-1]
    return pki.scene().listed(pki.crl.but(signature=signature)).indeterminate()


@case("crl::signature::algorithms-differ", "algorithm-confusion")
def algorithms_differ(pki: Pki) -> Verdicted:
    """The CRL names SHA-384 inside and SHA-256 outside.

    root → issuer → person → message

    Clause: RFC 5280 section 5.1.1.2: they must be the same.
    """
    return pki.scene().listed(pki.crl.but(inner=der.algorithm(oids.RSA_SHA384))).indeterminate()


@case("crl::signature::inner-null-absent", kinds=EVERY)
def inner_null_absent(pki: Pki) -> Verdicted:
    """Nothing is wrong: inside, the algorithm has no parameters; outside it has NULL. So the NCA
    writes its CRLs.

    root → issuer → person → message

    Clause: facts 2.5: compare OIDs and treat absent parameters as NULL.
    """
    return pki.scene().listed(pki.crl.but(inner=_bare(pki))).valid()


@case("crl::signature::outer-null-absent", kinds=EVERY)
def outer_null_absent(pki: Pki) -> Verdicted:
    """Nothing is wrong: outside, the algorithm has no parameters; inside it has NULL.

    root → issuer → person → message

    Clause: facts 2.5: compare OIDs and treat absent parameters as NULL.
    """
    return pki.scene().listed(pki.crl.but(outer=_bare(pki))).valid()


@case("crl::issuer::other", "replay")
def other_issuer(pki: Pki) -> Verdicted:
    """The only CRL is the root's: it says nothing of what the issuer issued.

    root → issuer → person → message; root → CRL

    Clause: RFC 5280 section 6.3.3 (b).
    """
    return pki.scene().listed().indeterminate()


@case("crl::issuer::other-name", "forgery")
def other_name(pki: Pki) -> Verdicted:
    """The issuer's key signed the CRL, which bears another name.

    root → issuer → person → message; CRL of another name

    Clause: RFC 5280 section 6.3.3 (b).
    """
    return pki.scene().listed(pki.crl.but(name=names.ROOT)).indeterminate()


@case("crl::issuer::other-generation", "replay")
def other_generation(pki: Pki) -> Verdicted:
    """The CRL is of an authority of the issuer's name with another key, as generations have.

    root → issuer → person → message; root → old issuer of that name → CRL

    Clause: facts 3: generations share names; RFC 5280 section 6.3.3 (f).
    """
    old = issue(pki.issuer_draft(key=rsa_key("other issuer"), serial=0x15500), pki.root)
    return pki.scene().listed(Crl(old)).indeterminate()


@case("crl::issuer::other-key-id")
def other_key_id(pki: Pki) -> Verdicted:
    """The CRL's authorityKeyIdentifier names another key than the issuer's.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.1.
    """
    return pki.scene().listed(pki.crl.but(authority_id=bytes(20))).indeterminate()


@case("crl::issuer::no-key-id")
def no_key_id(pki: Pki) -> Verdicted:
    """Nothing is wrong that would let anybody in: the CRL has no authorityKeyIdentifier; its
    signature says whose it is.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.1 obliges who issues.
    """
    return pki.scene().listed(pki.crl.but(authority_id=None)).valid()


@case("crl::issuer::may-not-sign-crls")
def may_not_sign(pki: Pki) -> Verdicted:
    """keyUsage of the issuer lacks cRLSign.

    root → issuer (keyCertSign only) → person → message

    Clause: RFC 5280 section 6.3.3 (f).
    """
    limited = pki.reissued(issuer=pki.issuer_draft().with_(key_usage("key_cert_sign")))
    return limited.scene().indeterminate()


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

    Clause: CRL ≤ 24 h, and 5 minutes of skew; facts 4: the base promises 180 days.
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


@case("crl::fresh::hold-lifted")
def hold_lifted(pki: Pki) -> Verdicted:
    """Nothing is wrong: the older CRL lists the certificate as suspended, the newer one no more.

    root → issuer → person → message

    Clause: RFC 5280 section 5.3.1: a hold may be lifted; the newer one counts.
    """
    older = pki.crl.but(this_update=NOW - 5 * HOUR, number=39)
    return pki.scene().listed(older.revoking(SERIAL, CERTIFICATE_HOLD), pki.crl).valid()


@case("crl::scope::one-unusable")
def one_unusable(pki: Pki) -> Verdicted:
    """Nothing is wrong: of two CRLs the first cannot be read; the second is sound.

    root → issuer → person → message

    Clause: facts 4: downloads are sometimes truncated.
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

    Clause: facts 4: downloads are sometimes truncated.
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


@case("crl::form::page")
def page(pki: Pki) -> Verdicted:
    """The address of the CRL answered with a page.

    root → issuer → person → message

    Clause: facts 4: old addresses give 404.
    """
    return pki.scene().listed(b"<html><body>404 Not Found</body></html>").indeterminate()


def _many(count: int) -> tuple[Entry, ...]:
    """That many entries about others."""
    return tuple(Entry(0x1000000 + i) for i in range(count))


def _bare(pki: Pki) -> bytes:
    """The issuer's signature algorithm without parameters."""
    algorithm = pki.issuer.key.signature_algorithm
    return der.seq(algorithm[2 : 4 + algorithm[3]])

"""When: every certificate of the path is valid at the instant of judging, both ends included."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.limbo.build.certificates import DAY, NOW, SECOND
from tests.limbo.build.crls import Crl
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der


@case("validity::person::first-second")
def first_second(pki: Pki) -> Verdicted:
    """Nothing is wrong: it is exactly notBefore.

    root → issuer → person (valid from now) → message

    Clause: RFC 5280 section 4.1.2.5: inclusive.
    """
    return pki.scene(pki.person(not_before=NOW)).valid()


@case("validity::person::second-before")
def second_before(pki: Pki) -> Verdicted:
    """It is one second before notBefore.

    root → issuer → person (valid in a second) → message

    Clause: RFC 5280 section 4.1.2.5.
    """
    return pki.scene(pki.person(not_before=NOW + SECOND)).invalid("not_yet_valid")


@case("validity::person::last-second")
def last_second(pki: Pki) -> Verdicted:
    """Nothing is wrong: it is exactly notAfter.

    root → issuer → person (valid until now) → message

    Clause: RFC 5280 section 4.1.2.5: inclusive.
    """
    return pki.scene(pki.person(not_after=NOW)).valid()


@case("validity::person::second-after")
def second_after(pki: Pki) -> Verdicted:
    """It is one second after notAfter.

    root → issuer → person (expired a second ago) → message

    Clause: RFC 5280 section 4.1.2.5.
    """
    return pki.scene(pki.person(not_after=NOW - SECOND)).invalid("expired")


@case("validity::person::expired", kinds=EVERY)
def expired(pki: Pki) -> Verdicted:
    """The person's certificate expired yesterday.

    root → issuer → person (expired) → message

    Clause: RFC 5280 section 6.1.3 (a)(2).
    """
    return pki.scene(pki.person(not_after=NOW - DAY)).invalid("expired")


@case("validity::person::not-yet-valid", kinds=EVERY)
def not_yet_valid(pki: Pki) -> Verdicted:
    """The person's certificate is valid from tomorrow.

    root → issuer → person (not yet valid) → message

    Clause: RFC 5280 section 6.1.3 (a)(2).
    """
    return pki.scene(pki.person(not_before=NOW + DAY)).invalid("not_yet_valid")


@case("validity::person::ends-before-it-begins")
def ends_before(pki: Pki) -> Verdicted:
    """notAfter lies before notBefore: there is no instant at which it is valid.

    root → issuer → person (never valid) → message

    Clause: RFC 5280 section 4.1.2.5.
    """
    draft = pki.person(not_before=NOW + DAY, not_after=NOW - DAY)
    return pki.scene(draft).invalid("not_yet_valid")


@case("validity::person::generalized-time")
def generalized(pki: Pki) -> Verdicted:
    """Nothing is wrong: notAfter lies after 2049 and is a GeneralizedTime.

    root → issuer → person (valid until 2051) → message

    Clause: RFC 5280 section 4.1.2.5.
    """
    return pki.scene(pki.person(not_after=datetime(2051, 1, 1, tzinfo=UTC))).valid()


@case("validity::person::utc-time-of-the-last-century")
def last_century(pki: Pki) -> Verdicted:
    """notAfter is a UTCTime of the year 75: 1975, not 2075.

    root → issuer → person (valid until 1975) → message

    Clause: RFC 5280 section 4.1.2.5.1: 50 to 99 are of the twentieth century.
    """
    draft = pki.person(
        not_before=der.tlv(23, b"740101000000Z"), not_after=der.tlv(23, b"750101000000Z")
    )
    return pki.scene(draft).invalid("expired")


@case("validity::person::no-time-zone")
def no_zone(pki: Pki) -> Verdicted:
    """notAfter does not say of which time zone it is.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.2.5.1: it ends with Z.
    """
    return pki.scene(pki.person(not_after=der.tlv(23, b"300101000000"))).invalid(
        "certificate_invalid"
    )


@case("validity::person::with-offset")
def with_offset(pki: Pki) -> Verdicted:
    """notAfter is given in Astana's time, with its offset.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.2.5.1: Greenwich Mean Time.
    """
    return pki.scene(pki.person(not_after=der.tlv(23, b"300101000000+0500"))).invalid(
        "certificate_invalid"
    )


@case("validity::person::no-such-day")
def no_such_day(pki: Pki) -> Verdicted:
    """notAfter is the thirtieth of February.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.2.5.
    """
    return pki.scene(pki.person(not_after=der.tlv(23, b"300230000000Z"))).invalid(
        "certificate_invalid"
    )


@case("validity::issuer::expired", kinds=EVERY)
def issuer_expired(pki: Pki) -> Verdicted:
    """The issuer's certificate expired yesterday; the person's has not.

    root → issuer (expired) → person → message

    Clause: RFC 5280 section 6.1.3 (a)(2): each certificate of the path.
    """
    old = pki.reissued(issuer=pki.issuer_draft(not_after=NOW - DAY))
    return old.scene().invalid("untrusted_issuer")


@case("validity::issuer::not-yet-valid")
def issuer_not_yet(pki: Pki) -> Verdicted:
    """The issuer's certificate is valid from tomorrow.

    root → issuer (not yet valid) → person → message

    Clause: RFC 5280 section 6.1.3 (a)(2): each certificate of the path.
    """
    new = pki.reissued(issuer=pki.issuer_draft(not_before=NOW + DAY))
    return new.scene().invalid("untrusted_issuer")


@case("validity::issuer::last-second")
def issuer_last_second(pki: Pki) -> Verdicted:
    """Nothing is wrong: it is exactly the issuer's notAfter.

    root → issuer (valid until now) → person → message

    Clause: RFC 5280 section 4.1.2.5: inclusive.
    """
    old = pki.reissued(issuer=pki.issuer_draft(not_after=NOW))
    return old.scene().valid()


@case("validity::issuer::second-after")
def issuer_second_after(pki: Pki) -> Verdicted:
    """The issuer's certificate expired one second ago.

    root → issuer (expired) → person → message

    Clause: RFC 5280 section 4.1.2.5.
    """
    old = pki.reissued(issuer=pki.issuer_draft(not_after=NOW - SECOND))
    return old.scene().invalid("untrusted_issuer")


@case("validity::issuer::expired-by-then", kinds=EVERY)
def issuer_expired_then(pki: Pki) -> Verdicted:
    """The corpus' usual issuer, found sound in all other cases, is judged in five years, when its
    certificate has expired; the person's has not.

    root → issuer (expired by then) → person → message

    Clause: RFC 5280 section 6.1.3 (a)(2): at the instant of judging, whatever was found before.
    """
    then = NOW + 5 * 365 * DAY
    scene = pki.scene(pki.person(not_after=then + DAY))
    return scene.but(at=then, crls=_crls_at(pki, then)).invalid("untrusted_issuer")


@case("validity::issuer::not-valid-by-then")
def issuer_not_valid_then(pki: Pki) -> Verdicted:
    """The corpus' usual issuer is judged two years ago, when its certificate was not yet valid; the
    person's was.

    root → issuer (not valid then) → person → message

    Clause: RFC 5280 section 6.1.3 (a)(2): at the instant of judging, whatever was found before.
    """
    then = NOW - 2 * 365 * DAY
    scene = pki.scene(pki.person(not_before=then - DAY))
    return scene.but(at=then, crls=_crls_at(pki, then)).invalid("untrusted_issuer")


@case("validity::root::expired", kinds=EVERY)
def root_expired(pki: Pki) -> Verdicted:
    """The trusted root expired yesterday; the authorities under it have not.

    root (expired) → issuer → person → message

    Clause: attack list: expired 2025 chain. RFC 5280 leaves an anchor's validity to the profile.
    """
    old = pki.reissued(root=pki.root_draft(not_after=NOW - DAY))
    return old.scene().invalid("untrusted_issuer")


@case("validity::chain::expired", kinds=EVERY)
def chain_expired(pki: Pki) -> Verdicted:
    """Root, issuer and person all expired a year ago, as the NCA's generation of 2015 did.

    root → issuer → person, all expired → message

    Clause: attack list: expired 2025 chain.
    """
    return _old_generation(pki).invalid("expired")


@case("validity::chain::judged-then", kinds=EVERY)
def judged_then(pki: Pki) -> Verdicted:
    """Nothing is wrong: the same chain, judged at an instant when all of it was valid.

    root → issuer → person, all expired since → message

    Clause: time is an input of the rule.
    """
    then = NOW - 400 * DAY
    scene = _old_generation(pki)
    return scene.but(at=then, crls=_crls_at(scene.pki, then)).valid()


def _old_generation(pki: Pki) -> Scene:
    period = {"not_before": NOW - 1500 * DAY, "not_after": NOW - 365 * DAY}
    root, issuer = pki.root_draft(**period), pki.issuer_draft(**period)
    old = pki.reissued(root=root, issuer=issuer)
    return old.scene(old.person(not_before=NOW - 700 * DAY, not_after=NOW - 365 * DAY))


def _crls_at(pki: Pki, instant: datetime) -> tuple[bytes, ...]:
    until = instant + 180 * DAY
    return tuple(
        Crl(issuer, this_update=instant, next_update=until).encode()
        for issuer in (pki.issuer, pki.root)
    )

"""What an OCSP answer says, and whether it is an answer to what was asked (RFC 6960, 8954)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.limbo.build import oids
from tests.limbo.build.certificates import DAY, HOUR, MINUTE, NOW, SECOND, Extension
from tests.limbo.build.keys import SHA1, SHA256, rsa_key
from tests.limbo.build.ocsp import UNKNOWN, Single, key_bits, revoked
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, GOST, case
from tests.unit.eds_verifier import der

NONCE = bytes(range(16))
OTHER_NONCE = bytes(range(16, 32))
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
KEY_COMPROMISE, HOLD = 1, 6
TRY_LATER, UNAUTHORIZED, INTERNAL_ERROR = 3, 6, 2


@case("ocsp::status::good", kinds=EVERY)
def good(pki: Pki) -> Verdicted:
    """Nothing is wrong: the responder says that the certificate is good, a minute ago.

    root → issuer → person → message; issuer → responder → answer

    Clause: RFC 6960 section 2.2.
    """
    return pki.scene().answered(pki.answer()).valid()


@case("ocsp::status::revoked", kinds=EVERY)
def is_revoked(pki: Pki) -> Verdicted:
    """The certificate was revoked yesterday.

    root → issuer → person (revoked) → message

    Clause: RFC 6960 section 2.2.
    """
    answer = pki.answer(status=revoked(NOW - DAY))
    return pki.scene().answered(answer).invalid("revoked")


@case("ocsp::status::revoked-key-compromise")
def key_compromise(pki: Pki) -> Verdicted:
    """The certificate was revoked since its key is in other hands.

    root → issuer → person (revoked: keyCompromise) → message

    Clause: RFC 6960 section 2.2; RFC 5280 section 5.3.1.
    """
    answer = pki.answer(status=revoked(NOW - DAY, KEY_COMPROMISE))
    return pki.scene().answered(answer).invalid("revoked")


@case("ocsp::status::revoked-in-the-future")
def revoked_in_future(pki: Pki) -> Verdicted:
    """The certificate is revoked as of tomorrow, says a responder that knows.

    root → issuer → person (revoked) → message

    Clause: RFC 6960 section 2.2: revoked is revoked.
    """
    answer = pki.answer(status=revoked(NOW + DAY))
    return pki.scene().answered(answer).invalid("revoked")


@case("ocsp::status::hold", kinds=EVERY)
def hold(pki: Pki) -> Verdicted:
    """The certificate is suspended.

    root → issuer → person (certificateHold) → message

    Clause: facts 4: certificateHold is its own reason; facts 8.
    """
    answer = pki.answer(status=revoked(NOW - DAY, HOLD))
    return pki.scene().answered(answer).invalid("suspended")


@case("ocsp::status::never-issued", "impersonation", kinds=EVERY)
def never_issued(pki: Pki) -> Verdicted:
    """The authority says that it never issued that serial number: revoked (certificateHold) on the
    first of January 1970.

    root → issuer → person (never issued) → message

    Clause: RFC 6960 section 4.4.8; facts 4 and 8.
    """
    extended = Extension(oids.OCSP_EXTENDED_REVOKE, der.NULL)
    answer = pki.answer(status=revoked(NEVER, HOLD)).but(extensions=(extended,))
    return pki.scene().answered(answer).invalid("not_issued")


@case("ocsp::status::revoked-in-1970")
def revoked_in_1970(pki: Pki) -> Verdicted:
    """Revoked on the first of January 1970 for keyCompromise: a revocation with a wrong date, and
    not the sign for "never issued".

    root → issuer → person (revoked) → message

    Clause: RFC 6960 section 4.4.8: certificateHold and that date together.
    """
    answer = pki.answer(status=revoked(NEVER, KEY_COMPROMISE))
    return pki.scene().answered(answer).invalid("revoked")


@case("ocsp::status::unknown", kinds=EVERY)
def unknown(pki: Pki) -> Verdicted:
    """The responder does not know the certificate.

    root → issuer → person (unknown) → message

    Clause: RFC 6960 section 2.2: unknown is not good.
    """
    return pki.scene().answered(pki.answer(status=UNKNOWN)).indeterminate()


@case("ocsp::response::try-later")
def try_later(pki: Pki) -> Verdicted:
    """The responder asks to come back later, as the NCA's does now and then.

    root → issuer → person → message; tryLater

    Clause: RFC 6960 section 2.3; facts 4.
    """
    return pki.scene().answered(pki.answer().but(response_status=TRY_LATER)).indeterminate()


@case("ocsp::response::internal-error")
def internal_error(pki: Pki) -> Verdicted:
    """The responder failed.

    root → issuer → person → message; internalError

    Clause: RFC 6960 section 2.3.
    """
    return pki.scene().answered(pki.answer().but(response_status=INTERNAL_ERROR)).indeterminate()


@case("ocsp::response::unauthorized")
def unauthorized(pki: Pki) -> Verdicted:
    """The responder does not answer us. Anybody on the way can say so: it is not signed.

    root → issuer → person → message; unauthorized

    Clause: RFC 6960 section 2.3.
    """
    return pki.scene().answered(pki.answer().but(response_status=UNAUTHORIZED)).indeterminate()


@case("ocsp::response::unknown-type")
def unknown_type(pki: Pki) -> Verdicted:
    """The response is of a type nobody knows.

    root → issuer → person → message

    Clause: RFC 6960 section 4.2.1: id-pkix-ocsp-basic.
    """
    answer = pki.answer().but(response_type="1.3.6.1.5.5.7.48.1.99")
    return pki.scene().answered(answer).indeterminate()


@case("ocsp::response::empty")
def empty(pki: Pki) -> Verdicted:
    """The responder answered nothing.

    root → issuer → person → message; no octets

    Clause: RFC 6960 section 4.2.1.
    """
    return pki.scene().answered(b"").indeterminate()


@case("ocsp::response::page")
def page(pki: Pki) -> Verdicted:
    """A proxy answered in place of the responder, with a page.

    root → issuer → person → message; HTML

    Clause: RFC 6960 section 4.2.1.
    """
    return pki.scene().answered(b"<html><body>502 Bad Gateway</body></html>").indeterminate()


@case("ocsp::response::truncated")
def truncated(pki: Pki) -> Verdicted:
    """The last octet of the answer is missing.

    root → issuer → person → message; answer, cut short

    Clause: RFC 6960 section 4.2.1; X.690 section 8.1.3.
    """
    return pki.scene().answered(pki.answer().encode()[:-1]).indeterminate()


@case("ocsp::response::trailing-octet")
def trailing(pki: Pki) -> Verdicted:
    """An octet stands after the answer.

    root → issuer → person → message; answer, 00

    Clause: RFC 6960 section 4.2.1: nothing after what is read.
    """
    return pki.scene().answered(pki.answer().encode() + b"\0").indeterminate()


@case("ocsp::response::too-large", "denial-of-service")
def too_large(pki: Pki) -> Verdicted:
    """The answer is sound and has a hundred thousand octets of a certificate nobody needs.

    root → issuer → person → message; answer of 100 KB

    Clause: facts 8: huge input; the size is bounded.
    """
    bulk = der.seq(der.octets(bytes(100_000)))
    answer = pki.answer()
    return pki.scene().answered(answer.but(certificates=(answer.by.der, bulk))).indeterminate()


@case("ocsp::response::critical-extension")
def critical_extension(pki: Pki) -> Verdicted:
    """The response has a critical extension that nobody knows.

    root → issuer → person → message

    Clause: RFC 6960 section 4.4; RFC 5280 section 4.2.
    """
    unknown_ = Extension("1.2.398.99.6", der.NULL, critical=True)
    return pki.scene().answered(pki.answer().but(extensions=(unknown_,))).indeterminate()


@case("ocsp::response::extension")
def extension(pki: Pki) -> Verdicted:
    """Nothing is wrong: the response has an extension that nobody knows, not critical.

    root → issuer → person → message

    Clause: RFC 6960 section 4.4.
    """
    unknown_ = Extension("1.2.398.99.6", der.NULL)
    return pki.scene().answered(pki.answer().but(extensions=(unknown_,))).valid()


@case("ocsp::single::critical-extension")
def single_critical(pki: Pki) -> Verdicted:
    """What is said about the certificate has a critical extension that nobody knows: it may turn
    its meaning round.

    root → issuer → person → message

    Clause: RFC 6960 section 4.4.
    """
    unknown_ = Extension("1.2.398.99.7", der.NULL, critical=True)
    return pki.scene().answered(pki.answer(extensions=(unknown_,))).indeterminate()


@case("ocsp::single::other-serial", "replay", kinds=EVERY)
def other_serial(pki: Pki) -> Verdicted:
    """The answer is about another certificate of the same issuer, which is good.

    root → issuer → person → message; answer about the director

    Clause: RFC 6960 section 3.2 (1); facts 8: wrong serial.
    """
    return pki.scene().answered(pki.answer(serial=0x303E11)).indeterminate()


@case("ocsp::single::other-issuer-name", "replay")
def other_name(pki: Pki) -> Verdicted:
    """The answer is about that serial number of an issuer of another name.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (1).
    """
    return pki.scene().answered(pki.answer(name_hash=bytes(32))).indeterminate()


@case("ocsp::single::other-issuer-key", "replay")
def other_key(pki: Pki) -> Verdicted:
    """The answer is about that serial number of an issuer with another key, as another generation
    of the NCA has.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (1).
    """
    return pki.scene().answered(pki.answer(key_hash=bytes(32))).indeterminate()


@case("ocsp::single::key-hash-without-octet-string", kinds=GOST)
def key_hash_bare(pki: Pki) -> Verdicted:
    """issuerKeyHash was made over the bare point, not over all of the BIT STRING.

    root → issuer → person → message

    Clause: RFC 6960 section 4.1.1; facts 4: over the inner OCTET STRING header too.
    """
    bits = key_bits(pki.issuer.key.info)
    head = 3 if bits[1] == 0x81 else 2
    return pki.scene().answered(pki.answer(key_hash=SHA256(bits[head:]))).indeterminate()


@case("ocsp::single::sha1-identifier", "sha1")
def sha1_identifier(pki: Pki) -> Verdicted:
    """The certificate is named by SHA-1, rightly, where SHA-256 was asked.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (1): the answer names what was asked; SHA-256 CertID.
    """
    return pki.scene().answered(pki.answer(hash=SHA1)).indeterminate()


@case("ocsp::single::among-others")
def among_others(pki: Pki) -> Verdicted:
    """Nothing is wrong: the answer tells of three certificates; ours is good, another is revoked.

    root → issuer → person → message

    Clause: RFC 6960 section 4.2.1: responses.
    """
    answer = pki.answer()
    others = tuple(
        Single(pki.issuer, serial, status=revoked(NOW - DAY), this_update=NOW - MINUTE)
        for serial in (0x303E11, 0x11)
    )
    return pki.scene().answered(answer.but(singles=(*others, *answer.singles))).valid()


@case("ocsp::single::twice-contradicting")
def contradicting(pki: Pki) -> Verdicted:
    """The answer tells twice of our certificate: good, and revoked.

    root → issuer → person → message

    Clause: RFC 6960 section 4.2.1: an answer that says both says nothing.
    """
    answer = pki.answer()
    second = replace(answer.singles[0], status=revoked(NOW - DAY))
    both = answer.but(singles=(*answer.singles, second))
    return pki.scene().answered(both).indeterminate()


@case("ocsp::single::none")
def none(pki: Pki) -> Verdicted:
    """The answer tells of no certificate.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (1).
    """
    return pki.scene().answered(pki.answer().but(singles=())).indeterminate()


@case("ocsp::nonce::repeated", kinds=EVERY)
def nonce(pki: Pki) -> Verdicted:
    """Nothing is wrong: the answer repeats the nonce that was sent.

    root → issuer → person → message

    Clause: RFC 8954 section 2.1.
    """
    return pki.scene().answered(pki.answer().but(nonce=NONCE), nonce=NONCE).valid()


@case("ocsp::nonce::other", "replay", kinds=EVERY)
def other_nonce(pki: Pki) -> Verdicted:
    """The answer holds another nonce: it answers another question.

    root → issuer → person → message

    Clause: facts 4: a wrong nonce is an error; facts 8: tampered nonce.
    """
    answer = pki.answer().but(nonce=OTHER_NONCE)
    return pki.scene().answered(answer, nonce=NONCE).indeterminate()


@case("ocsp::nonce::missing", "replay", kinds=EVERY)
def no_nonce(pki: Pki) -> Verdicted:
    """A nonce was sent; the answer holds none.

    root → issuer → person → message

    Clause: facts 4; the NCA's responder repeats it.
    """
    return pki.scene().answered(pki.answer(), nonce=NONCE).indeterminate()


@case("ocsp::nonce::beginning", "replay")
def nonce_beginning(pki: Pki) -> Verdicted:
    """The answer holds the first eight octets of the nonce.

    root → issuer → person → message

    Clause: RFC 8954 section 2.1: the same octets.
    """
    answer = pki.answer().but(nonce=NONCE[:8])
    return pki.scene().answered(answer, nonce=NONCE).indeterminate()


@case("ocsp::nonce::twice", "replay")
def nonce_twice(pki: Pki) -> Verdicted:
    """The answer holds two nonces, the right one second.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2: not more than one instance of an extension.
    """
    right = Extension(oids.OCSP_NONCE, der.octets(NONCE))
    answer = pki.answer().but(nonce=OTHER_NONCE, extensions=(right,))
    return pki.scene().answered(answer, nonce=NONCE).indeterminate()


@case("ocsp::nonce::not-asked")
def nonce_not_asked(pki: Pki) -> Verdicted:
    """Nothing is wrong: the answer was gathered by somebody who sent a nonce; we sent none.

    root → issuer → person → message

    Clause: RFC 6960 section 4.4.1.
    """
    return pki.scene().answered(pki.answer().but(nonce=OTHER_NONCE)).valid()


@case("ocsp::fresh::ten-minutes")
def ten_minutes(pki: Pki) -> Verdicted:
    """Nothing is wrong: the answer is ten minutes old and promises no nextUpdate.

    root → issuer → person → message

    Clause: OCSP ≤ 10 minutes.
    """
    return pki.scene().answered(pki.answer().dated(NOW - 10 * MINUTE)).valid()


@case("ocsp::fresh::last-second")
def last_second(pki: Pki) -> Verdicted:
    """Nothing is wrong: the answer is as old as the limit and the skew of clocks allow.

    root → issuer → person → message

    Clause: OCSP ≤ 10 minutes, and 5 minutes of skew.
    """
    return pki.scene().answered(pki.answer().dated(NOW - 15 * MINUTE)).valid()


@case("ocsp::fresh::second-too-old", "replay")
def second_too_old(pki: Pki) -> Verdicted:
    """The answer is one second older than the limit and the skew of clocks allow.

    root → issuer → person → message

    Clause: OCSP ≤ 10 minutes, and 5 minutes of skew; facts 8: stale thisUpdate.
    """
    answer = pki.answer().dated(NOW - 15 * MINUTE - SECOND)
    return pki.scene().answered(answer).indeterminate()


@case("ocsp::fresh::yesterday", "replay", kinds=EVERY)
def yesterday(pki: Pki) -> Verdicted:
    """The answer is of yesterday and promises no nextUpdate.

    root → issuer → person → message

    Clause: facts 4: no nextUpdate, so an own limit; facts 8: stale thisUpdate.
    """
    return pki.scene().answered(pki.answer().dated(NOW - DAY)).indeterminate()


@case("ocsp::fresh::yesterday-until-tomorrow", "replay")
def yesterday_until_tomorrow(pki: Pki) -> Verdicted:
    """The answer is of yesterday and says that it holds until tomorrow.

    root → issuer → person → message

    Clause: the own limit binds, whatever nextUpdate promises.
    """
    answer = pki.answer().dated(NOW - DAY).saying(next_update=NOW + DAY)
    return pki.scene().answered(answer).indeterminate()


@case("ocsp::fresh::produced-anew", "replay")
def produced_anew(pki: Pki) -> Verdicted:
    """The answer was signed a minute ago, over knowledge of yesterday.

    root → issuer → person → message

    Clause: RFC 6960 section 2.4: thisUpdate is the time of the knowledge.
    """
    answer = pki.answer().saying(this_update=NOW - DAY)
    return pki.scene().answered(answer).indeterminate()


@case("ocsp::fresh::next-update-passed", "replay")
def next_update_passed(pki: Pki) -> Verdicted:
    """The answer held until six minutes ago; it is nine minutes old.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (6).
    """
    answer = pki.answer().dated(NOW - 9 * MINUTE).saying(next_update=NOW - 6 * MINUTE)
    return pki.scene().answered(answer).indeterminate()


@case("ocsp::fresh::from-the-future")
def future(pki: Pki) -> Verdicted:
    """The answer is of an hour from now.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (5).
    """
    return pki.scene().answered(pki.answer().dated(NOW + HOUR)).indeterminate()


@case("ocsp::fresh::within-the-skew")
def within_skew(pki: Pki) -> Verdicted:
    """Nothing is wrong: the responder's clock is four minutes fast.

    root → issuer → person → message

    Clause: 5 minutes of skew.
    """
    return pki.scene().answered(pki.answer().dated(NOW + 4 * MINUTE)).valid()


@case("ocsp::signature::changed", "forgery", kinds=EVERY)
def changed(pki: Pki) -> Verdicted:
    """The status was changed from revoked to good after the responder signed.

    root → issuer → person (revoked) → message

    Clause: RFC 6960 section 3.2 (2); facts 4: all addresses are plain HTTP.
    """
    honest = pki.answer(status=revoked(NOW - DAY))
    signature = honest.by.key.sign(honest.signed_part())
    return pki.scene().answered(pki.answer().but(signature=signature)).indeterminate()


@case("ocsp::signature::empty", "forgery")
def unsigned(pki: Pki) -> Verdicted:
    """The signature has no octets.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (2).
    """
    return pki.scene().answered(pki.answer().but(signature=b"")).indeterminate()


@case("ocsp::signature::sha1", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The responder signed with SHA-1.

    root → issuer → person → message; answer by SHA-1

    Clause: SHA-1 never.
    """
    weak = replace(pki.responder, key=replace(rsa_key("responder"), hash=SHA1))
    return pki.scene().answered(pki.answer(weak)).indeterminate()


@case("ocsp::signature::rfc-byte-order", kinds=GOST)
def rfc_order(pki: Pki) -> Verdicted:
    """The responder's signature is in the octet order of Russia's RFCs.

    root → issuer → person → message

    Clause: facts 2.3.2: the NCA's order and no other.
    """
    answer = pki.answer()
    signature = answer.by.key.sign(answer.signed_part())[::-1]
    return pki.scene().answered(answer.but(signature=signature)).indeterminate()

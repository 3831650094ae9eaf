"""What an OCSP response says of a certificate, and in which form (RFC 6960 section 4.2)."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.limbo.build import oids
from tests.limbo.build.certificates import DAY, NOW, Extension
from tests.limbo.build.ocsp import UNKNOWN, revoked
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, case
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

    Clause: NCA revocation: certificateHold is its own reason; attack list.
    """
    answer = pki.answer(status=revoked(NOW - DAY, HOLD))
    return pki.scene().answered(answer).invalid("suspended")


@case("ocsp::status::never-issued", "impersonation", kinds=EVERY)
def never_issued(pki: Pki) -> Verdicted:
    """The authority says that it never issued that serial number: revoked (certificateHold) on the
    first of January 1970.

    root → issuer → person (never issued) → message

    Clause: RFC 6960 section 4.4.8; NCA revocation, attack list.
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

    Clause: RFC 6960 section 2.3; NCA revocation.
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

    Clause: attack list: huge input; the size is bounded.
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

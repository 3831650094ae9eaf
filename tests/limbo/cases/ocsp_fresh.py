"""How old an OCSP response may be (RFC 6960 section 3.2)."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.limbo.build.certificates import DAY, HOUR, MINUTE, NOW, SECOND
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, case

NONCE = bytes(range(16))
OTHER_NONCE = bytes(range(16, 32))
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
KEY_COMPROMISE, HOLD = 1, 6
TRY_LATER, UNAUTHORIZED, INTERNAL_ERROR = 3, 6, 2


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

    Clause: OCSP ≤ 10 minutes, and 5 minutes of skew; attack list: stale thisUpdate.
    """
    answer = pki.answer().dated(NOW - 15 * MINUTE - SECOND)
    return pki.scene().answered(answer).indeterminate()


@case("ocsp::fresh::yesterday", "replay", kinds=EVERY)
def yesterday(pki: Pki) -> Verdicted:
    """The answer is of yesterday and promises no nextUpdate.

    root → issuer → person → message

    Clause: NCA revocation: no nextUpdate, so an own limit; attack list: stale thisUpdate.
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

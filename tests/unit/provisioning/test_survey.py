"""Several realms at once: the order asked, and the first failure."""

from __future__ import annotations

import threading

import pytest

from provisioning.errors import RealmMissingError
from provisioning.plan import Plan
from provisioning.resources import Desired, Live
from provisioning.survey import AT_ONCE, Surveyed, survey_all


def _surveyed(desired: Desired) -> Surveyed:
    nothing = Plan(desired.realm, creates_realm=False, changes=())
    return Surveyed(desired, Live(desired.realm, exists=True), nothing)


def test_realms_are_read_side_by_side_and_answered_in_the_order_asked() -> None:
    together = threading.Barrier(AT_ONCE, timeout=10)

    def look(desired: Desired) -> Surveyed:
        together.wait()
        return _surveyed(desired)

    wanted = [Desired(f"r{number}", ()) for number in range(AT_ONCE)]
    assert [s.desired for s in survey_all(wanted, look)] == wanted


def test_what_one_realm_raises_is_raised() -> None:
    def look(desired: Desired) -> Surveyed:
        if desired.realm == "b":
            raise RealmMissingError("b")
        return _surveyed(desired)

    with pytest.raises(RealmMissingError, match="b"):
        survey_all([Desired(name, ()) for name in "abc"], look)

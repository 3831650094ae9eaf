"""The short way under kept issuers ends as the full one does, case by case, in any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.profile import NCA, RFC5280, Profile
from eds_verifier.verdict import Reason
from tests.pkits.cases import CASES, Case
from tests.pkits.nca import validate
from tests.unit.eds_verifier.path.both_ways import CountingPaths, outcome

Order = Callable[[Sequence[Case]], list[Case]]
ORDERS: tuple[Order, ...] = (
    list,
    lambda cases: list(reversed(cases)),
    lambda cases: sorted(cases, key=lambda case: case.end),
)


@pytest.mark.parametrize("profile", [NCA, RFC5280], ids=lambda profile: str(profile.name))
@pytest.mark.parametrize("order", ORDERS, ids=("as NIST has them", "backwards", "by name"))
def test_both_ways_end_alike(profile: Profile, order: Order) -> None:
    """Twice through the cases: in the second round every issuer that can be kept is kept."""
    kept = CountingPaths()
    cases = order(CASES)
    for case in [*cases, *cases]:
        full = outcome(partial(validate, case, profile=profile, kept=KeptPaths(size=0)))
        short = outcome(partial(validate, case, profile=profile, kept=kept))
        assert short == full, case.case
    assert kept.hits > len(CASES) // 4


def test_the_ways_judge_algorithms_not_accepted_alike() -> None:
    reasons = [
        outcome(partial(validate, case, kept=KeptPaths()))[0]
        for case in CASES
        if case.case in {"4.1.4", "4.1.5", "4.1.6"}
    ]
    assert reasons == [str(Reason.UNSUPPORTED_ALGORITHM)] * 3

"""What the NCA's profile makes of NIST's cases.

`nca.json` names each case that RFC 5280 takes and we do not, with the reason. The table is exact:
no such case is missing from it, and none is in it that is not refused so.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.pkits.cases import CASES, Case
from tests.pkits.nca import GROUPS, TAKEN, judge

TABLE = {case: str(group.refused) for group in GROUPS for case in group.cases}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.expected == "invalid"], ids=lambda case: str(case.case)
)
def test_nothing_invalid_turns_valid(case: Case) -> None:
    assert judge(case) != TAKEN


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.expected == "valid"], ids=lambda case: str(case.case)
)
def test_a_valid_case_stays_valid_or_turns_as_the_table_says(case: Case) -> None:
    assert judge(case) == TABLE.get(case.case, TAKEN)


def test_the_table_names_cases_that_nist_takes_each_once() -> None:
    named = Counter(case for group in GROUPS for case in group.cases)
    assert set(named.values()) == {1}
    assert named.keys() <= {case.case for case in CASES if case.expected == "valid"}

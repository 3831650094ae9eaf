from __future__ import annotations

import pytest

from provisioning.ownership_flows import finished_name, unfinished_name

ID = "0c1d-7"


def test_a_half_built_flow_tells_what_it_was_to_become() -> None:
    assert finished_name(unfinished_name("office", ID), ID) == "office"
    twice = unfinished_name(unfinished_name("office", "a"), ID)
    assert finished_name(twice, ID) == unfinished_name("office", "a")


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("office", ID),
        ("office unfinished", ID),
        ("office unfinished ", ""),
        ("office unfinished None", None),
        (f"office unfinished {ID}", "another"),
        (f"office unfinished {ID}", ID[1:]),
        (f"office unfinished x{ID}", ID),
        (f"office unfinished {ID} set aside 1", ID),
        (f" unfinished {ID}", ID),
        (f"unfinished {ID}", ID),
        ("", ID),
    ],
)
def test_no_other_name_is_that_of_a_half_built_flow(name: str, identity: str | None) -> None:
    assert finished_name(name, identity) is None

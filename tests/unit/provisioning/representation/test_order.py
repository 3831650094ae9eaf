"""Which lists are sets."""

from __future__ import annotations

import pytest

from provisioning.representation.order import as_declared


@pytest.mark.parametrize(
    ("body", "declared"),
    [
        ({"redirectUris": ["b", "a"]}, {"redirectUris": frozenset({"a", "b"})}),
        ({"attributes": {"k": ["v"]}}, {"attributes": {"k": frozenset({"v"})}}),
        (
            {"webAuthnPolicySignatureAlgorithms": ["ES256", "RS256"]},
            {"webAuthnPolicySignatureAlgorithms": ("ES256", "RS256")},
        ),
        (
            {"executions": [{"provider": "p", "config": {"k": "v"}}]},
            {"executions": ({"provider": "p", "config": {"k": "v"}},)},
        ),
        ({"executors": []}, {"executors": ()}),
        ({"enabled": True, "n": None}, {"enabled": True, "n": None}),
    ],
)
def test_a_list_is_a_set_unless_its_order_means_something(
    body: dict[str, object], declared: dict[str, object]
) -> None:
    assert as_declared(body) == declared

"""Policies at random on a real Keycloak: from one to another and back, fifteen times.

`make soak` does it five hundred times. What is drawn is always the same, so that a failure comes
again; it is not shrunk, since a server is slow.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.keycloak.own_keycloak import OwnKeycloak
from tests.keycloak.random_realm import RandomRealm, holds, without_secrets
from tests.properties.typed_at_random import Policy, policies

pytestmark = pytest.mark.keycloak
pytest_plugins = ["tests.keycloak.shared_server"]

EXAMPLES = 15


@pytest.fixture(scope="module")
def realm(shared_keycloak: OwnKeycloak, tmp_path_factory: pytest.TempPathFactory) -> RandomRealm:
    """One realm for all: what an earlier example left is what the next one finds."""
    return RandomRealm(shared_keycloak, tmp_path_factory.mktemp("at-random"))


_DRAWN = settings(
    max_examples=EXAMPLES,
    phases=(Phase.generate,),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
_FIVE = settings(_DRAWN, max_examples=5)


@_DRAWN
@given(first=policies(), second=policies())
def test_from_one_policy_to_another_and_back_nothing_is_left_and_nothing_is_lost(
    realm: RandomRealm, first: Policy, second: Policy
) -> None:
    holds(realm, first, second)


@_FIVE
@given(declared=policies())
def test_what_is_adopted_from_a_realm_declares_all_of_it(
    realm: RandomRealm, declared: Policy
) -> None:
    realm.apply(realm.policy("declared", declared))
    adopted = realm.adopt()
    assert without_secrets(realm.differences(adopted)) == []

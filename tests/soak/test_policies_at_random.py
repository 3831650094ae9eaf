"""Policies at random on a real Keycloak, five hundred times: from one to another and back.

Not part of `make test`, which does fifteen: `make soak`. TANBA_SOAK_EXAMPLES sets how many. What is
drawn differs from run to run; a failure prints both realms.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from tests.keycloak.own_keycloak import own_keycloak
from tests.keycloak.random_realm import RandomRealm, holds
from tests.properties.policies_at_random import as_policy
from tests.properties.typed_at_random import Policy, policies

pytestmark = pytest.mark.keycloak

EXAMPLES = int(os.environ.get("TANBA_SOAK_EXAMPLES", "500"))
A_NEW_REALM_AFTER = 25
"""So many examples meet what earlier ones left; then the realm begins anew."""

_count = itertools.count(1)


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RandomRealm]:
    """The realm."""
    folder = tmp_path_factory.mktemp("at-random")
    with own_keycloak(folder) as server:
        yield RandomRealm(server, folder)


@settings(
    max_examples=EXAMPLES,
    phases=(Phase.generate,),
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(first=policies(), second=policies())
def test_from_one_policy_to_another_and_back_many_times(
    realm: RandomRealm, first: Policy, second: Policy
) -> None:
    note(as_policy("first", first))
    note(as_policy("second", second))
    if next(_count) % A_NEW_REALM_AFTER == 0:
        realm.forget()
    holds(realm, first, second)

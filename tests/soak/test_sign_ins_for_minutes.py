"""Many people sign in for minutes while flows change without end; nobody is turned away.

Not part of `make test`, which makes twenty changes: `make soak`. TANBA_SOAK_SECONDS sets how long,
180 unless told.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator

import pytest

from tests.keycloak.own_keycloak import OwnKeycloak
from tests.keycloak.signing_in import Crowd, Portal, SignIn, new_person
from tests.keycloak.test_live_sign_ins import AGREEMENTS, CHANGES, GRAIN, apply, with_the_realm

pytestmark = pytest.mark.keycloak

SECONDS = float(os.environ.get("TANBA_SOAK_SECONDS", "180"))
CROWD = 6


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server with the portal's realm."""
    with with_the_realm(tmp_path_factory.mktemp("sign-ins")) as server:
        yield server


def test_nobody_is_turned_away_for_minutes(keycloak: OwnKeycloak) -> None:
    admin, connection = keycloak.bootstrap(), keycloak.provisioner()
    portal = Portal(keycloak.url, GRAIN.realm, min(AGREEMENTS))
    emails = [new_person(admin, GRAIN.realm) for _ in range(CROWD)]
    for email in emails:
        SignIn(portal, email).finish()
    until, made = time.monotonic() + SECONDS, 0
    with Crowd(portal, tuple(emails), pause_seconds=2.0) as crowd:
        for _, desired in itertools.cycle(CHANGES):
            if time.monotonic() > until:
                break
            made += 1
            apply(connection, desired)
    assert crowd.failures == []
    assert made > SECONDS / 30
    assert crowd.done["password typed 1"] == len(crowd.spans) > SECONDS / 4, crowd.done

"""Every fault at every write of an apply, and every fault at reads in turn."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from provisioning import connection as connection_module
from provisioning.bootstrap import create_missing_realms, ensure_provisioner
from tests.keycloak.faulted import REALM, bring_to, came_through, requests_of_an_apply
from tests.keycloak.own_keycloak import OwnKeycloak, own_keycloak
from tests.unit.provisioning.auth.faulty import PASSING, Fault


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server with a realm in the first shape and the permanent service account."""
    with own_keycloak(tmp_path_factory.mktemp("faults")) as server:
        create_missing_realms(server.bootstrap(), [REALM])
        secret = server.provisioner_secret
        ensure_provisioner(server.bootstrap(), realms=[REALM], secret=secret)
        bring_to(server.provisioner(), "a")
        yield server


def test_whatever_breaks_wherever_no_apply_claims_what_is_not_so(
    keycloak: OwnKeycloak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "PAUSES", (0.01, 0.02, 0.04))
    monkeypatch.setattr(connection_module, "TIMEOUT_SECONDS", 5)
    sent = requests_of_an_apply(keycloak)
    first_write = next(at for at, one in enumerate(sent) if one.method != "GET")
    shapes, faults = itertools.cycle("ba"), itertools.cycle(Fault)
    for at, one in enumerate(sent):
        tried = [next(faults), next(faults)] if one.method == "GET" else list(Fault)
        for fault in tried:
            well = came_through(keycloak, fault, at, next(shapes))
            # Until it holds the lock a run stops at what is no answer of Keycloak's.
            refuses = fault not in PASSING and at <= first_write
            assert well or refuses, (fault, at, one)

"""An apply between which and Keycloak something breaks; `make soak` breaks everything in turn."""

from __future__ import annotations

import itertools
import time

import pytest

from provisioning import connection as connection_module
from provisioning.connection import Sent
from provisioning.errors import ProvisioningError
from provisioning.lock import LockTiming
from provisioning.lock_scope import LockScopes
from provisioning.progress import Progress
from tests.keycloak.faulted import REALM, bring_to, came_through, requests_of_an_apply
from tests.keycloak.own_keycloak import OwnKeycloak
from tests.unit.provisioning.auth.faulty import PASSING, Fault, faulty_proxy

pytestmark = pytest.mark.keycloak

SHAPES = itertools.cycle("ba")
"""Each apply goes to the other shape."""


@pytest.fixture(scope="module")
def keycloak(engine_keycloak: OwnKeycloak) -> OwnKeycloak:
    """A server with a realm in the first shape and the permanent service account."""
    bring_to(engine_keycloak.provisioner(), "a")
    return engine_keycloak


@pytest.fixture(scope="module")
def sent(keycloak: OwnKeycloak) -> list[Sent]:
    """What an apply asks."""
    return requests_of_an_apply(keycloak)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes passes soon."""
    monkeypatch.setattr(connection_module, "PAUSES", (0.01, 0.02, 0.04))


def test_a_fault_at_any_write_is_survived(keycloak: OwnKeycloak, sent: list[Sent]) -> None:
    """The lock's own are proven beside the lock."""
    writes = [at for at, one in enumerate(sent) if one.method != "GET"][1:-1]
    assert len(writes) > 13
    faults = itertools.cycle([one for one in Fault if one is not Fault.SILENT])
    for at in writes:
        fault = next(faults)
        assert came_through(keycloak, fault, at, next(SHAPES)), (fault, sent[at])


def test_a_fault_at_a_read_is_survived_or_told(keycloak: OwnKeycloak, sent: list[Sent]) -> None:
    reads = [at for at, one in enumerate(sent) if one.method == "GET"]
    first_write = next(at for at, one in enumerate(sent) if one.method != "GET")
    faults = (Fault.RESET_AFTER, Fault.PAGE, Fault.STATUS_503, Fault.REDIRECT, Fault.STATUS_500)
    for at, fault in zip(reads[:: len(reads) // 5], faults, strict=False):
        well = came_through(keycloak, fault, at, next(SHAPES))
        # Before its first write a run stops at what is no answer of Keycloak's.
        assert well or (fault not in PASSING and at < first_write), (fault, sent[at])


def test_an_answer_that_never_comes_is_not_asked_for_twice(
    keycloak: OwnKeycloak, sent: list[Sent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "TIMEOUT_SECONDS", 3)
    at = max(n for n, one in enumerate(sent) if one.method == "POST")
    with faulty_proxy(keycloak.url) as proxy:
        proxy.plan = [*[None] * at, Fault.SILENT]
        bring_to(keycloak.provisioner(url=proxy.url), next(SHAPES))
        assert proxy.forwarded.count(proxy.asked[at]) == 1


def test_a_server_that_stays_broken_is_told_and_nothing_is_claimed(
    keycloak: OwnKeycloak, sent: list[Sent]
) -> None:
    at = next(n for n, one in enumerate(sent) if one.method == "PUT") + 4
    done, began, name = list[Progress](), time.monotonic(), next(SHAPES)
    with faulty_proxy(keycloak.url) as proxy:
        proxy.plan = [*[None] * at, *[Fault.STATUS_500] * 10_000]
        timing = LockTiming(expiry=3, beat=1, look=0.05)
        with pytest.raises(ProvisioningError) as caught:
            bring_to(keycloak.provisioner(url=proxy.url), name, done=done, timing=timing)
    assert caught.value.exit_code in {1, 3}
    assert time.monotonic() - began < 30
    assert 0 < done[-1].done < done[-1].total
    scopes = LockScopes(keycloak.provisioner(), f"/realms/{REALM}")
    left = scopes.present()
    assert left is not None, "the lock waits to be found dead"
    scopes.delete(str(left["id"]))
    bring_to(keycloak.provisioner(), name)

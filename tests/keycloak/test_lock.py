"""The realm's lock on a real Keycloak: one writer at a time, whatever happens to it."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator

import pytest
import requests
from pydantic import SecretStr

from provisioning import connection as connection_module
from provisioning.bootstrap import ensure_provisioner
from provisioning.connection import Connection
from provisioning.errors import NotPermittedError, ProvisioningError
from provisioning.lock import (
    LockLostError,
    LockNews,
    LockTiming,
    NotReleased,
    RealmLock,
    RealmLockedError,
    Waiting,
)
from provisioning.lock_scope import Holder, LockScopes
from provisioning.own_objects import LOCK_SCOPE
from tests.keycloak.own_keycloak import OwnKeycloak
from tests.unit.provisioning.auth.faulty import Fault, faulty_proxy

pytestmark = pytest.mark.keycloak

NAME = "locked"
REALM = f"/realms/{NAME}"
TIMING = LockTiming(expiry=1.5, beat=0.2, look=0.05)


@pytest.fixture
def keycloak(engine_keycloak: OwnKeycloak) -> OwnKeycloak:
    """A server with an empty realm and the permanent service account."""
    return engine_keycloak


@pytest.fixture
def connection(keycloak: OwnKeycloak) -> Iterator[Connection]:
    """The account of few roles; no lock is left behind."""
    yield keycloak.provisioner()
    found = LockScopes(keycloak.provisioner(), REALM).present()
    assert found is None, "a test left its lock"


def lock(connection: Connection, news: list[LockNews] | None = None) -> RealmLock:
    report = news.append if news is not None else lambda _: None
    return RealmLock(connection, NAME, timing=TIMING, report=report)


def dead(connection: Connection, owner: str = "somebody@elsewhere") -> str:
    """The lock of a run that was killed; its id."""
    holder = Holder(str(uuid.uuid4()), owner, "2026-11-23T12:00:00+00:00")
    assert LockScopes(connection, REALM).create(holder)
    return holder.run


def paused(taken: RealmLock) -> None:
    """Stop the heartbeat, as SIGSTOP does."""
    taken._over.set()
    taken._heart.join()


def length(connection: Connection) -> str:
    return str(connection.get(REALM).get("displayName"))


def test_a_lock_is_there_while_it_is_held_and_tells_nobody_who_signs_in(
    keycloak: OwnKeycloak, connection: Connection
) -> None:
    with lock(connection) as taken:
        found = LockScopes(connection, REALM).present()
        assert found is not None
        assert found["id"] == taken.holder.run
        assert Holder.of(found) == taken.holder
        assert taken.held()
        metadata = requests.get(
            f"{keycloak.url}/realms/{NAME}/.well-known/openid-configuration", timeout=30
        )
        assert LOCK_SCOPE not in metadata.text
        for path in ("/default-default-client-scopes", "/default-optional-client-scopes"):
            assert LOCK_SCOPE not in {scope["name"] for scope in connection.get(REALM + path)}
        taken.target.put("", connection.get(REALM) | {"displayName": "written under the lock"})
    assert not taken.held()
    assert length(connection) == "written under the lock"


def test_a_heartbeat_keeps_the_lock_far_beyond_its_expiry(connection: Connection) -> None:
    with lock(connection) as taken:
        time.sleep(TIMING.expiry * 1.5)
        assert taken.held()
        found = LockScopes(connection, REALM).present()
        assert found is not None
        assert int(found["attributes"]["tanba.lock.beat"]) >= 5


def test_the_second_is_refused_as_soon_as_the_first_shows_life(connection: Connection) -> None:
    with lock(connection) as taken:
        began = time.monotonic()
        with pytest.raises(RealmLockedError) as caught, lock(connection):
            pytest.fail("two hold one lock")
        assert time.monotonic() - began < TIMING.expiry
        assert taken.held()
    assert taken.holder.owner in caught.value.message
    assert taken.holder.since in caught.value.message
    assert caught.value.exit_code == 3


def test_of_many_at_once_one_holds_the_lock(keycloak: OwnKeycloak, connection: Connection) -> None:
    barrier, holding, most = threading.Barrier(6), list[str](), list[int]()
    refused: list[ProvisioningError] = []

    def run() -> None:
        own = keycloak.provisioner()
        own.get(REALM)
        barrier.wait()
        try:
            with lock(own) as taken:
                holding.append(taken.holder.run)
                most.append(len(holding))
                time.sleep(1.0)
                holding.remove(taken.holder.run)
        except RealmLockedError as error:
            refused.append(error)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, len(refused)) == ([1], 5)


def test_the_lock_of_a_dead_run_is_waited_out_and_taken(connection: Connection) -> None:
    old, news = dead(connection), list[LockNews]()
    began = time.monotonic()
    with lock(connection, news) as taken:
        waited = time.monotonic() - began
        assert LockScopes(connection, REALM).find(old) is None
        assert taken.held()
    assert TIMING.expiry <= waited < TIMING.expiry * 2
    left = [one.left for one in news if isinstance(one, Waiting)]
    assert left == sorted(left, reverse=True)
    assert len(left) > 5
    assert {one.holder.owner for one in news if isinstance(one, Waiting)} == {"somebody@elsewhere"}


def test_a_lock_that_is_given_back_is_not_waited_for(connection: Connection) -> None:
    old = dead(connection)
    timer = threading.Timer(0.3, LockScopes(connection, REALM).delete, (old,))
    timer.start()
    began = time.monotonic()
    with lock(connection):
        assert time.monotonic() - began < TIMING.expiry
    timer.join()


def test_a_lock_that_changes_hands_while_somebody_waits_is_refused(
    connection: Connection,
) -> None:
    """The waiter's look finds the old one gone, and its own creation meets the new one."""
    old, scopes = dead(connection), LockScopes(connection, REALM)
    fresh = list[str]()

    def change_hands(_: LockNews) -> None:
        if not fresh:
            scopes.delete(old)
            fresh.append(dead(connection, "another@elsewhere"))

    waiter = RealmLock(connection, NAME, timing=TIMING, report=change_hands)
    with pytest.raises(RealmLockedError, match="another@elsewhere"), waiter:
        pytest.fail("taken from under another run")
    assert scopes.find(fresh[0]) is not None
    scopes.delete(fresh[0])


def test_a_run_that_slept_writes_nothing_after_it_was_taken_over(connection: Connection) -> None:
    before = length(connection)
    with lock(connection) as old:
        paused(old)
        with lock(connection) as new:
            for after_waking in (False, True):
                if after_waking:
                    # As if it had only just shown life: the server's word alone counts then.
                    old._kept = TIMING.clock.elapsed()
                with pytest.raises(LockLostError) as caught:
                    old.target.put("", {"displayName": "too late"})
                assert caught.value.exit_code == 3
            assert new.held()
            new.target.put("", connection.get(REALM) | {"displayName": "in time"})
            old._release(failed=False)
            assert new.held(), "a lock is given back by its own id alone"
    assert before != "in time"
    assert length(connection) == "in time"


def test_a_run_that_cannot_show_life_stops_before_others_take_over(
    keycloak: OwnKeycloak, connection: Connection
) -> None:
    with lock(connection) as taken:
        paused(taken)
        time.sleep(TIMING.safe)
        assert LockScopes(connection, REALM).find(taken.holder.run) is not None
        with pytest.raises(LockLostError, match="kept alive"):
            taken.target.put("", {"displayName": "late"})


def test_a_lock_deleted_by_hand_stops_the_run(connection: Connection) -> None:
    with lock(connection) as taken:
        LockScopes(connection, REALM).delete(taken.holder.run)
        with pytest.raises(LockLostError, match="taken away"):
            taken.target.put("", {"displayName": "late"})
        time.sleep(TIMING.beat * 2)
        assert LockScopes(connection, REALM).present() is None, "a heartbeat made it again"


@pytest.mark.parametrize("error", [ProvisioningError, KeyboardInterrupt, SystemExit])
def test_whatever_ends_a_run_gives_the_lock_back(
    connection: Connection, error: type[BaseException]
) -> None:
    with pytest.raises(error), lock(connection) as taken:
        raise error("stopped")
    assert LockScopes(connection, REALM).find(taken.holder.run) is None


LOST = [one for one in Fault if one is not Fault.SILENT]


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_neither_loses_nor_doubles_the_lock(
    keycloak: OwnKeycloak, connection: Connection, fault: Fault
) -> None:
    with faulty_proxy(keycloak.url) as proxy:
        own, news = keycloak.provisioner(url=proxy.url), list[LockNews]()
        own.get(REALM)
        proxy.plan = [fault]
        with lock(own, news) as taken:
            assert taken.held()
            paused(taken)
            proxy.plan = [fault]
        assert news == []


def test_a_lock_that_cannot_be_given_back_is_told(
    keycloak: OwnKeycloak, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "PAUSES", ())
    with faulty_proxy(keycloak.url) as proxy:
        own, news = keycloak.provisioner(url=proxy.url), list[LockNews]()
        with lock(own, news) as taken:
            paused(taken)
            proxy.plan = [Fault.RESET_BEFORE] * 10
        assert news == [NotReleased(NAME, TIMING.expiry)]
    LockScopes(connection, REALM).delete(taken.holder.run)


def test_somebody_elses_client_scope_of_that_name_is_left_alone(connection: Connection) -> None:
    path = f"{REALM}/client-scopes"
    connection.request("POST", path, {"name": LOCK_SCOPE, "protocol": "openid-connect"})
    found = LockScopes(connection, REALM).present()
    assert found is not None
    with pytest.raises(RealmLockedError, match="no run of Tanba made"), lock(connection):
        pytest.fail("taken")
    assert LockScopes(connection, REALM).find(found["id"]) is not None
    LockScopes(connection, REALM).delete(found["id"])


def test_what_is_written_into_a_lock_does_nothing_to_a_terminal(connection: Connection) -> None:
    old, news = dead(connection, "\x1b[2Jroot\u202e" + "x" * 1500), list[LockNews]()
    with lock(connection, news):
        pass
    said = {one.holder.owner for one in news if isinstance(one, Waiting)}
    (owner,) = said
    assert owner.isprintable()
    assert len(owner) == 200
    assert LockScopes(connection, REALM).find(old) is None


def test_without_the_right_to_client_scopes_the_missing_role_is_named(
    keycloak: OwnKeycloak, connection: Connection
) -> None:
    admin, home = keycloak.bootstrap(), "/realms/master"
    secret = SecretStr(str(uuid.uuid4()))
    ensure_provisioner(admin, realms=[NAME], secret=secret, client_id="few")
    (client,) = admin.get(f"{home}/clients?clientId=few")
    (management,) = admin.get(f"{home}/clients?clientId={NAME}-realm")
    account = admin.get(f"{home}/clients/{client['id']}/service-account-user")
    path = f"{home}/users/{account['id']}/role-mappings/clients/{management['id']}"
    held = [item for item in admin.get(path) if item["name"] == "manage-clients"]
    admin.request("DELETE", path, held)
    few = connection_module.ConnectionSettings(keycloak.url, client_id="few", client_secret=secret)
    with pytest.raises(NotPermittedError, match="client-scopes") as caught, lock(Connection(few)):
        pytest.fail("taken")
    assert "manage-clients" in caught.value.hint

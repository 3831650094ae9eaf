"""An apply that is killed, cancelled, or not alone, on a real Keycloak."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from provisioning.apply import ApplyOptions, apply_surveyed, survey
from provisioning.connection import Connection, ConnectionSettings, Sent
from provisioning.errors import ProvisioningError
from provisioning.lock import LockTiming, RealmLockedError, Waiting
from provisioning.lock_scope import LockScopes
from provisioning.progress import Progress
from tests.keycloak.engine_world import REALM, shape
from tests.keycloak.faulted import kept_run, require_owned
from tests.keycloak.held_proxy import held_proxy
from tests.keycloak.own_keycloak import OwnKeycloak
from tests.unit.provisioning.auth.faulty import Fault, faulty_proxy

pytestmark = pytest.mark.keycloak

PATH = f"/realms/{REALM}"
TIMING = LockTiming(expiry=1.5, beat=0.3, look=0.05)
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["provisioning.apply", "tests.keycloak.engine_world"])


@pytest.fixture(scope="module")
def keycloak(engine_keycloak: OwnKeycloak) -> OwnKeycloak:
    """A server with a realm in the first shape and the permanent service account."""
    bring_to(engine_keycloak.provisioner(), "a")
    return engine_keycloak


def bring_to(connection: Connection, name: str, options: ApplyOptions | None = None) -> None:
    """Apply a shape; what is written is read back by apply itself."""
    wanted = options or ApplyOptions(allow_loss=True, timing=TIMING)
    with kept_run(connection) as journal:
        surveyed = survey(connection, shape(name))
        apply_surveyed(connection, surveyed, replace(wanted, journal=journal))


def run_child(url: str, client_id: str, secret: str, name: str) -> None:
    """What a child process does: its own connection, its own run."""
    settings = ConnectionSettings(url, client_id=client_id, client_secret=SecretStr(secret))
    try:
        bring_to(Connection(settings), name)
    except ProvisioningError as error:
        os._exit(100 + error.exit_code)


def child(server: OwnKeycloak, url: str, name: str) -> multiprocessing.process.BaseProcess:
    secret = server.provisioner_secret.get_secret_value()
    process = PROCESSES.Process(target=run_child, args=(url, "tanba-provisioner", secret, name))
    process.start()
    return process


def release_dead_lock(connection: Connection) -> bool:
    """Take away what a killed run left, as an admin does who knows that it is dead."""
    scopes = LockScopes(connection, PATH)
    found = scopes.present()
    if found is not None:
        scopes.delete(str(found["id"]))
    return found is not None


def test_killed_before_any_of_its_writes_the_next_apply_finishes(keycloak: OwnKeycloak) -> None:
    connection = keycloak.provisioner()
    now, then, killed_at, locked = "a", "b", 0, list[bool]()
    while True:
        with held_proxy(keycloak.url, at=killed_at + 1) as held:
            process = child(keycloak, held.url, then)
            while not held.reached.wait(0.01) and process.is_alive():
                pass
            if not held.reached.is_set():
                break
            process.kill()
            process.join()
            assert process.exitcode == -signal.SIGKILL
            assert len(held.passed) == killed_at
        killed_at += 1
        locked.append(release_dead_lock(connection))
        bring_to(connection, then)
        require_owned(survey(connection, shape(then)))
        now, then = then, now
    process.join()
    assert process.exitcode == 0
    assert killed_at > 15
    # Only a run that was killed before its first write, or after its last, left no lock.
    assert locked == [False, *[True] * (killed_at - 1)]
    assert survey(connection, shape(then)).plan.empty
    bring_to(connection, "a")


def test_a_killed_runs_lock_is_waited_out_by_the_next_apply(keycloak: OwnKeycloak) -> None:
    connection, waited = keycloak.provisioner(), list[Waiting]()
    with held_proxy(keycloak.url, at=4) as held:
        process = child(keycloak, held.url, "b")
        assert held.reached.wait(30)
        process.kill()
        process.join()

    def report(news: object) -> None:
        if isinstance(news, Waiting):
            waited.append(news)

    began = time.monotonic()
    bring_to(connection, "b", ApplyOptions(allow_loss=True, timing=TIMING, report=report))
    assert time.monotonic() - began >= TIMING.expiry
    assert waited
    bring_to(connection, "a")


def test_of_two_at_once_the_second_is_refused_and_writes_nothing(keycloak: OwnKeycloak) -> None:
    connection = keycloak.provisioner()
    with held_proxy(keycloak.url, at=5) as first, held_proxy(keycloak.url, at=0) as second:
        one = child(keycloak, first.url, "b")
        assert first.reached.wait(30)
        two = child(keycloak, second.url, "b")
        two.join()
        assert two.exitcode == 103
        # The lock alone was asked for, twice at most.
        assert [line.partition(" ")[0] for line in second.passed] == ["POST"]
        assert one.is_alive()
        one.kill()
        one.join()
    release_dead_lock(connection)
    bring_to(connection, "a")


def test_cancelled_in_the_middle_the_lock_is_given_back(keycloak: OwnKeycloak) -> None:
    connection = keycloak.provisioner()

    def cancel(progress: Progress) -> None:
        if progress.done == 3:
            raise KeyboardInterrupt

    options = ApplyOptions(allow_loss=True, timing=TIMING, progress=cancel)
    with pytest.raises(KeyboardInterrupt):
        bring_to(connection, "b", options)
    assert LockScopes(connection, PATH).present() is None
    bring_to(connection, "a")


def _when_gone(url: str, then: threading.Event) -> None:
    """Set `then` as soon as nothing listens at the address any more."""
    host, port = urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port
    while not then.is_set():
        try:
            socket.create_connection((host or "", port or 0), timeout=5).close()
        except OSError:
            then.set()
        time.sleep(0.02)


def test_a_restart_of_keycloak_in_the_middle_is_survived(keycloak: OwnKeycloak) -> None:
    connection, written = keycloak.provisioner(), list[int]()
    middle, gone_on = threading.Event(), threading.Event()
    failures = list[BaseException]()

    def hold(progress: Progress) -> None:
        written.append(progress.done)
        if progress.done == 3:
            middle.set()
            gone_on.wait(60)

    # A start may take longer than the real expiry on a busy machine.
    timing = LockTiming(expiry=300)
    options = ApplyOptions(allow_loss=True, progress=hold, threads=1, timing=timing)

    def run() -> None:
        try:
            bring_to(connection, "b", options)
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert middle.wait(60)
    threading.Thread(target=_when_gone, args=(keycloak.url, gone_on), daemon=True).start()
    keycloak.restart()
    thread.join()
    assert failures == []
    assert gone_on.is_set()
    assert written[-1] > 3, "it had to go on after the server was away"
    assert survey(connection, shape("b")).plan.empty
    assert LockScopes(connection, PATH).present() is None
    bring_to(connection, "a")


NEW = "made-at-once"


@pytest.fixture
def no_realm(keycloak: OwnKeycloak) -> Iterator[OwnKeycloak]:
    """The server without a realm of the name NEW, before and after."""
    yield keycloak
    if keycloak.bootstrap().find(f"/realms/{NEW}") is not None:
        keycloak.bootstrap().request("DELETE", f"/realms/{NEW}")


def test_of_two_who_make_one_realm_one_is_refused(no_realm: OwnKeycloak) -> None:
    barrier, refused = threading.Barrier(2), list[ProvisioningError]()

    def run() -> None:
        connection = no_realm.bootstrap()
        surveyed = survey(connection, shape("a", realm=NEW))
        barrier.wait()
        try:
            apply_surveyed(connection, surveyed, ApplyOptions(timing=TIMING))
        except ProvisioningError as error:
            refused.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(error.code, error.exit_code) for error in refused] == [("realm_locked", 3)]
    assert survey(no_realm.bootstrap(), shape("a", realm=NEW)).plan.empty


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.RESET_AFTER, Fault.STATUS_504])
def test_a_lost_answer_to_making_a_realm_is_survived(no_realm: OwnKeycloak, fault: Fault) -> None:
    sent, desired = list[Sent](), shape("a", realm=NEW)
    with faulty_proxy(no_realm.url) as proxy:
        settings = replace(no_realm.bootstrap().settings, url=proxy.url)
        connection = Connection(settings, observe=sent.append)
        surveyed = survey(connection, desired)
        proxy.plan = [fault]
        apply_surveyed(connection, surveyed, ApplyOptions())
    assert Sent("POST", "/realms") in sent
    assert survey(no_realm.bootstrap(), desired).plan.empty


def test_killed_after_it_made_a_realm_the_next_apply_finishes(no_realm: OwnKeycloak) -> None:
    connection, desired = no_realm.bootstrap(), shape("a", realm=NEW)
    connection.request("POST", "/realms", {"realm": NEW, "enabled": False})
    surveyed = survey(connection, desired)
    assert not surveyed.plan.creates_realm
    apply_surveyed(connection, surveyed, ApplyOptions(allow_loss=True))
    assert connection.get(f"/realms/{NEW}")["enabled"] is True


def test_a_realm_made_meanwhile_is_not_ours(no_realm: OwnKeycloak) -> None:
    connection, desired = no_realm.bootstrap(), shape("a", realm=NEW)
    surveyed = survey(connection, desired)
    no_realm.bootstrap().request("POST", "/realms", {"realm": NEW, "enabled": False})
    with pytest.raises(RealmLockedError, match="somebody else"):
        apply_surveyed(connection, surveyed, ApplyOptions())
    assert connection.get(f"/realms/{NEW}")["enabled"] is False

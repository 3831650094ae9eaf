"""What the watch measures and how healthy it says it is, asked over a real socket."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from prometheus_client.parser import text_string_to_metric_families

from provisioning.drift import Drift, Side
from provisioning.drift_check import Checked
from provisioning.drift_metrics import DriftMetrics
from provisioning.drift_server import (
    LOOPBACK,
    Health,
    MetricsAddressError,
    serving,
)
from provisioning.drift_watch import POLICIES, Failure
from provisioning.errors import KeycloakUnreachableError
from provisioning.resources import Key, Kind
from provisioning.state import State
from provisioning.unmanaged import Unmanaged
from tests.unit.provisioning.test_drift_watch import seen

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DOWN = Failure("a", KeycloakUnreachableError("no answer"))
BROKEN = Failure(POLICIES, KeycloakUnreachableError("any"))


def _labels(labels: Mapping[str, str]) -> str:
    rest = [value for name, value in sorted(labels.items()) if name != "realm"]
    return ",".join([labels["realm"], *rest])


def measured(metrics: DriftMetrics) -> dict[str, float]:
    """`name{realm,other label}` → value."""
    return {
        f"{sample.name}{{{_labels(sample.labels)}}}": sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_differences_are_counted_by_side() -> None:
    metrics = DriftMetrics(lambda: 1000.0)
    metrics.watching(["a"])
    metrics.looked(seen("a", "x", "y"), 0.25)
    found = measured(metrics)
    assert {side: found[f"tanba_drift_differences{{a,{side}}}"] for side in Side} == {
        Side.KEYCLOAK: 2,
        Side.POLICY: 0,
        Side.BOTH: 0,
        Side.UNKNOWN: 0,
    }
    assert found["tanba_drift_up{a}"] == 1
    assert found["tanba_drift_checked_timestamp_seconds{a}"] == 1000
    assert found["tanba_drift_check_seconds{a}"] == 0.25
    assert "tanba_drift_applied_timestamp_seconds{a}" not in found


def test_a_failure_takes_down_up_and_keeps_what_was_seen_with_its_time() -> None:
    times = iter([1000.0, 2000.0])
    metrics = DriftMetrics(lambda: next(times))
    metrics.watching(["a", "b"])
    for realm in ("a", "b"):
        metrics.looked(seen(realm, "x"), 0.1)
    metrics.failed(DOWN)
    metrics.failed(DOWN)
    found = measured(metrics)
    assert (found["tanba_drift_up{a}"], found["tanba_drift_up{b}"]) == (0, 1)
    assert found["tanba_drift_differences{a,keycloak}"] == 1
    assert found["tanba_drift_checked_timestamp_seconds{a}"] == 1000
    assert found["tanba_drift_failures_total{a,keycloak_unreachable}"] == 2


def test_policies_that_cannot_be_read_take_every_realm_down() -> None:
    metrics = DriftMetrics(lambda: 0.0)
    metrics.watching(["a", "b"])
    metrics.failed(BROKEN)
    found = measured(metrics)
    assert (found["tanba_drift_up{a}"], found["tanba_drift_up{b}"]) == (0, 0)


def test_the_last_apply_and_a_damaged_record_are_measured() -> None:
    metrics = DriftMetrics(lambda: 0.0)
    metrics.watching(["a"])
    drift = Drift("a", missing=False, objects=())
    metrics.looked(Checked(drift, State("id", "run", "who", AT)), 0.1)
    assert measured(metrics)["tanba_drift_applied_timestamp_seconds{a}"] == AT.timestamp()
    metrics.looked(Checked(drift, None, "forged"), 0.1)
    found = measured(metrics)
    assert found["tanba_drift_state_damaged{a}"] == 1
    assert "tanba_drift_applied_timestamp_seconds{a}" not in found


def test_what_no_policy_names_is_counted_where_it_was_asked_for() -> None:
    metrics = DriftMetrics(lambda: 0.0)
    metrics.watching(["a"])
    metrics.looked(seen("a"), 0.1)
    assert "tanba_drift_unmanaged{a}" not in measured(metrics)
    metrics.looked(replace(seen("a"), unmanaged=(Unmanaged(Key(Kind.ROLE, "x")),)), 0.1)
    assert measured(metrics)["tanba_drift_unmanaged{a}"] == 1


def test_a_realm_that_no_policy_declares_any_more_is_forgotten() -> None:
    metrics = DriftMetrics(lambda: 0.0)
    metrics.watching(["a", "b"])
    for realm in ("a", "b"):
        metrics.looked(seen(realm), 0.1)
    metrics.watching(["b"])
    assert not [name for name in measured(metrics) if "{a" in name]
    assert [name for name in measured(metrics) if "{b" in name]


class Now:
    """A clock that is set."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_health_is_ok_only_while_every_realm_is_seen() -> None:
    now = Now()
    health = Health(now, interval=60)
    assert health.status() == "starting"
    health.watching(["a", "b"])
    health.looked(seen("a"), 0.1)
    assert health.status() == "starting"
    health.looked(seen("b", "drift is no failure"), 0.1)
    assert health.status() == "ok"
    health.failed(DOWN)
    assert health.status() == "failing"
    health.watching(["b"])
    assert health.status() == "ok"
    now.at = 181
    assert health.status() == "stale"


def test_broken_policies_are_unhealthy_until_they_are_read_again() -> None:
    health = Health(Now(), interval=60)
    health.watching(["a"])
    health.looked(seen("a"), 0.1)
    health.failed(BROKEN)
    assert health.status() == "failing"
    health.watching(["a"])
    assert health.status() == "ok"


@pytest.fixture
def address() -> Iterator[str]:
    """Where a watch that has seen one drifted realm answers, as host:port."""
    metrics, health = DriftMetrics(lambda: 0.0), Health(lambda: 0.0, interval=60)
    for listener in (metrics, health):
        listener.watching(["a"])
        listener.looked(seen("a", "x"), 0.1)
    with serving(LOOPBACK, 0, metrics=metrics.text, health=health.status) as url:
        yield url.removeprefix("http://")


def asked(address: str, method: str, path: str) -> tuple[int, str, bytes]:
    """(status, content type, body)."""
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()
    finally:
        connection.close()


def test_metrics_and_health_are_served_on_loopback(address: str) -> None:
    assert address.startswith("127.0.0.1:")
    status, kind, body = asked(address, "GET", "/metrics")
    assert (status, kind.partition(";")[0]) == (HTTPStatus.OK, "text/plain")
    assert b'tanba_drift_differences{changed_in="keycloak",realm="a"} 1.0' in body
    status, kind, body = asked(address, "GET", "/health")
    assert (status, kind, json.loads(body)) == (200, "application/json", {"status": "ok"})


def test_health_answers_503_while_nothing_was_seen() -> None:
    health = Health(lambda: 0.0, interval=60)
    with serving(LOOPBACK, 0, metrics=lambda: b"", health=health.status) as url:
        status, _, body = asked(url.removeprefix("http://"), "GET", "/health")
    assert (status, json.loads(body)) == (503, {"status": "starting"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/metrics/../etc/passwd", 404), ("POST", "/metrics", 501)],
)
def test_nothing_else_is_answered(address: str, method: str, path: str, status: int) -> None:
    assert asked(address, method, path)[0] == status


def test_who_holds_all_connections_open_does_not_grow_the_process(address: str) -> None:
    host, _, port = address.partition(":")
    held = [socket.create_connection((host, int(port)), timeout=5) for _ in range(8)]
    try:
        with pytest.raises((http.client.HTTPException, OSError)):
            asked(address, "GET", "/metrics")
    finally:
        for one in held:
            one.close()
    for _ in range(100):
        try:
            assert asked(address, "GET", "/metrics")[0] == HTTPStatus.OK
        except (http.client.HTTPException, OSError):
            time.sleep(0.05)
        else:
            return
    pytest.fail("the places were not given back")


def test_a_taken_port_is_said(address: str) -> None:
    port = int(address.partition(":")[2])
    with (
        pytest.raises(MetricsAddressError, match=f"port {port}"),
        serving(LOOPBACK, port, metrics=lambda: b"", health=lambda: "ok"),
    ):
        pass


def test_an_address_that_is_none_is_said() -> None:
    with (
        pytest.raises(MetricsAddressError),
        serving("no.such.host.invalid", 0, metrics=lambda: b"", health=lambda: "ok"),
    ):
        pass

"""What `tanba drift --watch` measures, in Prometheus' text format, in a registry of its own.

    tanba_drift_differences{realm,changed_in}          values that are not as declared, by side
    tanba_drift_unmanaged{realm}                       what no policy names, where it is asked for
    tanba_drift_state_damaged{realm}                   1: the record of the last apply is damaged
    tanba_drift_applied_timestamp_seconds{realm}       the last apply; absent: none on record
    tanba_drift_checked_timestamp_seconds{realm}       the last look that succeeded
    tanba_drift_check_seconds{realm}                   how long it took
    tanba_drift_up{realm}                              1: the last look succeeded, 0: it failed
    tanba_drift_failures_total{realm,code}             looks that failed; realm "": the policies

Labels are realms' names from policies and words of ours: nothing comes from what a realm holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import generate_latest

from provisioning.drift import Side
from provisioning.drift_check import Checked
from provisioning.drift_watch import Failure

_REALM = ("realm",)


class DriftMetrics:
    """Gauges of the last look at each realm. `now`: seconds since 1970."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.registry = CollectorRegistry()
        self._differences = self._gauge(
            "differences", "Values that are not as declared.", (*_REALM, "changed_in")
        )
        self._unmanaged = self._gauge("unmanaged", "Objects and settings that no policy names.")
        self._damaged = self._gauge("state_damaged", "Whether the last apply's record is damaged.")
        self._applied = self._gauge("applied_timestamp_seconds", "The last apply, since 1970.")
        self._checked = self._gauge(
            "checked_timestamp_seconds", "The last look that succeeded, since 1970."
        )
        self._seconds = self._gauge("check_seconds", "How long the last look took.")
        self._up = self._gauge("up", "Whether the last look succeeded.")
        self._failures = Counter(
            "tanba_drift_failures",
            "Looks that failed, by the error's code.",
            (*_REALM, "code"),
            registry=self.registry,
        )
        self._by_realm = (
            self._unmanaged,
            self._damaged,
            self._applied,
            self._checked,
            self._seconds,
            self._up,
        )
        self._realms: set[str] = set()

    def looked(self, checked: Checked, seconds: float) -> None:
        """A look succeeded."""
        realm = checked.drift.realm
        for side in Side:
            self._differences.labels(realm, str(side)).set(checked.drift.count(side))
        if checked.unmanaged is not None:
            self._unmanaged.labels(realm).set(len(checked.unmanaged))
        self._damaged.labels(realm).set(bool(checked.damage))
        if checked.state is not None and checked.state.at is not None:
            self._applied.labels(realm).set(checked.state.at.timestamp())
        else:
            self._forget(self._applied, realm)
        self._checked.labels(realm).set(self._now())
        self._seconds.labels(realm).set(seconds)
        self._up.labels(realm).set(1)

    def failed(self, failure: Failure) -> None:
        """A look failed; what the last good one saw stays, with its own instant."""
        self._failures.labels(failure.realm, failure.error.code).inc()
        for realm in (failure.realm,) if failure.realm else tuple(self._realms):
            self._up.labels(realm).set(0)

    def watching(self, realms: Iterable[str]) -> None:
        """Realms that no policy declares any more are not measured any more."""
        now = set(realms)
        for realm in self._realms - now:
            for gauge in self._by_realm:
                self._forget(gauge, realm)
            for side in Side:
                self._forget(self._differences, realm, str(side))
        self._realms = now

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, help_text: str, labels: tuple[str, ...] = _REALM) -> Gauge:
        return Gauge(f"tanba_drift_{name}", help_text, labels, registry=self.registry)

    @staticmethod
    def _forget(gauge: Gauge, *labels: str) -> None:
        gauge.remove(*labels)

"""What the REST interface counts of itself, beside the verdicts, in the same registry.

    tanba_eds_api_requests_total{route,key,status}   `key`: its id, empty when none was proven
    tanba_eds_api_seconds{route}                     from the key's check to the answer

A route is a template of ours, never the address that was asked for.
"""

from __future__ import annotations

from typing import Protocol
from weakref import WeakKeyDictionary

from prometheus_client import Counter, Histogram

from eds_verifier.metrics import Metrics

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_COUNTING: WeakKeyDictionary[Metrics, RequestCounter] = WeakKeyDictionary()


class Count(Protocol):
    """Counts one answered request."""

    def __call__(self, *, route: str, key: str, status: int, seconds: float) -> None: ...


class RequestCounter:
    """Counts the requests of one process into its metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._requests = Counter(
            "tanba_eds_api_requests",
            "Requests to the REST interface that were answered.",
            ("route", "key", "status"),
            registry=metrics.registry,
        )
        self._seconds = Histogram(
            "tanba_eds_api_seconds",
            "How long answers of the REST interface took.",
            ("route",),
            buckets=_BUCKETS,
            registry=metrics.registry,
        )

    def __call__(self, *, route: str, key: str, status: int, seconds: float) -> None:
        """Count one."""
        self._requests.labels(route, key, str(status)).inc()
        self._seconds.labels(route).observe(max(seconds, 0.0))


def counter_of(metrics: Metrics) -> RequestCounter:
    """The one counter of these metrics: a registry takes a name once."""
    if metrics not in _COUNTING:
        _COUNTING[metrics] = RequestCounter(metrics)
    return _COUNTING[metrics]

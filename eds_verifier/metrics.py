"""What the verifier counts, in Prometheus' text format, in a registry of its own.

    tanba_eds_verdicts_total{purpose,verdict,reason}
    tanba_eds_impersonations_total{}                     an unknown issuer named like the NCA
    tanba_eds_exchange_seconds{authority,source,outcome}  OCSP requests and CRL downloads
    tanba_eds_source_up{trust,authority,source}           1 answers, 0 down; absent: never asked
    tanba_eds_crl_age_seconds{trust,authority,source}
    tanba_eds_certificate_expires_seconds{trust,authority}  since 1970, of the current generation

Every label is a word of ours or a name of the trust list: nothing comes from what is judged.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from eds_verifier.examine import IMPERSONATION
from eds_verifier.policy import Purpose
from eds_verifier.revocation.source import SourceKind
from eds_verifier.revocation.state import TrustState
from eds_verifier.verdict import Verdict

__all__ = ["METRICS", "Metrics", "metrics_response"]

_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)

ReadState = Callable[[], TrustState]


class Metrics:
    """Counters of one process, and gauges read from the services that are watched."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._verdicts = Counter(
            "tanba_eds_verdicts",
            "Signatures judged.",
            ("purpose", "verdict", "reason"),
            registry=self.registry,
        )
        self._impersonations = Counter(
            "tanba_eds_impersonations",
            "Certificates of an unknown issuer that is named like the NCA.",
            registry=self.registry,
        )
        self._exchanges = Histogram(
            "tanba_eds_exchange_seconds",
            "OCSP requests and CRL downloads, proving what came included.",
            ("authority", "source", "outcome"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._states = _States()
        self.registry.register(self._states)

    def judged(self, purpose: Purpose, verdict: Verdict) -> None:
        """Count one verdict."""
        self._verdicts.labels(purpose, verdict.verdict, str(verdict.reason)).inc()
        if IMPERSONATION in verdict.warnings:
            self._impersonations.inc()

    def asked(self, authority: str, kind: SourceKind, outcome: str, seconds: float) -> None:
        """Count one exchange with a source; `outcome` is `answered` or the word of a Cause."""
        self._exchanges.labels(authority, kind, outcome).observe(max(seconds, 0.0))

    def watch(self, read: ReadState) -> None:
        """Read gauges from this bound method while its service lives."""
        self._states.watch(read)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)


class _States(Collector):
    """Gauges of what services know of their authorities, read when they are asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reads: list[weakref.WeakMethod[ReadState]] = []

    def watch(self, read: ReadState) -> None:
        with self._lock:
            self._reads.append(weakref.WeakMethod(read))

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily(
            "tanba_eds_source_up",
            "Whether a responder or CRL answered when it was asked last.",
            labels=("trust", "authority", "source"),
        )
        age = GaugeMetricFamily(
            "tanba_eds_crl_age_seconds",
            "Since when the CRL held was issued.",
            labels=("trust", "authority", "source"),
        )
        expires = GaugeMetricFamily(
            "tanba_eds_certificate_expires_seconds",
            "When the certificate of an authority of the trust list expires, since 1970.",
            labels=("trust", "authority"),
        )
        for labels, value in self._newest(_up_values):
            up.add_metric(labels, value)
        for labels, value in self._newest(_age_values, keep=min):
            age.add_metric(labels, value)
        for labels, value in self._newest(_expiry_values):
            expires.add_metric(labels, value)
        return up, age, expires

    def _newest(
        self,
        values: Callable[[TrustState], Iterator[tuple[tuple[str, ...], float]]],
        keep: Callable[[float, float], float] = max,
    ) -> list[tuple[tuple[str, ...], float]]:
        """One value for each label set: several realms may trust by one list."""
        found: dict[tuple[str, ...], float] = {}
        for state in self._read():
            for labels, value in values(state):
                found[labels] = keep(found[labels], value) if labels in found else value
        return sorted(found.items())

    def _read(self) -> list[TrustState]:
        with self._lock:
            alive = [(one, read) for one in self._reads if (read := one()) is not None]
            self._reads = [one for one, _ in alive]
        return [read() for _, read in alive]


def _up_values(state: TrustState) -> Iterator[tuple[tuple[str, ...], float]]:
    for authority in state.authorities:
        for source in authority.sources:
            if source.status != "not_asked":
                up = 1.0 if source.status == "answering" else 0.0
                yield (state.trust, authority.name, source.kind), up


def _age_values(state: TrustState) -> Iterator[tuple[tuple[str, ...], float]]:
    for authority in state.authorities:
        for source in authority.sources:
            if source.age_seconds is not None:
                yield (state.trust, authority.name, source.kind), float(source.age_seconds)


def _expiry_values(state: TrustState) -> Iterator[tuple[tuple[str, ...], float]]:
    for authority in state.authorities:
        if authority.generation == "current":
            yield (state.trust, authority.name), authority.not_after.timestamp()


METRICS = Metrics()
"""The process's own."""


def metrics_response(metrics: Metrics = METRICS) -> Response:
    """The reply of `/metrics`; who may read it is for whoever mounts it."""
    return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

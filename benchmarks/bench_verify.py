"""Whole verdicts: how many in a second on one core, and how long the slowest take.

Each person, key, certificate and message is judged once; only what a running verifier keeps is
warm: the authorities' path, their keys and the CRL. The limits compare a verdict with the
signature checks it cannot do without, made in the same run: a broken limit means that our own
code got slower, on whatever machine.

    python -m benchmarks.bench_verify
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from benchmarks.support.corpus import Case, Corpus, corpus
from benchmarks.support.measure import Timing, on_one_core, quickest, time_each
from benchmarks.support.report import Report
from eds_verifier.gost import backend as gost_backend
from eds_verifier.gost import streebog
from eds_verifier.gost import verify as gost_verify
from eds_verifier.policy import VerificationPolicy
from eds_verifier.signatures import prepare_key
from eds_verifier.verify import verify
from tests.unit.eds_verifier.factory import NOW, GostKey

POLICY = VerificationPolicy(purpose="sign_in", delta_crl="optional")
ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
WARM_UP = 60


@dataclass(frozen=True)
class Kind:
    """One kind of signature: how many are judged in each round, and what is wanted of them."""

    name: str
    messages: int
    floor: float
    limit: float
    """How many bare signature checks a verdict with a CRL may cost."""


P99_MILLISECONDS = 20.0
FLOORS = {"native": 350.0, "python": 60.0}


def kinds() -> tuple[Kind, ...]:
    """RSA, and GOST with the floor of the backend at work."""
    native = gost_backend.default_backend().name != "python"
    return (
        Kind("rsa", 700, 1_500.0, 40.0),
        Kind("gost", 250, FLOORS["native" if native else "python"], 5.0),
    )


def judging(found: Corpus, case: Case, source: str) -> Callable[[], None]:
    """Judging one message; anything but valid would be measured for nothing."""
    given = found.evidence(case, source)

    def call() -> None:
        verdict = verify(
            case.cms,
            content=case.content,
            trust=found.store,
            evidence=given,
            policy=POLICY,
            at=NOW,
        )
        if verdict.verdict != "valid":
            raise AssertionError(f"{found.kind}: {verdict.reason}: {verdict.detail}")

    return call


def bare(kind: str) -> Callable[[], object]:
    """One signature check and nothing else, with a key that was seen before."""
    data = b"x" * 600
    if kind == "rsa":
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public, padded, by = private.public_key(), padding.PKCS1v15(), hashes.SHA256()
        rsa_signature = private.sign(data, padded, by)
        return lambda: public.verify(rsa_signature, data, padded, by)
    key = GostKey("bare")
    signature, digest = key.sign(data), streebog(data)
    return lambda: gost_verify(key.public, digest, signature)


def warm(found: Corpus, calls: list[Callable[[], None]]) -> None:
    """What a running verifier has behind it: tables of the authorities' keys, a kept path."""
    for authority in found.store.authorities:
        prepare_key(authority.certificate.key_info)
    time_each(calls)


def measured(kind: Kind, source: str) -> Timing:
    """The least disturbed of ROUNDS, each over other people."""
    found = corpus(kind.name, WARM_UP + ROUNDS * kind.messages)
    calls = [judging(found, case, source) for case in found.cases]
    warm(found, calls[:WARM_UP])
    rounds = [calls[WARM_UP + n * kind.messages :][: kind.messages] for n in range(ROUNDS)]
    return quickest(time_each(one) for one in rounds)


def measure(report: Report, kind: Kind) -> None:
    """One kind of signature: bare check, then verdicts with either evidence."""
    check = bare(kind.name)
    unit = quickest(time_each([check] * 100) for _ in range(ROUNDS))
    report.say(f"{kind.name}: bare check", f"{unit.per_second:,.0f}/s", value=unit.per_second)
    for source in ("crl", "ocsp"):
        timing = measured(kind, source)
        name = f"{kind.name}, {source}"
        report.say(
            f"{name}: verdicts",
            f"{timing.per_second:,.0f}/s   p50 {timing.percentile(50) * 1e3:.2f} ms"
            f"   p99 {timing.percentile(99) * 1e3:.2f} ms",
            value=timing.per_second,
            p50=timing.percentile(50),
            p99=timing.percentile(99),
        )
        report.ceiling(f"{name}: p99", timing.percentile(99) * 1e3, P99_MILLISECONDS, "ms")
        report.floor(f"{name}: floor", timing.per_second, kind.floor, "verdicts/s")
        if source == "crl":
            ratio = timing.mean / unit.mean
            report.limit(f"{name}: limit", ratio, kind.limit, "a bare signature check")


def pure_python() -> int:
    """GOST once more in a process that takes no library for it."""
    environment = {**os.environ, gost_backend.VARIABLE: "python"}
    command = [sys.executable, "-m", "benchmarks.bench_verify", "gost"]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode  # noqa: S603 - ourselves


def main() -> int:
    """Print the tables; 1 when a limit is broken. Kinds may be named."""
    wanted = sys.argv[1:]
    backend = gost_backend.default_backend().name
    report = Report(
        "verify-python" if wanted and backend == "python" else "verify",
        "Whole verdicts, one core, each message judged once",
    )
    report.begin()
    report.say("GOST backend", backend)
    if not on_one_core():
        report.not_measured("one core", "this system cannot keep a process on one core")
    for kind in kinds():
        if not wanted or kind.name in wanted:
            measure(report, kind)
    broken = report.finish()
    if not wanted and backend != "python":
        broken |= pure_python()
    return broken


if __name__ == "__main__":
    sys.exit(main())

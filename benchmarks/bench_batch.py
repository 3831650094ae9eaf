"""`tanba eds verify --batch` with one process and with two: what a second core brings.

The limit is the ratio of the two, in the same run, over the same lines.

    python -m benchmarks.bench_batch
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.support.corpus import Corpus, corpus
from benchmarks.support.report import Report
from tests.unit.eds_verifier.factory import NOW

ROOT = Path(__file__).resolve().parents[1]
MESSAGES = {"rsa": 1_500, "gost": 400}
REPEATS = {"rsa": 4, "gost": 4}
"""Lines are the messages this many times: a run must be long beside starting the processes."""
ROUNDS = 3
AT_LEAST = 1.4
"""Two processes on two idle cores; they start one after the other and share the machine."""


def lines(found: Corpus) -> Iterator[str]:
    """One line of a batch for each message, with trust and OCSP answer of its own."""

    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    trust = [text(found.pki.root.der)]
    certs = [text(found.pki.issuer.der)]
    for number, case in enumerate(found.cases):
        yield json.dumps(
            {
                "id": number,
                "cms": text(case.cms),
                "content": text(case.content),
                "trust": trust,
                "certs": certs,
                "ocsp": [text(case.ocsp.response)],
                "at": NOW.isoformat(),
            }
        )


def seconds(source: Path, count: int, jobs: int) -> float:
    """Seconds of one batch; each line must be answered valid."""
    command = [sys.executable, "-c", "from cli import main; main()", "eds", "verify"]
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "--batch", str(source), "--jobs", str(jobs)],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    spent = time.perf_counter() - started
    valid = done.stdout.count(b'"verdict":"valid"')
    if done.returncode != 0 or valid != count:
        said = done.stderr.decode(errors="replace")[-500:]
        raise AssertionError(f"{valid} of {count} lines are valid ({done.returncode}): {said}")
    return spent


def measure(report: Report, kind: str, folder: Path) -> None:
    """One kind: the best of ROUNDS for each number of processes, taken in turns."""
    found = corpus(kind, MESSAGES[kind])
    source = folder / f"{kind}.jsonl"
    source.write_text("\n".join([*lines(found)] * REPEATS[kind]) + "\n", encoding="utf-8")
    count = MESSAGES[kind] * REPEATS[kind]
    best = {1: float("inf"), 2: float("inf")}
    for _ in range(ROUNDS):
        best = {jobs: min(before, seconds(source, count, jobs)) for jobs, before in best.items()}
    for jobs, spent in best.items():
        report.say(
            f"{kind}: {jobs} process{'es' * (jobs > 1)}",
            f"{count / spent:,.0f}/s",
            value=count / spent,
        )
    ratio = best[1] / best[2]
    report.direction(f"{kind}: scaling", ratio, AT_LEAST, "one process")


def main() -> int:
    """Print the table."""
    report = Report("batch", "Batches by number of processes")
    report.begin()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if (cores or 1) < 2:
        report.not_measured("scaling", "this machine gives one core")
        return report.finish()
    with tempfile.TemporaryDirectory() as folder:
        for kind in MESSAGES:
            measure(report, kind, Path(folder))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())

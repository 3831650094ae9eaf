"""Beside BouncyCastle: the same messages, the same run, one core each.

Ours is the whole verdict with a CRL: form, message, path, holder, key use, signature, subject and
revocation; the authorities' path is kept, as in a running verifier. BouncyCastle's is CMS and a
path of three with revocation off, see `support/bouncycastle.py`. What JPype's calls cost is
measured and taken off BouncyCastle's time; the JVM's own threads (compiler, garbage) are not
counted. Neither side has seen the people before: the JVM compiled its code on others.
BouncyCastle tests every RSA modulus it has not seen for being composite, which takes most of its
time: it is measured with that test and without it.

    python -m benchmarks.bench_bouncycastle
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from benchmarks.bench_verify import judging, warm
from benchmarks.support.bouncycastle import BouncyCastle, require
from benchmarks.support.corpus import Corpus, corpus
from benchmarks.support.jars import UnavailableError, fetched
from benchmarks.support.measure import Timing, on_all_cores, on_one_core, quickest, time_each
from benchmarks.support.report import Report
from tests.unit.eds_verifier.factory import NOW

MESSAGES = {"rsa": 400, "gost": 120}
ROUNDS = 3
WARM_SECONDS = 12.0
WANTED = {"rsa": 1.0, "gost": 3.0}

Judge = Callable[[Any, Any], bool]
T = TypeVar("T")


def _rounds(items: Sequence[T], count: int) -> list[Sequence[T]]:
    """The first `count` are for warming up."""
    return [items[count * n :][:count] for n in range(1, ROUNDS + 1)]


def theirs(castle: BouncyCastle, found: Corpus, judge: Judge) -> Timing:
    """Seconds of each judgement, JPype's own cost still in it.

    The JVM warms up on all cores, since its compiler works beside; what is measured has one.
    """
    given = [(castle.octets(case.cms), castle.octets(case.content)) for case in found.cases]
    count = MESSAGES[found.kind]
    on_all_cores()
    until = time.monotonic() + WARM_SECONDS
    while time.monotonic() < until:
        require(judge(*one) for one in given[:count])
    on_one_core()
    return quickest(
        time_each([_call(judge, one) for one in part]) for part in _rounds(given, count)
    )


def _call(judge: Judge, one: tuple[Any, Any]) -> Callable[[], None]:
    return lambda: require([judge(*one)])


def ours(found: Corpus) -> Timing:
    """Whole verdicts about the same people, in the same rounds."""
    calls = [judging(found, case, "crl") for case in found.cases]
    count = MESSAGES[found.kind]
    on_one_core()
    warm(found, calls[:count])
    return quickest(time_each(part) for part in _rounds(calls, count))


def _peers(castle: BouncyCastle, kind: str) -> tuple[dict[str, Judge], int]:
    """What BouncyCastle is asked to do, and how many calls of JPype that takes."""
    if kind == "rsa":
        castle.prepare_rsa()

        def untested(cms: Any, content: Any) -> bool:
            with castle.moduli_untested():
                return castle.rsa_holds(cms, content)

        return {
            "CMS and PKIX path of three": castle.rsa_holds,
            "the same, moduli not tested": untested,
        }, castle.RSA_CALLS
    castle.prepare_gost()
    return {
        "CMS and path of three": castle.gost_holds,
        "CMS and leaf, issuer kept": lambda cms, content: castle.gost_holds(
            cms, content, issuer_too=False
        ),
    }, castle.GOST_CALLS


def compare(report: Report, kind: str) -> None:
    """Print both sides and the ratios."""
    found = corpus(kind, MESSAGES[kind] * (ROUNDS + 1))
    castle = BouncyCastle(fetched(), found.pki.root.der, found.pki.issuer.der, NOW)
    peers, calls = _peers(castle, kind)
    overhead = calls * castle.seconds_per_call()
    own = ours(found)
    report.say(f"{kind}: ours", f"{own.per_second:,.0f}/s whole verdicts", value=own.per_second)
    for what, judge in peers.items():
        mean = theirs(castle, found, judge).mean
        rate = 1 / max(mean - overhead, mean / 10)
        report.say(
            f"{kind}: BouncyCastle",
            f"{rate:,.0f}/s {what} ({overhead * 1e6:.0f} of {mean * 1e6:.0f} µs were JPype's)",
            value=rate,
            what=what,
            overhead=overhead,
        )
        ratio = own.per_second / rate
        report.direction(f"{kind}: ratio", ratio, WANTED[kind], f"BouncyCastle ({what})")


def main() -> int:
    """Print the comparison; nothing of it can fail."""
    report = Report("bouncycastle", "Whole verdicts beside BouncyCastle, one core")
    report.begin()
    for kind in MESSAGES:
        try:
            compare(report, kind)
        except UnavailableError as unavailable:
            report.not_measured(f"{kind}: BouncyCastle", str(unavailable))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())

"""What judging costs, as ratios to RSA-2048 checks by `cryptography` in the same run.

The issuer's path and the CRL are remembered between verdicts, as in a running verifier.
Absolute figures depend on the machine; a ratio beyond its limit means that our code got slower.

    python -m benchmarks.bench_verify

Exit code 1 when a limit is broken.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from eds_verifier.gost import streebog
from eds_verifier.gost import verify as gost_verify
from eds_verifier.gost.backend import default_backend
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.signatures import SCHEMES, holds
from eds_verifier.verify import verify
from tests.unit.eds_verifier.factory import (
    NOW,
    Message,
    crl,
    gost_key,
    issue,
    pki,
    rsa_key,
)

ROUNDS = 7
DATA = b"x" * 1300


@dataclass(frozen=True)
class Measured:
    """One line of the table; `limit`: how many RSA checks it may cost."""

    name: str
    seconds: float
    limit: float | None


def seconds_per_call(call: Callable[[], object], calls: int) -> float:
    """The best of ROUNDS: the one that was least disturbed."""
    call()
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(calls):
            call()
        best = min(best, (time.perf_counter() - started) / calls)
    return best


def whole(kind: str) -> Callable[[], object]:
    """Judging one signature: message, path, subject, CRL."""
    setup = pki(kind)
    cms = Message(issue(setup.person(), setup.issuer)).encode()
    evidence = Evidence(crls=(crl(setup.issuer),))
    policy = VerificationPolicy(purpose="document", delta_crl="optional")
    return lambda: verify(cms, trust=setup.store, evidence=evidence, policy=policy, at=NOW)


def measure() -> list[Measured]:
    """RSA first: everything else is compared with it."""
    rsa, gost = rsa_key("bench"), gost_key("bench")
    rsa_signature, gost_signature, digest = rsa.sign(DATA), gost.sign(DATA), streebog(DATA)
    scheme = SCHEMES[rsa.signature_oid]

    def rsa_check() -> bool:
        return holds(scheme, rsa.info, DATA, rsa_signature)

    def gost_check() -> bool:
        return gost_verify(gost.public, digest, gost_signature)

    return [
        Measured("RSA-2048 check", seconds_per_call(rsa_check, 200), None),
        Measured("GOST-2015-512 check", seconds_per_call(gost_check, 20), 500),
        Measured("Streebog-512, 1300 octets", seconds_per_call(lambda: streebog(DATA), 20), 250),
        Measured("whole verdict, RSA", seconds_per_call(whole("rsa"), 20), 250),
        Measured("whole verdict, GOST", seconds_per_call(whole("gost"), 10), 900),
    ]


def main() -> int:
    """Print the table; 1 when a limit is broken."""
    rows = measure()
    unit = rows[0].seconds
    lines = [f"backend: {default_backend().name}"]
    broken = False
    for row in rows:
        ratio = row.seconds / unit
        over = row.limit is not None and ratio > row.limit
        broken |= over
        limit = "" if row.limit is None else f"  limit {row.limit:5.0f}"
        lines.append(
            f"{row.name:28} {row.seconds * 1e3:8.3f} ms {1 / row.seconds:9.0f}/s"
            f"  x{ratio:6.1f}{limit}{'  OVER THE LIMIT' if over else ''}"
        )
    sys.stdout.write("\n".join(lines) + "\n")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())

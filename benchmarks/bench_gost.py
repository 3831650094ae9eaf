"""GOST signature checks and hashes by every backend, as ratios to RSA-2048 checks in the same run.

A check is the arithmetic alone, the digest being there. "Prepared" is a key of an authority, whose
multiples stand in a table. A ratio beyond its limit means that our code, or the library behind it,
got slower.

    python -m benchmarks.bench_gost
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from benchmarks.support.measure import Timing, on_one_core, quickest, time_each
from benchmarks.support.report import Report
from eds_verifier.gost import CRYPTOPRO_A, TC26_512_A, Curve, PublicKey, digest_number, verify
from eds_verifier.gost.backend import Backend, BackendError, make_backend

ROUNDS = 9
UNTIL_THE_TABLES = 40
DATA = bytes(range(256)) * 5 + bytes(20)
"""1,300 octets: a certificate."""
NONCE = 0x1D2C3B4A59687766
SCALAR = 0x123456789ABCDEF


@dataclass(frozen=True)
class Limits:
    """How many RSA checks each thing may cost."""

    unknown: float
    prepared: float
    old: float
    streebog: float
    gostr3411_94: float


LIMITS = {
    "python": Limits(unknown=220, prepared=55, old=75, streebog=100, gostr3411_94=160),
    "gmpy2": Limits(unknown=95, prepared=24, old=34, streebog=100, gostr3411_94=160),
    "native": Limits(unknown=60, prepared=24, old=24, streebog=2, gostr3411_94=4),
}
GAINS = (
    ("python: prepared", "python: unknown key", 0.4),
    ("gmpy2: prepared", "gmpy2: unknown key", 0.4),
    ("gmpy2: unknown key", "python: unknown key", 0.7),
    ("native: unknown key", "python: unknown key", 0.5),
    ("native: Streebog-512", "python: Streebog-512", 0.05),
    ("native: GOST R 34.11-94", "python: GOST R 34.11-94", 0.05),
)
"""The first takes at most so much of the second's time: what the backends are there for."""


def measured(call: Callable[[], object], calls: int) -> Timing:
    """The least disturbed of ROUNDS, after one that is not counted."""
    call()
    return quickest(time_each([call] * calls) for _ in range(ROUNDS))


def rsa_check() -> Callable[[], object]:
    """One RSA-2048 check."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public, padded, by = private.public_key(), padding.PKCS1v15(), hashes.SHA256()
    signature = private.sign(DATA, padded, by)
    return lambda: public.verify(signature, DATA, padded, by)


def gost_check(curve: Curve, using: Backend, *, prepared: bool) -> Callable[[], object]:
    """One check by a key that is or is not an authority's."""
    digest = using.streebog(DATA)[: curve.octets]
    scalar = (SCALAR if prepared else SCALAR + 2) ** 9 % curve.q
    point = using.joint_multiply(curve, scalar, 0, curve.base)
    nonce = using.joint_multiply(curve, NONCE, 0, curve.base)
    if point is None or nonce is None:
        raise AssertionError
    r = nonce[0] % curve.q
    s = (r * scalar + NONCE * digest_number(digest, curve)) % curve.q
    signature = b"".join(number.to_bytes(curve.octets, "little") for number in (r, s))
    key = PublicKey(curve, point)
    if prepared:
        key.prepare(backend=using)

    def call() -> None:
        if not verify(key, digest, signature, backend=using):
            raise AssertionError(f"{using.name}: a right signature was refused")

    for _ in range(UNTIL_THE_TABLES):
        call()
    return call


def measure_backend(name: str, using: Backend, limits: Limits) -> dict[str, tuple[Timing, float]]:
    """Everything one backend does, with the limits."""
    hashing = 10 if limits.streebog > 10 else 500
    return {
        f"{name}: unknown key": (
            measured(gost_check(TC26_512_A, using, prepared=False), 20),
            limits.unknown,
        ),
        f"{name}: prepared": (
            measured(gost_check(TC26_512_A, using, prepared=True), 40),
            limits.prepared,
        ),
        f"{name}: 34.310-2004": (
            measured(gost_check(CRYPTOPRO_A, using, prepared=False), 40),
            limits.old,
        ),
        f"{name}: Streebog-512": (
            measured(lambda: using.streebog(DATA), hashing),
            limits.streebog,
        ),
        f"{name}: GOST R 34.11-94": (
            measured(lambda: using.gostr3411_94(DATA), hashing),
            limits.gostr3411_94,
        ),
    }


def main() -> int:
    """Print the table; 1 when a limit is broken."""
    alone = on_one_core()
    report = Report("gost", "GOST by each backend, one core, in RSA-2048 checks of the same run")
    report.begin()
    if not alone:
        report.not_measured("one core", "this system cannot keep a process on one core")
    unit = measured(rsa_check(), 200)
    report.say("RSA-2048 check", f"{unit.mean * 1e3:.3f} ms", value=unit.mean)
    found: dict[str, Timing] = {}
    for choice, limits in LIMITS.items():
        try:
            using = make_backend(choice)
        except BackendError as error:
            report.not_measured(choice, str(error))
            continue
        report.say(choice, using.name)
        if "gmpy2" not in using.name:  # then Python's own integers compute with the tables
            limits = replace(limits, prepared=LIMITS["python"].prepared)  # noqa: PLW2901
        for name, (timing, limit) in measure_backend(choice, using, limits).items():
            found[name] = timing
            report.say(name, f"{timing.mean * 1e3:.3f} ms", value=timing.mean)
            report.limit(f"{name}: limit", timing.mean / unit.mean, limit, "an RSA-2048 check")
    for less, more, most in GAINS:
        if less in found and more in found:
            ratio = found[less].mean / found[more].mean
            report.limit(f"{less}: gain", ratio, most, more)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())

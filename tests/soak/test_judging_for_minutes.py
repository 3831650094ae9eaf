"""Minutes of judging in threads beside an authority that fails now and then.

Memory stays flat, no thread is left behind, and nobody gets in who should not. Not part of
`make test`: `make soak`. TANBA_SOAK_SECONDS sets how long, 180 unless told.
"""

from __future__ import annotations

import gc
import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import psutil
import pytest

from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.fetch import HttpEvidenceFetcher
from eds_verifier.service import SignatureService
from eds_verifier.trust import find_list, load_trust
from eds_verifier.verdict import Reason, Verdict
from fuzz.mutate import mutated
from stand.demo_ca.model import Credential
from stand.signing.cms import sign_cms
from tests.soak.faulty_ca import FAULTS, FaultyCa, running

SECONDS = float(os.environ.get("TANBA_SOAK_SECONDS", "180"))
THREADS = 6
MESSAGES_EACH = 6
FAULTS_PER_HUNDRED = 25
GROWTH_MIB = 24.0
"""How much more memory the last part may hold than the middle one."""

POLICIES = (
    VerificationPolicy(purpose="sign_in"),
    VerificationPolicy(purpose="document"),
    VerificationPolicy(purpose="sign_in", revocation="ocsp"),
    VerificationPolicy(purpose="acceptance", key="sign"),
)
OTHER = b"content that nobody signed"
REFUSED = {"revoked": Reason.REVOKED, "suspended": Reason.SUSPENDED, "expired": Reason.EXPIRED}
ELSEWHERE = {Reason.NOT_A_PERSON, Reason.WRONG_KEY_USAGE, Reason.SUBJECT_INVALID}
"""What the table of people may be refused for besides: keys of systems, of the other kind."""


@dataclass(frozen=True)
class Given:
    """A message, the content it must be over, and whether it was spoilt."""

    cms: bytes
    content: bytes
    status: str
    iin: str
    spoilt: bool


@dataclass
class Seen:
    """What came of it. `wrong`: verdicts that must not be."""

    verdicts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, given: Given, verdict: Verdict) -> None:
        with self.lock:
            self.verdicts[f"{verdict.verdict}: {verdict.reason}"] += 1
            if not _is_right(given, verdict):
                self.wrong.append(f"{given.status}, spoilt {given.spoilt}: {verdict!r}")


def _is_right(given: Given, verdict: Verdict) -> bool:
    if verdict.reason == Reason.INTERNAL_ERROR:
        return False
    if verdict.verdict == "valid":
        subject = verdict.subject
        rightly = given.status == "good" and given.content != OTHER
        return rightly and subject is not None and subject.iin == given.iin
    if given.spoilt or verdict.reason in ELSEWHERE:
        return True
    if verdict.verdict == "indeterminate":
        return given.status != "expired"
    return verdict.reason == REFUSED.get(given.status)


def _given(credentials: tuple[Credential, ...]) -> list[Given]:
    random = Random(7)  # noqa: S311 - reproducible
    found = []
    for credential in credentials:
        status, person = credential.holding.status, credential.holding.person
        iin = person.iin if person else ""
        for number in range(MESSAGES_EACH):
            content = f"{credential.id} {number} ".encode() * (1 + number * 20)
            cms = sign_cms(
                content, signer=credential.signer, at=datetime.now(UTC), encapsulate=number % 2 == 0
            )
            found.append(Given(cms, content, status, iin, spoilt=False))
            if number % 3 == 0:
                changed = mutated(cms, random)
                found.append(Given(changed, content, status, iin, spoilt=True))
                found.append(Given(cms, OTHER, status, iin, spoilt=True))
    return found


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyCa]:
    with running(tmp_path_factory.mktemp("soak"), rate=FAULTS_PER_HUNDRED, seed=3) as server:
        yield server


def _work(
    service: SignatureService, given: list[Given], seen: Seen, until: float, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - reproducible
    while time.monotonic() < until:
        one = random.choice(given)
        judged = service.judge(
            one.cms, content=one.content, policy=random.choice(POLICIES), at=datetime.now(UTC)
        )
        seen.note(one, judged.verdict)


def _memory() -> float:
    gc.collect()
    return psutil.Process().memory_info().rss / (1 << 20)


def _watched(until: float) -> list[float]:
    """Memory now and then, until it is time."""
    found = []
    while time.monotonic() < until:
        found.append(_memory())
        time.sleep(max(0.2, SECONDS / 120))
    return found


def test_memory_threads_and_verdicts_hold(faulty: FaultyCa, tmp_path: Path) -> None:
    trust_dir = faulty.ca.trust_dir
    trust = load_trust(find_list("demo", trust_dir), trust_dir)
    service = SignatureService(trust, HttpEvidenceFetcher(), cache_dir=tmp_path / "crls")
    given, seen = _given(faulty.ca.credentials), Seen()
    threads_before = threading.active_count()
    until = time.monotonic() + SECONDS
    workers = [
        threading.Thread(target=_work, args=(service, given, seen, until, seed))
        for seed in range(THREADS)
    ]
    for worker in workers:
        worker.start()
    memory = _watched(until)
    for worker in workers:
        worker.join(timeout=60)
    assert not any(worker.is_alive() for worker in workers)
    assert seen.wrong == []
    assert seen.verdicts["valid: ok"] > SECONDS
    assert set(FAULTS) <= set(faulty.told)

    third = len(memory) // 3
    middle, last = statistics.median(memory[third : 2 * third]), statistics.median(memory[-third:])
    assert last - middle < GROWTH_MIB, (memory[0], middle, last)

    faulty.rate = 0
    deadline = time.monotonic() + 90
    while threading.active_count() > threads_before and time.monotonic() < deadline:
        time.sleep(0.5)
    assert threading.active_count() <= threads_before, threading.enumerate()
    _is_whole_again(service, given)


def _is_whole_again(service: SignatureService, given: list[Given]) -> None:
    """Once the authority answers, nobody stays undecided for long."""
    plain = [one for one in given if not one.spoilt]
    deadline = time.monotonic() + 180
    while plain and time.monotonic() < deadline:
        undecided = []
        for one in plain:
            verdict = service.judge(
                one.cms, content=one.content, policy=POLICIES[0], at=datetime.now(UTC)
            ).verdict
            assert _is_right(one, verdict)
            if verdict.verdict == "indeterminate":
                undecided.append(one)
        plain = undecided
        time.sleep(1.0 if plain else 0.0)
    assert plain == []

"""What asking about revocation works with: clocks, randomness, threads, and the record kept."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from eds_verifier.revocation.evidence import Cause, Unusable
from eds_verifier.revocation.http import FetchFailed
from eds_verifier.revocation.single_flight import Spawn, in_a_thread
from eds_verifier.revocation.source import Nobody, Observer, SourceKind, Sources
from eds_verifier.trust import TrustedAuthority


def _now() -> datetime:
    return datetime.now(UTC)


def _random() -> float:
    return secrets.randbelow(1_000_000) / 1_000_000


@dataclass(frozen=True, slots=True)
class RevocationSurroundings:
    """`clock`: monotonic seconds, for deadlines; `now`: the wall clock, for the record.

    `random`: 0 up to 1, for jitter. What a verdict is judged at is never taken from here.
    """

    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _now
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = _random
    spawn: Spawn = in_a_thread
    observer: Observer = field(default_factory=Nobody)
    sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        # The one part that is made of the others.
        object.__setattr__(self, "sources", Sources(self.clock, self.now))

    def left(self, deadline: float) -> float:
        """Seconds until a deadline of `clock`."""
        return deadline - self.clock()

    @contextmanager
    def recorded(self, issuer: TrustedAuthority, kind: SourceKind) -> Iterator[None]:
        """Keep on record, and have observed, how one exchange with a source ended."""
        source = self.sources.of(issuer.certificate.sha256, kind)
        started = self.clock()
        try:
            yield
        except (FetchFailed, Unusable) as failed:
            source.failed(failed.cause)
            self._observe(issuer, kind, failed.cause, started)
            raise
        except Exception:
            source.failed(Cause.UNREADABLE)
            self._observe(issuer, kind, Cause.UNREADABLE, started)
            raise
        source.succeeded()
        self._observe(issuer, kind, "answered", started)

    def _observe(
        self, issuer: TrustedAuthority, kind: SourceKind, outcome: str, started: float
    ) -> None:
        self.observer.asked(issuer.name, kind, str(outcome), self.clock() - started)

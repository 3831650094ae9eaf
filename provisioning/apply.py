"""Carrying out a plan: only its writes, in its order, and a look afterwards whether it is so.

One run at a time: the realm's lock is taken when there is something to write, the realm is read
again under it, and the plan must still be the same. An answer that is lost on the way is settled
by reading the realm, never by sending the write again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from policies.errors import REFUSED
from provisioning.apply_new_realm import create_realm
from provisioning.apply_recovery import left_over, may_go_on, require_same
from provisioning.apply_rights import require_rights
from provisioning.apply_writes import write_all
from provisioning.connection import Connection
from provisioning.errors import (
    NotAppliedError,
    ProvisioningError,
)
from provisioning.lock import LockNews, LockTiming, RealmLock
from provisioning.lock_scope import Holder
from provisioning.plan import Change, Plan
from provisioning.plan_consequences import losses
from provisioning.progress import BrokenOff, Progress
from provisioning.render import printable
from provisioning.resources import Desired, Live
from provisioning.survey import Surveyed, plan_realm, survey
from provisioning.writers.target import Target

__all__ = [
    "ApplyOptions",
    "Journal",
    "LossRefusedError",
    "Progress",
    "Surveyed",
    "apply_plan",
    "apply_surveyed",
    "plan_realm",
    "require_no_loss",
    "survey",
]

_T = TypeVar("_T")

THREADS = 4
"""Writes under way at once; more do not make Keycloak faster."""

PATIENCE = 3
"""How often a run goes on after a lost answer without having come any further."""


class LossRefusedError(ProvisioningError):
    """A delete would take what neither a policy nor a plan can give back."""

    code = "loss_refused"
    exit_code = REFUSED


class Journal(Protocol):
    """What is kept of a run; `target` is guarded by the lock. `run`: its name once it has begun."""

    run: str

    def begin(self, surveyed: Surveyed) -> None:
        """Before the first write, a realm's making included; with what is meant of the plan."""

    def intend(self, target: Target, surveyed: Surveyed) -> None:
        """Under the lock, with what is now carried out."""

    def applied(self, target: Target, surveyed: Surveyed) -> None:
        """Under the lock still, with the look afterwards."""

    def failed(self, code: str) -> None:
        """The run ended otherwise."""

    def settle(
        self, locked: Callable[[], AbstractContextManager[Target]], surveyed: Surveyed
    ) -> None:
        """There was nothing to write; `locked` gives a target if something is to be noted."""


def _everything(planned: Plan) -> Plan:
    return planned


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """How a plan is carried out.

    `select`: the part of a plan that is meant. `allow_loss`: deletes may take what cannot be given
    back. `look`: how a realm is read and compared. `progress` hears of each change written,
    `report` of waiting for a lock and of lost answers; both are called from several threads, one
    at a time.
    """

    select: Callable[[Plan], Plan] = _everything
    allow_loss: bool = False
    look: Callable[[Connection, Desired], Surveyed] = survey
    journal: Journal | None = None
    progress: Callable[[Progress], None] = lambda _: None
    report: Callable[[LockNews | BrokenOff], None] = lambda _: None
    timing: LockTiming = field(default_factory=LockTiming)
    threads: int = THREADS


def apply_plan(
    connection: Connection,
    desired: Desired,
    planned: Plan,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Plan:
    """Write what `planned` says, and keep no record of it; as `apply_surveyed`."""
    found = Live(desired.realm, exists=not planned.creates_realm)
    options = ApplyOptions(progress=progress)
    return apply_surveyed(connection, Surveyed(desired, found, planned), options)


def apply_surveyed(connection: Connection, surveyed: Surveyed, options: ApplyOptions) -> Plan:
    """Write what the plan says; the plan carried out, which is longer when the realm was new.

    Interrupted anywhere, the next run finishes: every write is of one object, and a new realm is
    enabled by the last.

    Raises, before any write, LossRefusedError (a delete would lose what cannot return),
    NotPermittedError (it writes groups, and this identity may not),
    RealmLockedError (another run is writing), RealmMovedError (the realm is not as planned any
    more); then LockLostError, RealmMovedError (somebody else writes too), NotAppliedError (the
    realm is still not as declared), and what Connection raises.
    """
    run = _Run(connection, surveyed.desired, options)
    planned = options.select(surveyed.plan)
    if not options.allow_loss:
        require_no_loss(planned)
    journal = options.journal
    if planned.empty:
        if journal is not None:
            run.noted(functools.partial(journal.settle, run.locked_target, surveyed))
        return planned
    require_rights(connection, planned, surveyed.live)
    if journal is None:
        return run.write(planned)
    journal.begin(replace(surveyed, plan=planned))
    try:
        return run.write(planned)
    except BaseException as error:
        journal.failed(error.code if isinstance(error, ProvisioningError) else "interrupted")
        raise


def require_no_loss(planned: Plan) -> None:
    """Refuse a plan whose deletes take what nobody can give back. Raises LossRefusedError."""
    found = losses(planned)
    if found:
        what = "; ".join(
            f"{change.key.kind} {printable(str(change.key))} ({gone})" for change, gone in found
        )
        raise LossRefusedError(
            f"{planned.realm}: the plan deletes for good: {what}",
            hint="Nothing was written. If it is meant, say --unsafe-allow-loss.",
        )


class _Run:
    """One run on one realm."""

    def __init__(self, connection: Connection, desired: Desired, options: ApplyOptions) -> None:
        self._connection = connection
        self._desired = desired
        self._options = options
        self._done = 0

    def locked(self) -> RealmLock:
        timing, journal = self._options.timing, self._options.journal
        record = journal.run if journal is not None else ""
        return RealmLock(
            self._connection,
            self._desired.realm,
            holder=Holder.here(at=timing.clock.now(), record=record),
            timing=timing,
            report=self._options.report,
        )

    @contextmanager
    def locked_target(self) -> Iterator[Target]:
        with self.locked() as lock:
            yield lock.target

    def write(self, planned: Plan) -> Plan:
        options = self._options
        if planned.creates_realm:
            create_realm(self._connection, self._desired.realm, options.timing.clock)
        with self.locked() as lock:
            found = self._persist(self._look)
            now = options.select(found.plan)
            if planned.creates_realm:
                if not options.allow_loss:
                    require_no_loss(now)
            else:
                require_same(planned, now)
            journal, target = options.journal, lock.target
            if journal is not None:
                meant = replace(found, plan=now)
                self.noted(functools.partial(journal.intend, target, meant), lock)
            after = self._carry_out(lock, found)
            if journal is not None:
                self.noted(functools.partial(journal.applied, target, after), lock)
        return now

    def noted(self, note: Callable[[], None], lock: RealmLock | None = None) -> None:
        """Let the journal write; once more after a lost answer, since it writes the same again."""
        for attempt in range(PATIENCE + 1):
            try:
                note()
            except ProvisioningError as error:
                if not may_go_on(error, broken_off_before=attempt > 0) or attempt == PATIENCE:
                    raise
                self._options.report(BrokenOff(self._desired.realm, error.message))
            else:
                return
            if lock is not None:
                self._await_server(lock)

    def _carry_out(self, lock: RealmLock, found: Surveyed) -> Surveyed:
        """Write until nothing is left; what was found then."""
        select = self._options.select
        planned = left = select(found.plan)
        failures = 0
        while True:
            try:
                self._write(lock.target_of(found.live.ids), left)
                found = self._look()
            except ProvisioningError as error:
                if not may_go_on(error, broken_off_before=failures > 0) or failures > PATIENCE:
                    raise
                failures += 1
                self._options.report(BrokenOff(self._desired.realm, error.message))
            else:
                _check(select(found.plan))
                return found
            found = self._look_again(lock)
            before, left = left, left_over(planned, select(found.plan))
            failures = failures if len(left.changes) >= len(before.changes) else 1

    def _write(self, target: Target, left: Plan) -> None:
        total = self._done + len(left.changes)

        def written(change: Change) -> None:
            self._done += 1
            self._options.progress(Progress(self._desired.realm, change, self._done, total))

        write_all(target, left.changes, threads=self._options.threads, written=written)

    def _look_again(self, lock: RealmLock) -> Surveyed:
        """What the realm holds, as soon as Keycloak answers again and while the lock is ours."""
        return self._persist(lambda: self._held_look(lock))

    def _await_server(self, lock: RealmLock) -> None:
        self._persist(lock.require_held)

    def _held_look(self, lock: RealmLock) -> Surveyed:
        lock.require_held()
        return self._look()

    def _persist(self, read: Callable[[], _T]) -> _T:
        """`read` again and again until it answers; not longer than a lock lives."""
        timing = self._options.timing
        began = timing.clock.elapsed()
        while True:
            try:
                return read()
            except ProvisioningError as error:
                late = timing.clock.elapsed() - began >= timing.expiry
                if late or not may_go_on(error, broken_off_before=False):
                    raise
            timing.clock.sleep(timing.look)

    def _look(self) -> Surveyed:
        return self._options.look(self._connection, self._desired)


def _check(remaining: Plan) -> None:
    if remaining.empty:
        return
    left = ", ".join(
        printable(f"{change.key.kind} {change.key}: {difference.path}")
        for change in remaining.changes
        for difference in change.differences
    )
    raise NotAppliedError(
        f"the realm {remaining.realm} does not hold what was written: {left}",
        hint="Either somebody else writes to it, or this Keycloak does not take the value; run "
        "`tanba plan`.",
    )

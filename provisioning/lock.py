"""One writer to a realm at a time: a client scope that exists while a run writes.

Creating a uniquely named object is atomic in Keycloak (one 201, everybody else 409); attributes of
a realm are not.

A run that dies leaves its lock behind. Nobody can see that it died, so the next one waits: a lock
that stays exactly as it is for `expiry` seconds by the waiter's own clock is abandoned; one that
changes belongs to a run that is alive.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from policies.errors import REFUSED
from provisioning.auth.way import Clock
from provisioning.connection import Connection
from provisioning.errors import ObjectNotFoundError, ProvisioningError
from provisioning.lock_scope import Holder, LockScopes, attributes_of
from provisioning.own_objects import LOCK_SCOPE
from provisioning.resources import Key
from provisioning.writers.target import Target


class RealmLockedError(ProvisioningError):
    """Another run writes to the realm (exit 3, nothing written)."""

    code = "realm_locked"
    exit_code = REFUSED


class LockLostError(ProvisioningError):
    """The lock is not ours any more, so nothing further is written (exit 3)."""

    code = "lock_lost"
    exit_code = REFUSED


def _running() -> float:
    """Seconds that never go back and go on while the machine sleeps, where the system tells."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True)
class LockTiming:
    """Seconds, by `clock`: abandoned after `expiry` without a change; its owner changes it every
    `beat`; a waiter looks every `look`.
    """

    expiry: float = 60.0
    beat: float = 5.0
    look: float = 1.0
    clock: Clock = field(default=Clock(elapsed=_running))

    @property
    def safe(self) -> float:
        """How long after its last beat an owner may write: others take over one beat later."""
        return self.expiry - self.beat


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lock that shows no life: `left` seconds until it is held for abandoned."""

    realm: str
    holder: Holder
    left: float


@dataclass(frozen=True, slots=True)
class NotReleased:
    """Our own lock could not be taken away; the next run waits it out."""

    realm: str
    expiry: float


LockNews = Waiting | NotReleased


class RealmLock:
    """The right to write to one realm: taken on entering, given back on leaving.

    Write through `target` alone: before each write it makes sure that the lock is still ours.
    Entering waits out a lock that shows no life (`report` hears of it at each look) and raises
    RealmLockedError as soon as one does, or what Connection raises.
    """

    def __init__(
        self,
        connection: Connection,
        realm: str,
        *,
        holder: Holder | None = None,
        timing: LockTiming | None = None,
        report: Callable[[LockNews], None] = lambda _: None,
    ) -> None:
        self.timing = timing or LockTiming()
        self.holder = holder or Holder.here(at=self.timing.clock.now())
        self._connection = connection
        self._realm = realm
        self.target = self.target_of({})
        self._scopes = LockScopes(connection, self.target.base)
        self._report = report
        self._elapsed = self.timing.clock.elapsed
        self._kept = 0.0
        self._lost = False
        self._over = threading.Event()
        self._heart = threading.Thread(target=self._keep, name="realm-lock", daemon=True)

    def __enter__(self) -> RealmLock:
        try:
            self._take()
        except RealmLockedError:
            raise
        except BaseException:
            self._release(failed=True)
            raise
        self._heart.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._heart.join()
        self._release(failed=error is not None)

    def target_of(self, ids: Mapping[Key, str]) -> Target:
        """As `target`, with Keycloak's internal ids as surveyed."""
        return Target(self._connection, self._realm, ids=ids, before_write=self.require_held)

    def held(self) -> bool:
        """Whether the lock is ours and kept alive, as the server says at this moment."""
        if self._lost or self._silent():
            return False
        found = self._scopes.find(self.holder.run)
        # The look itself may have taken long.
        return found is not None and Holder.of(found) is not None and not self._silent()

    def require_held(self) -> None:
        """Refuse to go on with a lock that is not ours, or may not be in a moment.

        Raises LockLostError, or what Connection raises.
        """
        if self.held():
            return
        why = (
            f"could not be kept alive for {self.timing.safe:.0f} s"
            if self._silent()
            else "was taken away"
        )
        raise LockLostError(
            f"{self._realm}: the lock of this run {why}",
            hint="Nothing further was written. Run `tanba plan` to see what is left.",
        )

    def _silent(self) -> bool:
        return self._elapsed() - self._kept >= self.timing.safe

    def _take(self) -> None:
        if self._create():
            return
        found = self._scopes.present()
        if found is not None:
            self._outwait(found)
        if not self._create():
            found = self._scopes.present()
            raise _locked(self._realm, Holder.of(found) if found else None)

    def _create(self) -> bool:
        self._kept = self._elapsed()
        return self._scopes.create(self.holder)

    def _outwait(self, found: Mapping[str, Any]) -> None:
        """Return when the lock is gone, by its owner or by us. Raises RealmLockedError."""
        realm, holder, timing = self._realm, Holder.of(found), self.timing
        if holder is None:
            raise RealmLockedError(
                f"{realm}: there is a client scope {LOCK_SCOPE} that no run of Tanba made",
                hint="Tanba keeps its lock under this name: rename or delete that client scope.",
            )
        since = last = self._elapsed()
        while (left := timing.expiry - (last - since)) > 0:
            self._report(Waiting(realm, holder, left))
            timing.clock.sleep(min(timing.look, left))
            now = self._scopes.find(holder.run)
            if now is None:
                return
            if attributes_of(now) != attributes_of(found):
                raise _locked(realm, holder)
            looked = self._elapsed()
            if looked - last > timing.beat + timing.look:
                # We saw nothing for so long; the server may not have been there for its owner.
                since = looked
            last = looked
        self._scopes.delete(holder.run)

    def _release(self, *, failed: bool) -> None:
        try:
            self._scopes.delete(self.holder.run)
        except ProvisioningError:
            if not failed:  # otherwise the failure itself is what must be heard
                self._report(NotReleased(self._realm, self.timing.expiry))

    def _keep(self) -> None:
        """The heartbeat's thread: until the run is over or the lock is not ours."""
        beat = 0
        while not self._over.wait(self.timing.beat):
            beat += 1
            began = self._elapsed()
            try:
                self._scopes.beat(self.holder, beat)
            except ObjectNotFoundError:
                self._lost = True
                return
            except ProvisioningError:
                continue  # the next beat tries again; a long silence stops the run
            self._kept = began


def _locked(realm: str, holder: Holder | None) -> RealmLockedError:
    who = "another run"
    if holder is not None:
        who = f"{holder.owner} since {holder.since} (run {holder.record or holder.run})"
    return RealmLockedError(
        f"{realm}: {who} is writing to the realm",
        hint="Nothing was written to it. Run `tanba plan` when it is done.",
    )

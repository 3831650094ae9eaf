"""Looking again and again: when, what is said, and what a failure does. I/O is given to it.

A look that fails is no drift and no all-clear: it is said, counted, and tried again later, the
later the more often it failed. What was said once is not repeated while nothing moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from policies.errors import TanbaError
from provisioning.auth.way import Clock
from provisioning.drift_check import Checked, same
from provisioning.errors import KeycloakUnreachableError
from provisioning.resources import Desired

SHORTEST_INTERVAL = 5
"""Seconds."""

USUAL_INTERVAL = 300

LONGEST_PAUSE = 900.0
"""Seconds between looks that fail, unless the interval itself is longer."""

POLICIES = ""
"""Stands instead of a realm's name when the policies themselves cannot be read."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A look that failed: the realm, or `POLICIES`, and why."""

    realm: str
    error: TanbaError


class Listener(Protocol):
    """What is told of every look; counting is not deciding what to print."""

    def looked(self, checked: Checked, seconds: float) -> None:
        """A look succeeded and took so long."""

    def failed(self, failure: Failure) -> None:
        """A look failed."""

    def watching(self, realms: Iterable[str]) -> None:
        """These are the realms that policies declare now."""


def pause(interval: float, failures: int) -> float:
    """Seconds until the next round, after so many failed rounds in a row."""
    if failures == 0:
        return interval
    doubled = interval * 2.0 ** min(failures, 20)
    return min(doubled, max(interval, LONGEST_PAUSE))


@dataclass(slots=True)
class Watch:
    """The loop. `declare` reads the policies anew; `look` reads one realm.

    `say` is told of a realm's look when it says something else than the one before, and of a
    failure when it is another than the one before.
    """

    declare: Callable[[], list[Desired]]
    look: Callable[[Desired, Checked | None], Checked]
    say: Callable[[Checked | Failure], None]
    listeners: tuple[Listener, ...]
    clock: Clock
    interval: float

    def run(self) -> None:
        """Look until the process is ended.

        Raises what the first round meets, unless it is only that Keycloak does not answer: what
        is set wrongly is to be seen at the start.
        """
        last: dict[str, Checked] = {}
        said: dict[str, str] = {}
        failures, first = 0, True
        while True:
            failed = self._round(last, said, first=first)
            failures = failures + 1 if failed else 0
            first = False
            self.clock.sleep(pause(self.interval, failures))

    def _round(self, last: dict[str, Checked], said: dict[str, str], *, first: bool) -> bool:
        """One look at every realm; whether one failed. `said`: realm → code of its failure."""
        try:
            declared = self.declare()
        except TanbaError as error:
            if first:
                raise
            self._failed(Failure(POLICIES, error), said)
            return True
        said.pop(POLICIES, None)
        realms = {desired.realm for desired in declared}
        for listener in self.listeners:
            listener.watching(realms)
        for realm in last.keys() - realms:
            del last[realm]
        failed = False
        for desired in declared:
            began = self.clock.elapsed()
            before = last.get(desired.realm)
            try:
                checked = self.look(desired, before)
            except TanbaError as error:
                if first and not isinstance(error, KeycloakUnreachableError):
                    raise
                self._failed(Failure(desired.realm, error), said)
                failed = True
                continue
            for listener in self.listeners:
                listener.looked(checked, self.clock.elapsed() - began)
            recovered = said.pop(desired.realm, None) is not None
            if recovered or before is None or not same(before, checked):
                self.say(checked)
            last[desired.realm] = checked
        return failed

    def _failed(self, failure: Failure, said: dict[str, str]) -> None:
        for listener in self.listeners:
            listener.failed(failure)
        if said.get(failure.realm) != failure.error.code:
            self.say(failure)
        said[failure.realm] = failure.error.code

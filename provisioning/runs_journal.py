"""What `apply` keeps of a run: its folder before the first write, the realm's state after the last.

A state that cannot be read is left as it is, for people to look at: nothing is guessed from it,
and nothing is written over it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from provisioning.connection import quoted
from provisioning.own_objects import STATE_CLIENT
from provisioning.runs import Run, RunFolderError, Runs
from provisioning.state import (
    Carried,
    State,
    StateUnreadableError,
    read_state,
    state_after,
    state_before,
    write_state,
)
from provisioning.state_client import ATTRIBUTE
from provisioning.state_text import written
from provisioning.survey import Surveyed
from provisioning.writers.target import Target


def _as_it_is(state: State) -> State:
    return state


@dataclass(slots=True)
class RunJournal:
    """The journal of one run on one realm of `server`, by `who`.

    `amend`: what a rollback has to say about the state. `run`: the run's id once it has begun.
    """

    runs: Runs
    server: str
    who: str
    clock: Callable[[], datetime]
    amend: Callable[[State], State] = _as_it_is
    run: str = ""
    _begun: Run | None = None
    _planned: Surveyed | None = None
    _state: State | None = None
    _may_write: bool = False
    _new_realm: bool = False
    _new_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def may_have_written(self) -> bool:
        """Whether the run came so far that something may have been written to the realm."""
        return self._may_write

    @property
    def makes_realm(self) -> bool:
        """Whether the run makes the realm itself: there is nothing before it to go back to."""
        return self._new_realm

    def begin(self, surveyed: Surveyed) -> None:
        """Keep what is there before the first write. Raises RunFolderError: then write nothing."""
        state = _readable(surveyed) or State("")
        self._begun = self.runs.begin(
            surveyed, state, server=self.server, who=self.who, at=self.clock()
        )
        self._planned = surveyed
        self._may_write = self._new_realm = surveyed.plan.creates_realm
        self.run = self._begun.id

    def intend(self, target: Target, surveyed: Surveyed) -> None:
        """Note in the realm what is about to be made; no write when nothing is.

        `surveyed`: as read under the lock, so that what is kept is what is there.
        """
        self._state = _readable(surveyed)
        new_realm = self._planned is not None and self._planned.plan.creates_realm
        if self._begun is not None and not new_realm:
            self._begun.seen_again(surveyed, self._state or State(""))
        self._planned = surveyed
        self._may_write = True
        if self._state is not None:
            intended = state_before(self._state, surveyed.plan)
            self._state = write_state(target, self._state, intended, new_id=self._new_id)

    def applied(self, target: Target, surveyed: Surveyed) -> None:
        """Note what was done: in the realm by its last write, then in the folder."""
        if self._state is not None and self._planned is not None:
            after = self._after(self._state, self._planned, surveyed)
            self._state = write_state(target, self._state, after, new_id=self._new_id)
        if self._begun is not None:
            self._begun.applied(surveyed.live, at=self.clock())

    def failed(self, code: str) -> None:
        """Note in the folder that the run ended otherwise. Nothing is written to Keycloak."""
        if self._begun is not None:
            # What ended the run is what people must hear; a run without an outcome was cut off.
            with suppress(RunFolderError):
                end = self._begun.failed if self._may_write else self._begun.refused
                end(code, at=self.clock())

    def settle(
        self, locked: Callable[[], AbstractContextManager[Target]], surveyed: Surveyed
    ) -> None:
        """Nothing was to be written; note in the realm what else there is to say, if anything."""
        state = _readable(surveyed)
        if state is None:
            return
        nothing = replace(surveyed, plan=replace(surveyed.plan, changes=()))
        after = self._after(state, nothing, surveyed)
        if after == state:
            return
        with locked() as target:
            if _still(target, state):
                write_state(target, state, after, new_id=self._new_id)

    def _after(self, state: State, planned: Surveyed, after: Surveyed) -> State:
        carried = Carried(planned.desired, planned.plan, planned.live, after.live, after.plan)
        return self.amend(state_after(state, carried, run=self.run, who=self.who, at=self.clock()))


def _readable(surveyed: Surveyed) -> State | None:
    try:
        return read_state(surveyed.live)
    except StateUnreadableError:
        return None


def _still(target: Target, state: State) -> bool:
    """Whether nobody has written the state since it was read."""
    found = target.get(f"/clients?clientId={quoted(STATE_CLIENT)}")
    if state.empty or not found:
        return state.empty and not found
    return bool(found[0].get("attributes", {}).get(ATTRIBUTE) == written(state))

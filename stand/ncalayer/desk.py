"""The window of the emulator: one request waits at a time, until a person or a test decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from starlette.concurrency import run_in_threadpool

from stand.ncalayer import protocol
from stand.ncalayer.keyring import RingKey
from stand.ncalayer.protocol import Reply, SignRequest
from stand.signing.cms import DigestLengthError, sign_cms, sign_cms_digest

CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Decision:
    """`key`: an id of the ring, or `cancel`.

    `ignore_filter`: sign even with a key the page did not ask for, as a changed NCALayer could.
    """

    key: str
    ignore_filter: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits. `origin`: who the browser says asks; the real NCALayer does not show it."""

    id: int
    request: SignRequest
    origin: str


Refusal = Literal["nothing_waits", "no_such_key", "key_does_not_fit"]


class Desk:
    """Keys, the waiting request, and what is decided without asking (`auto`)."""

    def __init__(self, keys: Sequence[RingKey], clock: Callable[[], datetime]) -> None:
        self.keys = {key.id: key for key in keys}
        self.clock = clock
        self.auto: Decision | None = None
        self.pending: Pending | None = None
        self.changes = 0
        """Grows with every change a page should show."""
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[Decision] | None = None
        self._last_id = 0

    async def ask(self, request: SignRequest, origin: str) -> Reply:
        """Wait for the decision and carry it out. Cancelling this closes the window."""
        async with self._turn:
            decision = self._automatic(request)
            if decision is None:
                decision = await self._wait(request, origin)
        if decision.key == CANCEL:
            return protocol.cancelled(request)
        return await run_in_threadpool(self._sign, request, self.keys[decision.key])

    async def _wait(self, request: SignRequest, origin: str) -> Decision:
        self._last_id += 1
        self._answer = asyncio.get_running_loop().create_future()
        self.pending = Pending(self._last_id, request, origin)
        self.changes += 1
        try:
            return await self._answer
        finally:
            self.pending = self._answer = None
            self.changes += 1

    def decide(self, pending_id: int, decision: Decision) -> Refusal | None:
        """Answer the waiting request; the refusal, if that cannot be done."""
        if self.pending is None or self._answer is None or self._answer.done():
            return "nothing_waits"
        if self.pending.id != pending_id:
            return "nothing_waits"
        refusal = self._refusal(self.pending.request, decision)
        if refusal is None:
            self._answer.set_result(decision)
        return refusal

    def automate(self, decision: Decision | None) -> Refusal | None:
        """Decide this way from now on, the request that waits too; None asks a person again."""
        if decision is not None and decision.key not in {CANCEL, *self.keys}:
            return "no_such_key"
        self.auto = decision
        self.changes += 1
        if decision is not None and self.pending is not None:
            self.decide(self.pending.id, decision)
        return None

    def _automatic(self, request: SignRequest) -> Decision | None:
        if self.auto is None or self._refusal(request, self.auto) is not None:
            return None
        return self.auto

    def _refusal(self, request: SignRequest, decision: Decision) -> Refusal | None:
        if decision.key == CANCEL:
            return None
        if decision.key not in self.keys:
            return "no_such_key"
        fits = decision.ignore_filter or self.keys[decision.key].fits(request.allowed)
        return None if fits else "key_does_not_fit"

    def _sign(self, request: SignRequest, key: RingKey) -> Reply:
        now = self.clock()
        try:
            signatures = [
                sign_cms_digest(one, signer=key.signer, at=now)
                if request.digested
                else sign_cms(one, signer=key.signer, at=now, encapsulate=request.encapsulate)
                for one in request.documents
            ]
        except DigestLengthError as error:
            return protocol.failed(request, error.message)
        return protocol.signed(request, signatures)

"""Connections that ask for nothing are closed: a few hundred silent ones would take every place.

uvicorn itself limits only how long a connection may rest after an answer, and forgets that limit
with the first octet that follows.
"""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_SECONDS = 10.0
"""How long a whole request head may take to come, from the connection or its first octet on."""


class PromptProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 that closes a connection whose next request head does not come in time.

    What comes of a body after its answer is no head either.
    """

    head_seconds = HEAD_SECONDS
    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(  # type: ignore[override]  # as uvicorn narrows asyncio's
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        # None before the first request, which uvicorn's annotation leaves out.
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and not cycle.response_complete:
            self._rest()
        elif self._giving_up is None:
            self._giving_up = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _rest(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

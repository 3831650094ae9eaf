"""The emulator's sockets and its page.

The WebSocket answers any origin, as NCALayer does. The page's own interface, also for tests:

    GET  /api/keys       every key
    GET  /api/pending    what waits, which keys fit, what is automatic
    POST /api/answer     {"id": 3, "key": "aizhan-gost-sign" | "cancel", "ignore_filter": false}
    POST /api/auto       {"key": "aizhan-gost-sign" | "cancel" | null, "ignore_filter": false}
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from stand.ncalayer import protocol, texts
from stand.ncalayer.desk import Decision, Desk, Pending
from stand.ncalayer.keyring import RingKey
from stand.services.web import LoopbackOnly, environment, language, page, statics, words

_PAGES = Path(__file__).resolve().parent / "pages"
_PREVIEW = 20_000
"""Characters of a document that are shown."""


class _Auto(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str | None
    ignore_filter: bool = False


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int
    key: str
    ignore_filter: bool = False


def socket_app(desk: Desk) -> Starlette:
    """What listens on NCALayer's port; the same for wss and ws."""

    async def serve(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(protocol.HELLO)
        working: asyncio.Task[None] | None = None
        try:
            while True:
                message = protocol.read(await socket.receive_text())
                if isinstance(message, protocol.Reply):
                    await socket.send_text(message.text)
                elif working is not None and not working.done():
                    await socket.send_text(protocol.busy().text)
                else:
                    working = asyncio.create_task(_work(desk, socket, message))
        except (WebSocketDisconnect, KeyError):  # gone, or a binary frame, which nobody sends
            pass
        finally:
            if working is not None:
                working.cancel()

    return Starlette(routes=[WebSocketRoute("/", serve)])


async def _work(desk: Desk, socket: WebSocket, request: protocol.SignRequest) -> None:
    try:
        reply = await desk.ask(request, socket.headers.get("origin", ""))
    except Exception:
        # The page that waits is told; a task's own failure would be seen by nobody.
        logging.getLogger(__name__).exception("signing failed")
        reply = protocol.failed(request, "signing failed: see the emulator's log")
    with contextlib.suppress(WebSocketDisconnect):  # the page left meanwhile
        await socket.send_text(reply.text)


def page_app(desk: Desk) -> Starlette:
    """The page that picks who signs."""
    pages = _Pages(desk)
    return Starlette(
        routes=[
            Route("/", pages.index),
            Route("/api/keys", pages.keys),
            Route("/api/pending", pages.pending),
            Route("/api/answer", pages.answer, methods=["POST"]),
            Route("/api/auto", pages.automate, methods=["POST"]),
            *statics([_PAGES / "static"]),
        ],
        middleware=[Middleware(LoopbackOnly)],
    )


class _Pages:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.templates = environment(_PAGES)

    async def index(self, request: Request) -> Response:
        spoken = language(request)
        values = {"lang": spoken, "t": words(texts.TEXTS[spoken]), "labels": texts.LABELS[spoken]}
        return page(self.templates, "ncalayer.html", values)

    async def keys(self, _request: Request) -> Response:
        return JSONResponse([_key(key) for key in self.desk.keys.values()])

    async def pending(self, _request: Request) -> Response:
        desk = self.desk
        auto = desk.auto and {"key": desk.auto.key, "ignore_filter": desk.auto.ignore_filter}
        waiting = desk.pending and self._waiting(desk.pending)
        return JSONResponse({"changes": desk.changes, "auto": auto, "pending": waiting})

    def _waiting(self, pending: Pending) -> dict[str, Any]:
        request = pending.request
        return {
            "id": pending.id,
            "origin": pending.origin,
            "documents": [_preview(one, digested=request.digested) for one in request.documents],
            "attached": request.encapsulate,
            "fitting": [key.id for key in self.desk.keys.values() if key.fits(request.allowed)],
        }

    async def answer(self, request: Request) -> Response:
        try:
            wanted = _Answer.model_validate_json(await request.body())
        except ValidationError as error:
            return _bad(error)
        return _done(self.desk.decide(wanted.id, Decision(wanted.key, wanted.ignore_filter)))

    async def automate(self, request: Request) -> Response:
        try:
            wanted = _Auto.model_validate_json(await request.body())
        except ValidationError as error:
            return _bad(error)
        decision = None if wanted.key is None else Decision(wanted.key, wanted.ignore_filter)
        return _done(self.desk.automate(decision))


def _bad(error: ValidationError) -> Response:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return JSONResponse({"error": f"{where}: {first['msg']}"}, status_code=400)


def _done(refusal: str | None) -> Response:
    if refusal is None:
        return JSONResponse({"ok": True})
    return JSONResponse({"error": refusal}, status_code=409)


def _key(key: RingKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "group": key.group,
        "name": key.name,
        "iin": key.iin,
        "organisation": key.organisation,
        "bin": key.bin,
        "role": key.role,
        "use": key.use,
        "algorithm": key.algorithm,
        "serial_number": key.serial_number,
        "not_before": key.not_before.isoformat(),
        "not_after": key.not_after.isoformat(),
        "status": key.status,
    }


def _preview(document: bytes, *, digested: bool) -> dict[str, Any]:
    text = None
    if not digested:
        try:
            text = document.decode("utf-8")
        except UnicodeDecodeError:
            text = None
    shown = document.hex(" ") if text is None else text
    return {"text": shown[:_PREVIEW], "readable": text is not None, "size": len(document)}

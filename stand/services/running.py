"""Several small servers in one asyncio loop: all of them listen, or none does."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from stand.errors import PortInUseError, ServiceError
from stand.settings import LOOPBACK

_LARGEST_MESSAGE = 4 * 1024 * 1024
_GRACE_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Web:
    """An application on a port; `tls` for https and wss."""

    name: str
    port: int
    app: ASGIApp
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line protocol such as SMTP on a port."""

    name: str
    port: int
    protocol: Callable[[], asyncio.Protocol]


Service = Web | Line


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: one handler stops all servers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Config(uvicorn.Config):
    """uvicorn's settings with a TLS context that is made already."""

    def __init__(self, app: ASGIApp, tls: ssl.SSLContext | None) -> None:
        super().__init__(
            app,
            lifespan="off",
            log_level="warning",
            access_log=False,  # addresses hold codes and sessions
            server_header=False,
            ws_max_size=_LARGEST_MESSAGE,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._tls = tls

    def load(self) -> None:
        super().load()
        self.ssl = self._tls


async def serve(services: Sequence[Service], *, on_ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then end cleanly.

    Raises PortInUseError before anything is served; ServiceError when one ends by itself.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    with ExitStack() as held:
        sockets = [held.enter_context(_bind(service)) for service in services]
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        webs = [
            (service, _Server(_Config(service.app, service.tls)), listening)
            for service, listening in zip(services, sockets, strict=True)
            if isinstance(service, Web)
        ]
        lines = [
            await loop.create_server(service.protocol, sock=listening)
            for service, listening in zip(services, sockets, strict=True)
            if isinstance(service, Line)
        ]
        tasks = {
            asyncio.create_task(server.serve(sockets=[listening]), name=service.name)
            for service, server, listening in webs
        }
        stopping = asyncio.create_task(stop.wait())
        try:
            while not all(server.started for _, server, _ in webs):
                _require_running(tasks)
                await asyncio.sleep(0.02)
            on_ready()
            await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                _require_running(tasks)
        finally:
            stopping.cancel()
            for line in lines:
                line.close()
            for _, server, _ in webs:
                server.should_exit = True
            await asyncio.gather(*tasks, return_exceptions=True)


def _bind(service: Service) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, service.port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise PortInUseError(
            f"{service.name} cannot listen on port {service.port}: {error.strerror}",
            hint="stop what uses it, or shift every port with TANBA_STAND_PORT_SHIFT",
        ) from None
    listening.setblocking(False)  # noqa: FBT003 - the socket's own signature
    return listening


def _require_running(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            raise ServiceError(f"{task.get_name()} ended by itself") from task.exception()

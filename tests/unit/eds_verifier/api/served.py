"""The interface behind a real uvicorn on loopback."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests
import uvicorn

from eds_verifier.api.app import Api, Split
from eds_verifier.api.build import make_api, make_service, ready_alone, without_realms
from eds_verifier.api.service import SignatureJudge
from eds_verifier.metrics import Metrics
from eds_verifier.provider.connections import PromptProtocol
from eds_verifier.provider.server import configured, listen
from stand.demo_ca.model import DemoCa
from stand.demo_ca.server import CaState
from tests.unit.eds_verifier.api.world import KEYS, CountingFetcher, make_settings
from tests.unit.eds_verifier.provider.world import Clock

VERIFY = "/v1/cms/verify"
BODY = {"cms": "AAAA", "purpose": "sign_in"}
LIMITS: dict[str, Any] = {"body_bytes": 65_536, "body_seconds": 0.6, "workers": 2, "queue": 2}


class Served:
    """A uvicorn in a thread; `judge` stands for the real one."""

    def __init__(
        self,
        ca: DemoCa,
        judge: SignatureJudge | None = None,
        *,
        protocol: type[PromptProtocol] = PromptProtocol,
    ) -> None:
        settings = make_settings(ca, limits=LIMITS)
        assert settings.api is not None
        self.clock = Clock()
        service = make_service(
            settings,
            settings.api,
            fetch=CountingFetcher(CaState(ca, self.clock)),
            clock=self.clock,
            metrics=Metrics(),
        )
        if judge is not None:
            object.__setattr__(service, "judge", judge)

        def ready() -> tuple[bool, dict[str, Any]]:
            return True, {"status": "ready"} if judge else ready_alone(service)[1]

        self.api: Api = make_api(settings, service, ready=ready, metrics=Metrics())
        app = Split(self.api, without_realms(ready, https=False))
        self._socket = listen(settings.model_copy(update={"listen": "127.0.0.1:0"}))
        self.protocol = self._socket.proto
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(configured(app, protocol=protocol, keep_alive=2))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def __enter__(self) -> Served:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self._server.started
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self.api.close()
        assert not self._thread.is_alive()

    def post(self, body: Any = BODY, *, key: str = "portal", path: str = VERIFY) -> Any:
        headers = {"Authorization": f"Bearer {KEYS[key].key}", "Content-Type": "application/json"}
        data = body if isinstance(body, bytes) else json.dumps(body)
        return requests.post(f"{self.url}{path}", data=data, headers=headers, timeout=30)

    @contextlib.contextmanager
    def connection(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connected:
            yield connected

    def raw(self, *parts: bytes, pause: float = 0.0) -> bytes:
        """Everything that comes back for octets sent part by part."""
        with self.connection() as connected:
            for part in parts:
                try:
                    connected.sendall(part)
                except OSError:
                    break
                time.sleep(pause)
            return received(connected)


def received(connected: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(OSError):
        while chunk := connected.recv(65_536):
            answer += chunk
    return answer

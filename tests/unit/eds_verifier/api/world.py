"""The whole REST interface over the real judge and the demo CA, and callers of it.

Nothing is pretended but the network behind it: OCSP answers and CRLs come from the demo CA by a
call. Every reply is held to the OpenAPI document.
"""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from asn1crypto import cms
from starlette.testclient import TestClient

from eds_verifier.api.app import Api, Split
from eds_verifier.api.build import make_api, make_service, ready_alone, without_realms
from eds_verifier.api.keys import NewKey, new_key
from eds_verifier.api.service import ApiService
from eds_verifier.metrics import Metrics
from eds_verifier.settings import (
    ApiKeySettings,
    ApiLimits,
    ApiSettings,
    KeyPurpose,
    VerifierSettings,
)
from stand.demo_ca.model import DemoCa
from stand.demo_ca.server import CaState
from stand.signing.cms import sign_cms
from tests.unit.eds_verifier.api.conformance import require_reply
from tests.unit.eds_verifier.provider.world import CaFetcher, Clock, LogLines

PURPOSES: tuple[KeyPurpose, ...] = ("sign_in", "acceptance", "step_up", "document")


def made_key(name: str) -> NewKey:
    """The same key for a name in every process: tests are named after some."""
    return new_key(lambda count: hashlib.sha256(name.encode()).digest()[:count])


KEYS = {name: made_key(name) for name in ("portal", "archive", "prometheus", "slow", "narrow")}
"""The keys themselves; the settings hold their hashes."""

CONTENT = "Кіру / Вход / Sign in".encode()


def key_settings() -> tuple[ApiKeySettings, ...]:
    """One for everything, one for documents, one for metrics, one slow, one with one place."""
    given: dict[str, dict[str, Any]] = {
        "portal": {"purposes": PURPOSES, "requests_per_minute": 100_000, "concurrency": 64},
        "archive": {"purposes": ("document",), "requests_per_minute": 100_000},
        "prometheus": {"purposes": ("metrics",)},
        "slow": {"purposes": PURPOSES, "requests_per_minute": 3},
        "narrow": {"purposes": PURPOSES, "requests_per_minute": 100_000, "concurrency": 1},
    }
    return tuple(
        ApiKeySettings(id=name, sha256=KEYS[name].sha256, **more) for name, more in given.items()
    )


def make_settings(ca: DemoCa, **changes: Any) -> VerifierSettings:
    """An API-only deployment by the demo CA's trust list, or the one in `folder`."""
    folder = changes.pop("folder", ca.trust_dir)
    limits = ApiLimits(**changes.pop("limits", {}))
    api = ApiSettings(
        **{"trust": "demo", "ncanode": True, "keys": key_settings(), "limits": limits, **changes}
    )
    return VerifierSettings(version=1, trust=folder, api=api)


class Ticks:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class ApiWorld:
    """A running interface; `fetcher.asked` counts what was fetched."""

    ca: DemoCa
    clock: Clock
    fetcher: CountingFetcher
    settings: VerifierSettings
    service: ApiService
    api: Api
    app: Split
    client: TestClient
    log: LogLines = field(default_factory=LogLines)

    def post(self, path: str, body: Any, *, key: str = "portal", **headers: str) -> Any:
        """POST JSON with one of the keys; the reply conforms to the document."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Content-Type": "application/json", **bearer(key), **headers}
        reply = self.client.post(path, content=content, headers=given)
        require_reply("post", path, reply)
        return reply

    def get(self, path: str, *, key: str | None = "portal") -> Any:
        """GET with one of the keys, or none; the reply conforms to the document."""
        reply = self.client.get(path, headers=bearer(key) if key else {})
        require_reply("get", path, reply)
        return reply

    def sign(self, credential: str, content: bytes = CONTENT, *, attached: bool = True) -> str:
        """Base64 of a CMS by one of the demo CA's people."""
        signer = self.ca.credential(credential).signer
        return encoded(sign_cms(content, signer=signer, at=self.clock(), encapsulate=attached))

    def certificate(self, credential: str) -> str:
        """Base64 of a person's certificate."""
        return base64.b64encode(self.ca.credential(credential).signer.certificate).decode()


class CountingFetcher(CaFetcher):
    """The demo CA's answers, with the addresses that were asked."""

    def __init__(self, state: CaState) -> None:
        super().__init__(state)
        self.asked: list[str] = []

    def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:
        self.asked.append(url)
        return super().ocsp(url, request, seconds=seconds)

    def crl(self, url: str, *, seconds: float) -> bytes:
        self.asked.append(url)
        return super().crl(url, seconds=seconds)


def bearer(key: str) -> dict[str, str]:
    """The header of one of KEYS."""
    return {"Authorization": f"Bearer {KEYS[key].key}"}


@contextmanager
def api_world(ca: DemoCa, **changes: Any) -> Iterator[ApiWorld]:
    """An interface with the given settings of `api`."""
    clock = Clock()
    fetcher = CountingFetcher(CaState(ca, clock))
    settings = make_settings(ca, **changes)
    assert settings.api is not None
    metrics = Metrics()
    service = make_service(settings, settings.api, fetch=fetcher, clock=clock, metrics=metrics)
    ready = partial(ready_alone, service)
    api = make_api(settings, service, ready=ready, metrics=metrics)
    app = Split(api, without_realms(ready, https=False))
    world = ApiWorld(
        ca=ca,
        clock=clock,
        fetcher=fetcher,
        settings=settings,
        service=service,
        api=api,
        app=app,
        client=TestClient(app, base_url="http://verifier.test", follow_redirects=False),
    )
    root = logging.getLogger("eds_verifier")
    level = root.level
    root.addHandler(world.log)
    root.setLevel(logging.DEBUG)
    try:
        yield world
    finally:
        root.removeHandler(world.log)
        root.setLevel(level)
        api.close()


def encoded(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode()


def joined(first: bytes, second: bytes) -> bytes:
    """One message with the certificates and signers of two over the same content."""
    one, other = cms.ContentInfo.load(first), cms.ContentInfo.load(second)
    signed, more = one["content"], other["content"]
    for part in ("certificates", "signer_infos", "digest_algorithms"):
        known = {item.dump() for item in signed[part]}
        signed[part] = [
            *signed[part],
            *(item for item in more[part] if item.dump() not in known),
        ]
    fresh = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": list(signed["digest_algorithms"]),
            "encap_content_info": signed["encap_content_info"],
            "certificates": list(signed["certificates"]),
            "signer_infos": list(signed["signer_infos"]),
        }
    )
    return bytes(
        cms.ContentInfo({"content_type": "signed_data", "content": fresh}).dump(force=True)
    )

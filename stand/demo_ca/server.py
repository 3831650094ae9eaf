"""The demo CA over HTTP: OCSP, CRLs, CA files, and a switch that makes OCSP fail.

POST /ocsp/, GET /ocsp/<base64>        RFC 6960 appendix A
GET  /crl/<authority>.crl, <authority>_d.crl
GET  /cert/<authority>.cer
GET  /nca-test/nca_gost2022_test.crl   the NCA's sample, where it is at hand
GET, POST /control                     {"ocsp": "on" | "off" | "try_later", "revoked": {id: reason}}
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from stand.demo_ca.crl import Reason, Revocation, base_crl, delta_crl
from stand.demo_ca.model import Authority, DemoCa
from stand.demo_ca.nca_test import CRL_PATH
from stand.demo_ca.ocsp import Responder, answer, failure
from stand.services.web import LoopbackOnly

OcspMode = Literal["on", "off", "try_later"]
_LARGEST_REQUEST = 10_000
_OCSP_TYPE = "application/ocsp-response"
_CRL_TYPE = "application/pkix-crl"


class CaState:
    """What may change while the CA runs, and the answers that follow from it."""

    def __init__(self, ca: DemoCa, clock: Callable[[], datetime], *, ocsp: OcspMode = "on") -> None:
        self.ca = ca
        self.clock = clock
        self.ocsp = ocsp
        self.revoked: dict[str, Revocation] = {}
        """By credential id, besides those of the table of people."""
        self._serials = {
            authority.name: {one.id: one.serial_number for one in ca.issued_by(authority)}
            for authority in ca.authorities
        }
        self._declared = {one.name: ca.revocations(one) for one in ca.authorities}

    def revocations(self, authority: Authority) -> dict[int, Revocation]:
        serials = self._serials[authority.name]
        later = {serials[one]: item for one, item in self.revoked.items() if one in serials}
        return self._declared[authority.name] | later

    def answer(self, request: bytes) -> bytes:
        """Answer a DER OCSPRequest."""
        responders = [
            Responder(
                authority.certificate,
                authority.responder,
                frozenset(self._serials[authority.name].values()),
                self.revocations(authority),
            )
            for authority in self.ca.authorities
            if authority.responder is not None
        ]
        return answer(request, responders, at=self.clock())

    def crl(self, file: str) -> bytes | None:
        """A base or delta CRL by its file's stem, signed now; None when there is none."""
        for authority in self.ca.authorities:
            for suffix, make in (("", base_crl), ("_d", delta_crl)):
                if file == authority.name + suffix:
                    issuer = authority.crl_issuer(self.ca.made)
                    return make(issuer, self.revocations(authority), at=self.clock())
        return None


class Control(BaseModel):
    """What /control takes; `revoked` replaces the former revocations by credential id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ocsp: OcspMode | None = None
    revoked: dict[str, Reason] | None = None


def ca_app(state: CaState, *, nca_test_crl: Path | None = None) -> Starlette:
    """The application. `nca_test_crl`: the sample CRL's file, when at hand."""
    pages = _Pages(state, nca_test_crl)
    return Starlette(
        routes=[
            Route("/ocsp/{encoded:path}", pages.ocsp, methods=["GET", "POST"]),
            Route("/ocsp", pages.ocsp, methods=["POST"]),
            Route("/crl/{name}.crl", pages.crl),
            Route("/cert/{name}.cer", pages.certificate),
            Route(CRL_PATH, pages.nca_crl),
            Route("/control", pages.control, methods=["GET", "POST"]),
            Route("/", _about),
            Route("/cps", _about),
        ],
        middleware=[Middleware(LoopbackOnly)],
    )


class _Pages:
    def __init__(self, state: CaState, nca_test_crl: Path | None) -> None:
        self.state = state
        self.nca_test_crl = nca_test_crl

    async def ocsp(self, request: Request) -> Response:
        if self.state.ocsp == "off":
            return PlainTextResponse("switched off", status_code=503)
        if self.state.ocsp == "try_later":
            return Response(failure("try_later"), media_type=_OCSP_TYPE)
        der = await _ocsp_request(request)
        if der is None:
            return Response(failure("malformed_request"), media_type=_OCSP_TYPE)
        return Response(await run_in_threadpool(self.state.answer, der), media_type=_OCSP_TYPE)

    async def crl(self, request: Request) -> Response:
        der = await run_in_threadpool(self.state.crl, request.path_params["name"])
        if der is None:
            raise HTTPException(404)
        return Response(der, media_type=_CRL_TYPE)

    async def certificate(self, request: Request) -> Response:
        for authority in self.state.ca.authorities:
            if authority.name == request.path_params["name"]:
                return Response(authority.certificate, media_type="application/pkix-cert")
        raise HTTPException(404)

    async def nca_crl(self, _request: Request) -> Response:
        if self.nca_test_crl is None:
            raise HTTPException(404)
        return FileResponse(self.nca_test_crl, media_type=_CRL_TYPE)

    async def control(self, request: Request) -> Response:
        state = self.state
        if request.method == "POST":
            try:
                wanted = Control.model_validate_json(await request.body())
            except ValidationError as error:
                return PlainTextResponse(error.errors()[0]["msg"], status_code=400)
            if wanted.revoked is not None:
                if not wanted.revoked.keys() <= {one.id for one in state.ca.credentials}:
                    return PlainTextResponse("no credential has such an id", status_code=400)
                now = state.clock()
                state.revoked = {
                    one: Revocation(now, reason) for one, reason in wanted.revoked.items()
                }
            state.ocsp = wanted.ocsp or state.ocsp
        revoked = {one: item.reason for one, item in state.revoked.items()}
        return JSONResponse({"ocsp": state.ocsp, "revoked": revoked})


async def _ocsp_request(request: Request) -> bytes | None:
    if request.method == "GET":
        try:
            return base64.b64decode(request.path_params["encoded"], validate=True)
        except (binascii.Error, ValueError):
            return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_REQUEST:
            return None
    return bytes(body)


async def _about(_request: Request) -> Response:
    return PlainTextResponse(
        "Tanba's demo CA. Everybody it certifies is invented; nothing here is the NCA's.\n"
    )

"""Reading a request's body: bounded while it arrives, and strict JSON (RFC 8259)."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from eds_verifier.api.errors import ApiProblem

MAX_DEPTH = 8
MAX_VALUES = 256
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)'
_MARK = re.compile(rb"(?:[^\"\[\]{},]++|" + _TEXT + rb")*+([\[\]{},])", re.DOTALL)
_DRAIN_SECONDS = 2.0


async def read_body(request: Request, *, at_most: int, seconds: float) -> bytes:
    """The body of a JSON request.

    ApiProblem: unsupported_media_type, body_too_large as soon as it is, body_timeout when it is
    not whole after `seconds`, body_incomplete when the sender went away.
    """
    _require_json(request)
    too_large = ApiProblem("body_too_large", f"the body is larger than {at_most} bytes")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > at_most:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > at_most:
                    raise too_large
    except TimeoutError:
        raise ApiProblem(
            "body_timeout", f"the body was not whole after {seconds:g} seconds"
        ) from None
    except ClientDisconnect:
        raise ApiProblem("body_incomplete", "the sender went away") from None
    return bytes(body)


async def drain(request: Request, *, at_most: int) -> None:
    """Read on for a moment and forget it, so that the sender hears the refusal, not a reset.

    Not when the sender waits for 100 Continue: it has sent nothing.
    """
    if "expect" in request.headers:
        return
    seen = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for chunk in request.stream():
                seen += len(chunk)
                if seen > at_most:
                    return
    except (TimeoutError, ClientDisconnect, RuntimeError):
        return


def _require_json(request: Request) -> None:
    types = request.headers.getlist("content-type")
    kind, _, parameters = types[0].partition(";") if len(types) == 1 else ("",) * 3
    charset = parameters.strip().lower().replace('"', "")
    if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise ApiProblem("unsupported_media_type", "the body must be application/json in UTF-8")
    # Compressed octets would be small here and large later.
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ApiProblem("unsupported_media_type", "the body must not be compressed")


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object a body holds; ApiProblem not_json, json_too_deep, member_repeated."""
    _require_shallow(body)
    try:
        parsed = json.loads(
            body.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise ApiProblem("not_json", "the body is not JSON in UTF-8") from None
    if not isinstance(parsed, dict):
        raise ApiProblem("not_json", "the body is JSON, but not an object")
    return parsed


def _require_shallow(body: bytes) -> None:
    """Count brackets and commas outside strings before a parser makes something of them."""
    depth = values = end = 0
    # Matched from where the last one ended, never searched for: that would be quadratic.
    while match := _MARK.match(body, end):
        mark, end = match[1], match.end()
        if mark in b"]}":
            depth -= 1
            continue
        values += 1
        depth += mark in b"[{"
        if depth > MAX_DEPTH or values > MAX_VALUES:
            raise ApiProblem(
                "json_too_deep", f"at most {MAX_DEPTH} levels and {MAX_VALUES} values are taken"
            )


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ApiProblem("member_repeated", "an object has two members of one name")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")

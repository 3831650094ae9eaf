"""Replies held to the OpenAPI document: status, media type, headers and schema of each."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs

from eds_verifier.api.openapi import read_document

_BASE = "urn:tanba:openapi"


@cache
def _document() -> dict[str, Any]:
    return read_document()


def _at(pointer: str) -> Any:
    node: Any = _document()
    for part in pointer.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


@cache
def _validator(pointer: str) -> jsonschema_rs.Draft202012Validator:
    """A validator of the schema at `pointer` of the document."""
    registry = jsonschema_rs.Registry(
        [(_BASE, {**_document(), "$schema": "https://json-schema.org/draft/2020-12/schema"})]
    )
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"{_BASE}{pointer}"}, registry=registry, validate_formats=True
    )


def declared_paths() -> dict[str, set[str]]:
    """Every path of the document with its methods, upper case."""
    return {
        path: {method.upper() for method in item} for path, item in _document()["paths"].items()
    }


def require_request(path: str, body: Any) -> None:
    """AssertionError unless `body` fits the request schema of `POST path`."""
    escaped = path.replace("/", "~1")
    _validator(f"#/paths/{escaped}/post/requestBody/content/application~1json/schema").validate(
        body
    )


def require_reply(method: str, path: str, reply: Any) -> None:
    """AssertionError unless the document declares this reply; `reply` is an httpx response."""
    paths = _document()["paths"]
    if path not in paths:
        assert reply.status_code == 404, (path, reply.status_code)
        return
    escaped = path.replace("/", "~1")
    # Another method's answer is declared with the method that is there.
    declared = method if method in paths[path] else next(iter(paths[path]))
    pointer = f"#/paths/{escaped}/{declared}/responses/{reply.status_code}"
    responses = paths[path][declared]["responses"]
    assert str(reply.status_code) in responses, (path, reply.status_code, reply.text)
    response = responses[str(reply.status_code)]
    if "$ref" in response:
        pointer = response["$ref"]
        response = _at(pointer)
    for name in response.get("headers", {}):
        assert name in reply.headers, (path, name)
    kind = reply.headers["content-type"].split(";")[0]
    assert kind in response["content"], (path, kind)
    if "schema" in response["content"][kind] and kind.endswith("json"):
        media = kind.replace("/", "~1")
        _validator(f"{pointer}/content/{media}/schema").validate(json.loads(reply.content))


def require_reply_body(path: str, status: str, body: Any) -> None:
    """AssertionError unless `body` fits the schema of a reply to `POST path`."""
    escaped = path.replace("/", "~1")
    pointer = f"#/paths/{escaped}/post/responses/{status}"
    response = _at(pointer)
    if "$ref" in response:
        pointer = response["$ref"]
        response = _at(pointer)
    (kind,) = response["content"]
    _validator(f"{pointer}/content/{kind.replace('/', '~1')}/schema").validate(body)

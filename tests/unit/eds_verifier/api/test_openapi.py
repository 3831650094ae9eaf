"""The OpenAPI document says what is served, and what is served is as the document says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from eds_verifier.api.app import Api
from eds_verifier.api.errors import KINDS
from eds_verifier.api.ncanode import REFUSED
from eds_verifier.api.openapi import read_document
from eds_verifier.policy import Purpose
from eds_verifier.verdict import CertificateSummary, RevocationSummary, Subject, TimeStamp, Verdict
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier.api.conformance import declared_paths
from tests.unit.eds_verifier.api.world import ApiWorld, api_world, bearer

EXAMPLES = 12
DOCUMENT = schemathesis.openapi.from_dict(read_document())


def served(api: Api) -> dict[str, set[str]]:
    found = {route.path: set(route.methods or ()) - {"HEAD"} for route in api.routes}
    return {**found, "/health/live": {"GET"}, "/health/ready": {"GET"}}


def test_every_route_is_declared_and_every_declared_one_is_served(world: ApiWorld) -> None:
    assert all(isinstance(route, Route) for route in world.api.routes)
    assert served(world.api) == declared_paths()
    assert set(REFUSED) < set(declared_paths())


def test_the_document_is_served_to_everybody_as_json(world: ApiWorld) -> None:
    reply = world.get("/v1/openapi.json", key=None)
    told = reply.json()
    assert told["openapi"] == "3.1.0"
    assert set(told["paths"]) == set(declared_paths())


def test_every_problem_code_is_declared_with_its_status() -> None:
    document = read_document()
    assert document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == [*KINDS]
    declared = {
        int(status)
        for path, item in document["paths"].items()
        if path.startswith("/v1/")
        for operation in item.values()
        for status in operation["responses"]
    }
    # What stands nowhere answers 404, so no path can declare it.
    assert {kind.status for kind in KINDS.values()} - {404} == declared - {200}


@pytest.mark.parametrize(
    ("model", "pointer"),
    [
        (Verdict, ("Verdict",)),
        (Subject, ("Subject",)),
        (CertificateSummary, ("CertificateSummary",)),
        (RevocationSummary, ("Revocation",)),
        (TimeStamp, ("Verdict", "properties", "timestamp")),
    ],
)
def test_the_verdicts_schema_has_the_models_members(model: Any, pointer: tuple[str, ...]) -> None:
    node = read_document()["components"]["schemas"]
    for part in pointer:
        node = node[part]
    assert set(node["properties"]) == set(model.model_fields)
    assert node["additionalProperties"] is False


def test_the_purposes_are_the_policys() -> None:
    declared = read_document()["components"]["schemas"]["Purpose"]["enum"]
    assert tuple(declared) == Purpose.__args__  # type: ignore[attr-defined]  # Literal's members


def test_every_schema_is_a_json_schema_and_every_reference_leads_somewhere() -> None:
    document = read_document()
    for schema in document["components"]["schemas"].values():
        assert jsonschema_rs.meta.is_valid(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        )
    for reference in references(document):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@pytest.fixture(scope="module")
def shared(api_ca: DemoCa) -> Iterator[ApiWorld]:
    with api_world(api_ca) as made:
        yield made


@pytest.mark.filterwarnings("ignore")
@DOCUMENT.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[*HealthCheck],
)
def test_requests_nobody_thought_of_are_answered_as_declared(
    case: schemathesis.Case[Any], shared: ApiWorld
) -> None:
    key = "prometheus" if case.path == "/metrics" else "portal"
    content = case.as_transport_kwargs(base_url="http://verifier.test").get("json")
    reply = shared.client.request(
        case.method,
        case.formatted_path,
        content=None if content is None else json.dumps(content).encode(),
        headers={"Content-Type": "application/json", **bearer(key)},
    )
    checks = [
        status_code_conformance,
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
    ]
    if case.path not in REFUSED:  # those answer 501
        checks.append(not_a_server_error)
    case.validate_response(schemathesis.Response.from_any(reply), checks=checks)

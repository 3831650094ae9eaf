"""A plan that writes groups is refused before its first write where it would stop at them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest
from pydantic import SecretStr

from provisioning.apply import ApplyOptions, apply_surveyed
from provisioning.apply_rights import require_rights
from provisioning.connection import Connection, ConnectionSettings
from provisioning.errors import KeycloakRefusedError, NotPermittedError
from provisioning.plan import Change, Plan
from provisioning.resources import Desired, Key, Kind, Live
from provisioning.survey import Surveyed
from tests.unit.provisioning.auth.factory import Seen, Server, reply, serving

NORTH, SOUTH = Key(Kind.GROUP, "/north"), Key(Kind.GROUP, "/north/south")
LIVE = Live("r", exists=True, objects={NORTH: {}}, ids={NORTH: "n1"})
ROLE = Change("create", Key(Kind.ROLE, "clerk"), (), {})
NEW = Change("create", NORTH, (), {})
BELOW = Change("create", SOUTH, (), {})
CHANGED = Change("update", NORTH, (), {}, "n1")
GONE = Change("delete", NORTH, (), None, "n1")


@contextmanager
def keycloak(status: int, body: object) -> Iterator[tuple[Server, Connection]]:
    """A server that answers every question so."""

    def answer(handler: BaseHTTPRequestHandler, _: Seen) -> None:
        reply(handler, status, json.dumps(body).encode())

    with serving(answer) as server:
        settings = ConnectionSettings(server.url, client_id="tool", client_secret=SecretStr("s"))
        yield server, Connection(settings)


def planned(*changes: Change, creates_realm: bool = False) -> Plan:
    return Plan("r", creates_realm, changes)


@pytest.mark.parametrize(
    ("change", "status", "body"),
    [
        (NEW, 403, {"error": "HTTP 403 Forbidden"}),
        (BELOW, 403, {"error": "HTTP 403 Forbidden"}),
        (CHANGED, 403, {"error": "HTTP 403 Forbidden"}),
        (GONE, 200, {"access": {"view": True, "manage": False}}),
        (GONE, 200, {}),
    ],
)
def test_without_the_right_it_is_refused_and_the_role_is_named(
    change: Change, status: int, body: object
) -> None:
    with keycloak(status, body) as (server, connection):
        surveyed = Surveyed(Desired("r", ()), LIVE, planned(ROLE, change))
        options = ApplyOptions(allow_loss=True)
        with pytest.raises(NotPermittedError, match="writes groups") as caught:
            apply_surveyed(connection, surveyed, options)
        assert "role manage-users of the client r-realm in master" in caught.value.hint
        assert "Nothing was written" in caught.value.hint
        assert len(server.others) == 1


@pytest.mark.parametrize(
    ("change", "status", "body", "asked"),
    [
        (NEW, 400, {"errorMessage": "Group name is missing"}, "POST /admin/realms/r/groups"),
        (BELOW, 200, {"access": {"manage": True}}, "GET /admin/realms/r/groups/n1"),
        (CHANGED, 200, {"access": {"manage": True}}, "GET /admin/realms/r/groups/n1"),
    ],
)
def test_with_the_right_one_question_is_asked_that_changes_nothing(
    change: Change, status: int, body: object, asked: str
) -> None:
    with keycloak(status, body) as (server, connection):
        require_rights(connection, planned(ROLE, change), LIVE)
        (seen,) = server.others
    assert f"{seen.method} {seen.path}" == asked
    assert seen.body in {b"", b"{}"}


def test_another_refusal_is_said_as_it_is() -> None:
    with (
        keycloak(500, {"error": "unknown_error"}) as (_, connection),
        pytest.raises(KeycloakRefusedError, match="500"),
    ):
        require_rights(connection, planned(NEW), LIVE)


@pytest.mark.parametrize("plan", [planned(ROLE), planned(NEW, creates_realm=True), planned()])
def test_nothing_is_asked_where_no_group_is_written_or_the_realm_is_made(plan: Plan) -> None:
    with keycloak(500, {}) as (server, connection):
        require_rights(connection, plan, LIVE)
        assert server.seen == []

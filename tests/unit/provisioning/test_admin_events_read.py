"""Reading events: few requests whatever a realm holds, and nobody's word taken for Keycloak's.

The server is a stand-in that filters and pages as Keycloak 26.7 does; tests/keycloak/test_drift.py
has the real one.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from pydantic import SecretStr

from provisioning.admin_events import Actor
from provisioning.admin_events_read import (
    CLOCKS,
    NAMES,
    PAGE,
    PAGES,
    known_of,
    names_of,
    read_trail,
)
from provisioning.connection import Connection, ConnectionSettings
from provisioning.errors import KeycloakRefusedError, UnexpectedAnswerError
from provisioning.resources import Key, Kind, Live
from provisioning.state import State
from tests.unit.provisioning.auth.factory import Seen, reply, serving

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
REALM = Key(Kind.REALM, "watched")
LIVE = Live("watched", exists=True, objects={REALM: {}}, ids={REALM: "watched-id"})
STATE = State("watched-id", "run", "who", AT, client="state-id")


def written(minutes: float, path: str = "clients/x", who: str = "admin") -> dict[str, Any]:
    """An event, some minutes after the apply."""
    at = AT + timedelta(minutes=minutes)
    return {
        "time": int(at.timestamp() * 1000),
        "operationType": "UPDATE",
        "resourcePath": path,
        "authDetails": {"realmId": "master-id", "userId": who, "ipAddress": "10.0.0.7"},
    }


APPLY = written(0.01, "clients/state-id", "tanba")


@dataclass
class Realm:
    """What the stand-in answers from, and what it was asked."""

    events: list[dict[str, Any]] = field(default_factory=list)
    forbidden: tuple[str, ...] = ()
    instead: Any = None
    asked: list[str] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        """As Keycloak's Admin API."""
        path, _, text = seen.path.partition("?")
        self.asked.append(seen.path)
        if any(part in path for part in self.forbidden):
            reply(handler, 403, b"{}")
        elif path.endswith("/admin-events"):
            body = self.instead if self.instead is not None else self.page(text)
            reply(handler, 200, json.dumps(body).encode())
        else:
            name = path.rpartition("/")[2]
            reply(handler, 200, json.dumps({"username": f"name of {name}"}).encode())

    def page(self, text: str) -> list[dict[str, Any]]:
        """One page, filtered."""
        query = urllib.parse.parse_qs(text)
        first, most = int(query.get("first", ["0"])[0]), int(query["max"][0])
        wanted = query.get("resourcePath")
        found = [
            event
            for event in sorted(self.events, key=lambda event: -event["time"])
            if event["time"] >= int(query.get("dateFrom", ["0"])[0])
            and (wanted is None or event["resourcePath"] in wanted)
        ]
        if query.get("direction") == ["asc"]:
            found.reverse()
        return found[first : first + most]


@contextmanager
def connected(realm: Realm) -> Iterator[Connection]:
    """A connection to the stand-in."""
    with serving(realm.answer) as server:
        settings = ConnectionSettings(
            server.url, client_id="tool", client_secret=SecretStr("planted")
        )
        yield Connection(settings)


def test_only_what_came_after_the_apply_counts_newest_first() -> None:
    realm = Realm([written(-5), written(0.005), APPLY, written(1), written(2)])
    with connected(realm) as connection:
        trail = read_trail(connection, LIVE, STATE, [Kind.CLIENT])
    assert [event.at for event in trail.events] == [AT + timedelta(minutes=m) for m in (2, 1)]
    assert trail.own == Actor("master-id", "tanba", "", "10.0.0.7")
    assert (trail.complete, trail.unread, len(realm.asked)) == (True, "", 2)


def test_of_many_events_the_newest_are_read_and_that_there_are_more_is_known() -> None:
    realm = Realm([APPLY, *(written(1 + n / 100) for n in range(PAGE * PAGES + 1))])
    with connected(realm) as connection:
        trail = read_trail(connection, LIVE, STATE, [Kind.CLIENT])
    assert len(trail.events) == PAGE * PAGES
    assert not trail.complete
    assert len(realm.asked) == 1 + PAGES


def test_kinds_without_events_cost_one_request() -> None:
    realm = Realm([APPLY, written(1)])
    with connected(realm) as connection:
        trail = read_trail(connection, LIVE, STATE, [Kind.LOCALIZATION])
    assert (trail.events, len(realm.asked)) == ((), 1)


def test_writing_the_record_often_hides_neither_the_apply_nor_the_writer() -> None:
    flood = [written(3 + n / 100, "clients/state-id", "mallory") for n in range(500)]
    with connected(Realm([APPLY, written(2), *flood])) as connection:
        trail = read_trail(connection, LIVE, STATE, [Kind.CLIENT])
    assert trail.own is not None
    assert trail.own.user_id == "tanba"
    assert {event.actor.user_id for event in trail.touched} == {"mallory"}
    assert trail.touched == tuple(sorted(trail.touched, key=lambda e: e.at, reverse=True))


@pytest.mark.parametrize(
    "events",
    [
        [],
        [written(10, "clients/state-id", "mallory")],
        [written(-CLOCKS.total_seconds() / 60 - 1, "clients/state-id", "old")],
    ],
)
def test_without_the_apply_s_own_event_nobody_is_taken_for_its_identity(
    events: list[dict[str, Any]],
) -> None:
    with connected(Realm([*events, written(1)])) as connection:
        trail = read_trail(connection, LIVE, STATE, [Kind.CLIENT])
    assert (trail.own, trail.since) == (None, AT)
    assert AT + timedelta(minutes=1) in {event.at for event in trail.events}


def test_where_no_apply_is_on_record_the_newest_of_all_are_read() -> None:
    realm = Realm([written(-500), written(1)])
    with connected(realm) as connection:
        for state in (None, State("watched-id")):
            trail = read_trail(connection, LIVE, state, [Kind.CLIENT])
            assert (trail.since, trail.own, len(trail.events)) == (None, None, 2)
    assert len(realm.asked) == 2


def test_an_identity_that_may_not_read_events_is_told_which_role_it_lacks() -> None:
    realm = Realm(forbidden=("admin-events",))
    with connected(realm) as connection:
        trail = read_trail(connection, LIVE, STATE, [Kind.CLIENT])
    assert "lacks the role view-events of the realm watched" in trail.unread
    assert len(realm.asked) == 1


@pytest.mark.parametrize("answer", [{}, "text", [{}], [{"time": "x"}], [None]])
def test_an_answer_that_is_no_list_of_events_is_an_error(answer: Any) -> None:
    with (
        connected(Realm(instead=answer)) as connection,
        pytest.raises(UnexpectedAnswerError),
    ):
        read_trail(connection, LIVE, STATE, [Kind.CLIENT])


def test_a_server_that_ignores_the_page_size_is_not_read_for_ever() -> None:
    realm = Realm(instead=[written(1)] * (PAGE + 7))
    with connected(realm) as connection:
        read_trail(connection, LIVE, STATE, [Kind.CLIENT])
    assert len(realm.asked) == 1 + PAGES


def actor(user: str, realm: str = "master-id") -> Actor:
    """Somebody."""
    return Actor(realm, user, "console", "10.0.0.7")


def test_people_are_asked_for_in_the_realm_they_are_of_and_each_once() -> None:
    realm = Realm()
    with connected(realm) as connection:
        people = [actor("a"), actor("a"), actor("b", "watched-id")]
        assert names_of(connection, LIVE, people) == {"a": "name of a", "b": "name of b"}
    assert realm.asked == ["/admin/realms/master/users/a", "/admin/realms/watched/users/b"]


def test_not_more_than_a_few_people_are_asked_for() -> None:
    realm = Realm()
    with connected(realm) as connection:
        names_of(connection, LIVE, [actor(f"user-{n}") for n in range(50)])
    assert len(realm.asked) == NAMES


def test_after_one_refusal_a_realm_is_not_asked_again() -> None:
    realm = Realm(forbidden=("master",))
    with connected(realm) as connection:
        people = [actor("a"), actor("b"), actor("c", "watched-id")]
        assert names_of(connection, LIVE, people) == {"c": "name of c"}
    assert len(realm.asked) == 2


def test_an_id_leads_nowhere_but_to_a_user() -> None:
    realm = Realm()
    with connected(realm) as connection:
        names_of(connection, LIVE, [actor(".."), actor("."), actor(""), actor("../../logout-all")])
    assert realm.asked == ["/admin/realms/master/users/..%2F..%2Flogout-all"]


def test_a_broken_server_is_an_error_and_not_a_missing_right() -> None:
    def broken(handler: BaseHTTPRequestHandler, _seen: Seen) -> None:
        reply(handler, 500, b"{}")

    with serving(broken) as server:
        settings = ConnectionSettings(server.url, client_id="t", client_secret=SecretStr("s"))
        with pytest.raises(KeycloakRefusedError):
            read_trail(Connection(settings), LIVE, STATE, [Kind.CLIENT])


def test_what_tanba_made_and_is_gone_is_known_by_its_written_id() -> None:
    there, gone = Key(Kind.CLIENT, "there"), Key(Kind.CLIENT, "gone")
    flow = Key(Kind.FLOW, "way in")
    tree = [{"flow": "form", "executions": [{"flow": "inner", "executions": []}]}]
    live = replace(
        LIVE,
        objects={there: {}, flow: {"executions": tree}},
        ids={there: "there-id", flow: "flow-id"},
    )
    known = known_of(live, replace(STATE, created={there: "there-id", gone: "gone-id"}))
    assert known.gone == {gone: "gone-id"}
    assert known.flows == {"form": "way in", "inner": "way in"}
    assert known_of(live, None).gone == {}

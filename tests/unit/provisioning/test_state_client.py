"""The client that keeps the state: read only when nobody touched it, however it is forged."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from provisioning.drift_digests import Applied
from provisioning.fingerprint import canonical, digest
from provisioning.ownership import prunes
from provisioning.resources import Body, Desired, Key, Kind, Live
from provisioning.state import ownership_of, read_state
from provisioning.state_client import ATTRIBUTE
from provisioning.state_text import Idle, State, StateUnreadableError, parsed, written

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REALM = Key(Kind.REALM, "shop")
ROLE = Key(Kind.ROLE, "auditor")
OURS = Key(Kind.CLIENT, "tanba-state")
SCOPES = Key(Kind.CLIENT_CLIENT_SCOPES, "tanba-state")
STATE = State(
    "realm-id",
    "20261123T120000Z-shop-0a1b2c",
    "ana@host",
    NOW,
    {ROLE: "1", Key(Kind.CLIENT_MAPPER, 'a "name" \u202e', "реестр"): "2"},
    {Key(Kind.CLIENT_ROLE, "uma_protection", "reports"): "4"},
    frozenset({Key(Kind.GROUP, "/a/b")}),
    {"3": Idle("sign-in set aside 1", NOW)},
    Applied(
        {ROLE: {"description": "AbCdEfGh", "secret": ""}},
        frozenset({Key(Kind.CLIENT_SCOPE, "microprofile-jwt")}),
        frozenset({(Kind.CLIENT_MAPPER, "portal")}),
    ),
    "client-id",
)
SHUT = {
    "enabled": False,
    "publicClient": True,
    "standardFlowEnabled": False,
    "redirectUris": [],
}


def shop(objects: Mapping[Key, Body], ids: Mapping[Key, str]) -> Live:
    return Live("shop", exists=True, objects=objects, ids=ids)


def realm_with(
    text: Any, *, client: Mapping[str, Any] | None = None, more: Mapping[Key, Body] | None = None
) -> Live:
    body = {**SHUT, "attributes": {ATTRIBUTE: text}, **(client or {})}
    objects: dict[Key, Body] = {REALM: {}, OURS: body, SCOPES: {"default": []}, ROLE: {}}
    ids = {REALM: "realm-id", OURS: "client-id", ROLE: "1"}
    return shop({**objects, **(more or {})}, ids)


def unsigned(state: State = STATE) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(written(state))
    del raw["checksum"]
    return raw


def signed(raw: Mapping[str, Any]) -> str:
    """As an attacker who can compute a checksum too."""
    return canonical({**raw, "checksum": digest(dict(raw))})


def test_a_state_is_read_as_it_was_written() -> None:
    assert read_state(realm_with(written(STATE))) == STATE
    assert written(STATE) == written(STATE)


def test_a_realm_without_the_client_keeps_nothing() -> None:
    state = read_state(shop({REALM: {}}, {REALM: "realm-id"}))
    assert state.empty
    assert state == State("realm-id")


def test_a_long_state_is_packed_and_read_again() -> None:
    objects = {
        Key(Kind.CLIENT, f"client-{number}"): {f"attributes.{n}": f"{n:08x}" for n in range(8)}
        for number in range(1_000)
    }
    long = replace(STATE, applied=replace(STATE.applied, objects=objects))
    text = written(long)
    assert text.startswith("zlib:")
    assert len(text) < 100_000
    assert read_state(realm_with(text)) == long


def test_the_text_holds_no_control_characters() -> None:
    assert json.dumps(STATE.who).isprintable()
    assert "\n" not in written(STATE)


BOMB = "zlib:" + base64.b64encode(zlib.compress(b'"' + b"a" * 40_000_000 + b'"', 9)).decode()
PACKED = "zlib:" + base64.b64encode(zlib.compress(written(STATE).encode())).decode()


@pytest.mark.parametrize(
    "text",
    [
        None,
        17,
        "",
        "null",
        "[]",
        "{}",
        "{",
        '{"version":1}',
        "[" * 100_000,
        '{"version":1,"a":"\\ud800"}',
        written(STATE)[:-2],
        written(STATE).replace("auditor", "admin-cli"),
        "zlib:",
        "zlib:%%%",
        PACKED[:-8],
        PACKED + "AAAA",
        BOMB,
        signed(unsigned() | {"version": 2}),
        signed(unsigned() | {"version": True}),
        signed(unsigned() | {"realm": "another-realm"}),
        signed(unsigned() | {"more": 1}),
        signed({k: v for k, v in unsigned().items() if k != "created"}),
        signed(unsigned() | {"created": [["role", "auditor", ""]]}),
        signed(unsigned() | {"created": [["wizard", "auditor", "", "1"]]}),
        signed(unsigned() | {"created": [["role", "a" * 5_000, "", "1"]]}),
        signed(unsigned() | {"at": "yesterday"}),
        signed(unsigned() | {"at": "2026-11-23T12:00:00"}),
    ],
    ids=range(27),
)
def test_a_damaged_or_forged_state_is_refused_and_prunes_nothing(text: Any) -> None:
    live = realm_with(text)
    with pytest.raises(StateUnreadableError) as raised:
        read_state(live)
    assert raised.value.exit_code == 3
    assert raised.value.hint
    found = prunes(Desired("shop", ()), live, ownership_of(live, at=NOW), writing=True)
    assert found.keys == frozenset()
    assert found.kept[0].startswith("nothing is pruned: ")


@pytest.mark.parametrize(
    "client",
    [
        {"enabled": True},
        {"standardFlowEnabled": True},
        {"serviceAccountsEnabled": True},
        {"directAccessGrantsEnabled": True},
        {"publicClient": False},
        {"fullScopeAllowed": True},
        {"redirectUris": ["https://attacker.example/*"]},
        {"webOrigins": ["*"]},
    ],
    ids=str,
)
def test_the_client_is_no_hiding_place_for_a_way_to_a_token(client: Mapping[str, Any]) -> None:
    with pytest.raises(StateUnreadableError, match=next(iter(client))):
        read_state(realm_with(written(STATE), client=client))


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (Key(Kind.CLIENT_MAPPER, "iin", "tanba-state"), {}),
        (Key(Kind.CLIENT_ROLE, "admin", "tanba-state"), {}),
        (SCOPES, {"default": ["eds-identity"]}),
        (Key(Kind.CLIENT_ROLE_SCOPE, "tanba-state"), {"realm": ["auditor"], "client": []}),
    ],
    ids=str,
)
def test_nothing_may_be_hung_on_the_client(key: Key, body: Body) -> None:
    with pytest.raises(StateUnreadableError, match="was given"):
        read_state(realm_with(written(STATE), more={key: body}))


def test_what_hangs_on_the_client_cannot_repaint_a_terminal() -> None:
    evil = Key(Kind.CLIENT_ROLE, "a\x1b[2J\nb", "tanba-state")
    with pytest.raises(StateUnreadableError) as raised:
        read_state(realm_with(written(STATE), more={evil: {}}))
    assert raised.value.message.isprintable()


def test_a_state_copied_from_another_realm_says_nothing() -> None:
    with pytest.raises(StateUnreadableError, match="another realm"):
        parsed(written(STATE), realm="the copy's id")

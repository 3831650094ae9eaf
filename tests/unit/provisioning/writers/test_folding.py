from __future__ import annotations

from typing import Any

from provisioning.diff import differences
from provisioning.plan import Action, Change
from provisioning.resources import Body, Key, Kind
from provisioning.writers.folding import folded

CLIENT, SCOPE = Key(Kind.CLIENT, "portal"), Key(Kind.CLIENT_SCOPE, "eds")
GIVEN = Key(Kind.CLIENT_CLIENT_SCOPES, "portal")
MAPPER = Key(Kind.CLIENT_MAPPER, "iin", "portal")
SCOPE_MAPPER = Key(Kind.CLIENT_SCOPE_MAPPER, "iin", "eds")
SCOPES = {"default": frozenset({"basic"}), "optional": frozenset[str]()}


def _change(key: Key, body: Body | None, action: Action = "create") -> Change:
    return Change(action, key, differences(body or {}, {}), body)


def test_a_new_client_takes_its_scopes_and_mappers_along() -> None:
    changes = [
        _change(CLIENT, {"enabled": True}),
        _change(GIVEN, SCOPES),
        _change(MAPPER, {"protocol": "openid-connect"}),
    ]
    (write,) = folded(changes)
    assert write.changes[1:] == tuple(changes[1:])
    assert write.change.key == CLIENT
    assert write.change.body == {
        "enabled": True,
        "defaultClientScopes": frozenset({"basic"}),
        "optionalClientScopes": frozenset(),
        "protocolMappers": ({"name": "iin", "protocol": "openid-connect"},),
    }


def test_a_new_client_scope_takes_its_mappers_along() -> None:
    (write,) = folded([_change(SCOPE, {}), _change(SCOPE_MAPPER, {"config": {"a": "1"}})])
    assert write.change.body == {"protocolMappers": ({"name": "iin", "config": {"a": "1"}},)}


def test_nothing_is_lost_and_nothing_is_written_twice() -> None:
    changes = [
        _change(Key(Kind.ROLE, "clerk"), {}),
        _change(SCOPE, {}),
        _change(SCOPE_MAPPER, {}),
        _change(CLIENT, {}),
        _change(Key(Kind.CLIENT, "other"), {"name": "x"}, "update"),
        _change(GIVEN, SCOPES),
        _change(Key(Kind.CLIENT_CLIENT_SCOPES, "other"), SCOPES, "update"),
        _change(MAPPER, {}),
        _change(Key(Kind.CLIENT_MAPPER, "old", "other"), None, "delete"),
        _change(Key(Kind.CLIENT_MAPPER, "new", "other"), {}),
    ]
    writes = folded(changes)
    told = [change.key for write in writes for change in write.changes]
    assert sorted(told) == sorted(change.key for change in changes)
    assert [write.change.key for write in writes] == [
        Key(Kind.ROLE, "clerk"),
        SCOPE,
        CLIENT,
        Key(Kind.CLIENT, "other"),
        Key(Kind.CLIENT_CLIENT_SCOPES, "other"),
        Key(Kind.CLIENT_MAPPER, "old", "other"),
        Key(Kind.CLIENT_MAPPER, "new", "other"),
    ]


def test_scopes_of_which_only_one_list_is_declared_do_not_empty_the_other() -> None:
    only_default: dict[str, Any] = {"default": frozenset({"basic"})}
    writes = folded([_change(CLIENT, {}), _change(GIVEN, only_default)])
    assert [write.change.key for write in writes] == [CLIENT, GIVEN]
    assert writes[0].change.body == {}


def test_a_role_called_like_a_client_carries_nothing() -> None:
    writes = folded([_change(Key(Kind.ROLE, "portal"), {}), _change(GIVEN, SCOPES)])
    assert [len(write.changes) for write in writes] == [1, 1]

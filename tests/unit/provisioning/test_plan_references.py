"""A plan that could not be carried out whole is refused before its first write."""

from __future__ import annotations

from typing import Any

import pytest

from provisioning.plan import plan
from provisioning.plan_references import require_references
from provisioning.resources import Desired, Key, Kind, Live, Resource
from provisioning.writers.flow_bindings import BuiltInFlowError
from provisioning.writers.ids import ReferenceMissingError

NOBODY = frozenset({"nosuch"})
THERE = {
    Key(Kind.REALM, "r"): {},
    Key(Kind.CLIENT, "c"): {},
    Key(Kind.ROLE, "plain"): {},
    Key(Kind.FLOW, "browser"): {"builtIn": True, "executions": []},
}
LIVE = Live("r", exists=True, objects=THERE)


def _require(*resources: Resource, live: Live = LIVE) -> None:
    desired = Desired("r", resources)
    require_references(desired, live, plan(desired, live))


@pytest.mark.parametrize(
    ("key", "body", "words"),
    [
        (Key(Kind.ROLE_COMPOSITES, "plain"), {"realm": NOBODY}, "the role nosuch"),
        (Key(Kind.ROLE_COMPOSITES, "plain"), {"client": {"c/nosuch"}}, "the client role c/nosuch"),
        (Key(Kind.CLIENT_CLIENT_SCOPES, "c"), {"default": NOBODY}, "the client scope nosuch"),
        (Key(Kind.REALM_CLIENT_SCOPES, "default"), {"optional": NOBODY}, "the client scope nosuch"),
        (Key(Kind.CLIENT_ROLE_SCOPE, "c"), {"realm": NOBODY}, "the role nosuch"),
        (Key(Kind.GROUP, "/g"), {"realmRoles": NOBODY}, "the role nosuch"),
        (Key(Kind.DEFAULT_GROUPS, "default"), {"groups": {"/nosuch"}}, "the group /nosuch"),
        (Key(Kind.REALM, "r"), {"browserFlow": "nosuch"}, "the flow nosuch"),
        (
            Key(Kind.CLIENT, "c"),
            {"authenticationFlowBindingOverrides": {"browser": "nosuch"}},
            "the flow nosuch",
        ),
        (Key(Kind.CLIENT_MAPPER, "m", "nosuch"), {}, "the client nosuch"),
        (Key(Kind.CLIENT_ROLE, "x", "nosuch"), {}, "the client nosuch"),
        (Key(Kind.IDENTITY_PROVIDER_MAPPER, "m", "nosuch"), {}, "the identity provider nosuch"),
    ],
)
def test_what_is_neither_declared_nor_there_is_named(
    key: Key, body: dict[str, Any], words: str
) -> None:
    frozen = {name: frozenset(v) if isinstance(v, set) else v for name, v in body.items()}
    with pytest.raises(ReferenceMissingError) as caught:
        _require(Resource(key, frozen))
    assert words in caught.value.message
    assert "Nothing was written" in caught.value.hint


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(ReferenceMissingError, match=r"the role a,.*the role b,"):
        _require(Resource(Key(Kind.ROLE_COMPOSITES, "plain"), {"realm": frozenset({"a", "b"})}))


def test_what_is_declared_in_the_same_policy_is_there() -> None:
    composites = Resource(Key(Kind.ROLE_COMPOSITES, "plain"), {"realm": NOBODY})
    _require(composites, Resource(Key(Kind.ROLE, "nosuch"), {}))


def test_what_the_same_plan_deletes_is_not_there() -> None:
    objects = {**THERE, Key(Kind.ROLE, "nosuch"): {}}
    live = Live("r", exists=True, objects=objects)
    composites = Resource(Key(Kind.ROLE_COMPOSITES, "plain"), {"realm": NOBODY})
    desired = Desired("r", (composites,), absent=frozenset({Key(Kind.ROLE, "nosuch")}))
    with pytest.raises(ReferenceMissingError):
        require_references(desired, live, plan(desired, live))


def test_a_binding_to_no_flow_refers_to_none() -> None:
    _require(Resource(Key(Kind.CLIENT, "c"), {"authenticationFlowBindingOverrides": {"b": ""}}))


def test_of_a_realm_that_is_not_there_yet_nothing_is_said() -> None:
    composites = Resource(Key(Kind.ROLE_COMPOSITES, "plain"), {"realm": NOBODY})
    _require(composites, live=Live("r", exists=False))


def test_keycloaks_own_flow_keeps_its_steps() -> None:
    steps = ({"provider": "auth-cookie", "requirement": "REQUIRED"},)
    with pytest.raises(BuiltInFlowError, match="browser"):
        _require(Resource(Key(Kind.FLOW, "browser"), {"executions": steps}))


def test_no_name_repaints_the_line() -> None:
    with pytest.raises(ReferenceMissingError) as caught:
        _require(Resource(Key(Kind.ROLE_COMPOSITES, "plain"), {"realm": frozenset({"\x1b[2J"})}))
    assert "\x1b" not in caught.value.message


def test_the_id_of_a_client_may_hold_a_slash() -> None:
    includes = Resource(Key(Kind.ROLE_COMPOSITES, "plain"), {"client": frozenset({"a/b/r"})})
    role = Key(Kind.CLIENT_ROLE, "r", "a/b")
    live = Live("r", exists=True, objects={**THERE, Key(Kind.CLIENT, "a/b"): {}, role: {}})
    _require(includes, live=live)
    with pytest.raises(ReferenceMissingError, match="the client role a/b/r"):
        _require(includes)

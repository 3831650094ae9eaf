"""What is kept of a realm before a run: what comes back, and no secret."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import SecretStr

from policies.model import PortalPolicy
from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.diff import MASK
from provisioning.keepers import PROFILE
from provisioning.plan import plan
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource
from provisioning.runs_image import Image, decoded, encoded, images
from tests.unit.provisioning.conftest import PLANTED, changed

REALM = Key(Kind.REALM, "shop")
ROLE = Key(Kind.ROLE, "auditor")
CLIENT = Key(Kind.CLIENT, "reports")
MAPPER = Key(Kind.CLIENT_MAPPER, "bin", "reports")
FLOW = Key(Kind.FLOW, "sign-in")


def shop(objects: Mapping[Key, Body]) -> Live:
    ids = {key: f"id of {key}" for key in objects}
    return Live("shop", exists=True, objects=objects, ids=ids)


def image_of(declared: Body, live: Body, key: Key = CLIENT) -> Image:
    found = shop({key: live})
    (image,) = images(plan(Desired("shop", (Resource(key, declared),)), found), found)
    return image


@pytest.mark.parametrize(
    ("declared", "live", "before"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}, {"b": 3}),
        ({"a": True}, {}, {"a": None}),
        ({"a": None}, {"a": "x"}, {"a": "x"}),
        ({"a": {"b": "x", "c": "y"}}, {"a": {"b": "z", "c": "y"}}, {"a": {"b": "z"}}),
        ({"a": {"b": "x"}}, {}, {"a": None}),
        ({"a": {"b": "x"}}, {"a": {}}, {"a": {"b": None}}),
        ({"a": frozenset({"x"})}, {"a": ["z", "y"]}, {"a": frozenset({"y", "z"})}),
        ({"a": ("x", "y")}, {"a": ["y", "x"]}, {"a": ("y", "x")}),
        ({"a": None}, {"a": ["z", "y"]}, {"a": frozenset({"y", "z"})}),
        ({"a": frozenset({"x"})}, {}, {"a": None}),
    ],
    ids=itertools.count(),
)
def test_of_an_update_the_values_that_are_changed_are_kept(
    declared: Body, live: Body, before: Body
) -> None:
    image = image_of(declared, live)
    assert image.before == before
    assert image.action == "update"
    assert image.live_id == f"id of {CLIENT}"


def test_what_a_run_left_is_kept_beside_it_to_tell_later_changes() -> None:
    assert image_of({"a": {"b": 2}}, {"a": {"b": 1}}).left == {"a.b": 2}


@pytest.mark.parametrize(
    ("declared", "live", "left_out"),
    [
        ({"secret": SecretStr(PLANTED)}, {"secret": SecretStr(f"{PLANTED}-old")}, "secret"),
        ({"secret": SecretStr(PLANTED)}, {}, "secret"),
        ({"secret": None}, {"secret": SecretStr(PLANTED)}, "secret"),
        ({"smtp": {"password": "new"}}, {"smtp": {"password": MASK}}, "smtp.password"),
        ({"config": {"k": frozenset({"new"})}}, {"config": {"k": [MASK]}}, "config.k"),
        ({SMTP_FINGERPRINT: "scrypt$new"}, {SMTP_FINGERPRINT: "scrypt$old"}, SMTP_FINGERPRINT),
    ],
    ids=itertools.count(),
)
def test_a_secret_is_named_and_not_kept(declared: Body, live: Body, left_out: str) -> None:
    image = image_of(declared, live)
    assert image.left_out == (left_out,)
    assert PLANTED not in repr(image)
    assert PLANTED not in json.dumps(encoded(image.before))
    assert "scrypt" not in repr(image)


def test_what_was_made_has_nothing_before_it() -> None:
    live = shop({})
    (image,) = images(plan(Desired("shop", (Resource(ROLE, {"description": "x"}),)), live), live)
    assert (image.action, image.before, image.left) == ("create", None, {"description": "x"})


def test_a_delete_keeps_the_whole_object_and_all_that_goes_with_it() -> None:
    live = shop(
        {
            CLIENT: {
                "redirectUris": ["https://b", "https://a"],
                "secret": SecretStr(PLANTED),
                "attributes": {"client.secret.creation.time": "1", "saml": "x"},
                "description": None,
            },
            MAPPER: {"config": {"claim.name": "bin", "password": MASK}},
            Key(Kind.CLIENT_ROLE, "reader", "reports"): {"attributes": {}},
            Key(Kind.CLIENT_CLIENT_SCOPES, "reports"): {"default": ["basic"], "optional": []},
            Key(Kind.ROLE, "their-role"): {},
        }
    )
    desired = Desired("shop", (), absent=frozenset({CLIENT}))
    found = {image.key: image for image in images(plan(desired, live), live)}
    assert {image.action for image in found.values()} == {"delete"}
    assert found[CLIENT].before == {
        "redirectUris": frozenset({"https://a", "https://b"}),
        "attributes": {"saml": "x"},
    }
    assert found[CLIENT].left_out == ("secret",)
    assert found[MAPPER].before == {"config": {"claim.name": "bin"}}
    assert found[MAPPER].left_out == ("config.password",)
    assert found[Key(Kind.CLIENT_CLIENT_SCOPES, "reports")].before == {
        "default": frozenset({"basic"}),
        "optional": frozenset(),
    }
    assert Key(Kind.ROLE, "their-role") not in found


def test_a_delete_keeps_the_places_that_name_the_object() -> None:
    group, composites = Key(Kind.GROUP, "/a"), Key(Kind.ROLE_COMPOSITES, "chief")
    scope = Key(Kind.CLIENT_ROLE_SCOPE, "portal")
    live = shop(
        {
            ROLE: {},
            CLIENT: {},
            group: {"realmRoles": ["auditor", "other"], "clientRoles": []},
            composites: {"realm": ["auditor"], "client": ["reports/reader"]},
            scope: {"realm": ["other"], "client": ["reports/reader", "account/x"]},
            Key(Kind.CLIENT_ROLE, "reader", "reports"): {},
            Key(Kind.ROLE_COMPOSITES, "other"): {"realm": [], "client": []},
        }
    )
    desired = Desired("shop", (), absent=frozenset({ROLE, CLIENT}))
    found = {image.key: image for image in images(plan(desired, live), live)}
    assert found[group].before == {"realmRoles": frozenset({"auditor", "other"})}
    assert found[composites].before == {
        "realm": frozenset({"auditor"}),
        "client": frozenset({"reports/reader"}),
    }
    assert found[scope].before == {"client": frozenset({"reports/reader", "account/x"})}
    assert found[group].action == "update"
    assert Key(Kind.ROLE_COMPOSITES, "other") not in found


def test_a_profile_keeps_the_order_of_its_page() -> None:
    live = {"attributes": {"username": {}, "email": {"required": {}}, "iin": {"group": "x"}}}
    declared = {"attributes": {"iin": {"group": "y"}, "bin": {"group": "y"}}}
    before = image_of(declared, live, PROFILE).before
    assert before is not None
    assert list(before["attributes"].items()) == [
        ("username", {}),
        ("email", {}),
        ("iin", {"group": "x"}),
        ("bin", None),
    ]


def test_a_flow_is_kept_whole_and_so_is_what_is_bound_to_it() -> None:
    old = [{"provider": "auth-cookie", "requirement": "REQUIRED"}]
    new = ({"provider": "deny-access", "requirement": "REQUIRED"},)
    override = {"authenticationFlowBindingOverrides": {"browser": FLOW.name}}
    live = shop(
        {
            FLOW: {"description": "d", "executions": old, "builtIn": False},
            REALM: {"browserFlow": FLOW.name, "verifyEmail": True},
            CLIENT: override,
        }
    )
    desired = Desired(
        "shop",
        (
            Resource(FLOW, {"executions": new}),
            Resource(REALM, {"browserFlow": FLOW.name, "verifyEmail": True}),
            Resource(CLIENT, override),
        ),
    )
    found = {image.key: image.before for image in images(plan(desired, live), live)}
    assert found == {
        FLOW: {"description": "d", "executions": tuple(old)},
        REALM: {"browserFlow": FLOW.name},
        CLIENT: override,
    }


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"a": frozenset({"y", "x"}), "b": ("x", "y"), "c": {"d": None}, "e": (1, True)},
        {"$set": ("x",), "$$set": "y", "$": frozenset()},
        {"a": ({"provider": "p", "config": {"k": "v"}},)},
    ],
    ids=itertools.count(),
)
def test_a_body_comes_back_from_json_as_it_was(value: Any) -> None:
    there_and_back = decoded(json.loads(json.dumps(encoded(value))))
    assert there_and_back == value


@pytest.mark.parametrize("value", [{"$set": "x"}, {"$set": [], "a": 1}, {"a": {"$set": {}}}])
def test_what_is_never_written_is_not_read(value: Any) -> None:
    with pytest.raises(ValueError, match="without order"):
        decoded(value)


def test_no_planted_secret_is_kept_of_a_portals_realm(
    desired: Desired, as_declared: Live, grain_receipts: PortalPolicy
) -> None:
    portal = Key(Kind.CLIENT, grain_receipts.portal.client_id)
    other = {**as_declared.objects[portal], "secret": SecretStr(f"{PLANTED}-old"), "enabled": False}
    live = changed(as_declared, portal, other)
    found = images(plan(desired, live), live)
    assert [image.before for image in found if image.key == portal] == [{"enabled": False}]
    everything = images(plan(Desired(live.realm, (), absent=frozenset(live.objects)), live), live)
    assert PLANTED not in repr(found) + repr(everything)
    assert PLANTED not in json.dumps([encoded(image.before) for image in everything])

"""What people and programs are shown of a plan."""

from __future__ import annotations

import json

import click
from pydantic import SecretStr

from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.plan import plan
from provisioning.render import as_json, as_text
from provisioning.resources import Desired, Key, Kind, Live
from tests.unit.provisioning.conftest import PLANTED, changed

PORTAL = Key(Kind.CLIENT, "portal")


def test_a_plan_never_shows_a_secret(desired: Desired, as_declared: Live) -> None:
    other = {**as_declared.objects[PORTAL], "secret": SecretStr(f"{PLANTED}-old")}
    for live in (
        Live(desired.realm, exists=False),
        changed(as_declared, PORTAL, other),
    ):
        found = plan(desired, live)
        assert not found.empty
        shown = as_text(found) + json.dumps(as_json([found], server="https://id.example"))
        assert PLANTED not in shown + repr(found)


def test_a_change_is_shown_by_its_path_before_and_after(
    desired: Desired, as_declared: Live
) -> None:
    key = Key(Kind.REALM, "grain-receipts")
    live = changed(as_declared, key, {**as_declared.objects[key], "verifyEmail": False})
    text = as_text(plan(desired, live))
    assert text == (
        "grain-receipts: 1 to update\n  ~ realm grain-receipts\n      verifyEmail: false -> true\n"
        "      ! sign-ins: A sign-in may be asked for something else or by other means."
    )


def test_colour_adds_nothing_but_colour(desired: Desired, as_declared: Live) -> None:
    surplus = Key(Kind.CLIENT_MAPPER, "extra", "portal")
    plans = [
        plan(desired, Live(desired.realm, exists=False)),
        plan(desired, changed(as_declared, surplus, {"name": "extra"})),
    ]
    for found, sign in zip(plans, ("\x1b[32m  +", "\x1b[31m  -"), strict=True):
        coloured = as_text(found, colour=True)
        assert sign in coloured
        assert click.unstyle(coloured) == as_text(found)
        assert "\x1b" not in as_text(found)


def test_what_is_computed_from_a_secret_is_masked_as_one(
    desired: Desired, as_declared: Live
) -> None:
    key = Key(Kind.REALM, "grain-receipts")
    attributes = {**as_declared.objects[key]["attributes"], SMTP_FINGERPRINT: "0123abcd"}
    live = changed(as_declared, key, {**as_declared.objects[key], "attributes": attributes})
    shown = as_text(plan(desired, live)) + json.dumps(as_json([plan(desired, live)], server="x"))
    assert SMTP_FINGERPRINT in shown
    assert "0123abcd" not in shown


def test_nothing_to_do_is_said_in_words(desired: Desired, as_declared: Live) -> None:
    assert as_text(plan(desired, as_declared)) == "grain-receipts: as declared"


def test_of_a_new_realm_it_is_said_that_it_is_new(desired: Desired) -> None:
    text = as_text(plan(desired, Live(desired.realm, exists=False)))
    count = len(desired.resources)
    assert text.startswith(f"grain-receipts: the realm is new, {count} to create\n")
    empty = plan(Desired("shop", ()), Live("shop", exists=False))
    assert as_text(empty) == "shop: the realm is new\n  + realm shop (new)"


def test_the_json_plan_has_its_version_and_every_change(desired: Desired) -> None:
    found = plan(desired, Live(desired.realm, exists=False))
    body = as_json([found], server="https://id.example")
    assert (body["version"], body["server"]) == (1, "https://id.example")
    (realm,) = body["realms"]
    assert realm["creates_realm"] is True
    assert len(realm["changes"]) == len(desired.resources)
    json.dumps(body)

"""What people and programs are shown of a plan."""

from __future__ import annotations

import json

from pydantic import SecretStr

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
        "grain-receipts: 1 to update\n  ~ realm grain-receipts\n      verifyEmail: false -> true"
    )


def test_nothing_to_do_is_said_in_words(desired: Desired, as_declared: Live) -> None:
    assert as_text(plan(desired, as_declared)) == "grain-receipts: as declared"


def test_the_json_plan_has_its_version_and_every_change(desired: Desired) -> None:
    found = plan(desired, Live(desired.realm, exists=False))
    body = as_json([found], server="https://id.example")
    assert (body["version"], body["server"]) == (1, "https://id.example")
    (realm,) = body["realms"]
    assert realm["creates_realm"] is True
    assert len(realm["changes"]) == len(desired.resources)
    json.dumps(body)

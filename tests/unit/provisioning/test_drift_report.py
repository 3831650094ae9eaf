"""What drift says, to programs and to people: whose change, by whom, and what limits the answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import SecretStr

from provisioning.admin_events import Actor, AdminEvent
from provisioning.admin_events_read import Trail
from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.drift import Drift, drift
from provisioning.drift_check import TOLD, Checked, Told, tell
from provisioning.drift_digests import applied_of
from provisioning.drift_report import (
    SHOWN_EVENTS,
    as_json,
    document_of,
    realm_of,
    remarks,
    schema,
)
from provisioning.drift_text import as_text
from provisioning.plan import plan
from provisioning.resources import Desired, Key, Kind, Live, Resource
from provisioning.state import State
from provisioning.unmanaged import Unmanaged
from tests.conftest import ROOT

REALM = "grain-receipts"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLIENT, ROLE = Key(Kind.CLIENT, "portal"), Key(Kind.ROLE, "operator")
TEXTS, MAPPER = Key(Kind.LOCALIZATION, "kk"), Key(Kind.CLIENT_MAPPER, "spy", "portal")
TANBA = Actor("master-id", "tanba-id", "tanba-client-id", "10.0.0.1")
ADMIN = Actor("master-id", "admin-id", "console-id", "10.0.0.7")


def event(
    path: str, minutes: int = 1, actor: Actor = ADMIN, operation: str = "UPDATE"
) -> AdminEvent:
    """Somebody's request, some minutes after the apply."""
    return AdminEvent(AT + timedelta(minutes=minutes), operation, path, actor)


def checked(
    found: dict[Key, dict[str, Any]],
    *,
    events: Iterable[AdminEvent] = (),
    touched: Iterable[AdminEvent] = (),
    now: dict[Key, dict[str, Any]] | None = None,
) -> Checked:
    """A look at a realm to which four objects were applied; `now`: what is declared since."""
    then: dict[Key, dict[str, Any]] = {
        CLIENT: {"name": "Portal", "enabled": True, "secret": SecretStr("planted")},
        ROLE: {"description": "x"},
        TEXTS: {"hello": "сәлем"},
    }
    rules = frozenset({(Kind.CLIENT_MAPPER, "portal")})

    def desired(objects: dict[Key, dict[str, Any]]) -> Desired:
        resources = tuple(Resource(key, body) for key, body in objects.items())
        return Desired(REALM, resources, complete=rules)

    state = State("id", "run-1", "aigerim@ci", AT, applied=applied_of(desired(then)), client="c")
    declared = desired(then | (now or {}))
    objects = {**then, **found}
    live = Live(REALM, exists=True, objects=objects, ids={key: f"id-{key}" for key in objects})
    trail = Trail(AT, tuple(events), tuple(touched), TANBA)
    result = drift(plan(declared, live), live, state)
    suspects = [o.key for o in result.objects if o.perhaps_in_keycloak]
    told = tell(suspects, trail, live, state)
    return Checked(result, state, trail=trail, told=told, names={"admin-id": "aigerim"})


def without(one: Checked, **trail: Any) -> Checked:
    """The same look with another trail."""
    return replace(one, trail=replace(one.trail, **trail))


RENAMED: dict[Key, dict[str, Any]] = {
    CLIENT: {"name": "Evil", "enabled": True, "secret": SecretStr("planted")}
}


def test_a_change_is_said_with_who_when_and_from_where() -> None:
    text = as_text(realm_of(checked(RENAMED, events=[event("clients/id-portal")])))
    assert text == (
        "grain-receipts: objects not as declared: 1 changed in Keycloak since the apply of "
        "2026-11-23T12:00:00Z by aigerim@ci (run run-1)\n"
        "  ~ client portal: changed in Keycloak\n"
        '      name: declared "Portal", found "Evil"\n'
        "      > 2026-11-23T12:01:00Z UPDATE by aigerim from 10.0.0.7 (clients/id-portal)"
    )


def test_a_realm_as_declared_says_so() -> None:
    assert as_text(realm_of(checked({}))) == (
        "grain-receipts: as declared since the apply of 2026-11-23T12:00:00Z by aigerim@ci "
        "(run run-1)"
    )


def test_an_apply_that_wrote_nothing_but_its_record_has_no_run() -> None:
    one = checked({})
    one = replace(one, state=replace(one.state or State(""), run=""))
    assert as_text(realm_of(one)).endswith("by aigerim@ci")


def test_a_policy_s_change_asks_for_nobody() -> None:
    one = checked({}, now={ROLE: {"description": "y"}}, events=[event("roles/operator")])
    record = realm_of(one).objects[0]
    assert (record.changed_in, record.events) == ("policy", ())
    assert "role operator: changed in the policy" in as_text(realm_of(one))


def test_each_value_has_its_side_when_they_differ() -> None:
    one = checked(
        RENAMED, now={CLIENT: {"name": "Portal", "enabled": False, "secret": SecretStr("planted")}}
    )
    text = as_text(realm_of(one))
    assert "client portal: changed in several places" in text
    assert 'name: declared "Portal", found "Evil" (changed in Keycloak)' in text
    assert "enabled: declared false, found true (changed in the policy)" in text


def test_what_was_added_in_keycloak_is_said_without_its_contents() -> None:
    one = checked({MAPPER: {"config": {"claim": "x"}}})
    record = realm_of(one).objects[0]
    assert (record.what, record.changed_in, record.differences) == ("surplus", "keycloak", ())
    assert "+ client_mapper portal/spy: added in Keycloak" in as_text(realm_of(one))


def test_a_secret_is_never_shown_and_nobody_is_said_to_have_changed_it() -> None:
    one = checked({CLIENT: {"name": "Portal", "enabled": True, "secret": SecretStr("stolen")}})
    document = as_json(document_of([one], server="https://id.example"))
    for text in (document, as_text(realm_of(one))):
        assert "planted" not in text
        assert "stolen" not in text
    assert as_text(realm_of(one)).splitlines()[1:3] == [
        "  ~ client portal: changed, where cannot be told",
        "      secret: found another secret than declared",
    ]


def test_what_is_computed_from_a_secret_is_masked() -> None:
    realm = Key(Kind.REALM, REALM)
    one = checked(
        {realm: {"attributes": {SMTP_FINGERPRINT: "digest-found"}}},
        now={realm: {"attributes": {SMTP_FINGERPRINT: "digest-declared"}}},
    )
    document = as_json(document_of([one], server="https://id.example"))
    assert "digest-" not in document + as_text(realm_of(one))


def test_what_no_policy_names_is_listed_with_who_wrote_to_it_and_is_no_difference() -> None:
    spy, old = Key(Kind.CLIENT, "spy"), Key(Kind.ROLE, "old")
    one = checked({}, events=[event("clients/id-spy", operation="CREATE")])
    assert realm_of(one).unmanaged is None
    known = Live(REALM, exists=True, objects={}, ids={spy: "id-spy"})
    one = replace(
        one,
        unmanaged=(Unmanaged(spy), Unmanaged(old, ("attributes.a\x1b", "b"))),
        told=tell([spy, old], one.trail, known, one.state),
    )
    assert one.clean
    assert as_text(realm_of(one)).splitlines()[1:] == [
        "  * client spy: no policy names it",
        "      > 2026-11-23T12:01:00Z CREATE by aigerim from 10.0.0.7 (clients/id-spy)",
        "  * role old: not named: attributes.a\\u001b, b",
    ]


def test_events_are_the_newest_and_the_rest_is_counted() -> None:
    events = [event("clients/id-portal", minutes) for minutes in range(9, 0, -1)]
    record = realm_of(checked(RENAMED, events=events)).objects[0]
    assert [e.at.minute for e in record.events] == [9, 8, 7, 6, 5]
    assert record.more_events == 9 - SHOWN_EVENTS


def test_an_event_that_may_mean_another_object_is_perhaps() -> None:
    gone = checked({}, now={Key(Kind.CLIENT, "gone"): {"name": "x"}})
    assert realm_of(gone).objects[0].changed_in == "policy"
    one = checked({MAPPER: {"config": {}}}, events=[event("clients/id-portal")])
    assert "> perhaps 2026-11-23T12:01:00Z UPDATE by aigerim" in as_text(realm_of(one))


def test_the_identity_that_applies_is_told_apart() -> None:
    one = checked(RENAMED, events=[event("clients/id-portal", actor=TANBA)])
    assert realm_of(one).objects[0].events[0].applies
    assert "by the user with the id tanba-id, the identity that applies, from" in as_text(
        realm_of(one)
    )


def test_without_any_event_it_says_so() -> None:
    assert "> no admin event tells who" in as_text(realm_of(checked(RENAMED)))


def test_of_more_objects_than_were_looked_into_it_is_not_said_that_nobody_did_it() -> None:
    many: dict[Key, dict[str, Any]] = {
        Key(Kind.CLIENT_MAPPER, f"{n}", "portal"): {"config": {}} for n in range(TOLD + 1)
    }
    text = as_text(realm_of(checked(many)))
    assert text.count("added in Keycloak") == TOLD + 1
    assert "no admin event tells who" not in text


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (without(checked(RENAMED), unread="it may not read them"), "it may not read them"),
        (without(checked(RENAMED), since=None), "no apply is on record, so these are the last"),
        (without(checked(RENAMED), own=None), "is not among Keycloak's admin events"),
        (without(checked(RENAMED), complete=False), "only the newest 1,000 events"),
        (
            replace(
                checked(RENAMED),
                told={Key(Kind.ROLE, str(number)): Told() for number in range(TOLD)},
            ),
            "only looked for of the first 200 objects",
        ),
        (replace(checked(RENAMED), records_events=False), "records no admin events in this realm"),
        (checked({TEXTS: {"hello": "x"}}), "never records who changes: localization"),
    ],
)
def test_what_limits_the_answer_is_said(one: Checked, words: str) -> None:
    assert words in " ".join(remarks(one))
    assert words in as_text(realm_of(one))


def test_limits_are_not_said_where_nobody_changed_anything_in_keycloak() -> None:
    one = checked({}, now={ROLE: {"description": "y"}})
    assert remarks(without(one, unread="it may not read them", own=None)) == []


def test_a_stranger_s_write_to_the_record_is_said_even_when_the_policy_seems_changed() -> None:
    one = checked({}, now={ROLE: {"description": "y"}}, touched=[event("clients/c")])
    (sentence,) = remarks(one)
    assert "record of the last apply was written at 2026-11-23T12:01:00Z by aigerim" in sentence
    own = checked({}, now={ROLE: {"description": "y"}}, touched=[event("clients/c", actor=TANBA)])
    assert remarks(own) == []


def test_a_damaged_record_is_a_finding() -> None:
    one = replace(checked({}), state=None, damage="its checksum does not fit")
    assert not one.clean
    record = realm_of(one)
    assert (record.applied, record.state_damage) == (None, "its checksum does not fit")
    assert "  ! the record of the last apply is damaged: its checksum" in as_text(record)


def test_a_realm_that_is_not_there_is_one_line() -> None:
    one = Checked(Drift(REALM, missing=True, objects=()), State(""))
    assert not one.clean
    assert as_text(realm_of(one)) == "grain-receipts: the realm is not there"


def test_a_realm_without_a_record_says_so() -> None:
    one = replace(checked({}), state=State("id"))
    assert as_text(realm_of(one)) == "grain-receipts: as declared; no apply is on record"


def test_nothing_from_keycloak_repaints_the_terminal() -> None:
    evil = "\x1b[2J\u202eevil\n  = as declared"
    one = replace(
        checked(
            {Key(Kind.CLIENT_MAPPER, evil, "portal"): {"config": {}}},
            events=[event(f"clients/id-portal/protocol-mappers/add-models{evil}")],
        ),
        names={"admin-id": evil},
        kept=(evil,),
    )
    one = replace(one, state=replace(one.state or State(""), who=evil, run=evil))
    one = replace(one, unmanaged=(Unmanaged(Key(Kind.CLIENT, evil), (evil,)),))
    text = as_text(realm_of(replace(one, damage=evil)))
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "\n  = as declared" not in text


def test_the_document_is_what_its_published_schema_says() -> None:
    published = json.loads((ROOT / "docs/drift.schema.json").read_text(encoding="utf-8"))
    assert published == schema()
    one = checked(
        {**RENAMED, MAPPER: {"config": {}}},
        now={ROLE: {"description": "y"}},
        events=[event("clients/id-portal")],
    )
    another = replace(one, state=None, damage="x", unmanaged=(Unmanaged(ROLE, ("a",)),))
    text = as_json(document_of([one, another], server="https://id"))
    Draft202012Validator(published).validate(json.loads(text))


def test_the_document_is_the_same_for_the_same_world() -> None:
    one, other = (as_json(document_of([checked(RENAMED)], server="https://id")) for _ in range(2))
    assert one == other
    assert "\n" not in as_json(document_of([checked(RENAMED)], server="s"), indent=None)

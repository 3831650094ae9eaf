"""The allowed values of `agreement` are the keeper's once they are there."""

from __future__ import annotations

from provisioning.keepers import (
    AGREEMENT_TEXTS,
    PROFILE,
    allowed_values,
    keep_what_the_keeper_owns,
    with_allowed_values,
)
from provisioning.plan import plan
from provisioning.resources import Desired, Key, Kind, Live, wire
from tests.unit.provisioning.conftest import changed

NEWER = frozenset({"2:kk:aaaaaaaaaaaaaaaa", "2:ru:bbbbbbbbbbbbbbbb"})


def test_a_realm_without_values_gets_those_of_the_files(desired: Desired) -> None:
    kept, sentences = keep_what_the_keeper_owns(desired, Live(desired.realm, exists=True))
    assert kept is desired
    assert sentences == ()


def test_an_old_checkout_does_not_put_an_old_version_back(
    desired: Desired, as_declared: Live
) -> None:
    profile = wire(with_allowed_values(desired.get(PROFILE.kind, PROFILE.name), NEWER))
    found = plan(desired, changed(as_declared, PROFILE, profile))
    assert found.empty
    assert "2:kk:aaaaaaaaaaaaaaaa" in found.kept[0]


def test_the_old_text_is_not_shown_beside_the_newer_values(
    desired: Desired, as_declared: Live
) -> None:
    profile = wire(with_allowed_values(desired.get(PROFILE.kind, PROFILE.name), NEWER))
    live = changed(as_declared, PROFILE, profile)
    key = Key(Kind.LOCALIZATION, "kk")
    texts = {**live.objects[key], **dict.fromkeys(AGREEMENT_TEXTS, "newer")}
    assert plan(desired, changed(live, key, texts)).empty


def test_other_settings_of_the_profile_are_still_mended_around_the_kept_values(
    desired: Desired, as_declared: Live
) -> None:
    profile = wire(with_allowed_values(desired.get(PROFILE.kind, PROFILE.name), NEWER))
    profile["attributes"]["iin"]["permissions"]["edit"] = ["user"]
    (change,) = plan(desired, changed(as_declared, PROFILE, profile)).changes
    assert [d.path for d in change.differences] == ["attributes.iin.permissions.edit"]
    assert allowed_values(change.body) == NEWER


def test_a_gate_whose_values_were_removed_is_closed_again(
    desired: Desired, as_declared: Live
) -> None:
    profile = wire(with_allowed_values(desired.get(PROFILE.kind, PROFILE.name), NEWER))
    profile["attributes"]["agreement"]["validations"] = {}
    (change,) = plan(desired, changed(as_declared, PROFILE, profile)).changes
    assert allowed_values(change.body) == allowed_values(desired.get(PROFILE.kind, PROFILE.name))

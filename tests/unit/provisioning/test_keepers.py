"""The allowed values of `agreement` are the keeper's once they are there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioning.keepers import (
    AGREEMENT_TEXTS,
    PROFILE,
    OlderAgreementError,
    allowed_values,
    keep_what_the_keeper_owns,
    require_current_agreement,
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


def at_versions(desired: Desired, live: Live, *values: str) -> Live:
    """The realm with these values allowed."""
    profile = with_allowed_values(desired.get(PROFILE.kind, PROFILE.name), frozenset(values))
    return changed(live, PROFILE, wire(profile))


@pytest.mark.parametrize(
    "values",
    [
        ("2:kk:aaaaaaaaaaaaaaaa",),
        ("1:kk:aaaaaaaaaaaaaaaa", "2:kk:aaaaaaaaaaaaaaaa"),
        ("10:kk:aaaaaaaaaaaaaaaa", "9:ru:aaaaaaaaaaaaaaaa"),
    ],
)
def test_files_older_than_the_realm_are_refused(
    desired: Desired, as_declared: Live, values: tuple[str, ...]
) -> None:
    with pytest.raises(OlderAgreementError, match="know version 1 of the agreement") as caught:
        require_current_agreement(desired, at_versions(desired, as_declared, *values))
    assert (caught.value.code, caught.value.exit_code) == ("older_agreement", 3)


def test_a_newer_version_that_nobody_posted_is_named(desired: Desired, as_declared: Live) -> None:
    """Whoever may change the realm could stop every apply by it: the error says how to go on."""
    forged = "999:kk:0000000000000000"
    with pytest.raises(OlderAgreementError, match=forged) as caught:
        require_current_agreement(desired, at_versions(desired, as_declared, forged))
    assert "somebody put it there" in caught.value.hint


def test_a_value_that_is_no_version_is_told_and_stops_nothing(
    desired: Desired, as_declared: Live
) -> None:
    own = allowed_values(desired.get(PROFILE.kind, PROFILE.name))
    live = at_versions(desired, as_declared, *own, "999:kk:000")
    require_current_agreement(desired, live)
    _, sentences = keep_what_the_keeper_owns(desired, live)
    assert len(sentences) == 2
    assert "999:kk:000: no version of an agreement" in sentences[1]


def test_files_as_new_as_the_realm_or_newer_go_on(desired: Desired, as_declared: Live) -> None:
    require_current_agreement(desired, as_declared)
    require_current_agreement(desired, Live(desired.realm, exists=False))
    for values in (("1:kk:0000000000000000",), ("something else", "²:kk:x"), ("999:kk:000",), ()):
        require_current_agreement(desired, at_versions(desired, as_declared, *values))


def test_a_rollback_or_a_plain_realm_is_not_judged_by_the_agreement(
    desired: Desired, as_declared: Live
) -> None:
    live = at_versions(desired, as_declared, *NEWER)
    require_current_agreement(replace(desired, whole=False), live)
    require_current_agreement(Desired(desired.realm, ()), live)

"""The watch loop: what it says, how often it looks, and what a failure does to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import pytest

from policies.errors import PolicyFileError, TanbaError
from provisioning.auth.way import Clock
from provisioning.diff import Difference
from provisioning.drift import Deviation, Drift, Drifted, Side
from provisioning.drift_check import Checked
from provisioning.drift_watch import (
    LONGEST_PAUSE,
    POLICIES,
    Failure,
    Watch,
    pause,
)
from provisioning.errors import (
    KeycloakUnreachableError,
    NotPermittedError,
    UnexpectedAnswerError,
)
from provisioning.resources import Desired, Key, Kind
from provisioning.state import State
from provisioning.unmanaged import Unmanaged

UNREACHABLE = KeycloakUnreachableError("no answer")
FORBIDDEN = NotPermittedError("not allowed", status=403)
STRANGE = UnexpectedAnswerError("a web page")
BROKEN = PolicyFileError("not YAML")

Scene = Checked | TanbaError


def seen(realm: str, *found: object) -> Checked:
    """A look that found values in Keycloak other than declared."""
    deviations = tuple(Deviation(Difference("name", v, "declared"), Side.KEYCLOAK) for v in found)
    objects = (Drifted("update", Key(Kind.CLIENT, "portal"), deviations),) if found else ()
    return Checked(Drift(realm, missing=False, objects=objects), State("id"))


class TheEndError(Exception):
    """The scenes are over."""


@dataclass
class Scenes:
    """What each round meets, and what came of it. A round is one scene for each realm."""

    rounds: list[dict[str, Scene]]
    said: list[object] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    given: list[Checked | None] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    round: int = 0

    def declare(self) -> list[Desired]:
        """The realms of this round."""
        scene = self.rounds[self.round]
        if isinstance(error := scene.get(POLICIES), TanbaError):
            raise error
        return [Desired(realm, ()) for realm in scene]

    def look(self, desired: Desired, before: Checked | None) -> Checked:
        """This round's scene."""
        self.given.append(before)
        scene = self.rounds[self.round][desired.realm]
        if isinstance(scene, TanbaError):
            raise scene
        return scene

    def sleep(self, seconds: float) -> None:
        """Go on to the next round."""
        self.pauses.append(seconds)
        self.round += 1
        if self.round == len(self.rounds):
            raise TheEndError

    def looked(self, checked: Checked, seconds: float) -> None:
        """A listener's."""
        self.told.append(f"{checked.drift.realm} {seconds:.0f}")

    def failed(self, failure: Failure) -> None:
        """A listener's."""
        self.told.append(f"{failure.realm} {failure.error.code}")

    def watching(self, realms: Iterable[str]) -> None:
        """A listener's."""
        self.told.append(",".join(sorted(realms)))

    def run(self, elapsed: Callable[[], float] = lambda: 0.0) -> Scenes:
        """All rounds."""
        watch = Watch(
            declare=self.declare,
            look=self.look,
            say=self.said.append,
            listeners=(self,),
            clock=Clock(elapsed=elapsed, sleep=self.sleep),
            interval=60,
        )
        with pytest.raises(TheEndError):
            watch.run()
        return self


def test_the_first_look_is_said_and_then_only_what_moves() -> None:
    clean, changed = seen("a"), seen("a", "x")
    scenes = Scenes([{"a": scene} for scene in (clean, clean, changed, changed, clean)]).run()
    assert scenes.said == [clean, changed, clean]
    assert scenes.pauses == [60] * 5


def test_another_wrong_value_is_said_too() -> None:
    scenes = Scenes([{"a": seen("a", "x")}, {"a": seen("a", "y")}]).run()
    assert scenes.said == [seen("a", "x"), seen("a", "y")]


def test_what_appears_that_no_policy_names_is_said() -> None:
    before, after = (
        replace(seen("a"), unmanaged=tuple(Unmanaged(Key(Kind.CLIENT, name)) for name in names))
        for names in ("x", "xy")
    )
    assert Scenes([{"a": before}, {"a": after}, {"a": after}]).run().said == [before, after]


def test_each_look_is_given_the_last_good_one() -> None:
    one, two = seen("a"), seen("a", "x")
    scenes = Scenes([{"a": one}, {"a": UNREACHABLE}, {"a": two}, {"a": two}]).run()
    assert scenes.given == [None, one, one, two]


def test_a_failure_is_said_once_and_the_recovery_after_it() -> None:
    clean = seen("a")
    rounds: list[dict[str, Scene]] = [
        {"a": clean},
        {"a": UNREACHABLE},
        {"a": UNREACHABLE},
        {"a": STRANGE},
        {"a": clean},
    ]
    said = Scenes(rounds).run().said
    assert said == [clean, Failure("a", UNREACHABLE), Failure("a", STRANGE), clean]


def test_a_failing_realm_does_not_hide_another() -> None:
    drifted = seen("b", "x")
    scenes = Scenes([{"a": UNREACHABLE, "b": seen("b")}, {"a": UNREACHABLE, "b": drifted}]).run()
    assert scenes.said == [Failure("a", UNREACHABLE), seen("b"), drifted]


def test_it_waits_the_longer_the_more_often_it_failed_and_as_usual_afterwards() -> None:
    failing: list[dict[str, Scene]] = [{"a": UNREACHABLE}] * 5
    scenes = Scenes([*failing, {"a": seen("a")}]).run()
    assert scenes.pauses == [120, 240, 480, 900, 900, 60]


def test_no_pause_is_longer_than_a_quarter_of_an_hour_or_the_interval() -> None:
    assert pause(60, 1_000_000) == LONGEST_PAUSE
    assert pause(3600, 5) == 3600
    assert pause(3600, 0) == 3600


def test_policies_that_break_later_are_a_failure_and_the_realms_are_kept() -> None:
    clean = seen("a")
    scenes = Scenes([{"a": clean}, {POLICIES: BROKEN}, {"a": clean}]).run()
    assert scenes.said == [clean, Failure(POLICIES, BROKEN)]
    assert scenes.pauses == [60, 120, 60]
    assert scenes.given == [None, clean]


def test_a_realm_that_is_declared_again_later_is_looked_at_afresh() -> None:
    one, other = seen("a"), seen("b")
    scenes = Scenes([{"a": one, "b": other}, {"b": other}, {"a": one, "b": other}]).run()
    assert scenes.said == [one, other, one]
    assert "b" in scenes.told


@pytest.mark.parametrize("error", [FORBIDDEN, STRANGE])
def test_what_is_set_wrongly_ends_it_at_the_start(error: TanbaError) -> None:
    scenes = Scenes([{"a": error}])
    with pytest.raises(type(error)):
        Watch(
            declare=scenes.declare,
            look=scenes.look,
            say=scenes.said.append,
            listeners=(),
            clock=Clock(sleep=scenes.sleep),
            interval=60,
        ).run()


def test_broken_policies_end_it_at_the_start() -> None:
    with pytest.raises(PolicyFileError):
        Scenes([{POLICIES: BROKEN}]).run()


def test_a_keycloak_that_is_not_up_yet_is_waited_for() -> None:
    scenes = Scenes([{"a": UNREACHABLE}, {"a": seen("a")}]).run()
    assert scenes.said == [Failure("a", UNREACHABLE), seen("a")]


def test_listeners_hear_every_look() -> None:
    times = iter(range(0, 100, 2))
    scenes = Scenes([{"a": seen("a")}, {"a": seen("a")}, {"a": UNREACHABLE}])
    scenes.run(elapsed=lambda: next(times))
    assert scenes.told == ["a", "a 2", "a", "a 2", "a", "a keycloak_unreachable"]


def test_a_mistake_in_the_program_is_not_hidden() -> None:
    def declare() -> list[Desired]:
        raise ZeroDivisionError

    watch = Watch(declare, Scenes([]).look, print, (), Clock(), 60)
    with pytest.raises(ZeroDivisionError):
        watch.run()

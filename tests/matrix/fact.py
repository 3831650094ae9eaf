"""What the design takes for granted of Keycloak, each with a check against a running server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.matrix.scene import Scene

Check = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Fact:
    """`statement` is a sentence; `rests` says what would not hold without it."""

    statement: str
    rests: str
    check: Check

    def __str__(self) -> str:
        return self.check.__name__


class Facts:
    """A group of facts; each check is a function named as the statement."""

    def __init__(self) -> None:
        self.found: list[Fact] = []

    def fact(self, statement: str, *, rests: str) -> Callable[[Check], Check]:
        """Enter the decorated check under `statement`."""

        def enter(check: Check) -> Check:
            self.found.append(Fact(statement, rests, check))
            return check

        return enter

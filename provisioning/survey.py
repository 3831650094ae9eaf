"""One realm at one moment: declared, found, and what lies between. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from provisioning.connection import Connection
from provisioning.live import read
from provisioning.plan import Plan, plan
from provisioning.resources import Desired, Live
from provisioning.state import ownership_of

AT_ONCE = 4
"""Realms that are read side by side."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One realm at one moment: what is declared, what was found, what would be written."""

    desired: Desired
    live: Live
    plan: Plan


def survey(
    connection: Connection,
    desired: Desired,
    *,
    at: datetime | None = None,
    clearing: frozenset[str] | None = None,
) -> Surveyed:
    """Read the realm and compare. Raises what `read` raises.

    `at`: now, one instant for all surveys of a run; without it no idle flow is cleared.
    `clearing`: names of the idle flows that may go; None: all that waited long enough.
    """
    live = read(connection, desired)
    ownership = replace(ownership_of(live, at=at), clearing=clearing)
    return Surveyed(desired, live, plan(desired, live, ownership))


def survey_all(wanted: Sequence[Desired], look: Callable[[Desired], Surveyed]) -> list[Surveyed]:
    """`look` at every realm, a few at a time; in the order asked. Raises what the first raises."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(look, wanted))


def plan_realm(connection: Connection, desired: Desired, *, at: datetime | None = None) -> Plan:
    """What `survey` says is to be written."""
    return survey(connection, desired, at=at).plan

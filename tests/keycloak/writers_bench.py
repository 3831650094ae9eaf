"""Plans of hand-made declarations onto one realm, written by the writers alone and counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from provisioning.connection import Connection
from provisioning.live import read
from provisioning.plan import Plan, plan
from provisioning.resources import Desired, Key, Resource
from provisioning.writers import WRITERS
from provisioning.writers.folding import folded
from provisioning.writers.target import Target
from tests.keycloak.own_keycloak import Counted
from tests.keycloak.writers_cases import REALM, Bodies


@dataclass(frozen=True, slots=True)
class Workbench:
    """A realm, a connection whose requests are counted, and the identity that may do everything."""

    connection: Connection
    counted: Counted

    def plan(self, declared: Bodies, *, absent: frozenset[Key] = frozenset()) -> Plan:
        """What is to be written for `declared`."""
        return self._surveyed(declared, absent)[1]

    def apply(self, declared: Bodies, *, absent: frozenset[Key] = frozenset()) -> list[str]:
        """Write `declared`, see that it holds; the requests that changed something."""
        writes = self.write(declared, absent=absent)
        assert self.plan(declared, absent=absent).changes == ()
        return writes

    def write(self, declared: Bodies, *, absent: frozenset[Key] = frozenset()) -> list[str]:
        """As `apply`, without the look afterwards."""
        ids, planned = self._surveyed(declared, absent)
        target = Target(self.connection, REALM, ids=ids)
        self.counted.writes.clear()
        for write in folded(planned.changes):
            WRITERS[write.change.key.kind].write(target, write.change)
        return list(self.counted.writes)

    def ready(
        self, declared: Bodies, *, before_write: Callable[[], None] | None = None
    ) -> tuple[Plan, Target]:
        """A plan and where it would be written to, before anybody else writes."""
        ids, planned = self._surveyed(declared, frozenset())
        return planned, Target(self.connection, REALM, ids=ids, before_write=before_write)

    def _surveyed(self, declared: Bodies, absent: frozenset[Key]) -> tuple[Any, Plan]:
        resources = tuple(Resource(key, body) for key, body in declared.items())
        desired = Desired(REALM, resources, absent=absent)
        live = read(self.connection, desired)
        return live.ids, plan(desired, live)

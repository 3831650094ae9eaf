"""One apply with one fault between it and Keycloak."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from provisioning.apply import ApplyOptions, apply_surveyed, survey
from provisioning.connection import Connection, Sent
from provisioning.errors import ProvisioningError
from provisioning.lock import LockTiming
from provisioning.lock_scope import LockScopes
from provisioning.ownership import PRUNABLE
from provisioning.progress import Progress
from provisioning.runs import Runs
from provisioning.runs_journal import RunJournal
from provisioning.state import read_state
from provisioning.survey import Surveyed
from tests.keycloak.engine_world import shape
from tests.keycloak.own_keycloak import OwnKeycloak
from tests.unit.provisioning.auth.faulty import Fault, faulty_proxy

REALM = "faulted"

OWN_NAMES = ("only-", "scope-", "client-", "mapper-")
"""How names begin that one shape has and the other has not."""

STEADY = LockTiming(expiry=120, beat=60, look=0.01)
"""No heartbeat comes between, so that the n-th request is the same one every time."""


def bring_to(
    connection: Connection,
    name: str,
    *,
    done: list[Progress] | None = None,
    timing: LockTiming = STEADY,
) -> None:
    """Apply a shape, one write after another; what is written is read back by apply itself."""
    progress = done.append if done is not None else lambda _: None
    with kept_run(connection) as journal:
        options = ApplyOptions(
            allow_loss=True, timing=timing, threads=1, progress=progress, journal=journal
        )
        apply_surveyed(connection, survey(connection, shape(name, realm=REALM)), options)


@contextmanager
def kept_run(connection: Connection) -> Iterator[RunJournal]:
    """A journal whose folder is gone afterwards; what it notes in the realm stays."""
    with tempfile.TemporaryDirectory() as folder:
        yield RunJournal(
            runs=Runs(Path(folder)),
            server=connection.settings.url,
            who="a test",
            clock=lambda: datetime.now(UTC),
        )


def requests_of_an_apply(server: OwnKeycloak) -> list[Sent]:
    """Every request of one apply from the first shape to the second; and back again."""
    sent = list[Sent]()
    bring_to(Connection(server.provisioner().settings, observe=sent.append), "b")
    bring_to(server.provisioner(), "a")
    return sent


def came_through(server: OwnKeycloak, fault: Fault, at: int, name: str) -> bool:
    """Whether an apply with `fault` at request number `at` ends well.

    However it ends, it says so rightly and gives its lock back, and the next one finishes.
    """
    plain = server.provisioner()
    with faulty_proxy(server.url) as proxy:
        proxy.plan = [*[None] * at, fault]
        try:
            bring_to(server.provisioner(url=proxy.url), name)
            well = True
        except ProvisioningError:
            well = False
        assert proxy.plan == [], "the fault was not met"
    found = survey(plain, shape(name, realm=REALM))
    assert found.plan.empty or not well, "an apply claimed what is not so"
    assert LockScopes(plain, f"/realms/{REALM}").present() is None
    if not found.plan.empty:
        bring_to(plain, name)
        found = survey(plain, shape(name, realm=REALM))
    require_owned(found)
    return well


def require_owned(found: Surveyed) -> None:
    """What the shapes bring along is known to be Tanba's, whatever happened on the way."""
    created = read_state(found.live).created
    own = {key for key in found.live.objects if key.name.startswith(OWN_NAMES)}
    assert own
    assert {key for key in own if key.kind in PRUNABLE} <= created.keys()

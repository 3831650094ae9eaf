"""Carrying out a plan: only its writes, in its order, and a look afterwards whether it is so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from policies.errors import REFUSED
from provisioning.connection import Connection
from provisioning.errors import (
    NotAppliedError,
    NotPermittedError,
    ProvisioningError,
    RealmMissingError,
)
from provisioning.live import read
from provisioning.plan import Change, Plan, plan
from provisioning.plan_consequences import losses
from provisioning.render import printable
from provisioning.resources import Desired, Live
from provisioning.writers import WRITERS
from provisioning.writers.target import Target


class LossRefusedError(ProvisioningError):
    """A delete would take what neither a policy nor a plan can give back."""

    code = "loss_refused"
    exit_code = REFUSED


@dataclass(frozen=True, slots=True)
class Progress:
    """What has just been carried out: change number `done` of `total`."""

    realm: str
    change: Change
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One realm at one moment: what is declared, what was found, what would be written."""

    desired: Desired
    live: Live
    plan: Plan


def survey(connection: Connection, desired: Desired) -> Surveyed:
    """Read the realm and compare. Writes nothing."""
    live = read(connection, desired)
    return Surveyed(desired, live, plan(desired, live))


def plan_realm(connection: Connection, desired: Desired) -> Plan:
    """What `survey` says is to be written."""
    return survey(connection, desired).plan


def apply_plan(
    connection: Connection,
    desired: Desired,
    planned: Plan,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Plan:
    """Write what `planned` says; the plan carried out, which is longer when the realm was new.

    Raises LossRefusedError before any write when a delete would lose what cannot return.

    Interrupted anywhere, the next run finishes: every write is of one object, and a new realm is
    enabled by the last. Raises NotAppliedError when the realm is still not as declared, and what
    Connection raises.
    """
    require_no_loss(planned)
    if planned.creates_realm:
        _create(connection, desired.realm)
        planned = plan_realm(connection, desired)
        require_no_loss(planned)
    target = Target(connection, desired.realm)
    total = len(planned.changes)
    for done, change in enumerate(planned.changes, start=1):
        WRITERS[change.key.kind].write(target, change)
        progress(Progress(desired.realm, change, done, total))
    if planned.changes:
        _check(plan_realm(connection, desired))
    return planned


def require_no_loss(planned: Plan) -> None:
    """Refuse a plan whose deletes take what nobody can give back. Raises LossRefusedError."""
    found = losses(planned)
    if found:
        what = "; ".join(
            f"{change.key.kind} {printable(str(change.key))} ({gone})" for change, gone in found
        )
        raise LossRefusedError(
            f"{planned.realm}: the plan deletes for good: {what}",
            hint="Nothing was written. If it is meant, delete it in Keycloak yourself and plan "
            "again.",
        )


def _create(connection: Connection, realm: str) -> None:
    """A disabled shell; Keycloak gives its maker every role in it, which we say in the docs."""
    try:
        connection.request("POST", "/realms", {"realm": realm, "enabled": False})
    except NotPermittedError:
        raise RealmMissingError(
            f"there is no realm {realm} on {connection.settings.url}, and "
            f"{connection.settings.client_id} may not create one",
            hint="Create it empty and disabled, or use an identity with the role create-realm once;"
            " docs/admin.md shows both.",
        ) from None
    connection.renew()


def _check(remaining: Plan) -> None:
    if remaining.empty:
        return
    left = ", ".join(
        printable(f"{change.key.kind} {change.key}: {difference.path}")
        for change in remaining.changes
        for difference in change.differences
    )
    raise NotAppliedError(
        f"the realm {remaining.realm} does not hold what was written: {left}",
        hint="Either somebody else writes to it, or this Keycloak does not take the value; run "
        "`tanba plan`.",
    )

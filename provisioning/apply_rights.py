"""What a plan needs beyond the roles that every plan needs, seen before anything is written."""

from __future__ import annotations

from http import HTTPStatus

from provisioning.connection import Connection, quoted
from provisioning.connection_rights import advice
from provisioning.errors import KeycloakRefusedError, NotPermittedError
from provisioning.plan import Plan
from provisioning.resources import Key, Kind, Live
from provisioning.writers.ids import split_path


def require_rights(connection: Connection, planned: Plan, live: Live) -> None:
    """Refuse a plan that would stop halfway at its groups, by at most one request.

    Keycloak counts groups to people, whom the service account may not manage unless a policy
    declares groups. Whoever makes a realm may do everything in it. Raises NotPermittedError, and
    what Connection raises.
    """
    if planned.creates_realm or all(c.key.kind is not Kind.GROUP for c in planned.changes):
        return
    path = f"/realms/{quoted(planned.realm)}/groups"
    allowed = _may_create if _at_the_top(planned) else _may_change
    try:
        may = allowed(connection, path, planned, live)
    except NotPermittedError:
        may = False
    if not may:
        raise NotPermittedError(
            f"{planned.realm}: the plan writes groups, which this identity may not",
            status=HTTPStatus.FORBIDDEN,
            hint="Nothing was written. "
            + advice("POST", path, auth_realm=connection.settings.auth_realm),
        )


def _at_the_top(planned: Plan) -> bool:
    return any(
        change.action == "create"
        and change.key.kind is Kind.GROUP
        and not split_path(change.key.name)[0]
        for change in planned.changes
    )


def _may_create(connection: Connection, path: str, *_: object) -> bool:
    """A group without a name is made by nobody; Keycloak looks at rights before it looks at that.

    (GroupsResource.addTopLevelGroup: requireManage, then the name.)
    """
    try:
        connection.probe(path, {})
    except KeycloakRefusedError as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
    return True


def _may_change(connection: Connection, path: str, planned: Plan, live: Live) -> bool:
    """As a group that is there tells of itself: one that changes, or gets another under it."""
    groups = [change for change in planned.changes if change.key.kind is Kind.GROUP]
    above = [live.ids.get(Key(Kind.GROUP, split_path(one.key.name)[0])) for one in groups]
    known = [found for found in (*(one.live_id for one in groups), *above) if found]
    found = connection.find(f"{path}/{quoted(known[0])}") if known else None
    if found is None:
        return True  # nobody can tell before, or the realm moved, which is said under the lock
    return bool((found.get("access") or {}).get("manage"))

"""What a broken-off apply may go on with. Pure.

A write that got no answer is never sent again as it was. The realm is read anew; what it still
lacks of the plan is written, and if it lacks anything else, somebody else is writing: stop.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from provisioning.errors import (
    KeycloakRefusedError,
    KeycloakUnreachableError,
    ProvisioningError,
    UnexpectedAnswerError,
)
from provisioning.fingerprint import canonical
from provisioning.plan import Change, Plan
from provisioning.planfile_errors import RealmMovedError
from provisioning.render import printable
from provisioning.writers.ids import ReferenceMissingError

_NAMED = 5
_GONE = (RealmMovedError, ReferenceMissingError)
"""What writers say of a 404. A write that was thought lost may still land: then the next finds its
work done, as by 409.
"""


def may_go_on(error: ProvisioningError, *, broken_off_before: bool) -> bool:
    """Whether a look at the realm can tell what to do after `error`."""
    if isinstance(error, KeycloakUnreachableError | UnexpectedAnswerError):
        return True
    if isinstance(error, KeycloakRefusedError):
        late = broken_off_before and error.status == HTTPStatus.CONFLICT
        return late or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return broken_off_before and isinstance(error, _GONE)


def require_same(planned: Plan, now: Plan) -> None:
    """Refuse when another look gives another plan. Raises RealmMovedError naming the objects."""
    before, after = ({c.key: _comparable(c) for c in plan.changes} for plan in (planned, now))
    moved = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    if moved or planned.creates_realm != now.creates_realm:
        raise RealmMovedError(
            f"{now.realm}: the realm moved since the plan was made: "
            f"{_listed(f'{key.kind} {key}' for key in moved) or 'it is new'}",
            hint="Nothing was written to it. Run `tanba plan` and look at what it says now.",
        )


def left_over(planned: Plan, now: Plan) -> Plan:
    """What is still to be written of `planned`.

    Raises RealmMovedError when the realm lacks anything that was not planned.
    """
    by_key = {change.key: change for change in planned.changes}
    foreign = [c.key for c in now.changes if not _belongs(c, by_key.get(c.key))]
    if foreign or now.creates_realm:
        what = _listed(f"{key.kind} {key}" for key in foreign) or "the realm is gone"
        raise RealmMovedError(
            f"{now.realm}: the realm moved while the plan was carried out: {what}",
            hint="Part of the plan was written. Run `tanba plan` to see what is left.",
        )
    return now


def _belongs(change: Change, planned: Change | None) -> bool:
    if planned is None or (change.action == "delete") != (planned.action == "delete"):
        return False
    if planned.action != "update":
        return True
    if change.action == "create":  # a flow with other steps stands aside before the new one is
        return planned.structural
    paths = [difference.path for difference in planned.differences]
    return planned.structural or all(
        any(_within(difference.path, path) for path in paths) for difference in change.differences
    )


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _comparable(change: Change) -> str:
    """What a change would do and to what; lists in any order, since Keycloak tells sets so."""
    differences = [[d.path, _sorted(d.before), _sorted(d.after)] for d in change.differences]
    return canonical([change.action, change.live_id, differences])


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=canonical)
    return value


def _listed(names: Iterable[str]) -> str:
    all_names = [printable(name) for name in names]
    more = len(all_names) - _NAMED
    return ", ".join(all_names[:_NAMED]) + (f" and {more} more" if more > 0 else "")

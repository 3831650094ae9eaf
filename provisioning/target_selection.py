"""`--target KIND/NAME`: the part of a plan that is meant. Pure.

A target is a pattern (`*`, `?`, `[…]`) of what a plan shows: the kind, a slash, the object's name
with its parent before it: `client/portal`, `client_mapper/portal/*`, `group//staff/*`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from policies.errors import REFUSED
from provisioning.errors import ProvisioningError
from provisioning.plan import Change, Plan
from provisioning.render import printable
from provisioning.resources import Desired, Key, Kind

_OF_PARENT = {
    Kind.CLIENT_SCOPE_MAPPER: Kind.CLIENT_SCOPE,
    Kind.CLIENT_ROLE: Kind.CLIENT,
    Kind.CLIENT_MAPPER: Kind.CLIENT,
    Kind.IDENTITY_PROVIDER_MAPPER: Kind.IDENTITY_PROVIDER,
}
_OF_NAME = {
    Kind.CLIENT_CLIENT_SCOPES: Kind.CLIENT,
    Kind.CLIENT_ROLE_SCOPE: Kind.CLIENT,
    Kind.CLIENT_SCOPE_ROLE_SCOPE: Kind.CLIENT_SCOPE,
}
_NAMED = 5


class TargetError(ProvisioningError):
    """A target names nothing, or only part of what must be written together (exit 3)."""

    code = "target"
    exit_code = REFUSED


@dataclass(frozen=True, slots=True)
class Targets:
    """Patterns of what is to be written; none: everything."""

    patterns: tuple[str, ...] = ()

    def select(self, planned: Plan) -> Plan:
        """The plan with the changes that are meant, in its order.

        Raises TargetError when one of them belongs to an object that is still to be created and
        is not meant.
        """
        if not self.patterns:
            return planned
        meant = tuple(change for change in planned.changes if self._meant(change.key))
        _require_owners(planned, meant)
        creates_realm = planned.creates_realm and bool(meant)
        return replace(planned, changes=meant, creates_realm=creates_realm)

    def left_out(self, planned: Plan) -> tuple[Change, ...]:
        """The changes that are not meant."""
        if not self.patterns:
            return ()
        return tuple(change for change in planned.changes if not self._meant(change.key))

    def require_known(self, realms: Iterable[tuple[Desired, Plan]]) -> None:
        """Refuse a pattern that fits nothing declared and nothing planned. Raises TargetError."""
        names = {
            _name(key)
            for desired, planned in realms
            for key in (
                *(resource.key for resource in desired.resources),
                *(change.key for change in planned.changes),
            )
        }
        unknown = [p for p in self.patterns if not any(_fits(name, p) for name in names)]
        if unknown:
            raise TargetError(
                f"no declared object is a {_listed(unknown)}",
                hint="A target is KIND/NAME as `tanba plan` shows it: client/portal, "
                "'client_mapper/portal/*'. Nothing was written.",
            )

    def _meant(self, key: Key) -> bool:
        return any(_fits(_name(key), pattern) for pattern in self.patterns)


def listed(changes: Sequence[Change]) -> str:
    """Changes as a person names them, the first few."""
    return _listed([_name(change.key) for change in changes])


def _require_owners(planned: Plan, meant: Sequence[Change]) -> None:
    chosen = {change.key for change in meant}
    new = {change.key for change in planned.changes if change.action == "create"} - chosen
    missing = sorted(
        {_name(owner) for change in meant if (owner := _owner(change.key)) in new} if new else ()
    )
    if missing:
        raise TargetError(
            f"{planned.realm}: the targets belong to what is not there yet: {_listed(missing)}",
            hint="Name that too. Nothing was written.",
        )


def _owner(key: Key) -> Key | None:
    """The object that must be there before this one can be."""
    if key.kind in _OF_PARENT:
        return Key(_OF_PARENT[key.kind], key.parent)
    if key.kind in _OF_NAME:
        return Key(_OF_NAME[key.kind], key.name)
    if key.kind is Kind.ROLE_COMPOSITES:
        kind = Kind.CLIENT_ROLE if key.parent else Kind.ROLE
        return Key(kind, key.name, key.parent)
    if key.kind is Kind.GROUP:
        above = key.name.replace("~/", "\0").rpartition("/")[0].replace("\0", "~/")
        return Key(Kind.GROUP, above) if above else None
    return None


def _name(key: Key) -> str:
    return f"{key.kind}/{key}"


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(printable(name) for name in names[:_NAMED]) + (
        f" and {more} more" if more > 0 else ""
    )

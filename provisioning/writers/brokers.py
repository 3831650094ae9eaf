"""Identity providers and their mappers."""

from __future__ import annotations

from provisioning.connection import quoted
from provisioning.errors import ObjectNotFoundError
from provisioning.plan import Change
from provisioning.resources import merged, wire
from provisioning.writers.bodies import body_of
from provisioning.writers.flow_bindings import require_bound
from provisioning.writers.target import Target

_INSTANCES = "/identity-provider/instances"


class IdentityProvider:
    """An identity provider without its mappers."""

    def write(self, target: Target, change: Change) -> None:
        alias = change.key.name
        if change.action == "create":
            require_bound(target, body_of(change), {})
            target.post(_INSTANCES, {"alias": alias, **wire(body_of(change))})
            return
        path = f"{_INSTANCES}/{quoted(alias)}"
        live = target.get(path)
        if change.live_id not in (None, live["internalId"]):
            # It is addressed by its name alone: another of that name is another provider.
            raise ObjectNotFoundError(f"the identity provider {alias} is another one", status=404)
        if change.body is None:
            target.delete(path)
        else:
            require_bound(target, change.body, live)
            target.put(path, merged(live, change.body))


class IdentityProviderMapper:
    """What the broker writes to a person's account or session."""

    def write(self, target: Target, change: Change) -> None:
        alias = change.key.parent
        path = f"{_INSTANCES}/{quoted(alias)}/mappers"
        if change.action == "create":
            name = {"name": change.key.name, "identityProviderAlias": alias}
            target.post(path, name | wire(body_of(change)))
            return
        one = f"{path}/{quoted(change.live_id or target.ids.of(change.key))}"
        if change.body is None:
            target.delete(one)
        else:
            target.put(one, merged(target.get(one), change.body))

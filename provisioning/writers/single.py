"""Kinds that are one representation: created by POST, replaced by PUT.

A PUT replaces the whole, so it is made from what the server holds at that moment with what is
declared put over it: settings that nobody declared stay.
"""

from __future__ import annotations

from typing import Any

from provisioning.connection import quoted
from provisioning.errors import ObjectNotFoundError, UnexpectedAnswerError
from provisioning.keepers import AGREEMENT, allowed_values
from provisioning.plan import Change
from provisioning.resources import Body, merged, wire
from provisioning.writers.target import Target

KEEPERS = ("notBefore",)
"""Realm fields that a PUT must not carry: the keeper may have moved them since they were read."""

_OVERRIDES = "authenticationFlowBindingOverrides"


class Role:
    """A realm role."""

    def write(self, target: Target, change: Change) -> None:
        if change.action == "create":
            # Creating a role takes no attributes.
            target.post("/roles", {"name": change.key.name})
        live = target.get(f"/roles/{quoted(change.key.name)}")
        target.put(f"/roles-by-id/{quoted(live['id'])}", merged(live, _body(change)))


class ClientScope:
    """A client scope without its mappers."""

    def write(self, target: Target, change: Change) -> None:
        body = _body(change)
        if change.action == "create":
            target.post("/client-scopes", {"name": change.key.name, **wire(body)})
            return
        live = target.member("/client-scopes", "name", change.key.name)
        target.put(f"/client-scopes/{quoted(live['id'])}", merged(live, body))


class ScopeMapper:
    """A protocol mapper of a client scope."""

    def write(self, target: Target, change: Change) -> None:
        scope = target.member("/client-scopes", "name", change.key.parent)
        _write_mapper(target, f"/client-scopes/{quoted(scope['id'])}", change)


class ClientMapper:
    """A protocol mapper of a client."""

    def write(self, target: Target, change: Change) -> None:
        client = target.client(change.key.parent)
        _write_mapper(target, f"/clients/{quoted(client['id'])}", change)


class Localization:
    """The realm's own texts in one language; texts that are not declared stay."""

    def write(self, target: Target, change: Change) -> None:
        body = _body(change)
        texts = {difference.path: body[difference.path] for difference in change.differences}
        target.post(f"/localization/{quoted(change.key.name)}", texts)


class RequiredAction:
    """A required action, registered first where the realm does not know it."""

    def write(self, target: Target, change: Change) -> None:
        alias = change.key.name
        if change.action == "create":
            path = "/authentication/unregistered-required-actions"
            action = target.member(path, "providerId", alias)
            target.post("/authentication/register-required-action", action)
        path = f"/authentication/required-actions/{quoted(alias)}"
        target.put(path, merged(target.get(path), _body(change)))


class UserProfile:
    """The user profile: one document without compare-and-set, so read, merge, write, read back."""

    def write(self, target: Target, change: Change) -> None:
        body = _body(change)
        live = target.get("/users/profile")
        by_name = {attribute["name"]: attribute for attribute in live["attributes"]}
        declared = body["attributes"]
        attributes = [
            {"name": name, **merged(by_name.get(name, {}), attribute)}
            for name, attribute in declared.items()
        ]
        attributes += [a for name, a in by_name.items() if name not in declared]
        document = merged(live, {k: v for k, v in body.items() if k != "attributes"})
        target.put("/users/profile", document | {"attributes": attributes})
        self._read_back(target, body)

    def _read_back(self, target: Target, body: Body) -> None:
        live = target.get("/users/profile")
        found = allowed_values({"attributes": {a["name"]: a for a in live["attributes"]}})
        if found != allowed_values(body):
            raise UnexpectedAnswerError(
                f"the realm {target.realm} allows other values of {AGREEMENT} than were just "
                "written",
                hint="Somebody else is writing the user profile; run again when they are done.",
            )


class IdentityProvider:
    """An identity provider without its mappers."""

    def write(self, target: Target, change: Change) -> None:
        alias, body = change.key.name, _body(change)
        if change.action == "create":
            target.post("/identity-provider/instances", {"alias": alias, **wire(body)})
            return
        path = f"/identity-provider/instances/{quoted(alias)}"
        target.put(path, merged(target.get(path), body))


class IdentityProviderMapper:
    """What the broker writes to a person's account or session."""

    def write(self, target: Target, change: Change) -> None:
        alias = change.key.parent
        path = f"/identity-provider/instances/{quoted(alias)}/mappers"
        if change.action == "create":
            name = {"name": change.key.name, "identityProviderAlias": alias}
            target.post(path, name | wire(_body(change)))
            return
        live = target.member(path, "name", change.key.name)
        if change.body is None:
            target.delete(f"{path}/{quoted(live['id'])}")
        else:
            target.put(f"{path}/{quoted(live['id'])}", merged(live, change.body))


class Client:
    """A client without scopes and mappers."""

    def write(self, target: Target, change: Change) -> None:
        client_id, body = change.key.name, _body(change)
        if change.action == "create":
            target.post("/clients", {"clientId": client_id, **wire(body)})
            return
        live = target.client(client_id)
        overrides = body.get(_OVERRIDES) or {}
        # Keycloak keeps an override that a PUT leaves out, and drops one that it sends empty.
        cleared = {name: "" for name, value in overrides.items() if value is None}
        document = merged(live, body)
        document[_OVERRIDES] = document.get(_OVERRIDES, {}) | cleared
        target.put(f"/clients/{quoted(live['id'])}", document)


class Realm:
    """The realm's own settings."""

    def write(self, target: Target, change: Change) -> None:
        live = {key: value for key, value in target.get().items() if key not in KEEPERS}
        target.put("", merged(live, _body(change)))


def _body(change: Change) -> Body:
    if change.body is None:
        raise ObjectNotFoundError(f"{change.key.kind} {change.key} is never deleted", status=404)
    return change.body


def _write_mapper(target: Target, owner: str, change: Change) -> None:
    path = f"{owner}/protocol-mappers/models"
    if change.action == "create":
        target.post(path, {"name": change.key.name, **wire(_body(change))})
        return
    live: dict[str, Any] = target.member(path, "name", change.key.name)
    if change.body is None:
        target.delete(f"{path}/{quoted(live['id'])}")
    else:
        target.put(f"{path}/{quoted(live['id'])}", merged(live, change.body))

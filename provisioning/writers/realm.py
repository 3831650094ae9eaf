"""The realm's own settings, its texts and its required actions."""

from __future__ import annotations

from provisioning.connection import quoted
from provisioning.plan import Change
from provisioning.resources import merged
from provisioning.writers.bodies import body_of, patched
from provisioning.writers.flow_bindings import require_bound
from provisioning.writers.ids import ReferenceMissingError
from provisioning.writers.target import Target

KEEPERS = ("notBefore",)
"""Realm fields that a PUT must not carry: the keeper may have moved them since they were read."""


class Realm:
    """The realm's own settings."""

    def write(self, target: Target, change: Change) -> None:
        body = {name: value for name, value in body_of(change).items() if name not in KEEPERS}
        live = {name: value for name, value in target.get().items() if name not in KEEPERS}
        require_bound(target, body, live)
        target.put("", patched(live, body, keeping=("browserSecurityHeaders",)))


class Localization:
    """The realm's own texts in one language; texts that are not declared stay."""

    def write(self, target: Target, change: Change) -> None:
        path = f"/localization/{quoted(change.key.name)}"
        if change.body is None:
            target.delete(path)
            return
        named = [difference.path for difference in change.differences]
        for name in named:
            if change.body[name] is None:
                target.delete(f"{path}/{quoted(name)}")
        texts = {name: change.body[name] for name in named if change.body[name] is not None}
        if texts:
            target.post(path, texts)


class RequiredAction:
    """A required action, registered first where the realm does not know it."""

    def write(self, target: Target, change: Change) -> None:
        alias = change.key.name
        path = f"/authentication/required-actions/{quoted(alias)}"
        if change.body is None:
            target.delete(path)
            return
        if change.action == "create":
            self._register(target, alias)
        live = target.get(path)
        document = merged(live, change.body)
        if document != live:
            target.put(path, document)

    def _register(self, target: Target, alias: str) -> None:
        unregistered = target.get("/authentication/unregistered-required-actions")
        action = next((a for a in unregistered if a["providerId"] == alias), None)
        if action is None:
            raise ReferenceMissingError(
                f"this Keycloak has no required action {alias}",
                hint="Is the feature off that brings it, or a provider not installed?",
            )
        target.post("/authentication/register-required-action", action)

"""Who is bound to a flow. A flow that anything is bound to is never deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.errors import REFUSED
from provisioning.connection import quoted
from provisioning.errors import ObjectNotFoundError, ProvisioningError
from provisioning.representation.objects import members
from provisioning.resources import Body, Key, Kind
from provisioning.writers.flow_rows import FLOWS
from provisioning.writers.target import Target

_REALM_BINDING = "Flow"
_PROVIDER_BINDINGS = ("firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias")


class FlowBoundError(ProvisioningError):
    """A flow is to be deleted that people still sign in by."""

    code = "flow_bound"
    exit_code = REFUSED


class BuiltInFlowError(ProvisioningError):
    """A flow of Keycloak's own cannot be given other steps, nor be deleted."""

    code = "built_in_flow"
    exit_code = REFUSED


def delete_flow(target: Target, flow_id: str) -> None:
    """Delete a flow with everything in it, if nothing is bound to it in this very moment.

    Raises FlowBoundError, BuiltInFlowError, ObjectNotFoundError. Keycloak looks for bindings again
    itself and refuses, so that nothing slips in between.
    """
    snapshot = target.connection.snapshot(target.base) or {}
    flow = next((f for f in members(snapshot, "authenticationFlows") if f["id"] == flow_id), None)
    if flow is None:
        raise ObjectNotFoundError(f"there is no flow {flow_id}", status=404)
    if flow.get("builtIn"):
        raise BuiltInFlowError(f"{flow['alias']} is Keycloak's own flow and cannot be deleted")
    bound = tuple(bindings(snapshot, flow_id=flow_id, alias=flow["alias"]))
    if bound:
        raise FlowBoundError(
            f"the flow {flow['alias']} of {target.realm} is not deleted: {', '.join(bound)} "
            "would have none",
            hint="Bind them to another flow first, or leave this one.",
        )
    target.delete(f"{FLOWS}/{quoted(flow_id)}")


def require_bound(target: Target, declared: Body, live: Mapping[str, Any]) -> None:
    """See that each flow is there to which a realm or broker comes to be bound.

    Keycloak fails by an error of its own there (500). Raises ReferenceMissingError.
    """
    for name, value in sorted(declared.items()):
        binds = name.endswith(_REALM_BINDING) or name in _PROVIDER_BINDINGS
        if binds and value and value != live.get(name):
            target.ids.of(Key(Kind.FLOW, str(value)))


def bindings(realm: Mapping[str, Any], *, flow_id: str, alias: str) -> Iterator[str]:
    """Whatever a RealmRepresentation binds to a flow, in words. Pure."""
    for name, value in sorted(realm.items()):
        if name.endswith(_REALM_BINDING) and value == alias:
            yield f"the realm's {name}"
    for provider in members(realm, "identityProviders"):
        for name in _PROVIDER_BINDINGS:
            if provider.get(name) == alias:
                yield f"{name} of the identity provider {provider['alias']}"
    for client in members(realm, "clients"):
        overrides = client.get("authenticationFlowBindingOverrides") or {}
        if {flow_id, alias} & set(overrides.values()):
            yield f"the client {client['clientId']}"
    for flow in members(realm, "authenticationFlows"):
        if any(
            step.get("flowAlias") == alias for step in members(flow, "authenticationExecutions")
        ):
            yield f"the flow {flow['alias']}"

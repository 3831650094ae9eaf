"""Flows, their bindings and required actions, as a policy's own sections declare them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from policies.model_flows import Bindings, Flow, RequiredAction, Step
from policies.model_raw import Path
from provisioning.desired.declared_merge import Said
from provisioning.desired.declared_roles import named
from provisioning.resources import Key, Kind, Resource

_CLIENT_FLOW = "client-flow"
_FORM_FLOW = "form-flow"


def flows(declared: Iterable[Flow], *, at: Path) -> Iterator[Said]:
    """Each flow with all its steps; `at`: the section they stand in."""
    for index, flow in enumerate(declared):
        body: dict[str, Any] = {
            "description": flow.description,
            "executions": tuple(_execution(step) for step in flow.steps),
        }
        if flow.of == "clients":
            body["providerId"] = _CLIENT_FLOW
        yield Said(Resource(Key(Kind.FLOW, flow.alias), body), (*at, index))


def bindings(declared: Bindings) -> dict[str, str]:
    """The realm's settings that bind flows."""
    return named(
        browserFlow=declared.browser,
        registrationFlow=declared.registration,
        directGrantFlow=declared.direct_grant,
        resetCredentialsFlow=declared.reset_credentials,
        clientAuthenticationFlow=declared.client_authentication,
        dockerAuthenticationFlow=declared.docker,
        firstBrokerLoginFlow=declared.first_broker_login,
    )


def required_actions(declared: Iterable[RequiredAction], *, at: Path) -> Iterator[Said]:
    """What people may be asked to do."""
    for index, action in enumerate(declared):
        body = {
            "enabled": action.enabled,
            "defaultAction": action.everybody,
            **named(priority=action.priority, config=dict(action.config) or None),
        }
        yield Said(Resource(Key(Kind.REQUIRED_ACTION, action.alias), body), (*at, index))


def _execution(step: Step) -> dict[str, Any]:
    requirement = step.requirement.upper()
    if step.flow is None:
        config = named(config=dict(step.config) or None)
        return {"provider": step.provider, "requirement": requirement, **config}
    form = {"type": _FORM_FLOW, "provider": step.form} if step.form else {}
    return {
        "flow": step.flow,
        "requirement": requirement,
        "executions": tuple(_execution(inner) for inner in step.steps),
        **form,
        **named(description=step.description),
    }

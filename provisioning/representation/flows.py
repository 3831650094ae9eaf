"""Authentication flows as trees: each step its authenticator, each subflow its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.representation.objects import Objects, members
from provisioning.resources import Key, Kind

SECTIONS = frozenset({"authenticationFlows", "authenticatorConfig"})

BASIC = "basic-flow"
"""The kind of flow that is meant where none is said."""

_Flows = Mapping[str, Mapping[str, Any]]
_Configs = Mapping[str, Mapping[str, Any]]


def collect(representation: Mapping[str, Any], found: Objects) -> None:
    """Take every top-level flow with everything in it."""
    flows = {flow["alias"]: flow for flow in members(representation, "authenticationFlows")}
    configs = {c["alias"]: c for c in members(representation, "authenticatorConfig")}
    for alias, flow in flows.items():
        if not flow.get("topLevel", True):
            continue
        body = {
            "description": flow.get("description") or "",
            "executions": _steps(flow, flows, configs, above=(alias,)),
        }
        if flow.get("providerId", BASIC) != BASIC:
            body["providerId"] = flow["providerId"]
        if flow.get("builtIn"):
            body["builtIn"] = True
        found.add(Key(Kind.FLOW, alias), body, id_=flow.get("id"))


def _steps(
    flow: Mapping[str, Any], flows: _Flows, configs: _Configs, *, above: tuple[str, ...]
) -> list[dict[str, Any]]:
    steps = sorted(
        members(flow, "authenticationExecutions"), key=lambda step: int(step.get("priority", 0))
    )
    return [_step(step, flows, configs, above=above) for step in steps]


def _step(
    step: Mapping[str, Any], flows: _Flows, configs: _Configs, *, above: tuple[str, ...]
) -> dict[str, Any]:
    node: dict[str, Any] = {"requirement": step["requirement"]}
    alias = step.get("flowAlias")
    if alias is None:
        node["provider"] = step["authenticator"]
        config = step.get("authenticatorConfig")
        if config is not None:
            node["config"] = dict((configs.get(config) or {}).get("config") or {})
        return node
    if alias in above or alias not in flows:
        raise ValueError(f"the flow {alias} is not there, or holds itself")
    inner = flows[alias]
    node["flow"] = alias
    if inner.get("providerId", BASIC) != BASIC:
        node |= {"type": inner["providerId"], "provider": step.get("authenticator")}
    if inner.get("description"):
        node["description"] = inner["description"]
    node["executions"] = _steps(inner, flows, configs, above=(*above, alias))
    return node

"""Authentication flows as trees: each step its authenticator, each subflow its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.representation.objects import Objects, members
from provisioning.resources import Key, Kind

SECTIONS = frozenset({"authenticationFlows", "authenticatorConfig"})

BASIC = "basic-flow"
"""The kind of flow that is meant where none is said."""


class _Reading:
    """One top-level flow being read; `unclear` as in `Objects`."""

    def __init__(self, representation: Mapping[str, Any]) -> None:
        self._flows = _by_alias(representation, "authenticationFlows")
        self._configs: dict[str, list[Mapping[str, Any]]] = {}
        for config in members(representation, "authenticatorConfig"):
            self._configs.setdefault(config["alias"], []).append(config)
        self.unclear = False

    def steps(self, flow: Mapping[str, Any], *, above: tuple[str, ...]) -> list[dict[str, Any]]:
        executions = sorted(
            members(flow, "authenticationExecutions"), key=lambda step: int(step.get("priority", 0))
        )
        return [self._step(execution, above=above) for execution in executions]

    def _step(self, step: Mapping[str, Any], *, above: tuple[str, ...]) -> dict[str, Any]:
        node: dict[str, Any] = {"requirement": step["requirement"]}
        alias = step.get("flowAlias")
        if alias is None:
            node["provider"] = step["authenticator"]
            if step.get("authenticatorConfig") is not None:
                node["config"] = self._config(step["authenticatorConfig"])
            return node
        if alias in above or alias not in self._flows:
            raise ValueError(f"the flow {alias} is not there, or holds itself")
        inner = self._flows[alias]
        node["flow"] = alias
        if inner.get("providerId", BASIC) != BASIC:
            node |= {"type": inner["providerId"], "provider": step.get("authenticator")}
        if inner.get("description"):
            node["description"] = inner["description"]
        node["executions"] = self.steps(inner, above=(*above, alias))
        return node

    def _config(self, alias: str) -> dict[str, str]:
        found = self._configs.get(alias, [])
        if len(found) > 1:
            self.unclear = True
            return {}
        return dict((found[0].get("config") or {}) if found else {})


def collect(representation: Mapping[str, Any], found: Objects) -> None:
    """Take every top-level flow with everything in it.

    Raises ValueError where a declared part does not say which settings a step has.
    """
    reading = _Reading(representation)
    for alias, flow in _by_alias(representation, "authenticationFlows").items():
        if not flow.get("topLevel", True):
            continue
        reading.unclear = False
        body = {
            "description": flow.get("description") or "",
            "executions": reading.steps(flow, above=(alias,)),
        }
        if flow.get("providerId", BASIC) != BASIC:
            body["providerId"] = flow["providerId"]
        if flow.get("builtIn"):
            body["builtIn"] = True
        key = Key(Kind.FLOW, alias)
        found.add(key, body, id_=flow.get("id"))
        if reading.unclear and not found.whole:
            raise ValueError(f"the flow {alias} names settings of a step that are there twice")
        if reading.unclear:
            found.unclear.add(key)


def _by_alias(representation: Mapping[str, Any], section: str) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for item in members(representation, section):
        if item["alias"] in found:
            raise ValueError(f"the flow {item['alias']} is there twice")
        found[item["alias"]] = item
    return found

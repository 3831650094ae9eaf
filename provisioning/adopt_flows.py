"""A flow's tree as Keycloak represents it: flows side by side, steps by reference. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.representation.flows import BASIC

Plain = dict[str, Any]


def flatten(alias: str, body: Mapping[str, Any]) -> tuple[list[Plain], list[Plain]]:
    """The flow and every flow in it, the outer first, and the settings of their steps.

    `body`: as in `objects_of`. Settings are named after the flow and numbered.
    """
    flows: list[Plain] = []
    configs: list[Plain] = []
    _flow(alias, body, flows, configs, top=True)
    return flows, configs


def _flow(
    alias: str,
    body: Mapping[str, Any],
    flows: list[Plain],
    configs: list[Plain],
    *,
    top: bool,
) -> None:
    flow: Plain = {"alias": alias}
    if body.get("description"):
        flow["description"] = body["description"]
    flow["providerId"] = body.get("providerId", BASIC) if top else body.get("type", BASIC)
    flow["topLevel"] = top
    if body.get("builtIn"):
        flow["builtIn"] = True
    flow["authenticationExecutions"] = steps = []
    flows.append(flow)
    for priority, node in enumerate(body.get("executions") or ()):
        step: Plain = {"priority": priority, "requirement": node["requirement"]}
        if node.get("provider"):
            step["authenticator"] = node["provider"]
        if "flow" in node:
            step["flowAlias"] = node["flow"]
            _flow(node["flow"], node, flows, configs, top=False)
        elif "config" in node:
            name = f"{alias} {priority}"
            step["authenticatorConfig"] = name
            configs.append({"alias": name, "config": dict(node["config"])})
        steps.append(step)

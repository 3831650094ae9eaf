"""A flow read step by step, which tells what an export cannot: the settings a step really has.

An export names settings by an alias, and Keycloak lets several have one alias: somebody could put
harmless settings under the alias of weakened ones, and an export would show either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provisioning.connection import Connection, quoted
from provisioning.errors import UnexpectedAnswerError
from provisioning.resources import Body


def with_settings(body: Body, tree: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A flow's body with each step's settings as `tree` has them.

    `tree`: of the same flow, by `read_flow`. Raises UnexpectedAnswerError when its steps are
    others: somebody changed the flow between the two reads.
    """
    return {**body, "executions": _settled(body["executions"], list(tree))}


def _settled(
    steps: Iterable[Mapping[str, Any]], nodes: list[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    steps = list(steps)
    if [step.get("flow") or step.get("provider") for step in steps] != [
        node.get("flow") or node.get("provider") for node in nodes
    ]:
        raise UnexpectedAnswerError(
            "a flow was changed while it was being read", hint="Run the command again."
        )
    return [
        {key: value for key, value in step.items() if key not in {"config", "executions"}}
        | ({"config": node["config"]} if "config" in node else {})
        | (
            {"executions": _settled(step["executions"], node["executions"])}
            if "executions" in step
            else {}
        )
        for step, node in zip(steps, nodes, strict=True)
    ]


def read_flow(connection: Connection, base: str, alias: str) -> list[dict[str, Any]]:
    """A flow's executions as the tree its declaration has; each keeps Keycloak's own in `row`."""
    rows = connection.get(f"{base}/authentication/flows/{quoted(alias)}/executions")
    root: list[dict[str, Any]] = []
    levels: list[list[dict[str, Any]]] = [root]
    for row in rows:
        level = int(row["level"])
        node: dict[str, Any] = {"requirement": row["requirement"], "row": row}
        if row.get("authenticationFlow"):
            node |= {"flow": row["displayName"], "executions": []}
        else:
            node["provider"] = row["providerId"]
            if row.get("authenticationConfig"):
                config = row["authenticationConfig"]
                answer = connection.get(f"{base}/authentication/config/{quoted(config)}")
                node["config"] = answer.get("config") or {}
        del levels[level + 1 :]
        levels[level].append(node)
        if "executions" in node:
            levels.append(node["executions"])
    return root

"""Authentication flows, never deleted and never taken apart while people sign in by them.

Requirements and configuration are mended in place. A flow with other steps than declared is set
aside under another name, still bound, and built anew; the realm and the broker are bound to the
new one afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provisioning.connection import quoted
from provisioning.live import read_flow
from provisioning.plan import Change
from provisioning.resources import wire
from provisioning.writers.target import Target

_FLOWS = "/authentication/flows"
_CONFIGS = "/authentication/config"


class Flow:
    """A top-level flow with everything in it."""

    def write(self, target: Target, change: Change) -> None:
        alias, body = change.key.name, wire(change.body)
        if change.structural and change.action == "update":
            self._set_aside(target, alias)
        elif change.action == "update":
            self._mend(target, alias, body)
            return
        self._build(target, alias, body)

    def _build(self, target: Target, alias: str, body: Mapping[str, Any]) -> None:
        """Under a working name first: a half-built flow never carries the name that gets bound."""
        working = f"{alias} unfinished"
        for flow in target.get(_FLOWS):
            if flow["alias"] == working:  # left by an interrupted run; bound nowhere
                target.delete(f"{_FLOWS}/{quoted(flow['id'])}")
        target.post(
            _FLOWS,
            {
                "alias": working,
                "description": body["description"],
                "providerId": "basic-flow",
                "topLevel": True,
                "builtIn": False,
            },
        )
        self._add(target, working, body["executions"])
        _mend_all(target, working, body["executions"], _tree(target, working), configs=alias)
        built = target.member(_FLOWS, "alias", working)
        target.put(f"{_FLOWS}/{quoted(built['id'])}", built | {"alias": alias})

    def _add(self, target: Target, parent: str, executions: Iterable[Mapping[str, Any]]) -> None:
        path = f"{_FLOWS}/{quoted(parent)}/executions"
        for execution in executions:
            if "flow" in execution:
                target.post(
                    f"{path}/flow",
                    {
                        "alias": execution["flow"],
                        "type": "basic-flow",
                        "provider": "basic-flow",
                        "description": "",
                    },
                )
                self._add(target, execution["flow"], execution["executions"])
            else:
                target.post(f"{path}/execution", {"provider": execution["provider"]})

    def _mend(self, target: Target, alias: str, body: Mapping[str, Any]) -> None:
        live = target.member(_FLOWS, "alias", alias)
        if live.get("description") != body["description"]:
            target.put(
                f"{_FLOWS}/{quoted(live['id'])}", live | {"description": body["description"]}
            )
        _mend_all(target, alias, body["executions"], _tree(target, alias), configs=alias)

    def _set_aside(self, target: Target, alias: str) -> None:
        """Rename the flow and every flow in it; a binding holds the id and follows."""
        aliases = {flow["alias"] for flow in target.get(_FLOWS)}
        number = 1
        while f"{alias} set aside {number}" in aliases:
            number += 1
        suffix = f" set aside {number}"
        for row in _rows(_tree(target, alias)):
            if row.get("authenticationFlow"):
                _rename(target, f"{_FLOWS}/{quoted(row['flowId'])}", suffix)
            elif row.get("authenticationConfig"):
                _rename(target, f"{_CONFIGS}/{quoted(row['authenticationConfig'])}", suffix)
        live = target.member(_FLOWS, "alias", alias)
        _rename(target, f"{_FLOWS}/{quoted(live['id'])}", suffix)


def _rename(target: Target, path: str, suffix: str) -> None:
    stored = target.get(path)
    target.put(path, stored | {"alias": f"{stored['alias']}{suffix}"})


def _tree(target: Target, alias: str) -> list[dict[str, Any]]:
    return read_flow(target.connection, target.base, alias)


def _mend_all(
    target: Target,
    alias: str,
    wanted: Iterable[Mapping[str, Any]],
    live: Iterable[dict[str, Any]],
    *,
    configs: str,
) -> None:
    """Requirements and configuration under the flow `alias`; `configs` begins their names."""
    for number, (execution, node) in enumerate(zip(wanted, live, strict=True), start=1):
        name = f"{configs} {number}"
        _mend_one(target, alias, execution, node, name)
        if "executions" in execution:
            inner, nodes = execution["executions"], node["executions"]
            _mend_all(target, alias, inner, nodes, configs=name)


def _mend_one(
    target: Target,
    alias: str,
    execution: Mapping[str, Any],
    node: Mapping[str, Any],
    config_name: str,
) -> None:
    row = node["row"]
    config = execution.get("config")
    if config and not node.get("config"):
        body = {"alias": config_name, "config": config}
        target.post(f"/authentication/executions/{quoted(row['id'])}/config", body)
    elif config and any(node["config"].get(key) != value for key, value in config.items()):
        path = f"{_CONFIGS}/{quoted(row['authenticationConfig'])}"
        stored = target.get(path)
        target.put(path, stored | {"config": {**stored.get("config", {}), **config}})
    if row["requirement"] != execution["requirement"]:
        body = row | {"requirement": execution["requirement"]}
        target.put(f"{_FLOWS}/{quoted(alias)}/executions", body)


def _rows(tree: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for node in tree:
        yield node["row"]
        yield from _rows(node.get("executions", ()))

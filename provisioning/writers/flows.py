"""Authentication flows, never taken apart and never deleted while people sign in by them.

Requirements, configuration and descriptions are mended in place. A flow with other steps than
declared is set aside under another name, still bound, and built anew; whatever names it is bound
to the new one afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from provisioning.connection import quoted
from provisioning.errors import ObjectNotFoundError
from provisioning.ownership_flows import finished_name, unfinished_name
from provisioning.plan import Change
from provisioning.resources import Body, Key
from provisioning.writers.bodies import body_of
from provisioning.writers.flow_bindings import BuiltInFlowError, delete_flow
from provisioning.writers.flow_mend import add_config, mend, set_requirement
from provisioning.writers.flow_rows import CONFIGS, EXECUTIONS, FLOWS, Row, read_rows, walk
from provisioning.writers.ids import ReferenceMissingError
from provisioning.writers.target import Target

BASIC, FORM = "basic-flow", "form-flow"
PRIORITY_STEP = 10


class Flow:
    """A top-level flow with everything in it. `new_id`: gives internal ids that are unique."""

    def __init__(self, new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> None:
        self._new_id = new_id

    def write(self, target: Target, change: Change) -> None:
        key = change.key
        if change.action == "create":
            self._build(target, key, body_of(change))
            return
        flow_id = change.live_id or target.ids.of(key)
        if change.body is None:
            delete_flow(target, flow_id)
            return
        live = target.get(f"{FLOWS}/{quoted(flow_id)}")
        if live["alias"] != key.name:
            # Its executions are reached by its name alone, which is another flow's by now.
            raise ObjectNotFoundError(f"the flow {key.name} was renamed", status=404)
        if not change.structural:
            _mend(target, live, change.body)
            return
        if live["builtIn"]:
            raise BuiltInFlowError(
                f"{key.name} is Keycloak's own flow: it can have other requirements, but no other "
                "steps",
                hint="Declare a flow of another name and bind that.",
            )
        _set_aside(target, live)
        self._build(target, key, change.body)

    def _build(self, target: Target, key: Key, body: Body) -> None:
        """Under a working name first: a half-built flow never carries the name that gets bound."""
        executions = body.get("executions") or ()
        _require_forms(target, executions)
        for flow in target.get(FLOWS):
            if finished_name(flow["alias"], flow["id"]) == key.name:  # left by an interrupted run
                delete_flow(target, flow["id"])
        flow_id = self._new_id()
        working = unfinished_name(key.name, flow_id)
        top = {
            "id": flow_id,
            "alias": working,
            "description": body.get("description") or "",
            "providerId": body.get("providerId") or BASIC,
            "topLevel": True,
            "builtIn": False,
        }
        target.post(FLOWS, top)
        _add_subflows(target, working, executions)
        subflows = {
            str(row.answer["displayName"]): row
            for row in walk(read_rows(target, working))
            if row.flow_id is not None
        }
        self._add_steps(target, key.name, flow_id, executions, subflows)
        for execution in _declared_subflows(executions):
            row = subflows[execution["flow"]]
            set_requirement(target, working, row, execution["requirement"])
        target.put(f"{FLOWS}/{quoted(flow_id)}", top | {"alias": key.name})
        target.ids.remember(key, flow_id)

    def _add_steps(
        self,
        target: Target,
        name: str,
        flow_id: str,
        executions: Iterable[Body],
        subflows: Mapping[str, Row],
    ) -> None:
        """One request a step, and one more where it has a configuration."""
        for number, execution in enumerate(executions, start=1):
            inner = f"{name} {number}"
            if "flow" in execution:
                subflow = str(subflows[execution["flow"]].flow_id)
                self._add_steps(target, inner, subflow, execution["executions"], subflows)
                continue
            step = {
                "id": self._new_id(),
                "parentFlow": flow_id,
                "authenticator": execution["provider"],
                "requirement": execution["requirement"],
                "priority": number * PRIORITY_STEP,
            }
            target.post(EXECUTIONS, step)
            if execution.get("config"):
                add_config(target, step["id"], inner, execution["config"])


def _add_subflows(target: Target, parent: str, executions: Iterable[Body]) -> None:
    """Each is there and in its place by one request: none is ever left that nobody can find."""
    path = f"{FLOWS}/{quoted(parent)}/executions/flow"
    for number, execution in enumerate(executions, start=1):
        if "flow" in execution:
            target.post(
                path,
                {
                    "alias": execution["flow"],
                    "type": execution.get("type") or BASIC,
                    "provider": execution.get("provider") or BASIC,
                    "description": execution.get("description") or "",
                    "priority": number * PRIORITY_STEP,
                },
            )
            _add_subflows(target, execution["flow"], execution["executions"])


def _require_forms(target: Target, executions: Iterable[Body]) -> None:
    """Keycloak takes any name for a form's provider, and fails when somebody opens the form."""
    subflows = _declared_subflows(executions)
    wanted = {str(flow.get("provider")) for flow in subflows if flow.get("type") == FORM}
    known = {form["id"] for form in target.get("/authentication/form-providers")} if wanted else ()
    missing = sorted(wanted.difference(known))
    if missing:
        raise ReferenceMissingError(f"this Keycloak has no form {', '.join(missing)}")


def _declared_subflows(executions: Iterable[Body]) -> Iterator[Body]:
    for execution in executions:
        if "flow" in execution:
            yield execution
            yield from _declared_subflows(execution["executions"])


def _mend(target: Target, live: Mapping[str, Any], body: Body) -> None:
    described = body.get("description") or ""
    if "description" in body and described != (live.get("description") or ""):
        target.put(f"{FLOWS}/{quoted(live['id'])}", {**live, "description": described})
    if "executions" in body:
        mend(target, live["alias"], body["executions"], read_rows(target, live["alias"]))


def _set_aside(target: Target, live: Mapping[str, Any]) -> None:
    """Rename the flow and everything in it; a binding holds the id and follows."""
    alias = live["alias"]
    aliases = {flow["alias"] for flow in target.get(FLOWS)}
    number = 1
    while f"{alias} set aside {number}" in aliases:
        number += 1
    suffix = f" set aside {number}"
    for row in walk(read_rows(target, alias)):
        if row.flow_id is not None:
            _rename(target, f"{FLOWS}/{quoted(row.flow_id)}", suffix)
        elif row.config_id is not None:
            _rename(target, f"{CONFIGS}/{quoted(row.config_id)}", suffix)
    target.put(f"{FLOWS}/{quoted(live['id'])}", {**live, "alias": f"{alias}{suffix}"})


def _rename(target: Target, path: str, suffix: str) -> None:
    stored = target.get(path)
    target.put(path, stored | {"alias": f"{stored['alias']}{suffix}"})

"""Values of a flow changed in place: requirements, configuration, descriptions.

People are signing in by it meanwhile, and each write counts at once. What makes a flow stricter
comes first, so that no moment between two writes asks less than both the old flow and the new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.connection import quoted
from provisioning.errors import KeycloakRefusedError
from provisioning.resources import Body, merged, wire
from provisioning.writers.flow_rows import CONFIGS, EXECUTIONS, FLOWS, Row
from provisioning.writers.target import Target

STRICTNESS = ("REQUIRED", "CONDITIONAL", "ALTERNATIVE", "DISABLED")
"""Requirements in the order in which they are written."""

_TAKEN = 409


@dataclass(frozen=True, slots=True)
class Step:
    """A declared execution beside the row it is in Keycloak; `name` is free for its config."""

    declared: Body
    row: Row
    name: str


def mend(target: Target, alias: str, executions: Iterable[Body], rows: Iterable[Row]) -> None:
    """Bring the values of the flow `alias`, whose steps are as declared, to what is declared."""
    steps = list(paired(executions, rows, alias))
    for step in steps:
        _mend_config(target, step)
        _mend_description(target, step)
    for step in sorted(steps, key=lambda step: _rank(step.declared["requirement"])):
        set_requirement(target, alias, step.row, step.declared["requirement"])


def paired(executions: Iterable[Body], rows: Iterable[Row], name: str) -> Iterator[Step]:
    """Declared executions with their rows. Raises ValueError where they are not the same steps."""
    for number, (declared, row) in enumerate(zip(executions, rows, strict=True), start=1):
        step = Step(declared, row, f"{name} {number}")
        yield step
        if "flow" in declared:
            yield from paired(declared["executions"], row.inner, step.name)


def set_requirement(target: Target, alias: str, row: Row, requirement: str) -> None:
    """Bring one execution of the flow `alias` to a requirement, if it has another."""
    if row.answer["requirement"] != requirement:
        body = dict(row.answer) | {"requirement": requirement}
        target.put(f"{FLOWS}/{quoted(alias)}/executions", body)


def add_config(target: Target, execution_id: str, name: str, config: Mapping[str, Any]) -> None:
    """Give an execution a configuration; with another name where this one is taken."""
    path = f"{EXECUTIONS}/{quoted(execution_id)}/config"
    try:
        target.post(path, {"alias": name, "config": wire(config)})
    except KeycloakRefusedError as error:
        if error.status != _TAKEN:
            raise
        target.post(path, {"alias": f"{name} {execution_id[:8]}", "config": wire(config)})


def _mend_config(target: Target, step: Step) -> None:
    if "config" not in step.declared:
        return
    config, config_id = step.declared["config"], step.row.config_id
    if config_id is None:
        if config and wire(config):
            add_config(target, step.row.id, step.name, config)
        return
    path = f"{CONFIGS}/{quoted(config_id)}"
    if config is None:
        target.delete(path)
        return
    stored = target.get(path)
    wanted = merged(stored.get("config") or {}, config)
    if wanted != stored.get("config"):
        # A secret that Keycloak masks in its answer is kept when the mask is sent back.
        target.put(path, stored | {"config": wanted})


def _mend_description(target: Target, step: Step) -> None:
    if "description" not in step.declared or step.row.flow_id is None:
        return
    declared = step.declared["description"] or ""
    if declared != (step.row.answer.get("description") or ""):
        path = f"{FLOWS}/{quoted(step.row.flow_id)}"
        target.put(path, target.get(path) | {"description": declared})


def _rank(requirement: str) -> int:
    return STRICTNESS.index(requirement) if requirement in STRICTNESS else len(STRICTNESS)

"""A flow as Keycloak's Admin API lists it: rows with a depth, made the tree they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from provisioning.connection import quoted
from provisioning.writers.target import Target

FLOWS = "/authentication/flows"
CONFIGS = "/authentication/config"
EXECUTIONS = "/authentication/executions"


@dataclass(frozen=True, slots=True)
class Row:
    """One execution; `answer` as Keycloak tells it, `inner` those of the subflow that it is."""

    answer: Mapping[str, Any]
    inner: list[Row] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The execution's internal id."""
        return str(self.answer["id"])

    @property
    def flow_id(self) -> str | None:
        """The internal id of the subflow, where the execution is one."""
        return self.answer.get("flowId") if self.answer.get("authenticationFlow") else None

    @property
    def config_id(self) -> str | None:
        """The internal id of the execution's configuration, where it has one."""
        return self.answer.get("authenticationConfig")


def read_rows(target: Target, alias: str) -> list[Row]:
    """The executions of a flow. Raises as Connection.request."""
    return tree(target.get(f"{FLOWS}/{quoted(alias)}/executions"))


def tree(answers: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Keycloak's list, each with its `level`, as a tree."""
    levels: list[list[Row]] = [[]]
    for answer in answers:
        row = Row(answer)
        del levels[int(answer["level"]) + 1 :]
        levels[-1].append(row)
        if row.flow_id is not None:
            levels.append(row.inner)
    return levels[0]


def walk(rows: Iterable[Row]) -> Iterator[Row]:
    """Every row of a tree, each before those inside it."""
    for row in rows:
        yield row
        yield from walk(row.inner)

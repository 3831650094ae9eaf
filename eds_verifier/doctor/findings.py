"""What a check found. A finding that is not good always says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

State = Literal["good", "warning", "wrong"]
MARKS: dict[State, str] = {"good": "ok", "warning": "warning", "wrong": "WRONG"}


class Finding(BaseModel):
    """One thing looked at: `subject` names it, `what` is one sentence, `do` the next step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    state: State
    what: str
    do: str = ""

    @model_validator(mode="after")
    def _says_what_to_do(self) -> Self:
        if self.state != "good" and not self.do:
            raise ValueError("a finding that is not good says what to do")
        return self


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong; warnings are not."""
    return all(finding.state != "wrong" for finding in findings)

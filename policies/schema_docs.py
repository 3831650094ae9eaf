"""The tables of docs/policy.md, made of the model's own words.

`python -m policies.schema_docs` writes them between the page's two marks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from policies.expected import Slot, expected, fields_of
from policies.model import PortalPolicy
from policies.model_realm import RealmPolicy

PAGE = Path(__file__).parents[1] / "docs" / "policy.md"
BEGIN = "<!-- made by python -m policies.schema_docs: begin -->\n"
_FILES = (
    ("Keys of a portal's file", PortalPolicy),
    ("Keys of a plain realm's file", RealmPolicy),
)
END = "<!-- made by python -m policies.schema_docs: end -->\n"
_HEAD = "| key | what it does | takes | default | in Keycloak | why |\n|---|---|---|---|---|---|\n"


def tables() -> str:
    """Every key of a portal's policy, then every key of a plain realm's.

    A table for the file, and one for each key that holds keys; keys that stand in several places
    have theirs at the first.
    """
    told: set[type[BaseModel]] = set()
    made = []
    for title, model in _FILES:
        made.append(_section(title, "", model))
        made += [_section(*section) for section in _sections(model, "", told)]
    return "\n".join(made)


def page(text: str) -> str:
    """`text` with its tables made anew. Raises ValueError when the page has lost its marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has lost the marks between which its tables stand")
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


def _sections(
    model: type[BaseModel], prefix: str, told: set[type[BaseModel]]
) -> Iterator[tuple[str, str, type[BaseModel]]]:
    for name, field in model.model_fields.items():
        inner, mark = _mapping_of(field)
        if inner is not None and not field.exclude and inner not in told:
            told.add(inner)
            path = f"{prefix}{name}{mark}"
            yield f"`{path}`", f"{path}.", inner
            yield from _sections(inner, f"{path}.", told)


def _mapping_of(field: FieldInfo) -> tuple[type[BaseModel] | None, str]:
    """The keys that stand under a key, and `[]` where it holds a list of them."""
    annotation: Any = Slot(field.annotation).unwrapped().annotation
    arguments = get_args(annotation)
    for candidate, mark in ((annotation, ""), (arguments[0] if arguments else None, "[]")):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate, mark
    return None, ""


def _section(title: str, prefix: str, model: type[BaseModel]) -> str:
    rows = "".join(_row(prefix + name, field) for name, field in fields_of(Slot(model)).items())
    return f"### {title}\n\n{_cell(model.__doc__ or '')}\n\n{_HEAD}{rows}"


def _row(name: str, field: FieldInfo) -> str:
    extra = field.json_schema_extra
    said = extra if isinstance(extra, dict) else {}
    inner, mark = _mapping_of(field)
    takes = expected(Slot(field.annotation, tuple(field.metadata), field))
    if inner is not None:
        takes = f"{'a list' if mark else 'keys'}, below"
    cells = (
        f"`{name}`",
        field.description or "",
        takes,
        _default(field, is_mapping=inner is not None),
        str(said.get("x-keycloak", "")),
        str(said.get("x-reason", "")),
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |\n"


def _default(field: FieldInfo, *, is_mapping: bool) -> str:
    if field.is_required():
        return "required"
    if isinstance(field.default, tuple):
        return f"`[{', '.join(field.default)}]`"
    if field.default is None:
        return "none"
    if is_mapping:
        return "below"
    spelled = str(field.default)
    return f"`{spelled.lower() if isinstance(field.default, bool) else spelled}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    click.echo(f"{PAGE.name} is written", err=True)

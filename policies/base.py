"""Reading declared YAML into frozen models, with every mistake named by file, line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from policies.errors import PolicyError, PolicyFileError, PolicyReferenceError
from policies.expected import Slot, choices, expected, fields_of, nearest, slot_at
from policies.references import (
    ONLY_SECRETS,
    Resolved,
    is_secret_at,
    reads_file,
    resolved,
)
from policies.yaml_tree import Document, Mistake, Node, Place, read_document

__all__ = [
    "Frozen",
    "Localized",
    "Model",
    "Resolved",
    "Secret",
    "judge",
    "plain",
    "read_model",
]

_KEY = re.compile(r"[a-z_]{1,40}")
_MAX_NAMED = 200
"""How many mistakes are named; a file with more is not one somebody mends line by line."""


class Frozen(BaseModel):
    """A declared thing: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Localized(Frozen):
    """One text in each language of the portals."""

    kk: str = Field(min_length=1, description="In Kazakh.")
    ru: str = Field(min_length=1, description="In Russian.")
    en: str = Field(min_length=1, description="In English.")

    def get(self, language: str) -> str:
        """The text for a reader of `language`; Kazakh for any other."""
        return str(getattr(self, language)) if language in {"kk", "ru", "en"} else self.kk


class _Nowhere:
    """What stands for a reference that leads nowhere; no field takes it."""


def _must_be_reference(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value
    if isinstance(value, Resolved):
        if not value.strip():
            raise ValueError("the reference leads to an empty secret")
        return value
    raise ValueError("a secret is given by reference only: ${env:NAME} or ${file:PATH}")


Secret = Annotated[SecretStr, BeforeValidator(_must_be_reference)]

Model = TypeVar("Model", bound=BaseModel)


def read_model(
    path: Path, model: type[Model], *, environ: Mapping[str, str] | None = None
) -> Model:
    """Read one YAML file as `model`.

    References are resolved when `environ` is given; a `${file:…}` path is relative to the YAML
    file. Raises PolicyFileError naming every mistake at once, PolicyReferenceError when references
    that lead nowhere are the only ones. No value is ever shown, only where it stands.
    """
    return judge(read_document(path), model, environ=environ)


def judge(
    document: Document, model: type[Model], *, environ: Mapping[str, str] | None = None
) -> Model:
    """`document` as `model`; raises as read_model does."""
    mistakes = list(document.mistakes)
    made = _judge(document, model, environ, mistakes)
    if mistakes or made is None:
        raise _refusal(document, model, mistakes)
    return made


def _judge(
    document: Document,
    model: type[Model],
    environ: Mapping[str, str] | None,
    mistakes: list[Mistake],
) -> Model | None:
    files: list[tuple[Place, tuple[str | int, ...]]] = []

    def resolve(text: str, node: Node, path: tuple[str | int, ...]) -> Any:
        if environ is None or "${" not in text:
            return text
        if reads_file(text):
            files.append((node.place, path))
        try:
            return resolved(text, environ, node.place.file.parent)
        except ValueError as error:
            mistakes.append(Mistake(node.place, path, str(error), is_reference=True))
        return _Nowhere()

    tree = plain(document.root, resolve)
    try:
        made = model.model_validate(tree)
    except ValidationError as error:
        _explain_all(document, model, error, mistakes)
        return None
    shown = [(place, path) for place, path in files if not is_secret_at(made, path)]
    mistakes += [Mistake(place, path, ONLY_SECRETS) for place, path in shown]
    return made


def _explain_all(
    document: Document, model: type[BaseModel], error: ValidationError, mistakes: list[Mistake]
) -> None:
    nowhere = [mistake.path for mistake in mistakes if mistake.is_reference]
    found = error.errors()[:_MAX_NAMED]
    inside = [*nowhere, *(tuple(item["loc"]) for item in found)]
    misspelt = {_meant(document, model, tuple(item["loc"])) for item in found}
    for item in found:
        path = tuple(item["loc"])
        if item["type"] == "missing" and path in misspelt:
            continue
        if any(path[: len(known)] == known for known in nowhere):
            continue
        if item["type"] == "missing" and _may_be_there(document, path):
            continue
        if item["type"] == "too_short" and any(_is_within(other, path) for other in inside):
            continue  # members that are there, and wrong, are not counted
        mistakes.append(_explain(document, model, dict(item)))


def _is_within(path: tuple[str | int, ...], above: tuple[str | int, ...]) -> bool:
    return len(path) > len(above) and path[: len(above)] == above


def _may_be_there(document: Document, path: tuple[str | int, ...]) -> bool:
    """Whether what is missing may stand in a part that could not be read."""
    return document.is_partial or bool(document.unread & {path[0], "extends"})


def plain(
    node: Node,
    text: Callable[[str, Node, tuple[str | int, ...]], Any],
    path: tuple[str | int, ...] = (),
) -> Any:
    """The node as dicts, lists and scalars; every text becomes what `text` makes of it."""
    if isinstance(node.value, dict):
        return {name: plain(child, text, (*path, name)) for name, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child, text, (*path, i)) for i, child in enumerate(node.value)]
    return text(node.value, node, path) if isinstance(node.value, str) else node.value


def _refusal(document: Document, model: type[BaseModel], mistakes: list[Mistake]) -> PolicyError:
    """The mistakes as one error: the file's own first, then its bases', each from the top down."""

    def order(mistake: Mistake) -> tuple[bool, Place]:
        return mistake.place.file != document.file, mistake.place

    lines = []
    for mistake in sorted(mistakes, key=order)[:_MAX_NAMED]:
        name = "" if mistake.is_reference else _shown(document, model, mistake.path)
        lines.append(f"{mistake.place}: {name}{mistake.text}")
    if len(mistakes) >= _MAX_NAMED:
        lines.append(f"{document.file}: no more than {_MAX_NAMED} mistakes are named at once")
    message = "\n".join(dict.fromkeys(lines))
    if all(mistake.is_reference for mistake in mistakes):
        return PolicyReferenceError(message, hint="Set what is named, or change the references.")
    return PolicyFileError(message)


def _shown(document: Document, model: type[BaseModel], path: tuple[str | int, ...]) -> str:
    """The path as far as it may be shown: a key that is none may be a secret in the wrong place."""
    parts = []
    for end, part in enumerate(path, start=1):
        above = slot_at(model, path[: end - 1])
        known = _known(document, above, path[: end - 1])
        is_near = bool(_KEY.fullmatch(str(part))) and nearest(str(part), known) is not None
        shown = isinstance(part, int) or part in known or is_near
        if not shown and (above is None or known):
            break
        parts.append(str(part) if shown else "…")
    return f"{'.'.join(parts)}: " if parts else ("" if document.root.value else "the file: ")


def _known(document: Document, above: Slot | None, path: tuple[str | int, ...]) -> list[str]:
    """The keys that may stand at `path`."""
    is_top = document.may_extend and not path
    return [*(fields_of(above) if above else ()), *(["extends"] if is_top else [])]


def _meant(
    document: Document, model: type[BaseModel], path: tuple[str | int, ...]
) -> tuple[str | int, ...]:
    """The path with the nearest right key for its last; the path itself where that is right."""
    known = _known(document, slot_at(model, path[:-1]), path[:-1])
    is_wrong = bool(path) and path[-1] not in known
    near = nearest(str(path[-1]), known) if is_wrong else None
    return (*path[:-1], near) if near else ()


def _explain(document: Document, model: type[BaseModel], error: dict[str, Any]) -> Mistake:
    """One finding of pydantic's as a mistake; its own words stay out, they may hold the value."""
    path = tuple(error["loc"])
    place, node = _position(document, path)
    slot = slot_at(model, path)
    text = _sentence(error, slot, node)
    if error["type"] == "extra_forbidden":
        above = slot_at(model, path[:-1])
        known = _known(document, above, path[:-1])
        near = nearest(str(path[-1]), known)
        text = f"unknown key; did you mean {near}?" if near else "unknown key"
        if not near and known:
            text += f"; known here: {', '.join(known)}"
        if not near and len(path) == 1 and "raw" in known:
            words = ", or in words under settings" if "settings" in known else ""
            text += f". A name of Keycloak's own stands under raw{words}"
    return Mistake(place, path, text)


def _sentence(error: dict[str, Any], slot: Slot | None, node: Node | None) -> str:
    if error["type"] == "value_error":
        said = str(error["msg"]).removeprefix("Value error, ")
        given: Any = error.get("input")
        is_hidden = isinstance(given, Resolved) and len(given.strip()) > 3
        return said.replace(given, "…") if is_hidden else said
    if slot is None:
        return str(error["msg"])
    wanted = expected(slot)
    if error["type"] == "missing":
        about = (slot.field.description or "") if slot.field else ""
        return f"required and not there: {wanted}" + (f". {about}" if about else "")
    value: Any = node.value if node is not None else None
    near = nearest(value, choices(slot)) if isinstance(value, str) and "${" not in value else None
    text = f"expected {wanted}"
    if near:
        text += f"; did you mean {near}?"
    if error["type"] == "string_type" and isinstance(value, int | float):
        text += "; put it in quotes to make it text"
    return text


def _position(document: Document, path: tuple[str | int, ...]) -> tuple[Place, Node | None]:
    """Where `path` stands, or the nearest thing above it; and its node where there is one."""
    node, removed = document.root, document.removed.get(path)
    for part in path:
        inner = node.value
        if isinstance(inner, dict) and part in inner:
            node = inner[str(part)]
        elif isinstance(inner, list) and isinstance(part, int) and part < len(inner):
            node = inner[part]
        else:
            return removed or node.key or node.place, None
    return node.key or node.place, node

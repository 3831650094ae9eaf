"""What a model takes at a place, in words: types, ranges, choices, and the nearest right name."""

from __future__ import annotations

import difflib
import enum
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, GetJsonSchemaHandler, SecretStr
from pydantic.fields import FieldInfo

Path = tuple[str | int, ...]
_LISTS = {tuple, list, set, frozenset}


@dataclass(frozen=True, slots=True)
class Words:
    """Metadata of a field: what its text must be, as an admin says it."""

    text: str

    def __get_pydantic_json_schema__(
        self, core_schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler(core_schema)
        schema["patternErrorMessage"] = f"expected {self.text}"
        return schema


@dataclass(frozen=True, slots=True)
class Slot:
    """The annotation and the constraints of one place of a model."""

    annotation: Any
    metadata: tuple[Any, ...] = ()
    field: FieldInfo | None = None

    def unwrapped(self) -> Slot:
        """Without Annotated and without the None of an optional."""
        slot = self
        while True:
            if get_origin(slot.annotation) is Annotated:
                inner, *more = get_args(slot.annotation)
                flat = [item for m in more for item in _flat(m)]
                slot = Slot(inner, (*slot.metadata, *flat), slot.field)
            elif get_origin(slot.annotation) in {Union, types.UnionType}:
                some = [a for a in get_args(slot.annotation) if a is not type(None)]
                if len(some) != 1:
                    return slot
                slot = Slot(some[0], slot.metadata, slot.field)
            else:
                return slot


def _flat(metadata: Any) -> Iterable[Any]:
    return metadata.metadata if isinstance(metadata, FieldInfo) else (metadata,)


def slot_at(model: type[BaseModel], path: Path) -> Slot | None:
    """What stands at `path` in `model`; None where the model has nothing there."""
    slot = Slot(model)
    for part in path:
        inner = slot.unwrapped()
        fields = fields_of(inner)
        arguments = get_args(inner.annotation)
        if fields:
            field = fields.get(str(part))
            if field is None:
                return None
            slot = Slot(field.annotation, tuple(field.metadata), field)
        elif isinstance(part, int) and get_origin(inner.annotation) in _LISTS and arguments:
            slot = Slot(arguments[0])
        elif get_origin(inner.annotation) in {dict, Mapping} and len(arguments) == 2:
            slot = Slot(arguments[1])
        else:
            return None
    return slot


def fields_of(slot: Slot) -> dict[str, FieldInfo]:
    """The keys that stand at the slot; none where it is no mapping."""
    annotation = slot.unwrapped().annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {name: field for name, field in annotation.model_fields.items() if not field.exclude}
    return {}


def choices(slot: Slot) -> tuple[str, ...]:
    """The values allowed at the slot, where they are listed."""
    inner = slot.unwrapped()
    if get_origin(inner.annotation) in {Union, types.UnionType}:
        parts = [choices(Slot(part)) for part in get_args(inner.annotation)]
        return tuple(name for part in parts for name in part) if all(parts) else ()
    if get_origin(inner.annotation) is Literal:
        return tuple(_spelled(value) for value in get_args(inner.annotation))
    if isinstance(inner.annotation, type) and issubclass(inner.annotation, enum.Enum):
        return tuple(_spelled(member.value) for member in inner.annotation)
    return ()


def expected(slot: Slot) -> str:  # noqa: PLR0911 - one line for each kind of value
    """What is taken there: "a number from 8 to 64", "one of starttls, tls, none"."""
    inner = slot.unwrapped()
    kind, metadata = inner.annotation, inner.metadata
    words = next((item.text for item in metadata if isinstance(item, Words)), "")
    if words:
        return words
    if kind is SecretStr:
        return "a reference, ${env:NAME} or ${file:PATH}"
    allowed = choices(slot)
    if allowed:
        return allowed[0] if len(allowed) == 1 else f"one of {', '.join(allowed)}"
    fields = fields_of(inner)
    if fields:
        return f"keys and values: {', '.join(fields)}"
    if get_origin(kind) in _LISTS:
        return _list(inner)
    if get_origin(kind) in {dict, Mapping}:
        return f"names, each with {expected(Slot(get_args(kind)[1]))}"
    if kind is bool:
        return "true or false"
    if kind in {int, float}:
        return _range(metadata)
    if kind is str:
        return "text"
    return {"Path": "the path of a file"}.get(getattr(kind, "__name__", ""), "another value")


def _list(slot: Slot) -> str:
    item = (get_args(slot.annotation) or (str,))[0]
    least = _bound(slot.metadata, annotated_types.MinLen)
    some = "a list of" if not least else f"a list with at least {least} of"
    inner = expected(Slot(item))
    return f"{some} these: {inner.removeprefix('one of ')}"


def _range(metadata: tuple[Any, ...]) -> str:
    least = _bound(metadata, annotated_types.Ge)
    most = _bound(metadata, annotated_types.Le)
    if least is not None and most is not None:
        return f"a number from {least} to {most}"
    if least is not None:
        return f"a number, {least} or more"
    return "a number" if most is None else f"a number, {most} or less"


def _bound(metadata: tuple[Any, ...], kind: type) -> Any:
    attribute = {annotated_types.Ge: "ge", annotated_types.Le: "le"}.get(kind, "min_length")
    return next((getattr(item, attribute) for item in metadata if isinstance(item, kind)), None)


def nearest(said: str, known: Iterable[str]) -> str | None:
    """The known name that `said` was meant to be; None where none is near."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(said[:64].lower(), by_lower, n=1)
    return by_lower[near[0]] if near else None


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

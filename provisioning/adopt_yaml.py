"""Plain data as YAML for people: block style, comments, only what needs quotes in them. Pure.

Texts come out of a realm where others may write: each is data, never a reference, a comment, a
tag or a key of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from provisioning.adopt_secrets import Reference
from provisioning.render import printable

Path = tuple[str | int, ...]
Comment = Callable[[Path, Any], str]
"""What to say of the value at a path, before it; empty for nothing."""

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*(?: [A-Za-z0-9_(][A-Za-z0-9_./()-]*)*", re.ASCII)
_NOT_TEXT = frozenset(
    {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf", "infinity"}
)
_WIDTH = 80
_REFERENCE_START = re.compile(r"(\$+)\{")


def yaml_of(value: Mapping[str, Any], comment: Comment = lambda _path, _value: "") -> str:
    """A mapping as lines of YAML, each ended; `comment` is asked for every member."""
    return "".join(f"{line}\n" for line in _mapping(value, (), comment))


def commented(text: str) -> str:
    """A text as one comment of one line, whatever it holds."""
    return f"# {printable(text)}"


def scalar(value: Any) -> str:
    """A text, number, truth value or null as YAML reads it back; `${` is written `$${`."""
    if isinstance(value, Reference):
        return str(value)
    if not isinstance(value, str):
        return json.dumps(value)
    return _text(_REFERENCE_START.sub(lambda match: f"${match[0]}", value))


def _text(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT
    return text if is_plain else _quoted(text)


def _quoted(text: str) -> str:
    spelled = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in spelled)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _mapping(value: Mapping[str, Any], path: Path, comment: Comment) -> Iterator[str]:
    for name, item in value.items():
        said = comment((*path, name), item)
        if said:
            yield commented(said)
        inline = _inline(item)
        if inline is not None:
            yield f"{_text(name)}: {inline}"
            continue
        yield f"{_text(name)}:"
        yield from (f"  {line}" for line in _block(item, (*path, name), comment))


def _block(value: Any, path: Path, comment: Comment) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _mapping(value, path, comment)
        return
    for index, item in enumerate(value):
        said = comment((*path, index), item)
        if said:
            yield commented(said)
        inline = _inline(item)
        lines = iter([inline] if inline is not None else _block(item, (*path, index), comment))
        yield f"- {next(lines)}"
        yield from (f"  {line}" for line in lines)


def _inline(value: Any) -> str | None:
    """The value in one line; None where it takes several."""
    if not isinstance(value, Mapping | list):
        return scalar(value)
    if not value:
        return "{}" if isinstance(value, Mapping) else "[]"
    if isinstance(value, list) and not any(isinstance(item, Mapping | list) for item in value):
        row = f"[{', '.join(_quoted(i) if isinstance(i, Reference) else scalar(i) for i in value)}]"
        return row if len(row) <= _WIDTH else None
    return None

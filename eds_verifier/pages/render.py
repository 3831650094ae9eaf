"""Pages from templates: everything is escaped, nothing is inline, nothing comes from elsewhere."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).resolve().parent
LANGUAGES = ("kk", "ru", "en")
LANGUAGE_NAMES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
STATIC_TYPES = {
    "eds.js": "text/javascript; charset=utf-8",
    "eds.css": "text/css; charset=utf-8",
    "seal.svg": "image/svg+xml",
}

Messages = Mapping[str, Any]


@cache
def messages(language: str) -> Messages:
    """Every text of one language."""
    with (_HERE / "messages" / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def static_file(name: str) -> bytes:
    """A file the page loads; KeyError for a name that is not one of ours."""
    if name not in STATIC_TYPES:
        raise KeyError(name)
    return (_HERE / "static" / name).read_bytes()


@cache
def static_address(name: str) -> str:
    """Its address; it changes with the content, so that it may be cached for good."""
    return f"/static/{hashlib.sha256(static_file(name)).hexdigest()[:16]}/{name}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_address
    return environment


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page of a realm; `languages` pairs each language with its link."""

    language: str
    portal: str
    languages: tuple[tuple[str, str], ...]
    instructions: str
    support: str
    reference: str
    unsafe: tuple[str, ...]


def render(template: str, frame: Frame, **values: Any) -> str:
    """One page. `t` in the templates is the messages of the frame's language."""
    return (
        _environment()
        .get_template(template)
        .render(
            frame=frame,
            t=messages(frame.language),
            language_names=LANGUAGE_NAMES,
            **values,
        )
    )

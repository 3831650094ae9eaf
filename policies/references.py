"""References in a policy's values: what they may lead to, and what they lead to.

Whoever edits a policy reads by it what the run can read. So the tool's own way into Keycloak is out
of every policy's reach, and a file is read only where a secret stands, which is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

REFERENCE = re.compile(r"(?<!\$)\$\{(?P<kind>[a-z]*):(?P<name>[^${}]+)\}")
_DOLLARS = re.compile(rf"\$(?P<literal>\$+\{{)|{REFERENCE.pattern}|(?P<wrong>\$\{{)")
"""`$${` is how a policy writes `${`; each further `$` before it stands for itself."""
_ENVIRONMENT_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_MAX_SECRET_BYTES = 65_536
_KINDS = "use ${env:NAME} or ${file:PATH}"

OWN_VARIABLES = "TANBA_KEYCLOAK_"
"""Beginning of the variables by which the tool itself comes into Keycloak."""
OWN_FILES = "_FILE"
"""Ending of those among them that name a file."""
_OF_PROCESSES = Path("/proc")

ONLY_SECRETS = "a file is read only where a secret is expected; give this by ${env:NAME}"


class Resolved(str):
    """A value that came through a reference, as a secret must."""

    __slots__ = ()


def resolved(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """`text` with what its references lead to; a file's path is relative to `folder`.

    Raises ValueError, in words that show no value, for a reference that leads nowhere or to what
    is the tool's own.
    """

    def value(match: re.Match[str]) -> str:
        if match["literal"]:
            return match["literal"]
        if match["wrong"]:
            raise ValueError(f"not a reference: {_KINDS}")
        kind, name = match["kind"], match["name"]
        if kind == "env":
            return _variable(name, environ)
        if kind == "file":
            return _content(folder / name, name, environ)
        raise ValueError(f"no reference of this kind: {_KINDS}")

    made = _DOLLARS.sub(value, text)
    return Resolved(made) if REFERENCE.search(text) else made


def reads_file(text: str) -> bool:
    """Whether a reference in `text` leads to a file."""
    return any(match["kind"] == "file" for match in REFERENCE.finditer(text))


def is_secret_at(made: Any, path: Sequence[str | int]) -> bool:
    """Whether what a policy has at `path` is a secret; not where it has nothing there."""
    for part in path:
        if isinstance(made, BaseModel):
            made = getattr(made, str(part), None)
        elif isinstance(made, Mapping):
            made = made.get(part)
        elif isinstance(made, tuple | list) and isinstance(part, int) and part < len(made):
            made = made[part]
        else:
            return False
    return isinstance(made, SecretStr)


def _variable(name: str, environ: Mapping[str, str]) -> str:
    if name.upper().startswith(OWN_VARIABLES):
        raise ValueError(f"{OWN_VARIABLES}… are the tool's own variables: no policy reads them")
    if name not in environ:
        # A name that is none may be a secret in the wrong place.
        named = name if _ENVIRONMENT_NAME.fullmatch(name) else "named here"
        raise ValueError(f"the environment variable {named} is not set")
    return environ[name]


def _content(path: Path, name: str, environ: Mapping[str, str]) -> str:
    try:
        real = path.resolve()
        is_own = real.is_relative_to(_OF_PROCESSES) or real in _own_files(environ)
        if not is_own:
            with real.open("rb") as file:
                data = file.read(_MAX_SECRET_BYTES + 1)
            text = data.decode("utf-8")
    except (OSError, RuntimeError, ValueError):
        raise ValueError(f"the file {name} cannot be read") from None
    if is_own:
        raise ValueError(f"the file {name} is the tool's own: no policy reads it")
    if len(data) > _MAX_SECRET_BYTES:
        raise ValueError(f"the file {name} is larger than {_MAX_SECRET_BYTES} bytes")
    return text.rstrip("\r\n")


def _own_files(environ: Mapping[str, str]) -> frozenset[Path]:
    return frozenset(
        Path(value).resolve()
        for variable, value in environ.items()
        if variable.startswith(OWN_VARIABLES) and variable.endswith(OWN_FILES) and value
    )

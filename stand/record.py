"""The record of a running stand: which processes are ours, so that only those are ever ended."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from stand.files import write_private
from stand.processes import Identity

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Record:
    """A stand's processes. `ready`: it has said so."""

    supervisor: Identity
    children: tuple[Identity, ...] = ()
    ready: bool = False

    def save(self, path: Path) -> None:
        write_private(path, json.dumps({"format": _FORMAT} | asdict(self), indent=1) + "\n")

    def with_children(self, children: tuple[Identity, ...]) -> Record:
        return replace(self, children=children)


def load(path: Path) -> Record | None:
    """The record at `path`; None when there is none that can be read."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["format"] != _FORMAT:
            return None
        return Record(
            supervisor=Identity(**body["supervisor"]),
            children=tuple(Identity(**child) for child in body["children"]),
            ready=bool(body["ready"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None

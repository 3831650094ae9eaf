"""A policy that knows where each of its values stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import Field, PrivateAttr

from policies.base import Frozen
from policies.yaml_tree import Place


class Placed(Frozen):
    """A policy and the files it was read from."""

    folder: Path = Field(default=Path(), exclude=True, description="Set by the loader.")
    _places: Mapping[tuple[str | int, ...], Place] = PrivateAttr(default_factory=dict)

    def placed(self, folder: Path, places: Mapping[tuple[str | int, ...], Place]) -> Self:
        """The same policy, read from `folder`; `places` by the path of each value."""
        copy = self.model_copy(update={"folder": folder})
        copy._places = places
        return copy

    def place(self, path: tuple[str | int, ...]) -> str:
        """`file:line` of a value, or of the nearest thing above it; empty where none is known."""
        for end in range(len(path), -1, -1):
            found = self._places.get(path[:end])
            if found is not None:
                return f"{found.file}:{found.line}"
        return ""

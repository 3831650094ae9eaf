"""From an input that breaks a target to a small one that breaks it in the same way."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator

from fuzz.tlv import parse


def breakage(run: Callable[[bytes], None], data: bytes) -> str | None:
    """What `run` raises on `data`: the kind and the place; None when it holds."""
    try:
        run(data)
    except Exception as error:  # noqa: BLE001 - a finding is whatever is raised
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {place.name} ({place.filename}:{place.lineno}): {error}"
    return None


def minimise(run: Callable[[bytes], None], data: bytes, *, seconds: float) -> bytes:
    """Drop whole elements, then octets, while the kind and place of the breakage stay."""
    wanted = _kind(breakage(run, data))
    deadline = time.monotonic() + seconds
    best = data
    shrunk = True
    while shrunk and time.monotonic() < deadline:
        shrunk = False
        for candidate in _smaller(best):
            if time.monotonic() > deadline:
                break
            if len(candidate) < len(best) and _kind(breakage(run, candidate)) == wanted:
                best, shrunk = candidate, True
                break
    return best


def _kind(said: str | None) -> str | None:
    return None if said is None else said.partition("): ")[0]


def _smaller(data: bytes) -> Iterator[bytes]:
    forest = parse(data)
    lists = [forest.nodes, *(n.children for r in forest.nodes for n in r.walk() if n.children)]
    for siblings in lists:
        for position in range(len(siblings)):
            removed = siblings.pop(position)
            yield forest.encode()
            siblings.insert(position, removed)
    size = max(len(data) // 2, 1)
    while size:
        for start in range(0, len(data), size):
            yield data[:start] + data[start + size :]
        size //= 2

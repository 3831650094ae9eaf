"""Small things kept on the server for a while; the browser holds only a name for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Shelf(Generic[Value]):
    """At most `size` values, the oldest go first. Also what Authlib takes as a cache."""

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._clock = clock
        self._values: dict[str, tuple[float, Value]] = {}

    def put(self, key: str, value: Value, *, seconds: float) -> None:
        self._values.pop(key, None)
        self._values[key] = (self._clock() + seconds, value)
        while len(self._values) > self._size:
            del self._values[next(iter(self._values))]

    def look(self, key: str) -> Value | None:
        """The value, unless it is gone or too old."""
        until, value = self._values.get(key, (0.0, None))
        if value is None or until < self._clock():
            self._values.pop(key, None)
            return None
        return value

    def drop(self, key: str) -> None:
        self._values.pop(key, None)

    # -- Authlib's names -----------------------------------------------------------------------

    async def get(self, key: str) -> Value | None:
        return self.look(key)

    async def set(self, key: str, value: Value, expires: float = 3600) -> None:
        self.put(key, value, seconds=expires)

    async def delete(self, key: str) -> None:
        self.drop(key)

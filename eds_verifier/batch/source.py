"""Lines of a stream of any size, in bounded memory and without waiting for more than one."""

from __future__ import annotations

import os
from collections import deque
from typing import BinaryIO

READ_OCTETS = 262_144
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class LineSource:
    """Reads a stream piece by piece and holds the whole lines that were not taken yet.

    The stream has a descriptor. A line longer than `max_line` octets arrives as None, its octets
    are dropped as they come. The last line needs no end; an empty one is a line too. `octets_held`
    is the size of what is held.
    """

    def __init__(self, stream: BinaryIO, *, max_line: int) -> None:
        self._lines: deque[bytes | None] = deque()
        self.ended = False
        self.octets_held = 0
        self.octets_read = 0
        self._max_line = max_line
        self._pieces: list[bytes] = []
        self._length = 0
        self._too_long = False
        self.descriptor = stream.fileno()

    def __len__(self) -> int:
        """How many whole lines are held."""
        return len(self._lines)

    def take(self, *, max_lines: int, max_octets: int) -> tuple[bytes | None, ...]:
        """The next lines, at least one, within the limits otherwise."""
        taken: list[bytes | None] = []
        size = 0
        while self._lines and len(taken) < max_lines:
            size += len(self._lines[0] or b"")
            if taken and size > max_octets:
                break
            line = self._lines.popleft()
            self.octets_held -= len(line or b"")
            taken.append(line)
        return tuple(taken)

    def read(self) -> None:
        """Take one piece of the stream, waiting for it. Raises OSError."""
        data = os.read(self.descriptor, READ_OCTETS)
        if not data:
            self._end()
            return
        if self.octets_read == 0:
            self.octets_read = len(data)
            data = data.removeprefix(_BYTE_ORDER_MARK)
        else:
            self.octets_read += len(data)
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._add(piece)
            self._finish()
        self._add(rest)

    def _add(self, piece: bytes) -> None:
        self._length += len(piece)
        if self._length > self._max_line:
            self._too_long = True
            self._pieces.clear()
        elif piece:
            self._pieces.append(piece)

    def _finish(self) -> None:
        line = None if self._too_long else b"".join(self._pieces)
        self._lines.append(line)
        self.octets_held += len(line or b"")
        self._pieces.clear()
        self._length = 0
        self._too_long = False

    def _end(self) -> None:
        self.ended = True
        if self._length:
            self._finish()

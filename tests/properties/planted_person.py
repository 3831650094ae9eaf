"""A person whose particulars are found wherever they turn up, and the ears that listen for them."""

from __future__ import annotations

import base64
import gc
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from eds_verifier.asn1 import oids
from eds_verifier.provider.logs import JsonLines
from tests.unit.eds_verifier.factory import Name

IIN = "870315450015"
BIN = "030340000015"
SURNAME, GIVEN_NAME, PATRONYMIC = "ҚЫЗҒАЛДАҚОВА", "ЖАҢҒЫРЫҚ", "ТҰМАНҚЫЗЫ"
ORGANIZATION = "ЖШС Көкжиек Сағымы"
NONCE = bytes.fromhex("a7d3f1905bce48e2b6417c09d85f3e21")
_PIECE = 24
SECRET = "s3cret-ZhQx7-of-the-portal"

NAME: Name = (
    (oids.COMMON_NAME, f"{SURNAME} {GIVEN_NAME}"),
    (oids.SURNAME, SURNAME),
    (oids.GIVEN_NAME, PATRONYMIC),
    (oids.SERIAL_NUMBER, f"IIN{IIN}"),
    ("2.5.4.6", "KZ"),
)
DIRECTOR: Name = (
    *NAME,
    (oids.ORGANIZATION, ORGANIZATION),
    (oids.ORGANIZATIONAL_UNIT, f"BIN{BIN}"),
)

NUMBERS = (IIN, BIN)
NAMES = (SURNAME, GIVEN_NAME, PATRONYMIC, ORGANIZATION)


@dataclass(frozen=True)
class Needles:
    """Texts that must not be found. `octets` are looked for in every way they may be written."""

    texts: tuple[str, ...]
    octets: tuple[bytes, ...] = ()

    def of(self) -> Iterator[str]:
        """Each needle as text: as it is, escaped, in hexadecimal, in base64."""
        for text in self.texts:
            yield text
            yield text.encode("unicode_escape").decode()
            yield repr(text.encode())[2:-1]
        for octets in self.octets:
            for part in _ending(octets):
                yield part.hex()
                yield base64.b64encode(part).decode().rstrip("=")
                yield repr(part)[2:-1]

    def found_in(self, text: str) -> list[str]:
        """The needles that stand in `text`, each with what stands before it."""
        found = []
        for needle in self.of():
            before, hit, _ = text.partition(needle)
            if hit:
                found.append(f"{needle} after {before.rpartition(chr(10))[2][-120:]!r}")
        return found


def _ending(octets: bytes) -> Iterator[bytes]:
    """Pieces of the last octets: a message ends in its signature, which is like nothing else.

    They begin where base64 begins a group.
    """
    first = max(0, len(octets) - 10 * _PIECE) // _PIECE * _PIECE
    for start in range(first, len(octets), _PIECE):
        part = octets[start : start + _PIECE]
        if len(part) == _PIECE or start == 0:
            yield part


@dataclass
class Heard:
    """Everything that was said while it listened."""

    said: list[str] = field(default_factory=list)

    def add(self, *texts: str) -> None:
        self.said.extend(texts)

    @property
    def text(self) -> str:
        return "\n".join(self.said)


_CLIENTS = ("httpx", "httpcore")
"""Loggers of the browsers and callers that the tests are, not of the verifier."""


class _Ear(logging.Handler):
    """Every record, as the program writes it and as a careless configuration would."""

    def __init__(self, heard: Heard) -> None:
        super().__init__(logging.DEBUG)
        self._heard = heard
        self._lines = (JsonLines(), logging.Formatter("%(name)s %(message)s %(args)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(_CLIENTS):
            return
        self._heard.add(*(formatter.format(record) for formatter in self._lines))
        self._heard.add(repr(record.__dict__))
        if record.exc_info:
            self._heard.add("".join(traceback.format_exception(*record.exc_info)))


@contextmanager
def listening() -> Iterator[Heard]:
    """Hear every logger at DEBUG."""
    heard = Heard()
    ear, root, ours = _Ear(heard), logging.getLogger(), logging.getLogger("eds_verifier")
    levels = root.level, ours.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(ear)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])


def reprs() -> list[str]:
    """`repr` of every living object of our classes, wherever it is held."""
    ours = [
        found
        for found in gc.get_objects()
        if type(found) is not type
        and str(type(found).__module__).startswith(("eds_verifier.", "policies."))
    ]
    said = []
    for found in ours:
        try:
            said.append(f"{type(found).__name__}: {found!r}")
        except (AttributeError, RuntimeError):
            continue  # half made, or changing in another thread: nobody could print it either
    return said

"""Letters caught, in memory and as .eml files (0600), newest first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from stand.demo_ca.files import write_private
from stand.files import private_folder

KEPT = 500
"""Letters kept; older ones go, their files too."""

_LINK = re.compile(r"https?://[^\s<>\"'\u00ab\u00bb]+")
_TRAILING = ".,;:!?)]}»"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. `recipients` are the envelope's; `links` stand in its text, in order."""

    id: str
    received: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(link for link, _ in split_links(self.text) if link))


class Mailbox:
    """What was caught. Letters hold live activation links, so files are the owner's alone."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder = private_folder(folder)
        self._clock = clock
        self._letters: dict[str, Letter] = {}
        for path in sorted(folder.glob("*.eml"))[-KEPT:]:
            received = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
            letter = read(path.read_bytes(), letter_id=path.stem, received=received)
            self._letters[letter.id] = letter

    def add(self, data: bytes, *, sender: str, recipients: tuple[str, ...]) -> Letter:
        """Keep one letter as it came over SMTP."""
        received = self._clock()
        letter_id = f"{received:%Y%m%dT%H%M%S%f}-{len(self._letters) % 1000:03d}"
        letter = read(data, letter_id=letter_id, received=received)
        letter = Letter(
            letter.id, received, sender, recipients, letter.subject, letter.text, letter.html
        )
        write_private(self.folder / f"{letter.id}.eml", data)
        self._letters[letter.id] = letter
        for old in list(self._letters)[:-KEPT]:
            self._forget(old)
        return letter

    def letters(self, *, to: str = "") -> tuple[Letter, ...]:
        """Newest first; with `to`, only those to that address, whatever its case."""
        wanted = to.strip().casefold()
        return tuple(
            letter
            for letter in reversed(self._letters.values())
            if not wanted or wanted in {one.casefold() for one in letter.recipients}
        )

    def letter(self, letter_id: str) -> Letter | None:
        return self._letters.get(letter_id)

    def clear(self, *, to: str = "") -> int:
        """Delete all letters, or those to one address; how many."""
        gone = [letter.id for letter in self.letters(to=to)]
        for letter_id in gone:
            self._forget(letter_id)
        return len(gone)

    def _forget(self, letter_id: str) -> None:
        del self._letters[letter_id]
        (self.folder / f"{letter_id}.eml").unlink(missing_ok=True)


def read(data: bytes, *, letter_id: str, received: datetime) -> Letter:
    """Take a letter apart; sender and recipients are the header's."""
    message = message_from_bytes(data, policy=policy.default)
    return Letter(
        id=letter_id,
        received=received,
        sender=_header(message, "From"),
        recipients=tuple(
            address.addr_spec
            for header in message.get_all("To", [])
            for address in getattr(header, "addresses", ())
        ),
        subject=_header(message, "Subject"),
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def split_links(text: str) -> list[tuple[str, str]]:
    """The text in pieces: (address, "") for a link, ("", text) for what stands between."""
    pieces: list[tuple[str, str]] = []
    end = 0
    for match in _LINK.finditer(text):
        link = match[0].rstrip(_TRAILING)
        pieces.append(("", text[end : match.start()]))
        pieces.append((link, ""))
        end = match.start() + len(link)
    pieces.append(("", text[end:]))
    return [piece for piece in pieces if any(piece)]


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # a character set nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""

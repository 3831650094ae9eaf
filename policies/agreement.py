"""A portal's user agreement: its versions, the form that is hashed, and which version is due.

The canonical form of a text (form 1) is UTF-8, Unicode NFC, LF line ends and exactly one final
newline; its SHA-256 is what people sign. Kazakh prevails; English readers get a summary and the
Kazakh text. Sources: grain receipts 2.4, e-architecture 2.2, `docs/agreements.md`.
"""

from __future__ import annotations

import hashlib
import itertools
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, Field

from policies.base import Frozen, Localized, read_model
from policies.errors import AgreementError

AGREEMENT_FORM = 1
TEXT_LANGUAGES = ("kk", "ru")
PREVAILING_LANGUAGE = "kk"
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn"}
_VALUE_HASH_DIGITS = 16


def canonical_text(text: str) -> bytes:
    """The bytes that are hashed and shown: form 1.

    Control, formatting and unassigned characters are refused (AgreementError): what a person
    reads must be what the hash covers, and a right-to-left override would part the two.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    normal = unicodedata.normalize("NFC", unified).rstrip("\n") + "\n"
    for line_number, line in enumerate(normal.split("\n"), start=1):
        for character in line:
            if unicodedata.category(character) in _INVISIBLE:
                raise AgreementError(
                    f"line {line_number} holds the invisible character U+{ord(character):04X}",
                    hint="Remove it: the text people read must be the text that is hashed.",
                )
    if not normal.strip():
        raise AgreementError("the agreement's text is empty")
    return normal.encode("utf-8")


@dataclass(frozen=True, slots=True)
class AgreementText:
    """One language's canonical text of one version."""

    version: int
    language: str
    text: str
    sha256: str

    @property
    def value(self) -> str:
        """What the realm stores of it: `<version>:<language>:<first 16 hex digits of SHA-256>`."""
        return f"{self.version}:{self.language}:{self.sha256[:_VALUE_HASH_DIGITS]}"

    @classmethod
    def from_source(cls, version: int, language: str, source: str) -> AgreementText:
        """Canonicalise and hash a text as its author saved it."""
        data = canonical_text(source)
        digest = hashlib.sha256(data).hexdigest()
        return cls(version, language, data.decode("utf-8"), digest)


@dataclass(frozen=True, slots=True)
class AgreementVersion:
    """One version: its texts, and the instants from which it is shown and from which it binds."""

    number: int
    texts: Mapping[str, AgreementText]
    summaries: Mapping[str, str] = field(repr=False)
    purposes: tuple[str, ...]
    retention_years: int
    posted: datetime
    effective: datetime

    def text_for(self, language: str) -> AgreementText:
        """The text shown to a reader of `language`; the prevailing one where there is none."""
        return self.texts.get(language, self.texts[PREVAILING_LANGUAGE])

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the realm's `agreement` attribute that mean this version."""
        return tuple(self.texts[language].value for language in TEXT_LANGUAGES)


@dataclass(frozen=True, slots=True)
class Agreements:
    """All versions of one portal's agreement, oldest first."""

    versions: tuple[AgreementVersion, ...]

    def posted(self, at: datetime) -> AgreementVersion:
        """The newest version shown on the portal's pages at `at`."""
        return self._newest([v for v in self.versions if v.posted <= at], at)

    def in_force(self, at: datetime) -> AgreementVersion:
        """The newest version that binds everybody at `at`.

        Before the first version takes effect the posted one stands in: nobody is let in without
        an agreement.
        """
        return self._newest(
            [v for v in self.versions if v.effective <= at] or [self.posted(at)], at
        )

    def acceptable(self, at: datetime) -> tuple[AgreementVersion, ...]:
        """The versions an acceptance of which counts at `at`: in force, and posted."""
        chosen = {v.number: v for v in (self.in_force(at), self.posted(at))}
        return tuple(chosen[number] for number in sorted(chosen))

    def acceptable_values(self, at: datetime) -> tuple[str, ...]:
        """The values allowed for the realm's `agreement` attribute at `at`, in stable order."""
        return tuple(value for version in self.acceptable(at) for value in version.values)

    def due(self, at: datetime, signed: Collection[int]) -> AgreementVersion:
        """The version a person must hold a signature of to go on (design 3).

        `signed`: numbers of the versions this person signed. The posted version for those who
        signed none yet or signed it early, otherwise the version in force: so a sign-in never
        lowers what a person accepted.
        """
        posted = self.posted(at)
        if not signed or posted.number in signed:
            return posted
        return self.in_force(at)

    @staticmethod
    def _newest(candidates: list[AgreementVersion], at: datetime) -> AgreementVersion:
        if not candidates:
            raise AgreementError(
                f"no version of the agreement is posted at {at.isoformat()}",
                hint="Set `posted` in the version's meta.yaml, or check the clock.",
            )
        return max(candidates, key=lambda version: version.number)


class AgreementMeta(Frozen):
    """`meta.yaml` of one version."""

    version: int = Field(ge=1, le=1, description="The format of this file: 1.")
    posted: AwareDatetime = Field(description="RFC 3339 instant from which the text is shown.")
    effective: AwareDatetime | None = Field(
        default=None, description="A later quiet hour than posted + notice; none = at once then."
    )
    summary: Localized = Field(description="What changed, for people, per language.")
    purposes: tuple[str, ...] = Field(min_length=1, description="What consent is given for.")
    retention_years: int = Field(ge=1, le=100, description="How long the evidence is kept.")


def load_agreements(folder: Path, *, notice: timedelta) -> Agreements:
    """Read `<folder>/<n>/{meta.yaml,kk.md,ru.md}` for n = 1, 2, … without a gap.

    Errors (AgreementError, PolicyFileError) name the file.
    """
    numbers = sorted(int(p.name) for p in folder.glob("*") if p.name.isdigit() and p.is_dir())
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        raise AgreementError(
            f"{folder}: versions must be folders 1, 2, 3 … without a gap; found {numbers}"
        )
    versions = tuple(_load_version(folder / str(n), n, notice) for n in numbers)
    for earlier, later in itertools.pairwise(versions):
        if later.posted <= earlier.posted or later.effective < earlier.effective:
            raise AgreementError(
                f"{folder / str(later.number)}: it is posted or in force before version "
                f"{earlier.number}",
                hint="A later version is posted later; correct `posted` or `effective`.",
            )
    return Agreements(versions)


def _load_version(folder: Path, number: int, notice: timedelta) -> AgreementVersion:
    meta = read_model(folder / "meta.yaml", AgreementMeta)
    earliest = meta.posted + notice
    if meta.effective is not None and meta.effective < earliest:
        raise AgreementError(
            f"{folder / 'meta.yaml'}: effective is before the notice has run",
            hint=f"The earliest instant is {earliest.isoformat()}.",
        )
    texts = {language: _load_text(folder, number, language) for language in TEXT_LANGUAGES}
    return AgreementVersion(
        number=number,
        texts=texts,
        summaries=meta.summary.model_dump(),
        purposes=meta.purposes,
        retention_years=meta.retention_years,
        posted=meta.posted,
        effective=meta.effective or earliest,
    )


def _load_text(folder: Path, number: int, language: str) -> AgreementText:
    path = folder / f"{language}.md"
    try:
        return AgreementText.from_source(number, language, path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise AgreementError(f"{path}: there is no text in this language") from None
    except UnicodeDecodeError as error:
        raise AgreementError(f"{path}: not UTF-8 at byte {error.start}") from None
    except AgreementError as error:
        raise AgreementError(f"{path}: {error.message}", hint=error.hint) from None

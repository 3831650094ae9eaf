"""The three documents a person signs: sign-in, acceptance, step-up. Format version 1.

Each is UTF-8 text that a person can read: a type line, a headline in three languages, and
`Key: value` lines in a fixed order. `parse` takes back only what `render` makes, byte for byte,
so one type never passes for another and nothing can be added unseen. Documented in
`docs/agreements.md`; later formats get a new number, this one stays.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

from policies.errors import AgreementError

LONGEST_LIFE = timedelta(minutes=5)
_NONCE_LENGTHS = range(22, 129)
_BASE64URL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_LONGEST = 8192


class DocumentError(AgreementError):
    """Bytes that are not a document of ours, or values that cannot make one."""

    code = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeDocument:
    """What the three have in common.

    `portal`: its name as the person reads it; `realm`, `issuer`: who asks; `nonce`: base64url of
    at least 128 random bits; `issued_at`, `expires_at`: UTC, whole seconds, at most 5 minutes
    apart; `language`: that of the page, `kk`, `ru` or `en`.
    """

    TYPE: ClassVar[str]
    HEADLINE: ClassVar[str]
    KEYS: ClassVar[Mapping[str, str]]

    portal: str
    realm: str
    issuer: str
    issued_at: datetime
    expires_at: datetime
    language: str
    nonce: str

    def __post_init__(self) -> None:
        for item in fields(self):
            _check_value(item.name, getattr(self, item.name))
        if not timedelta(0) < self.expires_at - self.issued_at <= LONGEST_LIFE:
            raise DocumentError("a document lives more than 0 and at most 5 minutes")
        if len(self.nonce) not in _NONCE_LENGTHS or not set(self.nonce) <= _BASE64URL:
            raise DocumentError("a nonce is at least 22 characters of base64url")
        if self.language not in {"kk", "ru", "en"}:
            raise DocumentError("a document's language is kk, ru or en")

    def render(self) -> bytes:
        """The bytes that are signed."""
        head = [self.TYPE, self.HEADLINE, ""]
        body = [f"{key}: {_write(getattr(self, name))}" for name, key in self.KEYS.items()]
        return ("\n".join(head + body) + "\n").encode("utf-8")


_COMMON = {
    "portal": "Portal",
    "realm": "Realm",
    "issuer": "Issuer",
    "issued_at": "Issued",
    "expires_at": "Expires",
    "language": "Language",
    "nonce": "Nonce",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInDocument(ChallengeDocument):
    """Signing it signs a person in to one portal. It accepts nothing."""

    TYPE: ClassVar[str] = "TANBA SIGN-IN 1"
    HEADLINE: ClassVar[str] = "Порталға кіру / Вход на портал / Signing in to a portal"
    KEYS: ClassVar[Mapping[str, str]] = MappingProxyType(_COMMON)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceDocument(ChallengeDocument):
    """Signing it accepts one version of the agreement, in the language it was shown in."""

    TYPE: ClassVar[str] = "TANBA ACCEPTANCE 1"
    HEADLINE: ClassVar[str] = (
        "Келісімді қабылдаймын және дербес деректерімді өңдеуге келісім беремін / "
        "Принимаю соглашение и даю согласие на обработку моих персональных данных / "
        "I accept the agreement and consent to the processing of my personal data"
    )
    KEYS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "agreement_version": "Agreement",
            "agreement_language": "Agreement-Language",
            "agreement_form": "Agreement-Form",
            "agreement_sha256": "Agreement-SHA-256",
            **_COMMON,
        }
    )

    agreement_version: int
    agreement_language: str
    agreement_form: int
    agreement_sha256: str

    def __post_init__(self) -> None:
        ChallengeDocument.__post_init__(self)
        if self.agreement_version < 1 or self.agreement_form < 1:
            raise DocumentError("an agreement's version and form count from 1")
        if self.agreement_language not in {"kk", "ru"}:
            raise DocumentError("an agreement is accepted in kk or ru")
        if len(self.agreement_sha256) != 64 or not set(self.agreement_sha256) <= set(
            "0123456789abcdef"
        ):
            raise DocumentError("an agreement's SHA-256 is 64 lower-case hex digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUpDocument(ChallengeDocument):
    """Signing it confirms one act by a person who is known already (`subject`: their `sub`)."""

    TYPE: ClassVar[str] = "TANBA STEP-UP 1"
    HEADLINE: ClassVar[str] = "Әрекетті растау / Подтверждение действия / Confirming an act"
    KEYS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"purpose": "Purpose", "subject": "Subject", **_COMMON}
    )

    purpose: str
    subject: str


_TYPES: Mapping[str, type[ChallengeDocument]] = MappingProxyType(
    {kind.TYPE: kind for kind in (SignInDocument, AcceptanceDocument, StepUpDocument)}
)


def parse(data: bytes) -> ChallengeDocument:
    """Take back what `render` made; DocumentError for anything else."""
    if len(data) > _LONGEST:
        raise DocumentError("longer than any document of ours")
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise DocumentError("not UTF-8") from None
    kind = _TYPES.get(lines[0])
    if kind is None:
        raise DocumentError("not a document of ours: the first line names no known type")
    given = dict(line.partition(": ")[::2] for line in lines[3:-1])
    if list(given) != list(kind.KEYS.values()):
        raise DocumentError("a document's keys are not the ones of its type, in their order")
    values = {name: _read(name, given[key]) for name, key in kind.KEYS.items()}
    document = kind(**values)
    if document.render() != data:
        raise DocumentError("a document that is not in its one exact form")
    return document


def _check_value(name: str, value: Any) -> None:
    if isinstance(value, datetime):
        if value.tzinfo is None or value.utcoffset() != timedelta(0) or value.microsecond:
            raise DocumentError(f"{name}: a time is UTC and in whole seconds")
    elif isinstance(value, str):
        invisible = any(unicodedata.category(character) in _INVISIBLE for character in value)
        if not value.strip() or value != value.strip() or invisible:
            raise DocumentError(f"{name}: empty, padded, or with invisible characters")
        if value != unicodedata.normalize("NFC", value):
            raise DocumentError(f"{name}: not in Unicode NFC")


def _write(value: Any) -> str:
    return value.strftime(_TIME) if isinstance(value, datetime) else str(value)


_NUMBERS = {"agreement_version", "agreement_form"}
_TIMES = {"issued_at", "expires_at"}


def _read(name: str, text: str) -> Any:
    try:
        if name in _NUMBERS:
            return int(text)
        if name in _TIMES:
            return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise DocumentError(f"{name}: not what its place takes") from None
    return text

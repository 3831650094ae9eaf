"""From a line to its answer. Total: any octets give one line, by the rules of a sign-in."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from eds_verifier.batch.answer import TRUST_UNAVAILABLE, answer, encode, refusal
from eds_verifier.batch.request import (
    BadLine,
    Request,
    RequestPolicy,
    octets,
    read_instant,
    read_request,
    rules_of,
)
from eds_verifier.path.certificate import Certificate
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.trust import TrustStore
from eds_verifier.trust_given import anchors
from eds_verifier.verdict import Reason, Refused
from eds_verifier.verify import verify

_log = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

UNREADABLE_EXTRA = "extra_certificate_unreadable"
"""A certificate of `certs` cannot be read: it helped nothing."""

CACHE_OCTETS = 4 * 1_048_576
_DEFAULT_POLICY = RequestPolicy()


@dataclass(frozen=True, slots=True)
class Configured:
    """The trust of lines that bring none; `why_not` says why there is none."""

    store: TrustStore | None
    why_not: str = ""


class Kept(Generic[K, V]):
    """What was made of recent texts, by their content; the oldest goes when there is too much.

    `CACHE_OCTETS` limits the texts held, not what was made of them, which is of the same order.
    """

    def __init__(self, size: Callable[[K], int], make: Callable[[K], V]) -> None:
        self._size = size
        self._make = make
        self._held: OrderedDict[K, V] = OrderedDict()
        self._octets = 0

    def get(self, key: K) -> V:
        """What `make` gives for `key`; what it raises is not kept."""
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        value = self._make(key)
        self._held[key] = value
        self._octets += self._size(key)
        while self._octets > CACHE_OCTETS and len(self._held) > 1:
            oldest, _ = self._held.popitem(last=False)
            self._octets -= self._size(oldest)
        return value


class LineJudge:
    """Judges lines one after another; lines that bring the same trust share what was read of it.

    `now` gives the instant of lines without `at`; `stopwatch` counts seconds.
    """

    def __init__(
        self,
        configured: Configured,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._configured = configured
        self._now = now
        self._stopwatch = stopwatch
        self._octets: Kept[str, bytes] = Kept(len, lambda text: octets(text, "a value"))
        self._certificates: Kept[str, Certificate] = Kept(len, self._certificate)
        self._anchors: Kept[tuple[str, ...], TrustStore] = Kept(
            lambda texts: sum(map(len, texts)), self._store
        )

    def answer(self, number: int, line: bytes | None) -> tuple[str, bytes]:
        """The verdict and the whole output line for input line `number`; None was too long.

        Never raises for what a line holds.
        """
        started = self._stopwatch()
        identifier: Any = None
        try:
            request = read_request(line)
            identifier = request.id
            row = self._judge(request, started)
        except BadLine as bad:
            row = refusal(
                identifier if bad.id is None else bad.id,
                bad.reason,
                f"line {number}: {bad.detail}",
                seconds=self._stopwatch() - started,
            )
        except Exception as error:  # noqa: BLE001 - total by promise; nothing is let in by this
            _log.error("a line could not be judged: %s", type(error).__name__)
            row = broken(number, identifier)
        return row["verdict"], encode(row)

    def _judge(self, request: Request, started: float) -> dict[str, Any]:
        cms = _message(request.cms)
        content = None if request.content is None else octets(request.content, "content")
        at = self._at(request.at)
        evidence = Evidence(
            ocsp=tuple(OcspEvidence(data, None) for data in self._list(request.ocsp, "ocsp")),
            crls=self._list(request.crl, "crl"),
        )
        extra, unreadable = self._extra(request.certs)
        store = self._trust(request.trust)
        if store is None:
            return refusal(
                request.id,
                TRUST_UNAVAILABLE,
                f"the line brings no trust, and {self._configured.why_not}",
                verdict="indeterminate",
                seconds=self._stopwatch() - started,
            )
        verdict = verify(
            cms,
            content=content,
            trust=replace(store, extra=extra) if extra else store,
            evidence=evidence,
            policy=rules_of(request.policy or _DEFAULT_POLICY),
            at=at,
        )
        warnings = (UNREADABLE_EXTRA,) if unreadable else ()
        seconds = self._stopwatch() - started
        return answer(request.id, verdict, seconds=seconds, warnings=warnings)

    def _at(self, text: str | None) -> datetime:
        if text is None:
            return self._now()
        try:
            return read_instant(text)
        except ValueError as error:
            raise BadLine(Reason.MALFORMED, f"at: {error}") from None

    def _list(self, texts: list[str] | None, what: str) -> tuple[bytes, ...]:
        found = []
        for position, text in enumerate(texts or ()):
            try:
                found.append(self._octets.get(text))
            except BadLine:
                raise BadLine(Reason.MALFORMED, f"{what}.{position}: not base64") from None
        return tuple(found)

    def _trust(self, texts: list[str] | None) -> TrustStore | None:
        if texts is None:
            return self._configured.store
        return self._anchors.get(tuple(texts))

    def _store(self, texts: tuple[str, ...]) -> TrustStore:
        """Every certificate must be readable: an anchor that is not would silently be missing."""
        certificates = []
        for position, text in enumerate(texts):
            try:
                certificates.append(self._certificates.get(text))
            except BadLine as bad:
                raise BadLine(bad.reason, f"trust.{position}: {bad.detail}") from None
            except Refused as refused:
                raise BadLine(refused.reason, f"trust.{position}: {refused.detail}") from None
        return anchors("the line's trust", certificates)

    def _extra(self, texts: list[str] | None) -> tuple[tuple[Certificate, ...], bool]:
        """The readable ones, and whether there were others: they are trusted with nothing."""
        found, unreadable = [], False
        for position, text in enumerate(texts or ()):
            try:
                found.append(self._certificates.get(text))
            except BadLine:
                raise BadLine(Reason.MALFORMED, f"certs.{position}: not base64") from None
            except Refused:
                unreadable = True
        return tuple(found), unreadable

    @staticmethod
    def _certificate(text: str) -> Certificate:
        try:
            return Certificate.parse(octets(text, "a certificate"))
        except BadLine:
            raise BadLine(Reason.MALFORMED, "not base64") from None


def broken(number: int, identifier: Any) -> dict[str, Any]:
    """The answer to a line over which the verifier itself failed."""
    return refusal(
        identifier,
        Reason.INTERNAL_ERROR,
        f"line {number}: the verifier failed; its log names the error",
        verdict="indeterminate",
    )


def _message(text: str) -> bytes:
    """The message's octets; armour (PEM) is left for the reader of messages."""
    if text.lstrip().startswith("-----"):
        try:
            return text.encode("ascii")
        except UnicodeEncodeError:
            raise BadLine(Reason.MALFORMED, "cms: not base64") from None
    return octets(text, "cms")

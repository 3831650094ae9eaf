"""OCSP answers that may serve once more: bounded in number, octets and age.

An answer is served again only while it is younger than the policy's `ocsp_max_age`, and proves
itself anew to whoever uses it. An acceptance never gets one: its nonce is its own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from eds_verifier.revocation.evidence import OcspEvidence

MAX_ANSWERS = 10_000
MAX_OCTETS = 32 * 1_048_576

CacheKey = tuple[str, int]
"""The issuer's SHA-256 and the certificate's serial number."""


class AnswerCache:
    """The newest answer about each certificate, least used out first. Safe for many threads."""

    def __init__(self, max_answers: int = MAX_ANSWERS, max_octets: int = MAX_OCTETS) -> None:
        self._max_answers = max_answers
        self._max_octets = max_octets
        self._lock = threading.Lock()
        self._answers: OrderedDict[CacheKey, OcspEvidence] = OrderedDict()
        self._octets = 0

    def __len__(self) -> int:
        with self._lock:
            return len(self._answers)

    @property
    def octets(self) -> int:
        """How many octets the answers have."""
        with self._lock:
            return self._octets

    def get(self, key: CacheKey) -> OcspEvidence | None:
        """The answer kept, whatever its age: the reader judges that."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: CacheKey, answer: OcspEvidence) -> None:
        """Keep `answer` in place of an earlier one."""
        with self._lock:
            self._drop(key)
            self._answers[key] = answer
            self._octets += len(answer.response)
            while len(self._answers) > self._max_answers or self._octets > self._max_octets:
                self._drop(next(iter(self._answers)))

    def drop(self, key: CacheKey) -> None:
        """Forget the answer about a certificate."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: CacheKey) -> None:
        old = self._answers.pop(key, None)
        if old is not None:
            self._octets -= len(old.response)

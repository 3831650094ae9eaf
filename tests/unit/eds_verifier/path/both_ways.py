"""One question to both ways through a path: the full one, and the short one under kept issuers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from eds_verifier.path.certificate import Certificate
from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.profile import NCA, Profile
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused

Outcome = tuple[str, str, tuple[str, ...]]
"""Reason code, sentence, and the SHA-256 of the path's certificates when there is one."""


class CountingPaths(KeptPaths):
    """Kept paths that count how often one was there: a comparison that compares nothing is none."""

    def __init__(self) -> None:
        super().__init__()
        self.hits = 0

    def holds(self, authorities: Sequence[Certificate], *, at: datetime, profile: Profile) -> bool:
        found = super().holds(authorities, at=at, profile=profile)
        self.hits += found
        return found


def outcome(validate: Callable[[], ValidatedPath]) -> Outcome:
    """What `validate` ends in."""
    try:
        path = validate()
    except Refused as refused:
        return str(refused.reason), refused.detail, ()
    return "ok", "", tuple(certificate.sha256 for certificate in path.certificates)


def both_ways(
    leaf: Certificate,
    trust: TrustStore,
    *,
    at: datetime,
    kept: KeptPaths,
    profile: Profile = NCA,
) -> tuple[Outcome, Outcome]:
    """The outcome of the full way, and of the short one where `kept` allows it.

    Whatever is asked with one `kept` before, a leaf of the same issuer that holds say, opens the
    short way to this one; what this one adds stays for the next.
    """
    full = outcome(
        lambda: validate_path(leaf, trust, at=at, profile=profile, kept=KeptPaths(size=0))
    )
    short = outcome(lambda: validate_path(leaf, trust, at=at, profile=profile, kept=kept))
    return full, short

"""What was learnt about revocation, as it arrived: octets, and nothing trusted yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OcspEvidence:
    """An OCSP response and the nonce that was sent for it; None when it was not asked by us."""

    response: bytes
    nonce: bytes | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a verdict may rest on. `notes` says in words what could not be had."""

    ocsp: tuple[OcspEvidence, ...] = ()
    crls: tuple[bytes, ...] = ()
    notes: tuple[str, ...] = ()


class Unusable(Exception):  # noqa: N818 - a property of an answer, not an error; it stays inside
    """An OCSP response or CRL that must not be relied on; `detail` says why."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

"""Certificate revocation lists, each part open to be made wrong (RFC 5280 section 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from tests.limbo.build import oids
from tests.limbo.build.certificates import DAY, HOUR, NOW, Extension, Signer
from tests.limbo.build.keys import Key
from tests.limbo.build.names import Name, encode_name
from tests.unit.eds_verifier import der

KEY_COMPROMISE, CERTIFICATE_HOLD, REMOVE_FROM_CRL = 1, 6, 8


@dataclass(frozen=True)
class Entry:
    """A revoked certificate; `serial` may be the octets of the INTEGER."""

    serial: int | bytes
    reason: int | None = None
    date: datetime = NOW - 3 * DAY
    extra: tuple[Extension, ...] = ()

    def encode(self) -> bytes:
        extensions = list(self.extra)
        if self.reason is not None:
            extensions.insert(0, Extension(oids.REASON_CODE, der.enumerated(self.reason)))
        serial = self.serial
        return der.seq(
            der.tlv(2, serial) if isinstance(serial, bytes) else der.integer(serial),
            der.utc(self.date),
            der.seq(*(extension.encode() for extension in extensions)) if extensions else b"",
        )


@dataclass(frozen=True)
class Crl:
    """A CRL to be; a delta when `base_number` is set. `version`: None writes none (v1)."""

    issuer: Signer
    entries: tuple[Entry, ...] = ()
    this_update: datetime = NOW - HOUR
    next_update: datetime | None = NOW + 180 * DAY
    number: int | None = 40
    base_number: int | None = None
    extra: tuple[Extension, ...] = ()
    version: int | None = 1
    name: Name | None = None
    key: Key | None = None
    authority_id: bytes | None = b""
    inner: bytes | None = None
    outer: bytes | None = None
    signature: bytes | None = None
    empty_list: bool = False

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def revoking(self, serial: int | bytes, reason: int | None = None, **entry: Any) -> Self:
        return replace(self, entries=(*self.entries, Entry(serial, reason, **entry)))

    def delta(self, base_number: int = 40, **changes: Any) -> Self:
        """A delta to the base of that number, numbered apart as the NCA does."""
        fresh: dict[str, Any] = {
            "number": 3,
            "this_update": NOW - HOUR / 2,
            "next_update": NOW + DAY,
        }
        return replace(self, base_number=base_number, **(fresh | changes))

    def _extensions(self) -> tuple[Extension, ...]:
        own = []
        if self.authority_id is not None:
            value = der.tlv(0x80, self.authority_id or self.issuer.key_id)
            own.append(Extension(oids.AUTHORITY_KEY_IDENTIFIER, der.seq(value)))
        if self.number is not None:
            own.append(Extension(oids.CRL_NUMBER, der.integer(self.number)))
        if self.base_number is not None:
            value = der.integer(self.base_number)
            own.append(Extension(oids.DELTA_CRL_INDICATOR, value, critical=True))
        return (*own, *self.extra)

    @property
    def signing_key(self) -> Key:
        return self.key or self.issuer.key

    def signed_part(self) -> bytes:
        """DER TBSCertList."""
        revoked = b"".join(entry.encode() for entry in self.entries)
        extensions = self._extensions()
        return der.seq(
            b"" if self.version is None else der.integer(self.version),
            self.inner or self.signing_key.signature_algorithm,
            encode_name(self.name or self.issuer.subject),
            der.utc(self.this_update),
            b"" if self.next_update is None else der.utc(self.next_update),
            der.seq(revoked) if revoked or self.empty_list else b"",
            der.explicit(0, der.seq(*(e.encode() for e in extensions))) if extensions else b"",
        )

    def encode(self) -> bytes:
        key = self.signing_key
        tbs = self.signed_part()
        signature = key.sign(tbs) if self.signature is None else self.signature
        return der.seq(tbs, self.outer or key.signature_algorithm, der.bits(signature))

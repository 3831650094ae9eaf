"""The demo CA once it is made: authorities, what they issued, what is revoked."""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import x509

from stand.demo_ca.crl import CrlIssuer, Reason, Revocation
from stand.demo_ca.people import Algorithm, Holding, Status, Use
from stand.signing.cms import Signer
from stand.signing.keys import SigningKey

TRUST = "trust"
"""The folder a verifier reads: `<list>.yaml` and `<authority>.cer`."""

_REVOKED_SINCE = timedelta(days=7)
_REASONS: dict[Status, Reason] = {"revoked": "key_compromise", "suspended": "certificate_hold"}


@dataclass(frozen=True, slots=True)
class Authority:
    """A root or an issuing CA. `responder` answers OCSP for what an issuer issued."""

    name: str
    algorithm: Algorithm
    certificate: bytes
    key: SigningKey
    issuer: str | None = None
    responder: Signer | None = None

    def crl_issuer(self, made: datetime) -> CrlIssuer:
        return CrlIssuer(subject(self.certificate), self.key, made)


@dataclass(frozen=True, slots=True)
class Credential:
    """One key with its certificate, and whose it is. `chain`: issuer, root."""

    holding: Holding
    algorithm: Algorithm
    use: Use
    signer: Signer

    @property
    def id(self) -> str:
        """Stable across stands, such as `madina-saulet-gost-sign`."""
        return credential_id(self.holding, self.algorithm, self.use)

    @property
    def serial_number(self) -> int:
        return serial_number(self.signer.certificate)


@dataclass(frozen=True, slots=True)
class DemoCa:
    """Both hierarchies and everything they issued. `made`: when, UTC."""

    directory: Path
    base_url: str
    made: datetime
    authorities: tuple[Authority, ...]
    credentials: tuple[Credential, ...]

    @property
    def trust_dir(self) -> Path:
        return self.directory / TRUST

    def authority(self, name: str) -> Authority:
        """The one of that name, such as `demo_gost`; KeyError when there is none."""
        return {one.name: one for one in self.authorities}[name]

    def credential(self, credential_id: str) -> Credential:
        """The one with that id; KeyError when there is none."""
        return {one.id: one for one in self.credentials}[credential_id]

    def issued_by(self, authority: Authority) -> Iterator[Credential]:
        return (one for one in self.credentials if one.signer.chain[0] == authority.certificate)

    def revocations(self, authority: Authority) -> dict[int, Revocation]:
        """What the table of people says is revoked, by serial number."""
        return {
            one.serial_number: Revocation(self.made - _REVOKED_SINCE, _REASONS[status])
            for one in self.issued_by(authority)
            if (status := one.holding.status) in _REASONS
        }


def credential_id(holding: Holding, algorithm: Algorithm, use: Use) -> str:
    """A credential's name in files and at the emulator."""
    return f"{holding.id}-{algorithm}-{use}"


def subject(certificate: bytes) -> x509.Name:
    """The subject's name of a DER certificate."""
    name: x509.Name = x509.Certificate.load(certificate)["tbs_certificate"]["subject"]
    return name


def serial_number(certificate: bytes) -> int:
    return int(x509.Certificate.load(certificate)["tbs_certificate"]["serial_number"].native)


def validity(certificate: bytes) -> tuple[datetime, datetime]:
    """From and to when a DER certificate is valid."""
    period = x509.Certificate.load(certificate)["tbs_certificate"]["validity"]
    return period["not_before"].native, period["not_after"].native

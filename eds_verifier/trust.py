"""The trust store: a trust list (`policies.trust`) and its certificates, proven by their pins."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from eds_verifier.errors import TrustStoreError
from eds_verifier.path.certificate import MAX_CERTIFICATE, Certificate
from eds_verifier.verdict import Refused
from policies.trust import LISTS, Authority, TrustList, load_trust_list

_LIST_NAME = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class TrustedAuthority:
    """An authority of the list with its certificate, whose SHA-256 is the pinned one.

    `ocsp`, `crl`, `delta_crl`: where revocation of what it issues is asked; never taken from a
    certificate being judged.
    """

    name: str
    role: str
    issuer: str | None
    certificate: Certificate
    ocsp: str | None
    crl: str | None
    delta_crl: str | None


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Who may certify people. Made by `load_trust`."""

    name: str
    authorities: tuple[TrustedAuthority, ...]

    def issuers(self) -> tuple[TrustedAuthority, ...]:
        """The authorities that issue certificates to people; a root does not."""
        return tuple(a for a in self.authorities if a.role == "issuer")

    def root_of(self, authority: TrustedAuthority) -> TrustedAuthority:
        """The pinned root that certified an issuer of this store."""
        for candidate in self.authorities:
            if candidate.name == authority.issuer and candidate.role == "root":
                return candidate
        raise TrustStoreError(f"{self.name}: {authority.name} has no root in the list")


def find_list(name: str, certificates_dir: Path) -> Path:
    """Where the trust list `name` is: in the folder of certificates, or among ours.

    Raises TrustStoreError when there is none.
    """
    if _LIST_NAME.fullmatch(name):
        for folder in (certificates_dir, LISTS):
            path = folder / f"{name}.yaml"
            if path.is_file():
                return path
    raise TrustStoreError(
        f"there is no trust list {name!r}",
        hint=f"Ours are: {', '.join(sorted(path.stem for path in LISTS.glob('*.yaml')))}.",
    )


def load_trust(list_path: Path, certificates_dir: Path) -> TrustStore:
    """Read a trust list and `<authority>.cer` of each of its authorities.

    Raises PolicyFileError for the list, TrustStoreError for a certificate that is missing,
    unreadable, or not the one whose SHA-256 the list pins.
    """
    return store_of(load_trust_list(list_path), certificates_dir)


def store_of(trust_list: TrustList, certificates_dir: Path) -> TrustStore:
    """`load_trust` for a list already read."""
    return TrustStore(
        trust_list.name,
        tuple(_authority(a, certificates_dir, trust_list.name) for a in trust_list.authorities),
    )


def state_of(authority: Authority, certificates_dir: Path) -> str:
    """`pinned`, `missing`, or `different` when another certificate lies in its place."""
    try:
        der = _read(certificates_dir / f"{authority.name}.cer")
    except OSError:
        return "missing"
    return "pinned" if hashlib.sha256(der).hexdigest() == authority.sha256 else "different"


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_CERTIFICATE + 1)


def _authority(authority: Authority, folder: Path, list_name: str) -> TrustedAuthority:
    path = folder / f"{authority.name}.cer"
    hint = f"Run `tanba eds trust update --trust {list_name} --trust-dir {folder}`."
    try:
        der = _read(path)
    except OSError as error:
        raise TrustStoreError(f"{path}: {error.strerror}", hint=hint) from None
    if hashlib.sha256(der).hexdigest() != authority.sha256:
        raise TrustStoreError(
            f"{path} is not the certificate the trust list {list_name} pins: its SHA-256 differs",
            hint=hint,
        )
    return TrustedAuthority(
        name=authority.name,
        role=authority.role,
        issuer=authority.issuer,
        certificate=read_authority(der, authority.name),
        ocsp=authority.ocsp,
        crl=authority.crl,
        delta_crl=authority.delta_crl,
    )


def read_authority(der: bytes, name: str) -> Certificate:
    """Read an authority's certificate; TrustStoreError when it cannot certify anybody here."""
    try:
        certificate = Certificate.parse(der)
    except Refused as refused:
        raise TrustStoreError(f"{name}: {refused.detail}") from None
    if not certificate.is_ca or certificate.subject_key_id is None:
        raise TrustStoreError(f"{name}: the certificate is not an authority's")
    return certificate

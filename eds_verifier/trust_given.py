"""Trust that a caller gives: bare certificates, a file or folder of them, several stores as one.

A bare certificate brings no addresses: revocation of what it issues must be given too.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eds_verifier.errors import TrustStoreError
from eds_verifier.path.certificate import MAX_CERTIFICATE, Certificate, same_name
from eds_verifier.signatures import holds
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Refused

SUFFIXES = frozenset({".cer", ".crt", ".der", ".pem"})
MAX_FILES = 1_000
_MAX_BUNDLE = 64 * MAX_CERTIFICATE
_PEM = re.compile(
    rb"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class GivenTrust:
    """The store, and what was given but is not trusted, each with the reason."""

    store: TrustStore
    ignored: tuple[str, ...]


def ders_of(data: bytes) -> tuple[bytes, ...]:
    """The DER of every certificate of a file: each PEM block, or the file itself."""
    blocks = _PEM.findall(data)
    try:
        return tuple(
            base64.b64decode(b.translate(None, b" \t\r\n"), validate=True) for b in blocks
        ) or (data,)
    except (binascii.Error, ValueError):
        return (data,)


def anchors(name: str, certificates: Iterable[Certificate]) -> TrustStore:
    """Each authority's certificate as an anchor, self-signed or not; others are left out."""
    authorities = {
        certificate.sha256: TrustedAuthority(
            name=certificate.sha256[:16], role="root", issuer=None, certificate=certificate
        )
        for certificate in certificates
        if certificate.is_ca
    }
    return TrustStore(name, tuple(authorities.values()))


def read_given(path: Path) -> GivenTrust:
    """Trust the authorities in a file or folder of certificates (DER or PEM).

    Those that signed themselves are roots. Others are issuers under the root that signed them, and
    anchors of their own where that root was not given. Raises TrustStoreError when it cannot be
    read, or holds no authority's certificate.
    """
    found: dict[str, tuple[Certificate, str]] = {}
    ignored: list[str] = []
    for file in _files(path):
        for der in ders_of(_read(file)):
            try:
                certificate = Certificate.parse(der)
            except Refused as refused:
                ignored.append(f"{file.name}: {refused.detail}")
                continue
            if certificate.is_ca:
                found.setdefault(certificate.sha256, (certificate, file.stem))
            else:
                ignored.append(f"{file.name}: not an authority's certificate")
    if not found:
        raise TrustStoreError(
            f"{path}: there is no authority's certificate",
            hint=f"DER or PEM is read, of files that end in {', '.join(sorted(SUFFIXES))}.",
        )
    name = path.name or path.absolute().name
    return GivenTrust(TrustStore(name, _arranged(tuple(found.values()))), tuple(ignored))


def together(stores: Sequence[TrustStore]) -> TrustStore:
    """What any of `stores` trusts; of a certificate listed twice the first listing counts."""
    if len(stores) == 1:
        return stores[0]
    seen: set[str] = set()
    authorities: list[TrustedAuthority] = []
    for number, store in enumerate(stores):
        for authority in store.authorities:
            if authority.certificate.sha256 in seen:
                continue
            seen.add(authority.certificate.sha256)
            authorities.append(_of_list(authority, number, store, authorities))
    extra = tuple(certificate for store in stores for certificate in store.extra)
    return TrustStore("+".join(store.name for store in stores), tuple(authorities), extra)


def _of_list(
    authority: TrustedAuthority, number: int, store: TrustStore, taken: list[TrustedAuthority]
) -> TrustedAuthority:
    """Named apart from authorities of the other lists; its root is found by its certificate."""
    issuer = authority.issuer
    if issuer is not None:
        root = store.root_of(authority).certificate.sha256
        issuer = next(
            (a.name for a in taken if a.certificate.sha256 == root), _apart(issuer, number)
        )
    return replace(authority, name=_apart(authority.name, number), issuer=issuer)


def _apart(name: str, number: int) -> str:
    return name if number == 0 else f"{number + 1}/{name}"


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    except OSError as error:
        raise TrustStoreError(f"{path}: {error.strerror}") from None
    if len(files) > MAX_FILES:
        raise TrustStoreError(f"{path}: more than {MAX_FILES} certificates; name a smaller folder")
    return files


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BUNDLE + 1)
    except OSError as error:
        raise TrustStoreError(f"{path}: {error.strerror}") from None
    if len(data) > _MAX_BUNDLE:
        raise TrustStoreError(f"{path}: larger than {_MAX_BUNDLE} octets")
    return data


def _arranged(found: tuple[tuple[Certificate, str], ...]) -> tuple[TrustedAuthority, ...]:
    names = _names([stem for _, stem in found])
    roots = [
        TrustedAuthority(name, "root", None, certificate)
        for (certificate, _), name in zip(found, names, strict=True)
        if _signed(certificate, certificate)
    ]
    arranged = list(roots)
    for (certificate, _), name in zip(found, names, strict=True):
        if any(root.certificate == certificate for root in roots):
            continue
        by = next((root for root in roots if _signed(certificate, root.certificate)), None)
        role = "issuer" if by else "root"
        arranged.append(TrustedAuthority(name, role, by.name if by else None, certificate))
    return tuple(arranged)


def _names(stems: list[str]) -> list[str]:
    """The files' names; a number behind those that repeat, as they do in a bundle."""
    return [
        stem if stems.index(stem) == at else f"{stem}#{at + 1}" for at, stem in enumerate(stems)
    ]


def _signed(certificate: Certificate, by: Certificate) -> bool:
    try:
        return same_name(certificate.issuer_der, by.subject_der) and holds(
            certificate.scheme, by.key_info, certificate.tbs, certificate.signature
        )
    except Refused:
        return False

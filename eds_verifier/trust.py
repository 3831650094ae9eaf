"""The trust store: a trust list (`policies.trust`) and its certificates, proven by their pins.

What the old generation of authorities issued counts for documents only: see `GENERATIONS`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from eds_verifier.errors import TrustStoreError
from eds_verifier.path.certificate import MAX_CERTIFICATE, Certificate
from eds_verifier.policy import Purpose
from eds_verifier.verdict import Refused
from policies.trust import LISTS, Authority, Generation, TrustList, load_trust_list

COMMITTED = ".committed"
"""Inside a trust folder: certificates that were brought as one set and are being moved to it."""

_LIST_NAME = re.compile(r"[a-z0-9-]{1,64}")

GENERATIONS: dict[Purpose, frozenset[Generation]] = {
    "sign_in": frozenset({"current"}),
    "acceptance": frozenset({"current"}),
    "step_up": frozenset({"current"}),
    "document": frozenset({"current", "old"}),
}
"""Whose certificates count for what. A purpose that is not here trusts nobody."""


@dataclass(frozen=True, slots=True)
class TrustedAuthority:
    """An authority of the list with its certificate, whose SHA-256 is the pinned one.

    `role`: a `root` is an anchor of paths, an `issuer` is certified by the root it names.
    `ocsp`, `crl`, `delta_crl`: where revocation of what it issues is asked; never taken from a
    certificate being judged. `unsafe_test`: anybody may hold its key.
    """

    name: str
    role: str
    issuer: str | None
    certificate: Certificate
    ocsp: str | None = None
    crl: str | None = None
    delta_crl: str | None = None
    generation: Generation = "current"
    unsafe_test: bool = False


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Who may certify people. Made by `load_trust`, or of certificates the caller trusts.

    `extra`: certificates of intermediate authorities that may be part of a path; they are trusted
    with nothing. `fingerprint` stands for everything that is trusted, so that what was proven under
    it may be kept by it; `extra` is no part of it.
    """

    name: str
    authorities: tuple[TrustedAuthority, ...]
    extra: tuple[Certificate, ...] = ()
    fingerprint: bytes = field(init=False, repr=False, compare=False)
    _narrowed: dict[frozenset[Generation], Self] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        rows = [
            (a.name, a.role, a.issuer, a.generation, a.certificate.sha256) for a in self.authorities
        ]
        addresses = [(a.ocsp, a.crl, a.delta_crl) for a in self.authorities]
        fingerprint = hashlib.sha256(repr((self.name, rows, addresses)).encode()).digest()
        object.__setattr__(self, "fingerprint", fingerprint)

    @property
    def unsafe_test(self) -> bool:
        """Whether anybody may sign as anybody under this store: shown wherever it is used."""
        return any(authority.unsafe_test for authority in self.authorities)

    def for_purpose(self, purpose: Purpose) -> Self:
        """This store with the generations of authorities that count for `purpose`."""
        taken = GENERATIONS.get(purpose, frozenset())
        if all(authority.generation in taken for authority in self.authorities):
            return self
        if taken not in self._narrowed:
            kept = tuple(a for a in self.authorities if a.generation in taken)
            self._narrowed[taken] = replace(self, authorities=kept)
        return self._narrowed[taken]

    def issuers(self) -> tuple[TrustedAuthority, ...]:
        """The authorities that issue certificates to people; a root does not."""
        return tuple(a for a in self.authorities if a.role == "issuer")

    def roots(self) -> tuple[TrustedAuthority, ...]:
        """The anchors."""
        return tuple(a for a in self.authorities if a.role == "root")

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


def load_trust(
    list_path: Path, certificates_dir: Path, *, unsafe_allow_test_trust: bool = False
) -> TrustStore:
    """Read a trust list and `<authority>.cer` of each of its authorities.

    A certificate of the old generation that is not there is left out: what it issued is then not
    trusted. Raises PolicyFileError for the list; TrustStoreError for any other certificate that is
    missing, for one that is unreadable or not the one whose SHA-256 the list pins, and for a list
    marked `unsafe_test` unless `unsafe_allow_test_trust`.
    """
    trust_list = load_trust_list(list_path)
    return store_of(trust_list, certificates_dir, unsafe_allow_test_trust=unsafe_allow_test_trust)


def store_of(
    trust_list: TrustList, certificates_dir: Path, *, unsafe_allow_test_trust: bool = False
) -> TrustStore:
    """`load_trust` for a list already read."""
    if trust_list.unsafe_test and not unsafe_allow_test_trust:
        raise TrustStoreError(
            f"the trust list {trust_list.name} is for tests: anybody may hold its keys",
            hint="Only a setting whose name begins with unsafe_ takes it.",
        )
    loaded = (_authority(a, certificates_dir, trust_list) for a in trust_list.authorities)
    return TrustStore(trust_list.name, tuple(a for a in loaded if a is not None))


def state_of(authority: Authority, der: bytes | None) -> str:
    """`pinned`, `missing` when nothing is there, or `different` for another certificate."""
    if der is None:
        return "missing"
    return "pinned" if hashlib.sha256(der).hexdigest() == authority.sha256 else "different"


def read_certificate(folder: Path, name: str) -> bytes:
    """The file of the authority `name` in a trust folder; one octet more than one may have at most.

    What a finished `update` left to be moved into its place (`trust_update`) is what counts.
    Raises OSError.
    """
    try:
        return _read(folder / COMMITTED / f"{name}.cer")
    except (FileNotFoundError, NotADirectoryError):
        return _read(folder / f"{name}.cer")


def found_in(trust_list: TrustList, folder: Path) -> dict[str, bytes | None]:
    """What lies in a trust folder for each authority of a list; None for what cannot be read."""
    found: dict[str, bytes | None] = {}
    for authority in trust_list.authorities:
        try:
            found[authority.name] = read_certificate(folder, authority.name)
        except OSError:
            found[authority.name] = None
    return found


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_CERTIFICATE + 1)


def _authority(
    authority: Authority, folder: Path, trust_list: TrustList
) -> TrustedAuthority | None:
    """The authority with its certificate; None for an old one that is not there."""
    path = folder / f"{authority.name}.cer"
    hint = f"Run `tanba eds trust update --trust {trust_list.name} --trust-dir {folder}`."
    try:
        der = read_certificate(folder, authority.name)
    except FileNotFoundError as error:
        if authority.generation == "old":
            return None
        raise TrustStoreError(f"{path}: {error.strerror}", hint=hint) from None
    except OSError as error:
        raise TrustStoreError(f"{path}: {error.strerror}", hint=hint) from None
    if hashlib.sha256(der).hexdigest() != authority.sha256:
        raise TrustStoreError(
            f"{path} is not the certificate the trust list {trust_list.name} pins:"
            " its SHA-256 differs",
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
        generation=authority.generation,
        unsafe_test=trust_list.unsafe_test,
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

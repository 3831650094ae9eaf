"""Candidate paths: from a certificate up to an anchor, by names, key identifiers and signatures.

The NCA's authorities share common names, so a name alone finds nothing. Certificates that are not
of the trust list (`TrustStore.extra`) may stand below its authorities and never above one. The
search is bounded whatever is given to it, and what is pinned is tried first: nobody can crowd out
an honest path with certificates of his own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from eds_verifier.asn1 import oids
from eds_verifier.asn1.der import AuthorityKeyIdentifier, decode
from eds_verifier.path.certificate import Certificate, same_name
from eds_verifier.path.profile import Profile
from eds_verifier.path.signature import signed_by
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Refused

MAX_AUTHORITIES = 8
"""Certificates above the end one. The NCA's paths have two."""
MAX_SIGNATURES = 32
"""Signature checks spent on one search; each may cost a millisecond."""
MAX_NAMES, MAX_NAME = 64, 2_048
"""Names compared letter by letter in one search, and their octets; equal octets are equal names."""
MAX_PATHS = 4
"""Candidate paths handed out by one search."""


_DIRECTORY_NAME = b"\xa4"


@dataclass(frozen=True, slots=True)
class _Stated:
    """Which certificate an authority key identifier names beside the key: its issuer and serial.

    Both stand there or neither (RFC 5280 section 4.2.1.1); one name, and that a directory name.
    """

    issuer: bytes | None
    serial: int | None


_NOTHING = _Stated(None, None)
_NOBODY = _Stated(b"", None)
"""Stated in a way no certificate can be meant by: no name has no octets."""


@dataclass(slots=True)
class Search:
    """One search and what it has spent. `exhausted`: a bound was met, so paths may be missing."""

    trust: TrustStore
    profile: Profile
    signatures: int = field(default=0)
    names: int = field(default=0)
    exhausted: bool = field(default=False)

    def paths(self, end: Certificate) -> Iterator[tuple[TrustedAuthority, ...]]:
        """Candidate paths, each from the direct issuer to an anchor; the pinned ones first."""
        for found, path in enumerate(self._above(end, (), {_entity(end)}, pinned=False), start=1):
            yield path
            if found == MAX_PATHS:
                self.exhausted = True
                return

    def _above(
        self,
        certificate: Certificate,
        below: tuple[TrustedAuthority, ...],
        used: set[tuple[bytes, bytes]],
        *,
        pinned: bool,
    ) -> Iterator[tuple[TrustedAuthority, ...]]:
        if len(below) == MAX_AUTHORITIES:
            self.exhausted = True
            return
        for authority, is_pinned in self._issuers(certificate, pinned=pinned):
            entity = _entity(authority.certificate)
            path = (*below, authority)
            if entity in used:
                continue
            if is_pinned and authority.role == "root":
                yield path
            else:
                yield from self._above(
                    authority.certificate, path, used | {entity}, pinned=is_pinned
                )

    def _issuers(
        self, certificate: Certificate, *, pinned: bool
    ) -> Iterator[tuple[TrustedAuthority, bool]]:
        """Whoever certified it: anchors, other pinned authorities, then the rest."""
        stated = _stated(certificate)
        for authority in sorted(self.trust.authorities, key=lambda a: a.role != "root"):
            if self._made(authority.certificate, certificate, stated):
                yield authority, True
        if pinned:
            return
        for candidate in self.trust.extra:
            if self._made(candidate, certificate, stated):
                yield unlisted(candidate), False

    def _made(self, issuer: Certificate, certificate: Certificate, stated: _Stated) -> bool:
        """Whether `issuer` certified it: the cheap signs first, then the signature."""
        if not self._is_named(issuer, certificate, stated):
            return False
        if self.signatures == MAX_SIGNATURES:
            self.exhausted = True
            return False
        self.signatures += 1
        return signed_by(certificate, issuer)

    def _is_named(self, issuer: Certificate, certificate: Certificate, stated: _Stated) -> bool:
        own, named = issuer.subject_key_id, certificate.authority_key_id
        if self.profile.issuer_by == "name":
            return (own is None or named is None or own == named) and self._is_same(
                issuer.subject_der, certificate.issuer_der
            )
        return (
            own is not None
            and own == named
            and self._is_same(issuer.subject_der, certificate.issuer_der)
            and (stated.serial is None or stated.serial == issuer.serial)
            and (stated.issuer is None or self._is_same(stated.issuer, issuer.issuer_der))
        )

    def _is_same(self, left: bytes, right: bytes) -> bool:
        if left == right:
            return True
        if self.names == MAX_NAMES:
            self.exhausted = True
            return False
        self.names += 1
        return is_same_name(left, right)


def _stated(certificate: Certificate) -> _Stated:
    extension = certificate.extensions.get(oids.AUTHORITY_KEY_IDENTIFIER)
    if extension is None:
        return _NOTHING
    read = decode(AuthorityKeyIdentifier, extension.value, what="an authority key identifier")
    if read.issuer is None and read.serial is None:
        return _NOTHING
    if read.issuer is None or read.serial is None or len(read.issuer) != 1:
        return _NOBODY
    (name,) = read.issuer
    return _Stated(bytes(name.data), read.serial) if name.tag_bytes == _DIRECTORY_NAME else _NOBODY


def _entity(certificate: Certificate) -> tuple[bytes, bytes]:
    """Who it is about: two certificates of one name and key add nothing to a path but a loop."""
    return certificate.subject_der, certificate.key_info


def is_same_name(left: bytes, right: bytes) -> bool:
    """`same_name`; names that cannot be read are nobody's, nor are very large ones."""
    if max(len(left), len(right)) > MAX_NAME and left != right:
        return False
    try:
        return same_name(left, right)
    except Refused:
        return False


def unlisted(certificate: Certificate) -> TrustedAuthority:
    """An intermediate nobody pinned: it has no addresses, and no place in the trust list."""
    return TrustedAuthority(
        name="unlisted",
        role="unlisted",
        issuer=None,
        certificate=certificate,
        ocsp=None,
        crl=None,
        delta_crl=None,
    )

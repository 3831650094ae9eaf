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
MAX_NAMES = 128
"""Names compared letter by letter in one search; equal octets need no comparing."""
MAX_PATHS = 8
"""Candidate paths handed out by one search."""


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
        for authority in sorted(self.trust.authorities, key=lambda a: a.role != "root"):
            if self._made(authority.certificate, certificate):
                yield authority, True
        if pinned:
            return
        for candidate in self.trust.extra:
            if self._made(candidate, certificate):
                yield unlisted(candidate), False

    def _made(self, issuer: Certificate, certificate: Certificate) -> bool:
        """Whether `issuer` certified it: the cheap signs first, then the signature."""
        if not self._is_named(issuer, certificate):
            return False
        if self.signatures == MAX_SIGNATURES:
            self.exhausted = True
            return False
        self.signatures += 1
        return signed_by(certificate, issuer)

    def _is_named(self, issuer: Certificate, certificate: Certificate) -> bool:
        identifier = certificate.authority_key_id
        if self.profile.issuer_by == "name_and_key":
            if issuer.subject_key_id is None or issuer.subject_key_id != identifier:
                return False
        elif None not in (identifier, issuer.subject_key_id) and (
            identifier != issuer.subject_key_id
        ):
            return False
        if not self._has_name(issuer, certificate.issuer_der):
            return False
        return self.profile.issuer_by == "name" or not _contradicts(certificate, issuer)

    def _has_name(self, issuer: Certificate, name: bytes) -> bool:
        if issuer.subject_der == name:
            return True
        if self.names == MAX_NAMES:
            self.exhausted = True
            return False
        self.names += 1
        return is_same_name(issuer.subject_der, name)


def _entity(certificate: Certificate) -> tuple[bytes, bytes]:
    """Who it is about: two certificates of one name and key add nothing to a path but a loop."""
    return certificate.subject_der, certificate.key_info


def is_same_name(left: bytes, right: bytes) -> bool:
    """`same_name`; names that cannot be read are nobody's."""
    try:
        return same_name(left, right)
    except Refused:
        return False


_DIRECTORY_NAME = b"\xa4"


def _contradicts(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the authority key identifier names another certificate (RFC 5280 section 4.2.1.1).

    Issuer and serial number stand there both or not at all, and are those of the issuer's own
    certificate.
    """
    extension = certificate.extensions.get(oids.AUTHORITY_KEY_IDENTIFIER)
    if extension is None:
        return False
    named = decode(AuthorityKeyIdentifier, extension.value, what="an authority key identifier")
    if named.issuer is None and named.serial is None:
        return False
    if named.issuer is None or named.serial != issuer.serial:
        return True
    return not any(
        is_same_name(bytes(name.data), issuer.issuer_der)
        for name in named.issuer
        if name.tag_bytes == _DIRECTORY_NAME
    )


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

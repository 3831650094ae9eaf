"""From a certificate to an anchor of the trust store: the one way to a `ValidatedPath`.

strict rules → candidate paths → validity → the short way under a kept path, or the full one

Authorities come from the trust store, never from the message; `TrustStore.extra` is trusted with
nothing but being tried. Revocation is judged apart (`eds_verifier.revocation`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from eds_verifier.path.build import Search, is_same_name
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.full import check_end, check_path, check_purposes, check_validity
from eds_verifier.path.kept import KeptPaths, is_plain
from eds_verifier.path.profile import NCA, Profile
from eds_verifier.path.signature import AcceptedSignatures, certificate_signature_holds
from eds_verifier.signatures import prepare_key
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Reason, Refused

__all__ = ["AcceptedSignatures", "ValidatedPath", "certificate_signature_holds", "validate_path"]

_PROVEN = object()
_KEPT = KeptPaths()


@dataclass(frozen=True, slots=True)
class ValidatedPath:
    """A leaf proven to be issued under an anchor, at the asked instant. Made by `validate_path`.

    `certificates`: from the leaf to the anchor. `issuer`: who issued the leaf; without addresses
    when it is none of the trust list, which `pinned` says. `root`: the anchor.
    """

    certificates: tuple[Certificate, ...]
    issuer: TrustedAuthority
    root: TrustedAuthority
    pinned: bool
    proof: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.proof is not _PROVEN:
            raise TypeError("only validate_path makes a ValidatedPath")

    @property
    def leaf(self) -> Certificate:
        """Whose path it is."""
        return self.certificates[0]


def validate_path(
    leaf: Certificate,
    trust: TrustStore,
    *,
    at: datetime,
    profile: Profile = NCA,
    kept: KeptPaths = _KEPT,
) -> ValidatedPath:
    """Prove `leaf` by the trust store at the aware instant `at`.

    Of several paths the first that holds is taken, pinned authorities first. Refuses
    certificate_invalid (a strict rule), untrusted_issuer (no path of signatures leads to an
    anchor, or none of those that do holds at `at`), not_yet_valid, expired.
    """
    check_end(leaf, profile)
    search = Search(trust, profile)
    refused: Refused | None = None
    for authorities in search.paths(leaf):
        check_validity(leaf, at)
        try:
            _check(leaf, [a.certificate for a in authorities], at, profile, kept)
        except Refused as refusal:
            refused = refused or refusal
        else:
            return ValidatedPath(
                certificates=(leaf, *(a.certificate for a in authorities)),
                issuer=authorities[0],
                root=authorities[-1],
                pinned=authorities[0] in trust.authorities,
                proof=_PROVEN,
            )
    raise refused or _no_path(leaf, search)


def _check(
    leaf: Certificate,
    authorities: list[Certificate],
    at: datetime,
    profile: Profile,
    kept: KeptPaths,
) -> None:
    """A candidate path; the search has checked its names, key identifiers and signatures."""
    if kept.holds(authorities, at=at, profile=profile) and is_plain(leaf):
        check_purposes(leaf, authorities, profile)
        return
    check_path(leaf, authorities, at=at, profile=profile)
    kept.keep(authorities, profile=profile)
    prepare_key(authorities[0].key_info)  # proven now, and asked about each leaf to come


def _no_path(leaf: Certificate, search: Search) -> Refused:
    if search.exhausted:
        detail = "too many certificates could have issued it: the search was stopped"
    elif any(
        is_same_name(authority.certificate.subject_der, leaf.issuer_der)
        for authority in search.trust.authorities
    ):
        detail = "the certificate bears the name of a trusted authority but not its signature"
    else:
        detail = f"none of the authorities trusted here ({search.trust.name}) issued it"
    return Refused(Reason.UNTRUSTED_ISSUER, detail)

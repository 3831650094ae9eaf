"""From a certificate to a pinned root: pyhanko-certvalidator with our signature check.

The root is the anchor and the issuing authority an extra certificate; both come from the trust
store, never from the message. Revocation is judged apart (`eds_verifier.revocation`).
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    AcceptAllAlgorithms,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.sig_validate import SignatureValidator
from pyhanko_certvalidator.validate import async_validate_path

from eds_verifier.asn1.reading import octets, reading
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.strict import check_leaf
from eds_verifier.signatures import Scheme, algorithm_oid, holds, scheme_of
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Reason, Refused

T = TypeVar("T")

_REVOCATION_ELSEWHERE = CertRevTrustPolicy(
    RevocationCheckingPolicy(
        ee_certificate_rule=RevocationCheckingRule.NO_CHECK,
        intermediate_ca_cert_rule=RevocationCheckingRule.NO_CHECK,
    )
)


@dataclass(frozen=True, slots=True)
class ValidatedPath:
    """A leaf proven to be issued by a trusted authority, valid at the asked instant."""

    leaf: Certificate
    issuer: TrustedAuthority
    root: TrustedAuthority

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """From the leaf to the root."""
        return self.leaf, self.issuer.certificate, self.root.certificate


@lru_cache(maxsize=512)
def certificate_signature_holds(
    scheme: Scheme, key_info: bytes, tbs: bytes, signature: bytes
) -> bool:
    """`signatures.holds` for certificates; remembered, since an authority's is asked each time."""
    return holds(scheme, key_info, tbs, signature)


class AcceptedSignatures(SignatureValidator):
    """Checks certificates' signatures with the algorithms accepted here and no others."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Any,
        signature_algorithm: Any,
        context: Any = None,  # noqa: ARG002 - no accepted algorithm needs it
    ) -> None:
        """Raise InvalidSignature unless the signature holds."""
        try:
            oid = algorithm_oid(signature_algorithm, what="a certificate")
            scheme = scheme_of(oid, what="a certificate")
            good = certificate_signature_holds(
                scheme, octets(public_key_info), signed_data, signature
            )
        except Refused:
            raise InvalidSignature from None
        if not good:
            raise InvalidSignature


def validate_path(leaf: Certificate, trust: TrustStore, *, at: datetime) -> ValidatedPath:
    """Prove `leaf` by the trust store at the instant `at`.

    Refuses certificate_invalid (the strict rules), untrusted_issuer (no pinned authority made
    it, or that authority's own path does not hold at `at`), not_yet_valid, expired.
    """
    check_leaf(leaf)
    issuer = _issuer(leaf, trust)
    if at < leaf.not_before:
        raise Refused(
            Reason.NOT_YET_VALID, f"the certificate is valid from {leaf.not_before:%Y-%m-%d}"
        )
    if at > leaf.not_after:
        raise Refused(Reason.EXPIRED, f"the certificate expired on {leaf.not_after:%Y-%m-%d}")
    root = trust.root_of(issuer)
    _validate(leaf, issuer, root, at)
    return ValidatedPath(leaf, issuer, root)


def _issuer(leaf: Certificate, trust: TrustStore) -> TrustedAuthority:
    """The pinned authority whose name, key identifier and signature the leaf bears."""
    with reading("the issuer's name", reason=Reason.CERTIFICATE_INVALID):
        named = [a for a in trust.issuers() if a.certificate.subject == leaf.issuer]
    if not named:
        raise Refused(
            Reason.UNTRUSTED_ISSUER, f"no authority of the trust list {trust.name} issued it"
        )
    for authority in named:
        certificate = authority.certificate
        if (
            certificate.subject_key_id == leaf.authority_key_id
            and certificate.scheme.key == leaf.scheme.key
            and certificate_signature_holds(
                leaf.scheme, certificate.key_info, leaf.tbs, leaf.signature
            )
        ):
            return authority
    raise Refused(
        Reason.UNTRUSTED_ISSUER,
        "the certificate bears the name of a trusted authority but not its signature",
    )


def _validate(
    leaf: Certificate, issuer: TrustedAuthority, root: TrustedAuthority, at: datetime
) -> None:
    context = ValidationContext(
        trust_roots=[root.certificate.asn1],
        other_certs=[issuer.certificate.asn1],
        moment=at,
        allow_fetching=False,
        revinfo_policy=_REVOCATION_ELSEWHERE,
        algorithm_usage_policy=AcceptAllAlgorithms(),  # `AcceptedSignatures` is the allow list
        time_tolerance=timedelta(0),
        signature_validator=AcceptedSignatures(),
    )
    path = ValidationPath(
        CertTrustAnchor(root.certificate.asn1),
        interm=[issuer.certificate.asn1],
        leaf=leaf.asn1,
    )
    try:
        with reading("the certificate's path", reason=Reason.CERTIFICATE_INVALID):
            _complete(async_validate_path(context, path))
    except (ValidationError, PathBuildingError):
        # The library's text may name the holder: it is not passed on.
        raise Refused(
            Reason.UNTRUSTED_ISSUER, "the path to the trusted root does not hold (RFC 5280)"
        ) from None


def _complete(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits: nothing is fetched, so no event loop is needed."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("path validation waited for something")

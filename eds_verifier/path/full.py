"""The full way: every certificate of a path by the profile's rules and by RFC 5280 section 6.1.

pyhanko-certvalidator does the latter, with our signature check. Revocation is judged apart
(`eds_verifier.revocation`); NIST's cases turn the library's own on.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    AcceptAllAlgorithms,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.validate import async_validate_path

from eds_verifier.asn1 import oids
from eds_verifier.asn1.reading import load, reading
from eds_verifier.asn1.unchanged import UnchangedCertificate
from eds_verifier.path.anchor import anchor_of
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.profile import Profile
from eds_verifier.path.strict import NAME_CONSTRAINTS, first_broken, fits_purposes
from eds_verifier.verdict import Reason, Refused

T = TypeVar("T")

MAX_AUTHORITIES_OCTETS = 32_768
"""Of all authorities' certificates of one path; each is read whole. The NCA's have 2 KiB each."""
MAX_NAME_WORK = 8_000_000
"""Octets of name constraints times octets of names: each name is compared with each constraint."""

ELSEWHERE = RevocationCheckingRule.NO_CHECK
"""Revocation is not the path's concern: it is judged with evidence of its own."""


def read(certificate: Certificate) -> Any:
    """The certificate for pyhanko-certvalidator, read anew.

    asn1crypto reads the parts of a certificate when they are asked for: two threads that asked one
    object at once could each miss extensions the other was still reading.
    """
    with reading("a certificate", reason=Reason.CERTIFICATE_INVALID):
        return load(UnchangedCertificate, certificate.der)


def check_end(end: Certificate, profile: Profile) -> None:
    """Refuse (certificate_invalid) an end certificate that breaks one of the profile's rules."""
    broken = first_broken(profile.end_rules, end)
    if broken is not None:
        raise Refused(Reason.CERTIFICATE_INVALID, f"the certificate {broken}")


def check_validity(end: Certificate, at: datetime) -> None:
    """Refuse (not_yet_valid, expired) an end certificate outside its validity at `at`."""
    if at < end.not_before:
        raise Refused(
            Reason.NOT_YET_VALID, f"the certificate is valid from {end.not_before:%Y-%m-%d}"
        )
    if at > end.not_after:
        raise Refused(Reason.EXPIRED, f"the certificate expired on {end.not_after:%Y-%m-%d}")


def check_purposes(end: Certificate, authorities: Iterable[Certificate], profile: Profile) -> None:
    """Refuse (untrusted_issuer) an authority certified for other purposes than the end's."""
    if profile.purposes == "ignored":
        return
    if not all(fits_purposes(end, authority) for authority in authorities):
        raise Refused(
            Reason.UNTRUSTED_ISSUER,
            "an authority of the path is certified for other purposes (extendedKeyUsage)",
        )


def check_authorities(authorities: Sequence[Certificate], profile: Profile) -> None:
    """Refuse (untrusted_issuer) an authority, direct issuer to anchor, that breaks a rule.

    Or one that limits what it certifies in a way that cannot be read.
    """
    *between, anchor = authorities
    for rules, certificates in (
        (profile.authority_rules, between),
        (profile.anchor_rules, [anchor]),
    ):
        for certificate in certificates:
            broken = first_broken(rules, certificate)
            if broken is not None:
                raise Refused(
                    Reason.UNTRUSTED_ISSUER, f"an authority's certificate of the path {broken}"
                )
    for certificate in authorities:
        with reading("an authority's certificate of the path", reason=Reason.UNTRUSTED_ISSUER):
            _read_limits(read(certificate))


def _read_limits(authority: Any) -> None:
    """Read what the library will read later, when it is no longer told whose fault it is."""
    for value in (
        authority.certificate_policies_value,
        authority.policy_mappings_value,
        authority.policy_constraints_value,
        authority.inhibit_any_policy_value,
        authority.name_constraints_value,
    ):
        if value is not None:
            _ = value.native


def check_rfc5280(  # noqa: PLR0913 - the inputs of section 6.1.1 and what revocation needs
    end: Any,
    between: Sequence[Any],
    anchor: Certificate,
    *,
    at: datetime,
    profile: Profile,
    revocation: RevocationCheckingRule = ELSEWHERE,
    crls: Sequence[Any] = (),
    others: Sequence[Any] = (),
) -> None:
    """RFC 5280 section 6.1 for asn1crypto certificates: the end one, then those up to the anchor.

    `others`: certificates that may have signed one of the `crls`. Refuses untrusted_issuer;
    certificate_invalid for what cannot be read.
    """
    try:
        with reading("the certificate's path", reason=Reason.CERTIFICATE_INVALID):
            root = anchor_of(anchor, read(anchor), profile)
            context = ValidationContext(
                trust_roots=[root.certificate],
                other_certs=[*between, *others],
                moment=at,
                allow_fetching=False,
                crls=crls,
                revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(revocation, revocation)),
                algorithm_usage_policy=AcceptAllAlgorithms(),  # the signature validator is the list
                time_tolerance=timedelta(0),
                signature_validator=profile.signatures,
            )
            path = ValidationPath(root, interm=list(reversed(between)), leaf=end)
            complete(async_validate_path(context, path))
    except (ValidationError, PathBuildingError):
        # The library's text may name the holder: it is not passed on.
        raise Refused(
            Reason.UNTRUSTED_ISSUER, "the path to the trusted root does not hold (RFC 5280)"
        ) from None


def check_path(
    end: Certificate, authorities: Sequence[Certificate], *, at: datetime, profile: Profile
) -> None:
    """All of the above but `check_end` and `check_validity`, which need no path."""
    _check_affordable(end, authorities)
    check_authorities(authorities, profile)
    check_purposes(end, authorities, profile)
    *between, anchor = authorities
    check_rfc5280(
        read(end),
        [read(certificate) for certificate in between],
        anchor,
        at=at,
        profile=profile,
    )


def _check_affordable(end: Certificate, authorities: Sequence[Certificate]) -> None:
    """Refuse (untrusted_issuer) what would take long to read or to compare."""
    if sum(len(authority.der) for authority in authorities) > MAX_AUTHORITIES_OCTETS:
        raise Refused(Reason.UNTRUSTED_ISSUER, "the path's authorities are too large to be read")
    constraints = sum(_octets(authority, NAME_CONSTRAINTS) for authority in authorities)
    names = sum(
        len(certificate.subject_der) + _octets(certificate, oids.SUBJECT_ALT_NAME)
        for certificate in (end, *authorities)
    )
    if constraints * names > MAX_NAME_WORK:
        raise Refused(Reason.UNTRUSTED_ISSUER, "the path has too many names and name constraints")


def _octets(certificate: Certificate, oid: str) -> int:
    extension = certificate.extensions.get(oid)
    return 0 if extension is None else len(extension.value)


def complete(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits: nothing is fetched, so no event loop is needed."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("path validation waited for something")

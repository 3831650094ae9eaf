"""What limits a path from its beginning: the anchor's own constraints and the demands made.

RFC 5280 takes only a name and a key from an anchor; RFC 5937 says how the rest of its certificate
becomes the inputs of section 6.1.1, which is how it is done here: an authority that the state
limited stays limited when it is trusted directly.
"""

from __future__ import annotations

from typing import Any

from asn1crypto import x509
from pyhanko_certvalidator.authority import CertTrustAnchor, TrustedServiceType, TrustQualifiers
from pyhanko_certvalidator.name_trees import (
    default_excluded_subtrees,
    default_permitted_subtrees,
    process_general_subtrees,
)
from pyhanko_certvalidator.policy_decl import PKIXValidationParams, intersect_policy_sets

from eds_verifier.path.certificate import Certificate
from eds_verifier.path.profile import ANY_POLICY, PathInputs, Profile

_ANY = "any_policy"
"""pyhanko-certvalidator's word for ANY_POLICY."""


def anchor_of(certificate: Certificate, read: Any, profile: Profile) -> CertTrustAnchor:
    """The anchor for pyhanko-certvalidator, limited as the profile says.

    `read`: the same certificate as asn1crypto reads it.
    """
    constrained = profile.anchor == "constrained"
    length = certificate.path_length if constrained else None
    qualifiers = TrustQualifiers(
        standard_parameters=_parameters(read if constrained else None, profile.inputs),
        max_path_length=length,
        # Left to itself the library counts down from None as soon as the other length is set.
        max_aa_path_length=length,
        valid_from=certificate.not_before if constrained else None,
        valid_until=certificate.not_after if constrained else None,
        trusted_service_type=TrustedServiceType.CERTIFICATE_AUTHORITY,
    )
    return CertTrustAnchor(read, qualifiers)


def _parameters(anchor: Any, inputs: PathInputs) -> PKIXValidationParams:
    """RFC 5280 section 6.1.1 (c)-(i); `anchor` is an asn1crypto certificate, or None."""
    policies = frozenset(_ANY if oid == ANY_POLICY else oid for oid in inputs.policies)
    explicit = inputs.explicit_policy == "required"
    no_mapping = inputs.policy_mapping == "inhibited"
    no_any = inputs.any_policy == "inhibited"
    permitted, excluded = default_permitted_subtrees(), default_excluded_subtrees()
    if anchor is not None:
        stated = anchor.certificate_policies_value
        if stated is not None:
            policies = intersect_policy_sets(
                policies, frozenset(item["policy_identifier"].native for item in stated)
            )
        constraints = anchor.policy_constraints_value
        if constraints is not None:
            explicit |= constraints["require_explicit_policy"].native is not None
            no_mapping |= constraints["inhibit_policy_mapping"].native is not None
        no_any |= anchor.inhibit_any_policy_value is not None
        names = anchor.name_constraints_value
        if names is not None:
            # Merged with the defaults: a type of name not mentioned is not limited (4.2.1.10).
            permitted |= _subtrees(names["permitted_subtrees"])
            excluded |= _subtrees(names["excluded_subtrees"])
    return PKIXValidationParams(
        user_initial_policy_set=policies,
        initial_explicit_policy=explicit,
        initial_policy_mapping_inhibit=no_mapping,
        initial_any_policy_inhibit=no_any,
        initial_permitted_subtrees=permitted,
        initial_excluded_subtrees=excluded,
    )


def _subtrees(encoded: Any) -> dict[Any, Any]:
    if not isinstance(encoded, x509.GeneralSubtrees):
        return {}
    return dict(process_general_subtrees(encoded))

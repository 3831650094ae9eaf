"""What a path is held to, as data: the NCA's profile, and RFC 5280 alone to be compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pyhanko_certvalidator.sig_validate import SignatureValidator

from eds_verifier.path.signature import AcceptedSignatures, AllSignatures
from eds_verifier.path.strict import ANCHOR_RULES, AUTHORITY_RULES, END_RULES, Rule

ANY_POLICY = "2.5.29.32.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathInputs:
    """RFC 5280 section 6.1.1 (c), (e), (f), (g): what whoever relies on a path may demand.

    `policies`: the user-initial-policy-set, OIDs. The NCA's certificates name policies that no
    rule here depends on, so nothing is demanded unless told.
    """

    policies: frozenset[str] = frozenset({ANY_POLICY})
    explicit_policy: Literal["required", "optional"] = "optional"
    policy_mapping: Literal["allowed", "inhibited"] = "allowed"
    any_policy: Literal["allowed", "inhibited"] = "allowed"


NOTHING_DEMANDED = PathInputs()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """The rules for each place in a path. Compared by identity, so that a kept path is its own.

    `issuer_by`: whether an issuer is known by its name and key identifier, both of which must be
    there, or by its name, key identifiers being a hint. `purposes`: whether an authority's
    extendedKeyUsage limits what it certifies. `anchor`: whether the anchor's own validity and
    constraints count (RFC 5937), or only its name and key (RFC 5280 section 6.1.1 (d)).
    """

    name: str
    end_rules: tuple[Rule, ...]
    authority_rules: tuple[Rule, ...]
    anchor_rules: tuple[Rule, ...]
    issuer_by: Literal["name_and_key", "name"]
    purposes: Literal["limited_by_authorities", "ignored"]
    anchor: Literal["constrained", "name_and_key"]
    signatures: SignatureValidator
    inputs: PathInputs = field(default=NOTHING_DEMANDED)


NCA = Profile(
    name="nca",
    end_rules=END_RULES,
    authority_rules=AUTHORITY_RULES,
    anchor_rules=ANCHOR_RULES,
    issuer_by="name_and_key",
    purposes="limited_by_authorities",
    anchor="constrained",
    signatures=AcceptedSignatures(),
)
"""What every certificate is judged by: strict at each place of the path."""

RFC5280 = Profile(
    name="rfc5280",
    end_rules=(),
    authority_rules=(),
    anchor_rules=(),
    issuer_by="name",
    purposes="ignored",
    anchor="name_and_key",
    signatures=AllSignatures(),
)
"""The standard alone, for NIST's cases and for telling what the NCA's profile adds to it."""

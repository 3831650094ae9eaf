"""What the provider publishes about itself (OpenID Connect Discovery 1.0, RFC 8414, RFC 9207)."""

from __future__ import annotations

from typing import Any

from eds_verifier.identity import ACR, CodeClaims, ProvenIdentity
from eds_verifier.provider.client_auth import ALGORITHMS
from eds_verifier.provider.realm import Realm


def claims_supported() -> list[str]:
    """The names of the id_token's claims, in alphabetical order."""
    empty = {name: 0 if name == "signed_in_at" else "" for name in ProvenIdentity.model_fields}
    sample = CodeClaims(
        identity=ProvenIdentity.model_validate(empty), nonce="", agreement="", agreement_signed=""
    )
    return sorted(sample.id_token_claims(issuer="", audience="", issued_at=0, lifetime=0))


def configuration(realm: Realm) -> dict[str, Any]:
    """`/.well-known/openid-configuration` of one realm's issuer."""
    return {
        "issuer": realm.issuer,
        "authorization_endpoint": f"{realm.issuer}/authorize",
        "token_endpoint": realm.token_endpoint,
        "jwks_uri": f"{realm.issuer}/jwks",
        "scopes_supported": ["openid"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [ACR],
        "claims_supported": claims_supported(),
        "ui_locales_supported": list(realm.policy.languages),
        "prompt_values_supported": ["login"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }


def jwks(realm: Realm) -> dict[str, Any]:
    """The keys that sign this realm's id_tokens."""
    return {"keys": [realm.keys.jwk()]}

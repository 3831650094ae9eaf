"""The identity provider `eds`: the verifier as this realm's broker, and what it writes.

`syncMode` FORCE: every EDS sign-in brings attributes up to date, except the user name.
"""

from __future__ import annotations

from policies.model import PortalPolicy
from provisioning.desired import flows
from provisioning.desired.names import BROKER, BROKER_CLIENT_ID, SESSION_NOTES, compact
from provisioning.resources import Key, Kind, Resource

_ATTRIBUTES = {  # user attribute: claim
    "iin": "iin",
    "firstName": "given_name",
    "lastName": "family_name",
    "middleName": "middle_name",
    "agreement_signed": "agreement_signed",
    "eds_serial": "eds_serial",
    "eds_not_after": "eds_not_after",
}


def build(policy: PortalPolicy) -> tuple[Resource, ...]:
    """The provider and its mappers.

    `agreement` is mapped only where the consent is a signature: with `click` it is the person's
    own answer at the gate.
    """
    attributes = dict(_ATTRIBUTES)
    if policy.agreement.consent == "signature":
        attributes["agreement"] = "agreement"
    return (
        _provider(policy),
        _user_name(),
        *(_attribute(name, claim) for name, claim in attributes.items()),
        _session_notes(),
    )


def _provider(policy: PortalPolicy) -> Resource:
    issuer = policy.issuer
    return Resource(
        Key(Kind.IDENTITY_PROVIDER, BROKER),
        {
            "providerId": "oidc",
            "displayName": "ЭЦҚ",
            "enabled": True,
            "hideOnLogin": False,
            "linkOnly": False,
            "trustEmail": False,
            "storeToken": False,
            "addReadTokenRoleOnCreate": False,
            "authenticateByDefault": False,
            "firstBrokerLoginFlowAlias": flows.first_broker_login(policy).alias,
            "postBrokerLoginFlowAlias": flows.post_broker_login(policy).alias,
            "config": {
                "issuer": issuer,
                "authorizationUrl": f"{issuer}/authorize",
                "tokenUrl": f"{issuer}/token",
                "jwksUrl": f"{issuer}/jwks",
                "useJwksUrl": "true",
                "validateSignature": "true",
                "clientId": BROKER_CLIENT_ID,
                "clientAuthMethod": "private_key_jwt",
                "clientAssertionSigningAlg": "RS256",
                "pkceEnabled": "true",
                "pkceMethod": "S256",
                "disableNonce": "false",
                "disableUserInfo": "true",
                "defaultScope": "openid",
                "syncMode": "FORCE",
                "uiLocales": "true",
                "loginHint": "true",
                "forwardParameters": "acr_values",
                "acceptsPromptNoneForwardFromClient": "false",
                "backchannelSupported": "false",
                "jwtAuthorizationGrantEnabled": "false",
                # A second look at what the verifier has proven: no IIN, no sign-in.
                "filteredByClaim": "true",
                "claimFilterName": "iin",
                "claimFilterValue": "^[0-9]{12}$",
            },
        },
    )


def _user_name() -> Resource:
    """Opaque, and nobody can type one: a name reaches every log and event."""
    config = {"template": "${CLAIM.sub}", "target": "LOCAL", "syncMode": "IMPORT"}
    return _mapper("user-name", "oidc-username-idp-mapper", config)


def _attribute(attribute: str, claim: str) -> Resource:
    config = {"claim": claim, "user.attribute": attribute, "syncMode": "FORCE"}
    return _mapper(f"attribute-{attribute}", "oidc-user-attribute-idp-mapper", config)


def _session_notes() -> Resource:
    claims = [{"key": claim, "value": ".*"} for claim in SESSION_NOTES]
    config = {
        "claims": compact(claims),
        "are.claim.values.regex": "true",
        "syncMode": "FORCE",
    }
    return _mapper("session-notes", "oidc-user-session-note-idp-mapper", config)


def _mapper(name: str, mapper: str, config: dict[str, str]) -> Resource:
    return Resource(
        Key(Kind.IDENTITY_PROVIDER_MAPPER, name, BROKER),
        {"identityProviderMapper": mapper, "config": config},
    )

"""Clients: the portal, and the pins on those Keycloak brings along.

Every way to a token that does not pass a browser sign-in is off: none of them would pass the
agreement's gate (token exchange and the JWT authorization grant demonstrably do not).
"""

from __future__ import annotations

from policies.model import PortalPolicy
from provisioning.desired.client_scopes import PORTAL_DEFAULT
from provisioning.desired.names import LEVELS, compact
from provisioning.resources import Key, Kind, Resource

_SEPARATOR = "##"  # Keycloak's, between addresses in one attribute

GRANTS_OFF = (
    "client.use.lightweight.access.token.enabled",
    "oauth2.device.authorization.grant.enabled",
    "oauth2.jwt.authorization.grant.enabled",
    "oidc.ciba.grant.enabled",
    "standard.token.exchange.enabled",
    "allow.oidc.params.in.redirect.uris",
    "allow.token.introspection.without.audience.check",
    "token.response.type.bearer.lower-case",
)


def build(policy: PortalPolicy) -> tuple[Resource, ...]:
    """The portal's client with what it is given, and the built-in clients' pins."""
    portal = policy.portal
    return (
        _portal(policy),
        Resource(
            Key(Kind.CLIENT_CLIENT_SCOPES, portal.client_id),
            {"default": PORTAL_DEFAULT, "optional": frozenset()},
        ),
        Resource(
            Key(Kind.CLIENT_ROLE_SCOPE, portal.client_id),
            {"realm": frozenset(role.name for role in policy.roles), "client": frozenset()},
        ),
        Resource(
            Key(Kind.CLIENT, "admin-cli"),
            {"directAccessGrantsEnabled": False, "fullScopeAllowed": False},
        ),
    )


def _portal(policy: PortalPolicy) -> Resource:
    portal = policy.portal
    redirects = frozenset(portal.url + path for path in portal.redirect_paths)
    signed_out = sorted(portal.url + path for path in portal.post_logout_paths)
    return Resource(
        Key(Kind.CLIENT, portal.client_id),
        {
            "name": policy.names.get(policy.languages[0]),
            "protocol": "openid-connect",
            "enabled": True,
            "publicClient": False,
            "bearerOnly": False,
            "clientAuthenticatorType": "client-secret",
            "secret": portal.secret,
            "standardFlowEnabled": True,
            "implicitFlowEnabled": False,
            "directAccessGrantsEnabled": False,
            "serviceAccountsEnabled": False,
            "consentRequired": False,
            "fullScopeAllowed": False,
            "frontchannelLogout": False,
            "baseUrl": portal.url,
            "redirectUris": redirects,
            "webOrigins": frozenset(),
            # Its own flow would walk around the realm's, and the gate's level with it.
            "authenticationFlowBindingOverrides": {"browser": None, "direct_grant": None},
            "attributes": {
                "pkce.code.challenge.method": "S256",
                "post.logout.redirect.uris": _SEPARATOR.join(signed_out),
                "backchannel.logout.session.required": "true",
                "acr.loa.map": compact(LEVELS),
                "use.refresh.tokens": "true",
                "client_credentials.use_refresh_token": "false",
                **dict.fromkeys(GRANTS_OFF, "false"),
            },
        },
    )

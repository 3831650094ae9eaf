"""What a portal's policy may declare where Keycloak has more kinds of a thing than we can judge.

Each table names what was looked at and leads nowhere past the gate; whatever is not in a table is
refused, so that a later Keycloak's new kind is refused until somebody looked at it, and an empty
table refuses everything.
"""

from __future__ import annotations

from provisioning.resources import Kind

RAW_KINDS = frozenset(
    {
        Kind.CLIENT,
        Kind.CLIENT_CLIENT_SCOPES,
        Kind.CLIENT_ROLE,
        Kind.CLIENT_ROLE_SCOPE,
        Kind.GROUP,
        Kind.LOCALIZATION,
        Kind.REALM,
        Kind.ROLE,
        Kind.ROLE_COMPOSITES,
        Kind.USER_PROFILE,
    }
)
"""What a portal's policy declares in Keycloak's own names. The rest is said by a policy's own
sections, which are narrower, or by none: flows, required actions, components, brokers."""

EXECUTORS = frozenset(
    {
        "confidential-client",
        "consent-required",
        "dpop-bind-enforcer",
        "full-scope-disabled",
        "holder-of-key-enforcer",
        "pkce-enforcer",
        "reject-implicit-grant",
        "reject-ropc-grant",
        "saml-avoid-redirect",
        "saml-secure-client-uris",
        "saml-signature-enforcer",
        "secure-client-authenticator",
        "secure-client-uris",
        "secure-client-uris-pattern",
        "secure-logout",
        "secure-par-content",
        "secure-redirect-uris-enforcer",
        "secure-request-object",
        "secure-response-type",
        "secure-session",
        "secure-signature-algorithm",
        "secure-signature-algorithm-signed-jwt",
    }
)
"""Rules of client profiles that only ask more of clients. `auth-flow-enforcer` is not among them:
it signs people in by a flow of its own choosing, at a level that it names itself."""

CONDITIONS = frozenset(
    {
        "any-client",
        "client-access-type",
        "client-attributes",
        "client-roles",
        "client-scopes",
        "client-type",
        "grant-type",
    }
)
"""Conditions of client policies."""

MAPPERS = frozenset(
    {
        "oidc-allowed-origins-mapper",
        "oidc-audience-mapper",
        "oidc-audience-resolve-mapper",
        "oidc-group-membership-mapper",
        "oidc-hardcoded-claim-mapper",
        "oidc-usermodel-attribute-mapper",
        "oidc-usermodel-client-role-mapper",
        "oidc-usermodel-realm-role-mapper",
        "oidc-usersessionmodel-note-mapper",
    }
)
"""Mappers of clients and client scopes that write only the claim that they name."""

NOTES = frozenset({"clientAddress", "clientHost", "clientId", "identity_provider"})
"""Session notes that a mapper tells; others hold the whole token of the EDS sign-in."""

REALM_FIELDS = frozenset(
    {
        "accountTheme",
        "adminTheme",
        "clientSessionIdleTimeout",
        "clientSessionMaxLifespan",
        "defaultSignatureAlgorithm",
        "displayNameHtml",
        "maxSecondaryAuthFailures",
        "minimumQuickLoginWaitSeconds",
        "quickLoginCheckMilliSeconds",
        "refreshTokenMaxReuse",
        "revokeRefreshToken",
    }
)
"""Settings of the realm beside those that Tanba holds fast."""

REALM_ATTRIBUTES = frozenset({"darkMode", "frontendUrl", "parRequestUriLifespan"})
"""Attributes of the realm beside those that Tanba holds fast."""

CLIENT_FIELDS = frozenset(
    {
        "adminUrl",
        "alwaysDisplayInConsole",
        "attributes",
        "authenticationFlowBindingOverrides",
        "baseUrl",
        "bearerOnly",
        "clientAuthenticatorType",
        "consentRequired",
        "description",
        "directAccessGrantsEnabled",
        "enabled",
        "frontchannelLogout",
        "fullScopeAllowed",
        "implicitFlowEnabled",
        "name",
        "protocol",
        "publicClient",
        "redirectUris",
        "rootUrl",
        "secret",
        "serviceAccountsEnabled",
        "standardFlowEnabled",
        "webOrigins",
    }
)
"""Settings of a client. Those that open a way to a token are judged by their values too."""

BUILT_IN_CLIENT_FIELDS = frozenset(
    {"attributes", "authenticationFlowBindingOverrides", "baseUrl", "description", "enabled"}
    | {"directAccessGrantsEnabled", "fullScopeAllowed", "implicitFlowEnabled", "name"}
)
"""Settings of Keycloak's own clients: where their codes go is not among them."""

CLIENT_ATTRIBUTES = frozenset(
    {
        "access.token.lifespan",
        "access.token.signed.response.alg",
        "backchannel.logout.revoke.offline.tokens",
        "backchannel.logout.session.required",
        "backchannel.logout.url",
        "client.session.idle.timeout",
        "client.session.max.lifespan",
        "client_credentials.use_refresh_token",
        "consent.screen.text",
        "display.on.consent.screen",
        "dpop.bound.access.tokens",
        "frontchannel.logout.session.required",
        "frontchannel.logout.url",
        "id.token.encrypted.response.alg",
        "id.token.encrypted.response.enc",
        "id.token.signed.response.alg",
        "jwks.string",
        "jwks.url",
        "jwt.credential.certificate",
        "logoUri",
        "pkce.code.challenge.method",
        "policyUri",
        "post.logout.redirect.uris",
        "request.object.required",
        "request.object.signature.alg",
        "require.pushed.authorization.requests",
        "tls.client.certificate.bound.access.tokens",
        "token.endpoint.auth.signing.alg",
        "tosUri",
        "use.jwks.string",
        "use.jwks.url",
        "use.refresh.tokens",
        "user.info.response.signature.alg",
        "x509.subjectdn",
    }
)
"""Attributes of a client. Levels of its own (`acr.loa.map`) are not among them: by them a password
would count as an EDS; nor is a theme of its own, whose page need not show the agreement."""

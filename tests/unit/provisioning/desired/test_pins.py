"""Every security pin of the design, and the value it has in what is built."""

from __future__ import annotations

from typing import Any

import pytest

from policies.model import PortalPolicy
from provisioning.desired import build
from provisioning.resources import Desired, Key, Kind, wire
from tests.unit.provisioning.conftest import NOW, PLANTED

PINS: list[tuple[Kind, str, str, Any]] = [
    # Nobody makes an account by form, in whoever's name.
    (Kind.REALM, "grain-receipts", "registrationAllowed", False),
    (Kind.REALM, "grain-receipts", "editUsernameAllowed", False),
    (Kind.REALM, "grain-receipts", "duplicateEmailsAllowed", False),
    (Kind.REALM, "grain-receipts", "verifyEmail", True),
    (Kind.REALM, "grain-receipts", "resetPasswordAllowed", True),
    (Kind.REALM, "grain-receipts", "loginWithEmailAllowed", True),
    (Kind.REALM, "grain-receipts", "rememberMe", False),
    (Kind.REALM, "grain-receipts", "sslRequired", "external"),
    (Kind.REALM, "grain-receipts", "bruteForceProtected", True),
    (Kind.REALM, "grain-receipts", "permanentLockout", False),
    (Kind.REALM, "grain-receipts", "eventsEnabled", True),
    (Kind.REALM, "grain-receipts", "adminEventsEnabled", True),
    # Details would hold whole people.
    (Kind.REALM, "grain-receipts", "adminEventsDetailsEnabled", False),
    (Kind.REALM, "grain-receipts", "defaultLocale", "kk"),
    (Kind.REALM, "grain-receipts", "supportedLocales", ["en", "kk", "ru"]),
    (Kind.REALM, "grain-receipts", "actionTokenGeneratedByUserLifespan", 300),
    (
        Kind.REALM,
        "grain-receipts",
        "attributes/actionTokenGeneratedByUserLifespan.verify-email",
        "86400",
    ),
    (Kind.REALM, "grain-receipts", "attributes/acr.loa.map", '{"basic":1,"eds":2}'),
    # Nobody's token can accept for them, unlink their EDS, or outlive a sign-out of everybody.
    (
        Kind.ROLE_COMPOSITES,
        "default-roles-grain-receipts",
        "client",
        [],
    ),
    (Kind.ROLE_COMPOSITES, "default-roles-grain-receipts", "realm", []),
    # The portal signs in by code and PKCE, and by nothing else.
    (Kind.CLIENT, "portal", "publicClient", False),
    (Kind.CLIENT, "portal", "standardFlowEnabled", True),
    (Kind.CLIENT, "portal", "implicitFlowEnabled", False),
    (Kind.CLIENT, "portal", "directAccessGrantsEnabled", False),
    (Kind.CLIENT, "portal", "serviceAccountsEnabled", False),
    (Kind.CLIENT, "portal", "fullScopeAllowed", False),
    (Kind.CLIENT, "portal", "attributes/pkce.code.challenge.method", "S256"),
    (Kind.CLIENT, "portal", "attributes/standard.token.exchange.enabled", "false"),
    (Kind.CLIENT, "portal", "attributes/oauth2.jwt.authorization.grant.enabled", "false"),
    (Kind.CLIENT, "portal", "attributes/oauth2.device.authorization.grant.enabled", "false"),
    (Kind.CLIENT, "portal", "attributes/oidc.ciba.grant.enabled", "false"),
    (Kind.CLIENT, "portal", "redirectUris", ["https://grain.example/callback"]),
    (Kind.CLIENT, "portal", "webOrigins", []),
    (Kind.CLIENT_CLIENT_SCOPES, "portal", "optional", []),
    (Kind.CLIENT, "admin-cli", "directAccessGrantsEnabled", False),
    # New clients know people by `sub` alone.
    (Kind.REALM_CLIENT_SCOPES, "default", "default", ["acr", "basic", "roles", "web-origins"]),
    (Kind.REALM_CLIENT_SCOPES, "default", "optional", []),
    # The broker is believed for what it signs, and for nothing else.
    (Kind.IDENTITY_PROVIDER, "eds", "trustEmail", False),
    (Kind.IDENTITY_PROVIDER, "eds", "storeToken", False),
    (Kind.IDENTITY_PROVIDER, "eds", "linkOnly", False),
    (Kind.IDENTITY_PROVIDER, "eds", "config/validateSignature", "true"),
    (Kind.IDENTITY_PROVIDER, "eds", "config/useJwksUrl", "true"),
    (Kind.IDENTITY_PROVIDER, "eds", "config/pkceEnabled", "true"),
    (Kind.IDENTITY_PROVIDER, "eds", "config/pkceMethod", "S256"),
    (Kind.IDENTITY_PROVIDER, "eds", "config/disableNonce", "false"),
    (Kind.IDENTITY_PROVIDER, "eds", "config/clientAuthMethod", "private_key_jwt"),
    (Kind.IDENTITY_PROVIDER, "eds", "config/jwtAuthorizationGrantEnabled", "false"),
    (Kind.IDENTITY_PROVIDER, "eds", "config/syncMode", "FORCE"),
    (Kind.IDENTITY_PROVIDER, "eds", "config/claimFilterValue", "^[0-9]{12}$"),
    # The gate.
    (Kind.REQUIRED_ACTION, "VERIFY_PROFILE", "enabled", True),
    (Kind.REQUIRED_ACTION, "VERIFY_PROFILE", "priority", 10),
    (Kind.REQUIRED_ACTION, "UPDATE_PASSWORD", "priority", 20),
    (Kind.REQUIRED_ACTION, "VERIFY_EMAIL", "priority", 30),
    (Kind.REQUIRED_ACTION, "UPDATE_PROFILE", "enabled", False),
    (Kind.REQUIRED_ACTION, "TERMS_AND_CONDITIONS", "enabled", False),
    (Kind.REQUIRED_ACTION, "delete_account", "enabled", False),
    (Kind.REQUIRED_ACTION, "idp_link", "enabled", False),
    (Kind.REQUIRED_ACTION, "UPDATE_EMAIL", "enabled", False),
]

WRITTEN_BY_THE_BROKER_ALONE = (
    "username",
    "firstName",
    "lastName",
    "middleName",
    "iin",
    "agreement_signed",
    "eds_serial",
    "eds_not_after",
)


@pytest.mark.parametrize(
    ("kind", "name", "path", "value"), PINS, ids=[f"{p[1]}.{p[2]}" for p in PINS]
)
def test_a_pin_has_its_value(
    desired: Desired, kind: Kind, name: str, path: str, value: Any
) -> None:
    found: Any = wire(desired.get(kind, name))
    for part in path.split("/"):
        found = found[part]
    assert found == value


@pytest.mark.parametrize("attribute", WRITTEN_BY_THE_BROKER_ALONE)
def test_what_the_eds_proves_is_written_by_nobody_else(desired: Desired, attribute: str) -> None:
    profile = desired.get(Kind.USER_PROFILE, "user-profile")
    assert profile["attributes"][attribute]["permissions"]["edit"] == frozenset()


def test_the_agreement_is_required_of_everybody_and_takes_only_acceptable_values(
    desired: Desired, grain_receipts: PortalPolicy
) -> None:
    profile = wire(desired.get(Kind.USER_PROFILE, "user-profile"))
    agreement = profile["attributes"]["agreement"]
    assert agreement["required"] == {"roles": ["user"]}
    assert agreement["permissions"] == {"view": ["admin", "user"], "edit": ["user"]}
    acceptable = grain_receipts.agreements().acceptable_values(NOW)
    assert agreement["validations"]["options"]["options"] == sorted(acceptable)
    assert "unmanagedAttributePolicy" not in profile


def test_the_user_name_is_the_brokers_sub_and_never_changes(desired: Desired) -> None:
    mapper = desired.get(Kind.IDENTITY_PROVIDER_MAPPER, "user-name", "eds")
    assert mapper["config"] == {
        "template": "${CLAIM.sub}",
        "target": "LOCAL",
        "syncMode": "IMPORT",
    }


def test_bin_and_role_go_to_the_session_and_never_to_the_account(desired: Desired) -> None:
    profile = desired.get(Kind.USER_PROFILE, "user-profile")["attributes"]
    notes = desired.get(Kind.IDENTITY_PROVIDER_MAPPER, "session-notes", "eds")
    for claim in ("bin", "organization", "eds_role", "subject_type", "eds_auth_time"):
        assert claim not in profile
        assert f'"key":"{claim}"' in notes["config"]["claims"]
    written = {
        resource.body["config"].get("claim")
        for resource in desired.resources
        if resource.key.kind is Kind.IDENTITY_PROVIDER_MAPPER
    }
    assert not written & {"bin", "organization", "eds_role", "subject_type", "email"}


@pytest.mark.parametrize(("consent", "mapped"), [("signature", 1), ("click", 0)])
def test_the_agreement_is_mapped_only_where_it_is_signed(
    grain_receipts: PortalPolicy, consent: str, mapped: int
) -> None:
    agreement = grain_receipts.agreement.model_copy(update={"consent": consent})
    policy = grain_receipts.model_copy(update={"agreement": agreement})
    keys = {resource.key for resource in build(policy, at=NOW).resources}
    mapper = Key(Kind.IDENTITY_PROVIDER_MAPPER, "attribute-agreement", "eds")
    assert [mapper in keys].count(True) == mapped


def test_no_scope_but_eds_identity_says_who_a_person_is(desired: Desired) -> None:
    mappers = [r for r in desired.resources if r.key.kind is Kind.CLIENT_SCOPE_MAPPER]
    others = {str(r.key): r.body["config"] for r in mappers if r.key.parent != "eds-identity"}
    sources = {c.get("user.attribute") or c.get("user.session.note") for c in others.values()}
    assert sources == {None, "email", "emailVerified", "foo", "AUTH_TIME"}
    assert {kind for kind, _ in desired.complete} >= {Kind.CLIENT_SCOPE_MAPPER}
    assert {parent for kind, parent in desired.complete if kind is Kind.CLIENT_SCOPE_MAPPER} == {
        "acr",
        "basic",
        "eds-identity",
        "email",
        "roles",
        "web-origins",
    }
    absent = {(key.parent, key.name) for key in desired.absent}
    assert {
        ("profile", "username"),
        ("profile", "full name"),
        ("microprofile-jwt", "upn"),
    } <= absent


def test_roles_given_to_everybody_are_those_the_policy_says(
    e_architecture: PortalPolicy,
) -> None:
    desired = build(e_architecture, at=NOW)
    defaults = desired.get(Kind.ROLE_COMPOSITES, "default-roles-e-architecture")
    assert defaults["realm"] == {"user"}
    scope = desired.get(Kind.CLIENT_ROLE_SCOPE, "portal")
    assert scope["realm"] == {
        "owner",
        "administrator",
        "user",
        "service-provider",
        "service-subject",
    }


def test_no_secret_is_in_the_representation_of_what_is_declared(desired: Desired) -> None:
    assert PLANTED not in repr(desired)
    assert wire(desired.get(Kind.CLIENT, "portal"))["secret"] == PLANTED

"""The policy of a realm that is there: short, whole, the same each time, and without a secret."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from policies.loader import load_policy
from policies.yaml_tree import MAX_FILE_BYTES
from provisioning.adopt import Adopted, adopt
from provisioning.adopt_check import AdoptError, require_faithful
from provisioning.adopt_policy import policy_text
from provisioning.adopt_raw import raw_of, splitter
from provisioning.desired import build
from provisioning.diff import MASK
from provisioning.keepers import PROFILE
from provisioning.keycloak_defaults import default_client, default_objects
from provisioning.own_objects import LOCK_SCOPE, STATE_CLIENT
from provisioning.plan import plan
from provisioning.representation import objects_of
from provisioning.representation.objects import without
from provisioning.representation.order import ORDERED
from provisioning.resources import Desired, Key, Kind, Live
from provisioning.state_client import ATTRIBUTE
from provisioning.state_text import Idle, State
from provisioning.state_text import written as state_text
from provisioning.unmanaged import comparable

VERSION = "26.7.4"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REALM = Key(Kind.REALM, "shop")
ADMIN_CLI = Key(Kind.CLIENT, "admin-cli")
PLANTED = "planted-Secret-40af"


@pytest.fixture
def pristine() -> Live:
    """The realm `shop` as Keycloak makes it."""
    return Live("shop", exists=True, objects=default_objects(VERSION, "shop"), version=VERSION)


def also(live: Live, objects: Mapping[Key, Mapping[str, Any]]) -> Live:
    """`live` with other or further objects."""
    return replace(live, objects={**live.objects, **objects})


def client(**settings: Any) -> dict[str, Any]:
    """A client as Keycloak tells it."""
    names = ("clientId", "defaultClientScopes", "optionalClientScopes", "secret")
    return {**without(default_client(VERSION, "openid-connect"), names), **settings}


def written(live: Live) -> tuple[Adopted, str]:
    """What is found and the file's text, held to what `adopt` promises."""
    found = adopt(live)
    text = policy_text(found)
    require_faithful(text, found, live, at=NOW)
    return found, text


def declared(text: str, tmp_path: Path, **environ: str) -> Desired:
    """What the text declares once it is a policy."""
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    return build(load_policy(tmp_path, environ=environ), at=NOW)


RICH: Mapping[Key, Mapping[str, Any]] = {
    Key(Kind.ROLE, "clerk"): {"description": "Clerk", "attributes": {"unit": ["b", "a"]}},
    Key(Kind.ROLE_COMPOSITES, "clerk"): {"realm": [], "client": ["https://a/x/reader"]},
    Key(Kind.CLIENT, "https://a/x"): client(publicClient=False, baseUrl="https://a"),
    Key(Kind.CLIENT_ROLE, "reader", "https://a/x"): {"attributes": {}},
    Key(Kind.ROLE_COMPOSITES, "reader", "https://a/x"): {"realm": ["clerk"], "client": []},
    Key(Kind.CLIENT_MAPPER, "unit", "https://a/x"): {
        "protocol": "openid-connect", "protocolMapper": "oidc-x", "config": {"id": "1"},
        "consentRequired": False,
    },
    Key(Kind.CLIENT_CLIENT_SCOPES, "https://a/x"): {"default": ["basic"], "optional": []},
    Key(Kind.CLIENT_ROLE_SCOPE, "https://a/x"): {"realm": ["clerk"], "client": []},
    Key(Kind.CLIENT_SCOPE, "unit"): {"protocol": "openid-connect", "attributes": {}},
    Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, "unit"): {"realm": [], "client": ["https://a/x/reader"]},
    Key(Kind.GROUP, "/north"): {"attributes": {}, "realmRoles": ["clerk"], "clientRoles": []},
    Key(Kind.GROUP, "/north/a~/b"): {"realmRoles": [], "clientRoles": ["https://a/x/reader"]},
    Key(Kind.DEFAULT_GROUPS, "default"): {"groups": ["/north"]},
    Key(Kind.LOCALIZATION, "id"): {"id": "kode", "types": "jenis"},
    Key(Kind.COMPONENT, "ldap", "storage"): {"providerId": "ldap", "config": {"a": ["2", "1"]}},
    Key(Kind.COMPONENT, "ldap/mail", "mapper"): {"providerId": "m", "parent": "ldap", "config": {}},
    Key(Kind.COMPONENT, "rsa", "keys"): {"providerId": "rsa", "config": {}},
    Key(Kind.COMPONENT, "rsa #2", "keys"): {"providerId": "rsa", "config": {"priority": ["7"]}},
    Key(Kind.FLOW, "shop browser"): {
        "description": "Ours",
        "executions": [
            {"requirement": "ALTERNATIVE", "provider": "auth-cookie"},
            {
                "requirement": "REQUIRED", "flow": "shop forms", "type": "form-flow",
                "provider": "page", "description": "Forms",
                "executions": [
                    {"requirement": "REQUIRED", "provider": "p", "config": {"k": "v"}},
                    {"requirement": "DISABLED", "provider": "q", "config": {}},
                ],
            },
        ],
    },
    Key(Kind.IDENTITY_PROVIDER, "eds"): {"providerId": "oidc", "config": {"clientId": "x"}},
    Key(Kind.IDENTITY_PROVIDER_MAPPER, "m", "eds"): {
        "identityProviderMapper": "hardcoded", "config": {"syncMode": "FORCE"},
    },
    Key(Kind.CLIENT_PROFILE, "strict"): {"executors": [{"executor": "b"}, {"executor": "a"}]},
    Key(Kind.CLIENT_POLICY, "all"): {"enabled": True, "conditions": [], "profiles": ["strict"]},
}  # fmt: skip
"""One object of every kind that Keycloak does not make by itself."""


def test_of_a_realm_as_keycloak_makes_it_little_is_to_be_said(pristine: Live) -> None:
    found, text = written(pristine)
    assert (found.raw, found.secrets, found.gone) == ({}, (), ())
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == ["version: 1", "realm: shop"]


def test_of_a_changed_default_only_the_change_is_said(pristine: Live) -> None:
    cli = {**pristine.objects[ADMIN_CLI], "directAccessGrantsEnabled": False}
    scope = Key(Kind.CLIENT_SCOPE, "email")
    email = {**pristine.objects[scope], "description": ""}
    live = also(pristine, {ADMIN_CLI: cli, scope: email})
    found, text = written(live)
    assert found.raw == {
        "clientScopes": [{"name": "email", "description": ""}],
        "clients": [{"clientId": "admin-cli", "directAccessGrantsEnabled": False}],
    }
    assert text.count("# Keycloak's own: only what differs") == 2


def test_a_clients_protocol_and_ways_to_a_token_are_always_said(pristine: Live) -> None:
    saml = without(default_client(VERSION, "saml"), ("clientId", "defaultClientScopes"))
    live = also(pristine, {Key(Kind.CLIENT, "page"): client(), Key(Kind.CLIENT, "sp"): dict(saml)})
    page, sp = written(live)[0].raw["clients"]
    assert (page["publicClient"], page["directAccessGrantsEnabled"]) == (True, True)
    assert (page.get("protocol"), sp["protocol"]) == (None, "saml")
    assert sp["fullScopeAllowed"] is True


def test_a_default_that_was_taken_away_is_named(pristine: Live) -> None:
    gone = Key(Kind.CLIENT_SCOPE_MAPPER, "username", "profile")
    whole = Key(Kind.CLIENT_SCOPE, "phone")
    objects = {
        key: body
        for key, body in pristine.objects.items()
        if key not in {gone, whole} and key.parent != "phone"
    }
    found, text = written(replace(pristine, objects=objects))
    assert found.gone == (whole, gone)
    assert "#   client_scope_mapper profile/username\n" in text


def test_every_kind_of_object_is_declared_as_it_is(pristine: Live, tmp_path: Path) -> None:
    live = also(pristine, RICH)
    assert {key.kind for key in live.objects} == set(Kind)
    _, text = written(live)
    desired = declared(text, tmp_path, SHOP_HTTPS_A_X_SECRET="x")
    told = {resource.key for resource in desired.resources}
    assert told >= set(RICH)
    assert not {change.action for change in plan(desired, live).changes} - {"update"}


GRANTS_OFF = {
    "oidc.ciba.grant.enabled": "false",
    "oauth2.device.authorization.grant.enabled": "false",
    "oauth2.jwt.authorization.grant.enabled": "false",
    "standard.token.exchange.enabled": "false",
}


@pytest.mark.parametrize(
    ("settings", "in_words"),
    [
        ({}, True),
        ({"redirectUris": ["https://a.example/*"]}, False),
        ({"attributes": {"pkce.code.challenge.method": "S256"}}, False),
        ({"frontchannelLogout": True}, True),
        ({"bearerOnly": True}, False),
    ],
    ids=["as a policy makes it", "wildcard", "grants not set", "one thing more", "bearer only"],
)
def test_a_client_is_said_in_words_when_a_policy_would_make_the_same(
    pristine: Live, settings: dict[str, Any], *, in_words: bool
) -> None:
    body = client(
        publicClient=False,
        fullScopeAllowed=False,
        directAccessGrantsEnabled=False,
        serviceAccountsEnabled=True,
        redirectUris=["https://a.example/back"],
        attributes={
            **GRANTS_OFF,
            "pkce.code.challenge.method": "S256",
            "post.logout.redirect.uris": "https://a.example/##https://a.example/out",
            "access.token.lifespan": "300",
        },
    )
    live = also(
        pristine,
        {
            Key(Kind.CLIENT, "a"): {**body, **settings},
            Key(Kind.CLIENT_ROLE, "reader", "a"): {"description": "Reads"},
            Key(Kind.CLIENT_CLIENT_SCOPES, "a"): {"default": ["basic"], "optional": []},
            Key(Kind.CLIENT_ROLE_SCOPE, "a"): {"realm": [], "client": ["a/reader"]},
        },
    )
    found, _ = written(live)
    assert ("clients" in found.sections) == in_words
    if in_words:
        rest = [{"clientId": "a", **settings}] if settings else None
        assert found.raw.get("clients") == rest
        assert found.sections["clients"] == [
            {
                "client_id": "a",
                "ways": ["browser", "service"],
                "secret": "${env:SHOP_A_SECRET}",
                "redirect_uris": ["https://a.example/back"],
                "post_logout_redirect_uris": ["https://a.example/", "https://a.example/out"],
                "access_token_minutes": 5,
                "scopes": {"default": ["basic"]},
                "roles": [{"name": "reader", "description": "Reads"}],
                "token_roles": {"clients": {"a": ["reader"]}},
            }
        ]


def test_what_a_policy_has_words_for_is_said_in_them(pristine: Live) -> None:
    profile = pristine.objects[PROFILE]
    unit: dict[str, Any] = {
        "name": "unit",
        "displayName": "${unit}",
        "validations": {"length": {"max": 9}},
    }
    unit |= {"permissions": {"view": ["admin", "user"], "edit": []}, "multivalued": False}
    realm = {
        **pristine.objects[REALM],
        "enabled": True,
        "sslRequired": "all",
        "loginTheme": "shop",
        "internationalizationEnabled": True,
        "supportedLocales": ["en", "kk"],
        "defaultLocale": "kk",
        "ssoSessionIdleTimeout": 3600,
        "accessTokenLifespan": 90,
        "browserFlow": "shop browser",
    }
    scope = {
        "protocol": "openid-connect",
        "attributes": {"include.in.token.scope": "false", "display.on.consent.screen": "false"},
    }
    action = Key(Kind.REQUIRED_ACTION, "CONFIGURE_TOTP")
    live = also(
        pristine,
        {
            **RICH,
            REALM: realm,
            PROFILE: {**profile, "attributes": {**profile["attributes"], "unit": unit}},
            Key(Kind.CLIENT_SCOPE, "unit"): scope,
            Key(Kind.GROUP, "/south"): {"attributes": {"a": ["b"]}},
            Key(Kind.GROUP, "/south/east"): {"realmRoles": ["clerk"], "clientRoles": []},
            action: {**pristine.objects[action], "defaultAction": True},
        },
    )
    found, _ = written(live)
    assert list(found.sections) == [
        "settings", "theme", "texts", "profile", "client_scopes", "roles", "groups",
        "default_groups", "flows", "bindings", "required_actions", "client_profiles",
        "client_policies",
    ]  # fmt: skip
    assert found.sections["settings"] == {
        "enabled": True,
        "https": "always",
        "languages": ["kk", "en"],
    }
    assert found.sections["theme"] == {"login": "shop"}
    assert found.sections["bindings"] == {"browser": "shop browser"}
    assert found.sections["profile"] == {
        "attributes": [
            {
                "name": "unit",
                "display_name": "${unit}",
                "view": ["admin", "user"],
                "edit": [],
                "validations": {"length": {"max": 9}},
            }
        ]
    }
    assert found.sections["groups"] == [
        {
            "name": "south",
            "attributes": {"a": ["b"]},
            "groups": [{"name": "east", "roles": {"realm": ["clerk"]}}],
        }
    ]
    (totp,) = found.sections["required_actions"]
    assert (totp["alias"], totp["everybody"]) == ("CONFIGURE_TOTP", True)
    # A minute and a half is no number of minutes: Keycloak's own seconds, then.
    assert "sessions" not in found.sections
    assert found.raw["accessTokenLifespan"] == 90
    assert found.raw["ssoSessionIdleTimeout"] == 3600
    assert not {"enabled", "loginTheme", "browserFlow", "localizationTexts"} & found.raw.keys()


def test_a_representation_and_its_objects_say_the_same(pristine: Live) -> None:
    objects = {**pristine.objects, **RICH}
    roles = [key for key in objects if key.kind is Kind.CLIENT_ROLE]
    raw = raw_of(objects, split=splitter(roles))
    again = objects_of({"realm": "shop", **json.loads(json.dumps(raw))}, whole=False).bodies
    for key, body in objects.items():
        assert comparable(key, again[key]) == comparable(key, body), key


def test_the_same_realm_always_gives_the_same_file(pristine: Live) -> None:
    live = also(pristine, RICH)
    texts = set()
    for seed in range(5):
        mixed = random.Random(seed)  # noqa: S311 - an order, not a secret
        objects = {key: shuffled(live.objects[key], mixed) for key in mixed_up(live.objects, mixed)}
        texts.add(written(replace(live, objects=objects))[1])
    assert len(texts) == 1


def mixed_up(value: Any, mixed: random.Random) -> list[Any]:
    """The members in another order."""
    items = list(value)
    mixed.shuffle(items)
    return items


def shuffled(value: Any, mixed: random.Random) -> Any:
    """The same JSON, members and lists of texts in another order."""
    if isinstance(value, Mapping):
        names = mixed_up(value, mixed)
        return {n: value[n] if n in ORDERED else shuffled(value[n], mixed) for n in names}
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return mixed_up(value, mixed)
    return [shuffled(item, mixed) for item in value] if isinstance(value, list) else value


def test_tanbas_own_objects_and_flows_set_aside_stay_out(pristine: Live) -> None:
    flow = {"description": "", "executions": []}
    live = also(
        pristine,
        {
            Key(Kind.CLIENT_SCOPE, LOCK_SCOPE): {"protocol": "openid-connect"},
            Key(Kind.CLIENT, STATE_CLIENT): client(attributes={"tanba.state": "{}"}),
            Key(Kind.CLIENT_CLIENT_SCOPES, STATE_CLIENT): {"default": ["basic"], "optional": []},
            Key(Kind.FLOW, "tanba browser set aside 2"): flow,
        },
    )
    found, text = written(live)
    assert found.raw == {}
    assert "tanba-" not in text
    assert "the flow tanba browser set aside 2" in text


def test_a_flow_that_waits_only_for_those_in_the_middle_of_it_stays_out(pristine: Live) -> None:
    old, new = Key(Kind.FLOW, "shop browser 1"), Key(Kind.FLOW, "shop browser 2")
    flow = {"description": "", "executions": [{"requirement": "REQUIRED", "provider": "p"}]}
    state = State("r", created={old: "1", new: "2"}, idle={"1": Idle(old.name, NOW)})
    keeper = Key(Kind.CLIENT, STATE_CLIENT)
    ids = {Key(Kind.REALM, "shop"): "r", old: "1", new: "2", keeper: "c"}
    body = {"enabled": False, "attributes": {ATTRIBUTE: state_text(state)}}
    live = replace(also(pristine, {old: flow, new: flow, keeper: body}), ids=ids)
    found, _ = written(live)
    assert [flow["alias"] for flow in found.sections["flows"]] == [new.name]
    assert found.left_out == (f"the flow {old.name}, which Tanba replaced",)


def test_secrets_become_references_and_no_value_is_in_the_file(
    pristine: Live, tmp_path: Path
) -> None:
    realm = {**pristine.objects[REALM], "smtpServer": {"host": "h", "password": MASK}}
    live = also(
        pristine,
        {
            REALM: realm,
            Key(Kind.FLOW, "sign-up"): {
                "description": "",
                "executions": [
                    {
                        "requirement": "REQUIRED",
                        "provider": "captcha",
                        "config": {"secret.key": MASK, "site.key": "k"},
                    }
                ],
            },
            Key(Kind.CLIENT, "a-b"): client(publicClient=False),
            Key(Kind.CLIENT, "a.b"): client(publicClient=False),
            Key(Kind.CLIENT, "page"): client(),
            Key(Kind.CLIENT, "key"): client(
                publicClient=False, clientAuthenticatorType="client-jwt"
            ),
            Key(Kind.CLIENT, "saml"): client(
                publicClient=False,
                protocol="saml",
                attributes={"saml.signing.private.key": SecretStr(PLANTED)},
            ),
            Key(Kind.IDENTITY_PROVIDER, "g"): {"config": {"clientSecret": "${vault.g}"}},
            Key(Kind.COMPONENT, "ldap", "storage"): {"config": {"bindCredential": [MASK]}},
        },
    )
    found, text = written(live)
    assert {needed.variable: needed.what for needed in found.secrets} == {
        "SHOP_SMTP_SERVER_PASSWORD": "smtpServer password",
        "SHOP_SIGN_UP_CAPTCHA_SECRET_KEY": "sign-up captcha secret.key",
        "SHOP_A_B_SECRET": "a-b secret",
        "SHOP_A_B_SECRET_2": "a.b secret",
        "SHOP_SAML_SAML_SIGNING_PRIVATE_KEY": "saml saml.signing.private.key",
        "SHOP_G_CLIENT_SECRET": "g clientSecret, which is ${vault.g}",
        "SHOP_LDAP_BIND_CREDENTIAL": "ldap bindCredential",
    }
    assert PLANTED not in text
    assert MASK not in text
    environ = {needed.variable: "s" for needed in found.secrets}
    changes = plan(declared(text, tmp_path, **environ), live).changes
    assert {str(change.key) for change in changes} == {"a-b", "a.b", "saml", "g"}


@pytest.mark.parametrize(
    "value",
    [
        MASK,
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        '{"keys": [{"kty": "EC", "x": "1", "d": "planted-Secret-40af"}]}',
    ],
)
def test_what_may_be_a_secret_under_an_unknown_name_is_left_out(
    pristine: Live, value: str, tmp_path: Path
) -> None:
    attributes = {"jwks.string": value, "colour": "red"}
    live = also(pristine, {Key(Kind.CLIENT, "a"): client(attributes=attributes)})
    found, text = written(live)
    assert found.left_out == ("a jwks.string: a secret",)
    assert value not in text
    assert "planted" not in text
    assert "colour: red" in text
    assert plan(declared(text, tmp_path), live).empty


ATTACKS = (
    "${env:TANBA_KEYCLOAK_CLIENT_SECRET}",
    "$${env:TANBA_KEYCLOAK_CLIENT_SECRET}",
    "$$$${file:/etc/passwd} and ${client_account}",
    "x\nrealm: master",
    "x\r# Set these\u2028raw: {}",
    "x # no comment",
    "!!python/object:os.system",
    "&anchor", "*alias", "? key", "- item", "key: value", "{a: 1}", "[1]", "'", '"', "`", "%", "|",
    "no", "Null", "~", "1", "1.0", "1e3", "0x1f", "2026-11-23", "", " lead", "trail ", "\t", "---",
    "\x1b[2J\u202e\ufeff", "Қазақ тілі", "😀",
)  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS)
def test_texts_of_a_realm_are_data_wherever_they_stand(
    pristine: Live, tmp_path: Path, text: str
) -> None:
    live = also(
        pristine,
        {
            REALM: {**pristine.objects[REALM], "displayName": text},
            Key(Kind.ROLE, f"r{text}"): {"description": text, "attributes": {text or "a": [text]}},
            Key(Kind.LOCALIZATION, "en"): {text or "a": text},
            Key(Kind.CLIENT, f"c{text}"): client(publicClient=False),
            Key(Kind.FLOW, f"{text} set aside 1"): {"description": "", "executions": []},
        },
    )
    found, page = written(live)
    (needed,) = found.secrets
    desired = declared(page, tmp_path, **{needed.variable: "s"})
    assert {change.key.name for change in plan(desired, live).changes} == {f"c{text}"}
    assert desired.realm == "shop"
    role = desired.get(Kind.ROLE, f"r{text}")
    assert role["attributes"] == {text or "a": frozenset({text})}
    for line in page.splitlines():
        assert re.fullmatch(r"\s*#.*", line) is None or line.isprintable()


def test_a_policy_that_would_change_the_realm_is_not_given(pristine: Live) -> None:
    live = also(pristine, {Key(Kind.ROLE, "cook"): {}})
    found = adopt(live)
    text = policy_text(found)
    with pytest.raises(AdoptError, match="role cook"):
        require_faithful(text, found, pristine, at=NOW)


def test_a_realm_that_no_policy_can_say_is_told_so(pristine: Live) -> None:
    live = also(pristine, {Key(Kind.LOCALIZATION, "en"): {"<<": "x"}})
    with pytest.raises(AdoptError, match=r"no policy was made: policy\.yaml:"):
        written(live)


def test_a_large_realm_is_adopted_in_no_time_worth_mentioning(pristine: Live) -> None:
    many: dict[Key, Mapping[str, Any]] = {}
    for n in range(1000):
        many[Key(Kind.CLIENT, f"c{n}")] = client(redirectUris=[f"https://c{n}.example/*"])
        many[Key(Kind.ROLE, f"r{n}")] = {"description": "A role"}
        many[Key(Kind.GROUP, f"/g{n % 500}/s{n}" if n >= 500 else f"/g{n}")] = {"attributes": {}}
    live = also(pristine, many)
    before = time.process_time()
    found = adopt(live)
    text = policy_text(found)
    assert time.process_time() - before < 10
    assert (len(found.raw["clients"]), len(found.sections["roles"])) == (1000, 1000)
    assert len(text) < MAX_FILE_BYTES


def test_the_pages_order_of_the_profile_is_kept_and_what_is_gone_is_not_declared(
    pristine: Live,
) -> None:
    profile = pristine.objects[PROFILE]
    attributes = {
        "zulu": {"name": "zulu", "displayName": "Z"},
        "alpha": {"name": "alpha", "displayName": "A"},
        **{name: body for name, body in profile["attributes"].items() if name != "lastName"},
    }
    found, _ = written(also(pristine, {PROFILE: {**profile, "attributes": attributes}}))
    ((component,),) = found.raw["components"].values()
    document = json.loads(component["config"]["kc.user.profile.config"][0])
    assert [attribute["name"] for attribute in document["attributes"]] == ["zulu", "alpha"]


def test_what_has_nothing_but_a_name_is_said_in_words_and_once(pristine: Live) -> None:
    found, _ = written(
        also(
            pristine,
            {
                Key(Kind.ROLE, "bare"): {},
                Key(Kind.ROLE, "boss"): {"attributes": {}},
                Key(Kind.ROLE_COMPOSITES, "boss"): {"realm": ["bare"], "client": []},
                Key(Kind.GROUP, "/north"): {},
                Key(Kind.GROUP, "/north/east"): {"realmRoles": ["bare"], "clientRoles": []},
            },
        )
    )
    assert found.sections["roles"] == [
        {"name": "bare"},
        {"name": "boss", "includes": {"realm": ["bare"]}},
    ]
    assert [group["name"] for group in found.sections["groups"]] == ["north"]
    assert not {"roles", "groups"} & found.raw.keys()


def test_the_secret_of_a_broker_is_named_by_its_alias(pristine: Live) -> None:
    found, _ = written(
        also(
            pristine,
            {
                Key(Kind.IDENTITY_PROVIDER, "partner"): {
                    "providerId": "oidc",
                    "enabled": True,
                    "config": {"clientId": "at-theirs", "clientSecret": MASK},
                }
            },
        )
    )
    assert [needed.variable for needed in found.secrets] == ["SHOP_PARTNER_CLIENT_SECRET"]

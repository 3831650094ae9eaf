"""A client and what belongs to it as it would be said in a policy's own words. Pure.

Like every candidate it is judged elsewhere: what it does not say as it is, is not said in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from provisioning.adopt_raw import Plain, plain
from provisioning.desired.declared_clients import AUTHENTICATORS, GRANTS, WAYS
from provisioning.resources import Body, Key, Kind
from provisioning.unmanaged import owners

_SEPARATOR = "##"  # Keycloak's, between addresses in one attribute
_METHODS = {authenticator: method for method, authenticator in AUTHENTICATORS.items()}


class Found(dict[Key, Body]):
    """What a realm holds; what is in what is known without looking through the whole of it."""

    def __init__(self, bodies: Mapping[Key, Body]) -> None:
        super().__init__(bodies)
        self._below: dict[tuple[Kind, str], list[Key]] = {}
        for key in sorted(bodies):
            above = owners(key) if key.kind is Kind.GROUP else ()
            owner = above[0].name if above else key.parent
            self._below.setdefault((key.kind, owner), []).append(key)

    def below(self, kind: Kind, owner: str) -> list[Key]:
        """The objects of a kind that belong to `owner`, in order."""
        return self._below.get((kind, owner), [])


def client_item(
    key: Key, live: Found, *, has_secret: bool, roles: Callable[[Body], Plain]
) -> Plain | None:
    """A member of `clients`; None where it is of another protocol or only checks tokens.

    `has_secret`: its secret is to be declared. `roles`: names of roles in a policy's shape.
    """
    body = live[key]
    if body.get("protocol") != "openid-connect" or body.get("bearerOnly"):
        return None
    attributes = body.get("attributes") or {}
    fields: Plain = {
        "client_id": key.name,
        "name": body.get("name"),
        "description": body.get("description"),
        "ways": _ways(body, attributes),
        "authentication": _method(body),
        "secret": "masked" if has_secret else None,
        "jwks_url": attributes.get("jwks.url"),
        "certificate_subject": attributes.get("x509.subjectdn"),
        "url": body.get("baseUrl"),
        "redirect_uris": sorted(body.get("redirectUris") or ()),
        "post_logout_redirect_uris": _addresses(attributes.get("post.logout.redirect.uris")),
        "web_origins": sorted(body.get("webOrigins") or ()),
        "backchannel_logout_url": attributes.get("backchannel.logout.url"),
        "access_token_minutes": _minutes(attributes.get("access.token.lifespan")),
        "scopes": _names(live.get(Key(Kind.CLIENT_CLIENT_SCOPES, key.name))),
        "roles": _roles(key, live, roles),
        "mappers": mappers(Kind.CLIENT_MAPPER, key.name, live),
    }
    item = {name: value for name, value in fields.items() if value not in (None, "", [], {})}
    if not body.get("enabled", True):
        item["enabled"] = False
    if body.get("consentRequired"):
        item["consent"] = True
    if attributes.get("pkce.code.challenge.method") != "S256" and "browser" in item.get("ways", ()):
        item["pkce"] = False
    if body.get("fullScopeAllowed"):
        return item | {"all_roles": True}
    given = roles(live.get(Key(Kind.CLIENT_ROLE_SCOPE, key.name), {}))
    return item | ({"token_roles": given} if given else {})


def mappers(kind: Kind, owner: str, live: Found) -> list[Plain]:
    """The mappers of a client or client scope, each by Keycloak's own name for it."""
    return [
        {"name": key.name, "mapper": body["protocolMapper"], "config": plain(body["config"])}
        | ({} if body["protocol"] == "openid-connect" else {"protocol": body["protocol"]})
        for key in live.below(kind, owner)
        if "config" in (body := live[key])
    ]


def _ways(body: Body, attributes: Mapping[str, Any]) -> list[str]:
    ways = [way for way, field in WAYS.items() if body.get(field)]
    return ways + [way for way, name in GRANTS.items() if attributes.get(name) == "true"]


def _method(body: Body) -> str | None:
    if body.get("publicClient"):
        return "none"
    method = _METHODS.get(str(body.get("clientAuthenticatorType")))
    return None if method == "secret" else method


def _addresses(attribute: str | None) -> list[str]:
    return sorted(attribute.split(_SEPARATOR)) if attribute else []


def _minutes(seconds: str | None) -> int | None:
    return int(seconds) // 60 if seconds and seconds.isdecimal() else None


def _names(scopes: Body | None) -> Plain:
    return {use: sorted(names) for use, names in (scopes or {}).items() if names}


def _roles(client: Key, live: Found, roles: Callable[[Body], Plain]) -> list[Plain]:
    found = []
    for key in live.below(Kind.CLIENT_ROLE, client.name):
        role: Plain = {"name": key.name}
        if live[key].get("description"):
            role["description"] = live[key]["description"]
        if live[key].get("attributes"):
            role["attributes"] = plain(live[key]["attributes"])
        includes = roles(live.get(Key(Kind.ROLE_COMPOSITES, key.name, client.name), {}))
        found.append(role | ({"includes": includes} if includes else {}))
    return found

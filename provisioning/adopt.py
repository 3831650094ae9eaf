"""What a policy must say for a realm that is there, so that nothing is left to change. Pure.

Left out is what Keycloak puts into every realm of its version, as far as nobody changed it, and
what no policy may hold: people, secrets, Keycloak's ids, Tanba's own two objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.adopt_raw import Plain, raw_of, splitter
from provisioning.adopt_secrets import Needed, with_references
from provisioning.adopt_sections import WHOLE, in_words
from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.diff import MASK
from provisioning.export_flows import replaced_flows
from provisioning.own_objects import is_own
from provisioning.representation.order import as_declared
from provisioning.resources import Body, Key, Kind, Live
from provisioning.unmanaged import PARTS, base_of, comparable, defaults_of, is_empty, owners

_ALWAYS_TOLD = frozenset(
    {
        "directAccessGrantsEnabled",
        "fullScopeAllowed",
        "implicitFlowEnabled",
        "publicClient",
        "redirectUris",
        "serviceAccountsEnabled",
        "standardFlowEnabled",
        "webOrigins",
    }
)
"""Of a client: the ways to a token, whatever a new client would be given."""

_USUAL_PROTOCOL = "openid-connect"
_BY_SECRET = frozenset({"client-secret", "client-secret-jwt"})
_OF_COMPONENTS = ("providerId", "subType", "parent")


@dataclass(frozen=True, slots=True)
class Adopted:
    """A policy in the making.

    `sections`: a policy's own; `raw`: a part of a RealmRepresentation for what they do not say;
    references stand in both in the place of secrets. `left_out`: a sentence on each thing that
    the realm holds and the policy does not. `gone`: Keycloak's own objects that this realm does
    not have; applied to a new realm the policy leaves them there. `defaults`: Keycloak's own.
    """

    realm: str
    version: str
    sections: Plain
    raw: Plain
    secrets: tuple[Needed, ...]
    left_out: tuple[str, ...]
    gone: tuple[Key, ...]
    defaults: frozenset[Key]


def adopt(live: Live) -> Adopted:
    """The policy of a realm; the same for the same realm."""
    defaults = defaults_of(live)
    over = replaced_flows(live)
    kept = {key: body for key, body in live.objects.items() if not (is_own(key) or key in over)}
    told: dict[Key, Body] = {}
    for key, body in kept.items():
        part = _told(key, body, live, defaults.get(key))
        if part is not None:
            told[key] = part
    told.update(_needed_owners(told, kept))
    split = splitter(key for key in live.objects if key.kind is Kind.CLIENT_ROLE)
    found = {key: as_declared(body) for key, body in kept.items()}
    said, rest = in_words(live.realm, told, found, defaults=defaults, split=split)
    document = {**said, "raw": raw_of(rest, split=split)}
    referring, secrets, left_out = with_references(document, realm=live.realm)
    gone = {key for key in defaults.keys() - live.objects.keys() if key.kind not in PARTS}
    alone = tuple(sorted(key for key in gone if not gone & set(owners(key))))
    return Adopted(
        live.realm,
        live.version,
        {name: part for name, part in referring.items() if name != "raw"},
        referring["raw"],
        secrets,
        left_out + tuple(f"the flow {key}, which Tanba replaced" for key in sorted(over)),
        alone,
        frozenset(defaults),
    )


def _told(key: Key, body: Body, live: Live, default: Body | None) -> Body | None:
    """What is to be said of one object; None: nothing at all."""
    found = comparable(key, body)
    if key.kind is Kind.REALM:
        found["attributes"].pop(SMTP_FINGERPRINT, None)  # of a secret, and written by `apply`
    if default is not None:
        part = changed(found, comparable(key, default))
        if key.kind is Kind.USER_PROFILE:
            part = _without_removed(part)
        if not part:
            return None
        return _whole(key, part, found)
    base = comparable(key, base_of(key, live))
    if key.kind in PARTS:
        is_usual = found == base or is_empty(found)
        return None if is_usual else found
    if key.kind is Kind.CLIENT:
        return _client(found, base)
    return {
        name: value
        for name, value in found.items()
        if not is_empty(value) and (name, value) != ("consentRequired", False)
    }


def changed(found: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `found` that `base` does not have; None where only `base` has one."""
    part: dict[str, Any] = {}
    for name, value in found.items():
        before = base.get(name)
        if value == before or (is_empty(value) and is_empty(before)):
            continue
        both = isinstance(value, Mapping) and isinstance(before, Mapping)
        part[name] = changed(value, before or {}) if both else value
    removed = (name for name in base.keys() - found.keys() if not is_empty(base[name]))
    return part | {name: None for name in removed if base[name] is not False}


def _whole(key: Key, part: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    if key.kind in WHOLE:
        return found
    if key.kind is Kind.COMPONENT:
        return {name: found[name] for name in _OF_COMPONENTS if name in found} | part
    return part


def _without_removed(profile: dict[str, Any]) -> dict[str, Any]:
    """A profile without attributes that are not there: a list cannot say so."""
    attributes = {k: v for k, v in (profile.get("attributes") or {}).items() if v is not None}
    rest = {name: value for name, value in profile.items() if name != "attributes"}
    return rest | ({"attributes": attributes} if attributes else {})


def _client(found: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    part = {name: value for name, value in changed(found, base).items() if value is not None}
    if "attributes" in part:
        attributes = {k: v for k, v in part["attributes"].items() if v is not None}
        part = {**part, "attributes": attributes}
    part |= {name: found[name] for name in _ALWAYS_TOLD if name in found}
    if found.get("protocol") != _USUAL_PROTOCOL:
        part["protocol"] = found.get("protocol")
    if (
        found.get("clientAuthenticatorType") in _BY_SECRET
        and found.get("protocol") == _USUAL_PROTOCOL
        and not (found.get("publicClient") or found.get("bearerOnly"))
    ):
        part["secret"] = MASK
    return {name: value for name, value in part.items() if value != {}}


def _needed_owners(told: Mapping[Key, Body], live: Mapping[Key, Body]) -> dict[Key, Body]:
    """Components that must be named because something is told of one in them or of a namesake."""
    needed: dict[Key, Body] = {}
    components = {key: body for key, body in live.items() if key.kind is Kind.COMPONENT}
    wanted = [key for key in told if key.kind is Kind.COMPONENT]
    while wanted:
        key = wanted.pop()
        first, mark, _ = key.name.rpartition(" #")
        for other, body in components.items():
            is_parent = other.name == components[key].get("parent")
            is_namesake = (
                other.parent == key.parent
                and mark
                and (other.name == first or other.name.startswith(f"{first} #"))
            )
            if (is_parent or is_namesake) and other not in told and other not in needed:
                needed[other] = {n: body[n] for n in _OF_COMPONENTS if n in body}
                wanted.append(other)
    return needed

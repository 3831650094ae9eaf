"""Identity providers and their mappers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.representation.objects import Objects, members, without
from provisioning.resources import Key, Kind

SECTIONS = frozenset({"identityProviders", "identityProviderMappers"})


def collect(representation: Mapping[str, Any], found: Objects) -> None:
    """Take every identity provider and every mapper."""
    for provider in members(representation, "identityProviders"):
        body = without(provider, ("alias", "internalId", "types"))
        key = Key(Kind.IDENTITY_PROVIDER, provider["alias"])
        found.add(key, body, id_=provider.get("internalId"))
    for mapper in members(representation, "identityProviderMappers"):
        key = Key(Kind.IDENTITY_PROVIDER_MAPPER, mapper["name"], mapper["identityProviderAlias"])
        body = without(mapper, ("id", "name", "identityProviderAlias"))
        found.add(key, body, id_=mapper.get("id"))

"""What belongs to the agreement's keeper and is never overwritten by `apply` (design 3).

Allowed values of `agreement` are written once, when the realm has none. From then on the keeper
moves them by files and clock; an old checkout that is applied must not put an old version back,
nor show an old text beside the new values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from policies.errors import REFUSED
from provisioning.errors import ProvisioningError
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource

AGREEMENT = "agreement"
AGREEMENT_TEXTS = ("tanbaAgreementTitle", "tanbaAgreementText", "tanbaAgreementSummary")
PROFILE = Key(Kind.USER_PROFILE, "user-profile")


_VALUE = re.compile(r"(?P<version>[1-9][0-9]{0,8}):[a-z]{2}:[0-9a-f]{16}")


class OlderAgreementError(ProvisioningError):
    """The files know an older version of the agreement than the realm."""

    code = "older_agreement"
    exit_code = REFUSED


def allowed_values(profile: Mapping[str, Any] | None) -> frozenset[str]:
    """The values a user profile allows for `agreement`; empty where it has no such rule.

    `profile`: `attributes` by name, as in `Live` and `Desired`.
    """
    attribute = ((profile or {}).get("attributes") or {}).get(AGREEMENT) or {}
    options = (attribute.get("validations") or {}).get("options") or {}
    return frozenset(options.get("options") or ())


def with_allowed_values(profile: Body, values: frozenset[str]) -> dict[str, Any]:
    """The profile with other values allowed for `agreement`."""
    attribute = profile["attributes"][AGREEMENT]
    rules = {**attribute["validations"], "options": {"options": values}}
    attributes = {**profile["attributes"], AGREEMENT: {**attribute, "validations": rules}}
    return {**profile, "attributes": attributes}


def keep_what_the_keeper_owns(desired: Desired, live: Live) -> tuple[Desired, tuple[str, ...]]:
    """The declaration with the realm's own values where it has some, and a sentence on each.

    A declaration without values (a plain realm's, a rollback's) has nothing to be kept out.
    """
    standing = allowed_values(live.objects.get(PROFILE))
    declared = allowed_values(_body(desired, PROFILE))
    if not standing or not declared or standing == declared:
        return desired, ()
    resources = tuple(_kept(resource, standing) for resource in desired.resources)
    sentence = (
        f"agreement: the realm allows {_listed(standing)}, the files {_listed(declared)}; "
        "values and text are the keeper's and stay"
    )
    return replace(desired, resources=resources), (sentence, *_strange(standing))


def _strange(standing: frozenset[str]) -> tuple[str, ...]:
    """A sentence on values that no keeper writes, where there are some."""
    found = frozenset(value for value in standing if not _VALUE.fullmatch(value))
    sentence = (
        f"agreement: {_listed(found)}: no version of an agreement is written so, somebody put it "
        "there; take it out of the options of the attribute agreement in Keycloak"
    )
    return (sentence,) if found else ()


def require_current_agreement(desired: Desired, live: Live) -> None:
    """Refuse files whose newest version of the agreement is older than the realm's newest.

    Such files are an old checkout: what else they declare is as old. A rollback, or a part of a
    declaration, says nothing about the agreement. Raises OlderAgreementError.
    """
    standing = allowed_values(live.objects.get(PROFILE))
    declared = allowed_values(_body(desired, PROFILE))
    known = _newest(declared)
    newer = frozenset(value for value in standing if _version(value) > known)
    if desired.whole and declared and newer:
        raise OlderAgreementError(
            f"{desired.realm}: the files know version {known} of the agreement, and "
            f"the realm is at version {_newest(newer)} already: it allows {_listed(newer)}",
            hint="Take the policies that hold the newer version; look at this machine's clock. If "
            "no such version was ever posted, somebody put it there: take it out of the options "
            "of the attribute agreement in Keycloak.",
        )


def _newest(values: frozenset[str]) -> int:
    """The highest version among values; 0 where there is none."""
    return max(map(_version, values), default=0)


def _version(value: str) -> int:
    """The version in `<version>:<language>:<16 hexadecimal digits>`; 0 for any other text."""
    found = _VALUE.fullmatch(value)
    return int(found["version"]) if found else 0


def _body(desired: Desired, key: Key) -> Body | None:
    return next((r.body for r in desired.resources if r.key == key), None)


def _kept(resource: Resource, values: frozenset[str]) -> Resource:
    if resource.key == PROFILE:
        return replace(resource, body=with_allowed_values(resource.body, values))
    if resource.key.kind is Kind.LOCALIZATION:
        body = {k: v for k, v in resource.body.items() if k not in AGREEMENT_TEXTS}
        return replace(resource, body=body)
    return resource


def _listed(values: frozenset[str]) -> str:
    return ", ".join(sorted(values)) or "none"

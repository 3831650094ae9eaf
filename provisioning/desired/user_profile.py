"""The user profile: what is known of a person, who may write it, and the agreement's gate.

What the EDS proves has `edit: []`: only the broker writes it, no person and no admin does.
`agreement` is required of everybody and takes only the values acceptable now, so VERIFY_PROFILE
asks for it in the same sign-in in which it is missing or out of date.
"""

from __future__ import annotations

from typing import Any

from provisioning.keepers import AGREEMENT, PROFILE
from provisioning.resources import Resource

_ADMIN = frozenset({"admin"})
_USER = frozenset({"user"})
_BOTH = _ADMIN | _USER
_NOBODY: frozenset[str] = frozenset()


def build(agreement_values: tuple[str, ...]) -> Resource:
    """The profile; attributes by name in the order of the page."""
    return Resource(
        PROFILE,
        {
            "attributes": {
                "username": _attribute(view=_BOTH, edit=_NOBODY),
                "lastName": _attribute("${lastName}", view=_BOTH, edit=_NOBODY),
                "firstName": _attribute("${firstName}", view=_BOTH, edit=_NOBODY),
                "middleName": _attribute("${tanbaMiddleName}", view=_BOTH, edit=_NOBODY),
                "iin": _attribute(
                    "${tanbaIin}",
                    view=_BOTH,
                    edit=_NOBODY,
                    validations={"pattern": {"pattern": "^[0-9]{12}$"}},
                ),
                "email": _attribute(
                    "${email}",
                    view=_BOTH,
                    edit=_BOTH,
                    required=True,
                    validations={"email": {}, "length": {"max": 255}},
                ),
                AGREEMENT: _agreement(agreement_values),
                "agreement_signed": _attribute(view=_ADMIN, edit=_NOBODY),
                "eds_serial": _attribute(view=_ADMIN, edit=_NOBODY),
                "eds_not_after": _attribute(view=_ADMIN, edit=_NOBODY),
            },
            # Unset is the strictest: what is not declared above is not stored, whoever sends it.
            "unmanagedAttributePolicy": None,
        },
    )


def _agreement(values: tuple[str, ...]) -> dict[str, Any]:
    rules = {"options": {"options": frozenset(values)}}
    return _attribute(
        "${tanbaAgreementTitle}", view=_BOTH, edit=_USER, required=True, validations=rules
    ) | {"annotations": {"inputType": "select-radiobuttons"}}


def _attribute(
    display_name: str | None = None,
    *,
    view: frozenset[str],
    edit: frozenset[str],
    required: bool = False,
    validations: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "displayName": display_name,
        "validations": validations or {},
        # A `scopes` here would ask only those who come through certain clients.
        "required": {"roles": _USER, "scopes": None} if required else None,
        "permissions": {"view": view, "edit": edit},
        # What is filled in by default was accepted, or told, by nobody.
        "defaultValue": None,
        "multivalued": False,
        "selector": None,
    }

"""Names and lists that several sections of a policy share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from policies.base import Frozen
from policies.expected import Words
from policies.model_access import told

KeycloakName = Annotated[
    str,
    Field(pattern=r"^[^\x00-\x1f\x7f]{1,255}$"),
    Words("a name of 1 to 255 characters"),
]
"""A name as Keycloak takes it: a role's, a client's, a scope's."""

GroupName = Annotated[
    str,
    Field(pattern=r"^[^/\x00-\x1f\x7f]{1,255}$"),
    Words("a name of 1 to 255 characters without /"),
]

GroupPath = Annotated[
    str, Field(pattern=r"^(/[^/\x00-\x1f\x7f]{1,255})+$"), Words("a group's path, /north/east")
]

Attributes = dict[str, tuple[str, ...]]
"""Names with one or more values each."""


def distinct(sentence: str, name: Callable[[Any], str] = lambda item: item) -> AfterValidator:
    """A validator of lists: refuses, with the sentence, two members of one name, by their places.

    Not by the name: a value in the wrong place may be a secret.
    """

    def check(items: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [name(item) for item in items]
        for place, item in enumerate(names):
            first = names.index(item)
            if first < place:
                raise ValueError(f"{sentence}: entries {first + 1} and {place + 1} of the list")
        return items

    return AfterValidator(check)


class RoleNames(Frozen):
    """Roles of the realm and of its clients, by name."""

    realm: Annotated[tuple[KeycloakName, ...], distinct("a role is named twice")] = Field(
        default=(), description="Roles of the realm.", examples=[["clerk"]]
    )
    clients: dict[str, tuple[KeycloakName, ...]] = Field(
        default={},
        description="Roles of clients, under each client's client_id.",
        examples=[{"reports": ["reader"]}],
    )

    def of_clients(self) -> Iterable[str]:
        """Roles of clients as `client_id/role`."""
        return (f"{client}/{role}" for client, roles in self.clients.items() for role in roles)


class ScopeNames(Frozen):
    """Client scopes: those always given, and those given when asked for."""

    default: tuple[KeycloakName, ...] = Field(
        default=(),
        description="Scopes whose claims are always in the tokens.",
        examples=[["basic", "roles"]],
        json_schema_extra=told(keycloak="`defaultClientScopes`"),
    )
    optional: tuple[KeycloakName, ...] = Field(
        default=(),
        description="Scopes whose claims are in the tokens when the client asks for them.",
        json_schema_extra=told(keycloak="`optionalClientScopes`"),
    )

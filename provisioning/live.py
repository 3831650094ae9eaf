"""Reading a realm back, always from the server, in the shape its declaration has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import SecretStr

from provisioning.connection import Connection, quoted
from provisioning.errors import NotPermittedError, UnexpectedAnswerError
from provisioning.keepers import PROFILE
from provisioning.resources import Body, Desired, Key, Kind, Live


def read(connection: Connection, desired: Desired) -> Live:
    """What the realm holds of the kinds that `desired` names. Read-only.

    Raises what Connection raises; a realm that is not there is `exists=False`, no error.
    """
    base = f"/realms/{quoted(desired.realm)}"
    realm = connection.find(base)
    if realm is None:
        return Live(desired.realm, exists=False)
    if "enabled" not in realm:  # Keycloak tells only the realm's name and looks
        raise NotPermittedError(
            f"{connection.settings.client_id} may not see the settings of the realm "
            f"{desired.realm}",
            status=403,
            hint="It lacks the role manage-realm there; docs/admin.md lists the roles needed.",
        )
    reader = _Reader(connection, base, desired)
    reader.add(Key(Kind.REALM, desired.realm), realm, realm)
    for read_kind in (
        reader.roles,
        reader.client_scopes,
        reader.clients,
        reader.flows,
        reader.required_actions,
        reader.identity_providers,
        reader.profile,
        reader.localization,
    ):
        read_kind()
    return Live(desired.realm, exists=True, objects=reader.objects, ids=reader.ids)


def read_flow(connection: Connection, base: str, alias: str) -> list[dict[str, Any]]:
    """A flow's executions as the tree its declaration has; each keeps Keycloak's own in `row`."""
    rows = connection.get(f"{base}/authentication/flows/{quoted(alias)}/executions")
    root: list[dict[str, Any]] = []
    levels: list[list[dict[str, Any]]] = [root]
    for row in rows:
        level = int(row["level"])
        node: dict[str, Any] = {"requirement": row["requirement"], "row": row}
        if row.get("authenticationFlow"):
            node |= {"flow": row["displayName"], "executions": []}
        else:
            node["provider"] = row["providerId"]
            if row.get("authenticationConfig"):
                config = row["authenticationConfig"]
                answer = connection.get(f"{base}/authentication/config/{quoted(config)}")
                node["config"] = answer.get("config") or {}
        del levels[level + 1 :]
        levels[level].append(node)
        if "executions" in node:
            levels.append(node["executions"])
    return root


def _without_rows(executions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in node.items() if key not in {"row", "executions"}}
        | ({"executions": _without_rows(node["executions"])} if "executions" in node else {})
        for node in executions
    ]


class _Reader:
    """Collects objects of one realm; each method reads one kind."""

    def __init__(self, connection: Connection, base: str, desired: Desired) -> None:
        self._connection = connection
        self._base = base
        self._desired = desired
        self.objects: dict[Key, Body] = {}
        self.ids: dict[Key, str] = {}

    def add(self, key: Key, body: Body, answer: Mapping[str, Any] | None = None) -> None:
        self.objects[key] = body
        if answer is not None:
            if not isinstance(answer.get("id"), str):
                raise UnexpectedAnswerError(f"Keycloak's {key.kind} {key} has no id")
            self.ids[key] = answer["id"]

    def _get(self, path: str) -> Any:
        return self._connection.get(self._base + path)

    def _declared(self, kind: Kind) -> Iterable[Key]:
        return [r.key for r in self._desired.resources if r.key.kind is kind]

    def roles(self) -> None:
        for role in self._get("/roles?briefRepresentation=false&first=0&max=10000"):
            self.add(Key(Kind.ROLE, role["name"]), role, role)
        for key in self._declared(Kind.DEFAULT_ROLES):
            self._default_roles(key)

    def _default_roles(self, key: Key) -> None:
        clients = {c["id"]: c["clientId"] for c in self._get("/clients")}
        realm: list[str] = []
        client: dict[str, list[str]] = {name: [] for name in clients.values()}
        for role in self._get(f"/roles/{quoted(key.name)}/composites"):
            if role["clientRole"]:
                client[clients[role["containerId"]]].append(role["name"])
            else:
                realm.append(role["name"])
        self.add(key, {"realm": realm, "client": client})

    def client_scopes(self) -> None:
        for scope in self._get("/client-scopes"):
            self.add(Key(Kind.CLIENT_SCOPE, scope["name"]), scope, scope)
            for mapper in scope.get("protocolMappers") or ():
                key = Key(Kind.CLIENT_SCOPE_MAPPER, mapper["name"], scope["name"])
                self.add(key, mapper, mapper)
        self.add(
            Key(Kind.REALM_CLIENT_SCOPES, "default"),
            {
                "default": _names(self._get("/default-default-client-scopes")),
                "optional": _names(self._get("/default-optional-client-scopes")),
            },
        )

    def clients(self) -> None:
        for key in self._declared(Kind.CLIENT):
            found = self._get(f"/clients?clientId={quoted(key.name)}")
            client = next((c for c in found if c["clientId"] == key.name), None)
            if client is not None:
                self._client(key, client)

    def _client(self, key: Key, client: dict[str, Any]) -> None:
        name = key.name
        secret = client.get("secret")
        self.add(key, client | ({"secret": SecretStr(secret)} if secret else {}), client)
        self.add(
            Key(Kind.CLIENT_CLIENT_SCOPES, name),
            {
                "default": client.get("defaultClientScopes") or [],
                "optional": client.get("optionalClientScopes") or [],
            },
        )
        for mapper in client.get("protocolMappers") or ():
            self.add(Key(Kind.CLIENT_MAPPER, mapper["name"], name), mapper, mapper)
        scope = self._get(f"/clients/{quoted(client['id'])}/scope-mappings")
        self.add(
            Key(Kind.CLIENT_ROLE_SCOPE, name),
            {
                "realm": _names(scope.get("realmMappings") or ()),
                "client": [
                    f"{client_id}/{role['name']}"
                    for client_id, mapping in (scope.get("clientMappings") or {}).items()
                    for role in mapping["mappings"]
                ],
            },
        )

    def flows(self) -> None:
        declared = {key.name: key for key in self._declared(Kind.FLOW)}
        for flow in self._get("/authentication/flows"):
            if flow["alias"] in declared:
                tree = read_flow(self._connection, self._base, flow["alias"])
                executions = _without_rows(tree)
                body = {"description": flow.get("description"), "executions": executions}
                self.add(declared[flow["alias"]], body, flow)

    def required_actions(self) -> None:
        for action in self._get("/authentication/required-actions"):
            self.add(Key(Kind.REQUIRED_ACTION, action["alias"]), action)

    def identity_providers(self) -> None:
        for key in self._declared(Kind.IDENTITY_PROVIDER):
            path = f"/identity-provider/instances/{quoted(key.name)}"
            provider = self._connection.find(self._base + path)
            if provider is None:
                continue
            self.add(key, provider)
            for mapper in self._get(f"{path}/mappers"):
                mapper_key = Key(Kind.IDENTITY_PROVIDER_MAPPER, mapper["name"], key.name)
                self.add(mapper_key, mapper, mapper)

    def profile(self) -> None:
        profile = self._get("/users/profile")
        attributes = {attribute["name"]: attribute for attribute in profile["attributes"]}
        self.add(PROFILE, {**profile, "attributes": attributes})

    def localization(self) -> None:
        for key in self._declared(Kind.LOCALIZATION):
            self.add(key, self._get(f"/localization/{quoted(key.name)}"))


def _names(items: Iterable[Mapping[str, Any]]) -> list[str]:
    return [item["name"] for item in items]

"""The fields of Keycloak's representations, read from the classes of its distribution.

`python -m tests.keycloak.representation_fields` writes policies/model_raw_fields.json anew.
"""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from policies.model_raw_fields import FIELDS_FILE
from stand.fetch import Supply
from stand.java import find_java
from stand.keycloak.distribution import ensure_distribution
from stand.progress import Silent
from tests.conftest import ROOT

SHAPES = {
    "realm": "RealmRepresentation",
    "roles": "RolesRepresentation",
    "role": "RoleRepresentation",
    "composites": "RoleRepresentation$Composites",
    "group": "GroupRepresentation",
    "client": "ClientRepresentation",
    "client_scope": "ClientScopeRepresentation",
    "protocol_mapper": "ProtocolMapperRepresentation",
    "scope_mapping": "ScopeMappingRepresentation",
    "flow": "AuthenticationFlowRepresentation",
    "execution": "AuthenticationExecutionExportRepresentation",
    "authenticator_config": "AuthenticatorConfigRepresentation",
    "required_action": "RequiredActionProviderRepresentation",
    "identity_provider": "IdentityProviderRepresentation",
    "identity_provider_mapper": "IdentityProviderMapperRepresentation",
    "component": "ComponentExportRepresentation",
    "client_profiles": "ClientProfilesRepresentation",
    "client_profile": "ClientProfileRepresentation",
    "executor": "ClientPolicyExecutorRepresentation",
    "client_policies": "ClientPoliciesRepresentation",
    "client_policy": "ClientPolicyRepresentation",
    "condition": "ClientPolicyConditionRepresentation",
}
_PACKAGE = "org/keycloak/representations/idm/"

_RENAMED = {
    ("realm", "oAuth2DeviceCodeLifespan"): ("oauth2DeviceCodeLifespan", "number"),
    ("realm", "oAuth2DevicePollingInterval"): ("oauth2DevicePollingInterval", "number"),
    ("realm", "parsedClientPolicies"): ("clientPolicies", "mapping"),
    ("realm", "parsedClientProfiles"): ("clientProfiles", "mapping"),
    ("executor", "executorProviderId"): ("executor", "text"),
    ("condition", "conditionProviderId"): ("condition", "text"),
}
"""Fields whose name in JSON is not their setter's."""

_WITHOUT_SETTER = {
    ("realm", "scopeMappings"): "list",
    ("protocol_mapper", "consentRequired"): "boolean",
    ("protocol_mapper", "consentText"): "text",
}

_KINDS = {
    "Ljava/lang/String;": "text",
    "Ljava/lang/Boolean;": "boolean",
    "Z": "boolean",
    "Ljava/lang/Integer;": "number",
    "Ljava/lang/Long;": "number",
    "I": "number",
    "J": "number",
    "Ljava/util/List;": "list",
    "Ljava/util/Set;": "list",
    "Ljava/util/Collection;": "list",
}
_SIZES = {3: 4, 4: 4, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 17: 4, 18: 4, 5: 8, 6: 8}
_NAMED = frozenset({7, 8, 16, 19, 20})
_PUBLIC, _STATIC = 0x0001, 0x0008


def fields_of(jar: Path) -> dict[str, dict[str, str]]:
    """Kind of value by field and shape: text, boolean, number, list or mapping."""
    with zipfile.ZipFile(jar) as archive:
        return {shape: _fields(archive, shape, _PACKAGE + name) for shape, name in SHAPES.items()}


def core_jar() -> Path:
    """The jar of the stand's own release that holds the representations."""
    cache = ROOT / "var" / "keycloak"
    java = find_java(os.environ)
    distribution = ensure_distribution(
        cache, Silent(), java=java, environ=os.environ, supply=Supply()
    )
    (jar,) = Path(distribution).glob("lib/lib/main/org.keycloak.keycloak-core-*.jar")
    return jar


def rendered(fields: dict[str, dict[str, str]]) -> str:
    """The text of the checked-in file."""
    return json.dumps(fields, indent=1, sort_keys=True) + "\n"


def _fields(archive: zipfile.ZipFile, shape: str, name: str) -> dict[str, str]:
    found = {of: kind for (where, of), kind in _WITHOUT_SETTER.items() if where == shape}
    while name.startswith(_PACKAGE):
        read = _Class(archive.read(f"{name}.class"))
        for setter, takes in read.setters():
            field = setter[3].lower() + setter[4:]
            kind = _kind(archive, takes)
            field, kind = _RENAMED.get((shape, field), (field, kind))
            found.setdefault(field, kind)
        name = read.parent
    return found


def _kind(archive: zipfile.ZipFile, takes: str) -> str:
    if takes.startswith("["):
        return "list"
    path = f"{takes[1:-1]}.class"
    if takes not in _KINDS and path in archive.namelist():
        return "text" if _Class(archive.read(path)).parent == "java/lang/Enum" else "mapping"
    return _KINDS.get(takes, "mapping")


@dataclass(frozen=True, slots=True)
class _Member:
    access: int
    name: str
    descriptor: str


class _Class:
    """A class file (JVM specification 4), as far as its methods' names and its parent."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 8
        self._constants = self._read_constants()
        _, _, parent, interfaces = self._take(">HHHH")
        self.parent = str(self._constants[int(self._constants[parent])]) if parent else ""
        self._at += 2 * interfaces
        list(self._members())
        self._methods = list(self._members())

    def setters(self) -> Iterator[tuple[str, str]]:
        """Public methods `setX` of one argument, and that argument's type."""
        for method in self._methods:
            takes = method.descriptor[1:].partition(")")[0]
            is_own = method.access & _PUBLIC and not method.access & _STATIC
            if is_own and method.name.startswith("set") and len(method.name) > 3 and takes:
                yield method.name, takes

    def _take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _read_constants(self) -> dict[int, str | int]:
        found: dict[int, str | int] = {}
        (count,) = self._take(">H")
        index = 1
        while index < count:
            (tag,) = self._take(">B")
            if tag == 1:
                (length,) = self._take(">H")
                found[index] = self._data[self._at : self._at + length].decode("utf-8", "replace")
                self._at += length
            elif tag in _NAMED:
                (found[index],) = self._take(">H")
            else:
                self._at += _SIZES[tag]
            index += 2 if tag in {5, 6} else 1
        return found

    def _members(self) -> Iterator[_Member]:
        (count,) = self._take(">H")
        for _ in range(count):
            access, name, descriptor, attributes = self._take(">HHHH")
            for _ in range(attributes):
                _, length = self._take(">HI")
                self._at += length
            yield _Member(access, str(self._constants[name]), str(self._constants[descriptor]))


if __name__ == "__main__":
    FIELDS_FILE.write_text(rendered(fields_of(core_jar())), encoding="utf-8")

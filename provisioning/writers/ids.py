"""Keycloak's internal ids of what a write refers to: those of the survey, and of what came since.

An id of the survey is never looked up again: should its object be gone, the write fails, and no
other object that took the name is written to.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from provisioning.connection import quoted
from provisioning.errors import ObjectNotFoundError, ProvisioningError
from provisioning.resources import Key, Kind

SINGLES = 3
"""So many objects are asked for one by one; then the whole list, once."""

PATH_SEPARATOR = "/"


class ReferenceMissingError(ProvisioningError):
    """What a declared object refers to is not in the realm."""

    code = "reference_missing"


class Ids:
    """Ids by key; usable from several threads. `get` reads a path under the realm.

    `known`: ids of a survey. Every method raises ReferenceMissingError where nothing is there.
    """

    def __init__(self, get: Callable[[str], Any], known: Mapping[Key, str] | None = None) -> None:
        self._get = get
        self._ids = dict(known or {})
        self._asked: Counter[str] = Counter()
        self._lock = threading.RLock()

    def knows(self, key: Key) -> bool:
        """Whether the id is known without asking."""
        with self._lock:
            return key in self._ids

    def remember(self, key: Key, id_: str) -> None:
        """Take note of an object that was made in place of another, or anew."""
        with self._lock:
            self._ids[key] = id_

    def of(self, key: Key) -> str:
        """The id of an object."""
        with self._lock:
            if key not in self._ids:
                for found, id_ in self._look_up(key):
                    self._ids.setdefault(found, id_)
            if key not in self._ids:
                raise ReferenceMissingError(
                    f"the realm has no {str(key.kind).replace('_', ' ')} {key}",
                    hint="Is the name as it is in Keycloak? If so, declare it, or make it there.",
                )
            return self._ids[key]

    def client(self, client_id: str) -> str:
        """The id of a client, by its client id."""
        return self.of(Key(Kind.CLIENT, client_id))

    def role(self, name: str) -> str:
        """The id of a role of the realm."""
        return self.of(Key(Kind.ROLE, name))

    def client_role(self, named: str) -> tuple[str, str, str]:
        """A role of a client given as `clientId/role`: the client's id, the role's id and name.

        Both parts may hold slashes: what is there decides where one ends.
        """
        parts = named.split(PATH_SEPARATOR)
        splits = [
            (PATH_SEPARATOR.join(parts[:n]), PATH_SEPARATOR.join(parts[n:]))
            for n in range(1, len(parts))
        ]
        keys = [Key(Kind.CLIENT_ROLE, role, client) for client, role in splits]
        with self._lock:
            key = next((key for key in keys if self.knows(key)), None)
            for candidate in keys if key is None else ():
                try:
                    self.of(candidate)
                except ReferenceMissingError:
                    continue
                key = candidate
                break
            if key is None:
                raise ReferenceMissingError(f"no client of the realm has the role {named}")
            return self.client(key.parent), self.of(key), key.name

    def _look_up(self, key: Key) -> Iterator[tuple[Key, str]]:
        """What one or two requests tell about `key`, with more of its kind where a list does."""
        if key.kind is Kind.GROUP:
            yield from self._groups(key)
        elif key.kind in _LISTS:
            one, all_, name = _LISTS[key.kind]
            base = f"/clients/{quoted(self.client(key.parent))}" if key.parent else ""
            self._asked[base + all_] += 1
            single = one is not None and self._asked[base + all_] <= SINGLES
            path = base + (f"{one}{quoted(key.name)}" if single and one is not None else all_)
            for item in self._read(path):
                yield Key(key.kind, item[name], key.parent), item["id"]

    def _groups(self, key: Key) -> Iterator[tuple[Key, str]]:
        """A group, and its siblings: Keycloak finds no path that has a slash in a name."""
        parent, name = split_path(key.name)
        search = f"search={quoted(name)}&exact=true"
        if parent:
            above = quoted(self.of(Key(Kind.GROUP, parent)))
            found = self._read(f"/groups/{above}/children?{search}&first=0&max=1000")
        else:
            found = self._read(f"/groups?{search}")
        for item in found:
            yield Key(Kind.GROUP, joined_path(parent, item["name"])), item["id"]

    def _read(self, path: str) -> list[dict[str, Any]]:
        try:
            answer = self._get(path)
        except ObjectNotFoundError:
            return []
        return answer if isinstance(answer, list) else [answer]


_LISTS: Mapping[Kind, tuple[str | None, str, str]] = {
    Kind.CLIENT: ("/clients?clientId=", "/clients", "clientId"),
    Kind.CLIENT_ROLE: ("/roles/", "/roles", "name"),
    Kind.CLIENT_SCOPE: (None, "/client-scopes", "name"),
    Kind.FLOW: (None, "/authentication/flows", "alias"),
    Kind.ROLE: ("/roles/", "/roles", "name"),
}
"""Where an object of a kind is found: alone by its name, in a list, and the name's field."""


def split_path(path: str) -> tuple[str, str]:
    """A group's path as the path above it (empty at the top) and its own name."""
    escaped = path.replace("~/", "\0")
    parent, _, name = escaped.rpartition(PATH_SEPARATOR)
    return parent.replace("\0", "~/"), name.replace("\0", PATH_SEPARATOR)


def joined_path(parent: str, name: str) -> str:
    """The path of a group called `name` under the path `parent`; a slash in a name is `~/`."""
    return f"{parent}{PATH_SEPARATOR}{name.replace(PATH_SEPARATOR, '~/')}"

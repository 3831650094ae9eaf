"""What writers write to, and what a writer is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from provisioning.connection import Connection, quoted
from provisioning.errors import ObjectNotFoundError
from provisioning.plan import Change
from provisioning.resources import Key
from provisioning.writers.ids import Ids


class Target:
    """One realm on one server. Paths are under the realm.

    `ids`: Keycloak's internal ids as surveyed; others are looked up when needed. `before_write` is
    called before each single write and may refuse it by an error.
    """

    def __init__(
        self,
        connection: Connection,
        realm: str,
        *,
        ids: Mapping[Key, str] | None = None,
        before_write: Callable[[], None] | None = None,
    ) -> None:
        self.connection = connection
        self.realm = realm
        self.base = f"/realms/{quoted(realm)}"
        self.ids = Ids(self.get, ids)
        self._before_write = before_write

    def get(self, path: str = "") -> Any:
        """Read under the realm; raises as Connection.request."""
        return self.connection.get(self.base + path)

    def post(self, path: str, body: Any) -> Any:
        """Create under the realm; raises as Connection.request."""
        return self._write("POST", path, body)

    def put(self, path: str, body: Any = None) -> Any:
        """Replace under the realm; raises as Connection.request."""
        return self._write("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        """Delete under the realm; raises as Connection.request."""
        return self._write("DELETE", path, body)

    def _write(self, method: str, path: str, body: Any) -> Any:
        if self._before_write is not None:
            self._before_write()
        return self.connection.request(method, self.base + path, body)

    def member(self, path: str, field: str, name: str) -> dict[str, Any]:
        """The one object of a list whose `field` is `name`. Raises ObjectNotFoundError."""
        for item in self.get(path):
            if item[field] == name:
                return dict(item)
        raise ObjectNotFoundError(f"the realm {self.realm} has no {name} in {path}", status=404)

    def client(self, client_id: str) -> dict[str, Any]:
        """A client by its client_id. Raises ObjectNotFoundError."""
        return self.member(f"/clients?clientId={quoted(client_id)}", "clientId", client_id)


class Writer(Protocol):
    """Carries out one change of its kind. Each may be repeated after an interruption."""

    def write(self, target: Target, change: Change) -> None:
        """Bring the object to `change.body`, or delete it when that is None."""

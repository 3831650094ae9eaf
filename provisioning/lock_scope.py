"""The client scope that is a realm's lock: its shape, and what is done to it.

Its internal id is the id of the run, chosen by the run itself: whatever is done by that id is never
done to another run's lock, and a write whose answer was lost is settled by a look, then repeated.
"""

from __future__ import annotations

import getpass
import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from provisioning.connection import Connection, quoted
from provisioning.errors import (
    KeycloakRefusedError,
    KeycloakUnreachableError,
    ObjectNotFoundError,
    UnexpectedAnswerError,
)
from provisioning.own_objects import LOCK_SCOPE
from provisioning.render import printable

_RUN = "tanba.lock.run"
_OWNER = "tanba.lock.owner"
_SINCE = "tanba.lock.since"
_BEAT = "tanba.lock.beat"
_RECORD = "tanba.lock.record"
_HIDDEN = {
    "include.in.openid.provider.metadata": "false",
    "include.in.token.scope": "false",
    "display.on.consent.screen": "false",
}
"""Nobody who signs in, and no client that reads the realm's metadata, learns of the lock."""

_LONGEST = 200
_ATTEMPTS = 3
_NO_WORD = (KeycloakUnreachableError, KeycloakRefusedError, UnexpectedAnswerError)
_CONTESTED = frozenset({HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST})
"""409; and 400, by which Keycloak tells that its database refused a second of the name."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose lock it is: an id of its own (a UUID), who (`user@machine`), since when (RFC 3339).

    `record`: the name of the run's folder on that machine; empty for none.
    """

    run: str
    owner: str
    since: str
    record: str = ""

    @classmethod
    def here(cls, *, at: float, record: str = "") -> Holder:
        """This process, at `at` (seconds since 1970)."""
        since = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
        return cls(str(uuid.uuid4()), this_owner(), since, record)

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> Holder | None:
        """Who wrote a client scope of the lock's name; None when no run of Tanba did.

        Whoever may write to the realm may write this: the texts are made safe to print.
        """
        attributes = attributes_of(scope)
        run = attributes.get(_RUN)
        if not isinstance(run, str) or run != scope.get("id"):
            return None
        record = attributes.get(_RECORD)
        return cls(
            _short(run),
            _short(attributes.get(_OWNER)),
            _short(attributes.get(_SINCE)),
            _short(record) if record else "",
        )

    def representation(self, *, beat: int) -> dict[str, Any]:
        """The client scope as Keycloak takes it."""
        written = {
            _RUN: self.run,
            _OWNER: self.owner,
            _SINCE: self.since,
            _RECORD: self.record,
            _BEAT: str(beat),
        }
        return {
            "id": self.run,
            "name": LOCK_SCOPE,
            "description": "A run of Tanba is writing to this realm",
            "protocol": "openid-connect",
            "attributes": _HIDDEN | written,
        }


class LockScopes:
    """The lock of one realm on its server. Methods raise what Connection raises."""

    def __init__(self, connection: Connection, base: str) -> None:
        self._connection = connection
        self._path = f"{base}/client-scopes"

    def present(self) -> Mapping[str, Any] | None:
        """The lock, whosever it is."""
        scopes = self._connection.get(self._path)
        return next((scope for scope in scopes if scope["name"] == LOCK_SCOPE), None)

    def find(self, run: str) -> Mapping[str, Any] | None:
        """The lock of one run."""
        found: Mapping[str, Any] | None = self._connection.find(self._of(run))
        return found

    def create(self, holder: Holder) -> bool:
        """Whether the lock is now `holder`'s; False when there is another's."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._connection.request("POST", self._path, holder.representation(beat=0))
            except _NO_WORD as error:
                contested = _status(error) in _CONTESTED
                if not contested and not outcome_unknown(error):
                    raise
                if self.find(holder.run) is not None:  # the answer alone was lost
                    return True
                if contested and self.present() is not None:
                    return False
                if attempt == _ATTEMPTS or _status(error) == HTTPStatus.BAD_REQUEST:
                    raise
            else:
                return True
        return False

    def beat(self, holder: Holder, beat: int) -> None:
        """Show that the run is alive. Raises ObjectNotFoundError when the lock is not its own."""
        self._connection.request("PUT", self._of(holder.run), holder.representation(beat=beat))

    def delete(self, run: str) -> None:
        """Take the lock of one run away, if it is there."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._connection.request("DELETE", self._of(run))
            except ObjectNotFoundError:
                return
            except _NO_WORD as error:
                if not outcome_unknown(error) or attempt == _ATTEMPTS:
                    raise
                if self.find(run) is None:
                    return
            else:
                return

    def _of(self, run: str) -> str:
        return f"{self._path}/{quoted(run)}"


def attributes_of(scope: Mapping[str, Any]) -> Mapping[str, Any]:
    """A client scope's attributes; empty where there are none."""
    found = scope.get("attributes")
    return found if isinstance(found, Mapping) else {}


def outcome_unknown(error: Exception) -> bool:
    """Whether a write that ended so may have been carried out."""
    return _status(error) >= HTTPStatus.INTERNAL_SERVER_ERROR


def _status(error: Exception) -> int:
    """HTTP's status; no answer of Keycloak's at all counts as a server's failure."""
    if isinstance(error, KeycloakRefusedError):
        return error.status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def this_owner() -> str:
    """Who runs this, as others may read it: `user@machine`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = f"uid {os.getuid()}"
    return _short(f"{user}@{socket.gethostname()}")


def _short(text: object) -> str:
    return printable(str(text or "unknown"))[:_LONGEST]

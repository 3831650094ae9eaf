"""A keeper of the agreement that is stopped in the middle: a process of its own.

    python -m tests.keycloak.old_keeper URL CLIENT_ID REALM POINT VALUE…   (its secret on stdin)

It puts the values into force as a keeper does: under the realm's lock it reads the user profile,
merges, writes, reads back. At POINT it says so and waits for a line; whoever stops the process
there stops its heartbeat too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

from policies.errors import TanbaError
from provisioning.connection import Connection, ConnectionSettings
from provisioning.keepers import AGREEMENT
from provisioning.lock import LockTiming, RealmLock

TIMING = LockTiming(expiry=2.0, beat=0.3, look=0.1)
PATH = "/users/profile"


def put_in_force(
    connection: Connection, realm: str, values: tuple[str, ...], at: Callable[[str], None]
) -> None:
    """One cycle of a keeper; `at` is told how far it is. Raises what the lock raises."""
    with RealmLock(connection, realm, timing=TIMING) as lock:
        at("under the lock")
        profile = lock.target.get(PATH)
        at("after reading")
        lock.target.put(PATH, with_values(profile, values))
        at("after writing")
        if values_of(lock.target.get(PATH)) != frozenset(values):
            raise AssertionError("what was read back is not what was written")


def with_values(profile: Any, values: tuple[str, ...]) -> Any:
    """The document with these values allowed for the agreement, all else as it was."""
    return {
        **profile,
        "attributes": [
            {**one, "validations": {**one["validations"], "options": {"options": list(values)}}}
            if one["name"] == AGREEMENT
            else one
            for one in profile["attributes"]
        ],
    }


def values_of(profile: Any) -> frozenset[str]:
    """The values that the document allows."""
    (found,) = (one for one in profile["attributes"] if one["name"] == AGREEMENT)
    return frozenset(found["validations"]["options"]["options"])


def main() -> int:
    """Run one cycle; 3 when the lock refused it."""
    url, client_id, realm, point, *values = sys.argv[1:]
    secret = SecretStr(sys.stdin.readline().strip())
    connection = Connection(ConnectionSettings(url, client_id=client_id, client_secret=secret))

    def at(reached: str) -> None:
        if reached == point:
            sys.stdout.write(f"{reached}\n")
            sys.stdout.flush()
            sys.stdin.readline()

    try:
        put_in_force(connection, realm, tuple(values), at)
    except TanbaError as error:
        sys.stdout.write(f"{error.code}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether the process lives, and whether it can do its work: one word for each thing it needs."""

from __future__ import annotations

from collections.abc import Mapping

from eds_verifier.provider.keys import keys_present
from eds_verifier.provider.realm import Surroundings
from eds_verifier.store.errors import StoreError


def readiness(around: Surroundings) -> tuple[bool, Mapping[str, str]]:
    """(ready, what of each): `store` writable, `trust` loaded, `keys` of every realm there."""
    folder = around.settings.keys
    checks = {
        "store": "writable" if _writable(around) else "unwritable",
        "trust": "loaded" if around.realms else "missing",
        "keys": (
            "present" if all(keys_present(folder, name) for name in around.realms) else "missing"
        ),
    }
    return not {"unwritable", "missing"} & set(checks.values()), checks


def _writable(around: Surroundings) -> bool:
    try:
        around.database.probe()
    except StoreError:
        return False
    return True

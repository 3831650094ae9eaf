"""Whether the process lives, and whether it can do its work: one word for each thing it needs.

An NCA that does not answer makes nobody unready: taking the verifier out of service would help
nobody, and people who sign in by password do not need the NCA. It is told beside, as `revocation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from eds_verifier.provider.keys import keys_present
from eds_verifier.provider.realm import Surroundings
from eds_verifier.revocation.state import TrustState, worst_of
from eds_verifier.store.errors import StoreError


@runtime_checkable
class TellsState(Protocol):
    """A judge that knows how its authorities answer: `eds_verifier.service.SignatureService`."""

    def state(self) -> TrustState:
        """How they answered up to now."""


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


def readiness_body(around: Surroundings) -> tuple[bool, dict[str, Any]]:
    """(ready, the reply of `/health/ready`), each realm's authorities included."""
    is_ready, checks = readiness(around)
    body = {"status": "ready" if is_ready else "not ready", "checks": dict(checks)}
    judges = {name: realm.judge for name, realm in around.realms.items()}
    return is_ready, body | trust_report(judges)


def trust_report(judges: Mapping[str, object]) -> dict[str, Any]:
    """How the authorities of each realm's judge answer, in JSON's types.

    `revocation`: `answering`, `degraded` (verdicts can still be had) or `down`, the worst of all;
    `down_since` then. `expires_soon` and `unsafe_test` name authorities. `realms`: the details.
    """
    states = {name: one.state() for name, one in judges.items() if isinstance(one, TellsState)}
    authorities = [one for state in states.values() for one in state.authorities]
    status, since = worst_of(states.values())
    return {
        "revocation": status,
        "down_since": since.isoformat() if since else None,
        "expires_soon": {one.name: one.days_left for one in authorities if one.expires_soon},
        "unsafe_test": sorted({one.name for one in authorities if one.unsafe_test}),
        "realms": {name: state.model_dump(mode="json") for name, state in states.items()},
    }


def _writable(around: Surroundings) -> bool:
    try:
        around.database.probe()
    except StoreError:
        return False
    return True

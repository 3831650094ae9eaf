"""The portals' own policies, with planted secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from policies.loader import load_portal
from policies.model import PortalPolicy
from provisioning.desired import build
from provisioning.resources import Desired, Key, Live, wire

ROOT = Path(__file__).resolve().parents[3]
PLANTED = "planted-Secret-8c1f"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ENVIRON = {
    "TANBA_VERIFIER_URL": "https://eds.example",
    "TANBA_SMTP_HOST": "localhost",
    "TANBA_SMTP_PORT": "1025",
    "GRAIN_RECEIPTS_URL": "https://grain.example",
    "GRAIN_RECEIPTS_SECRET": PLANTED,
    "E_ARCHITECTURE_URL": "https://architecture.example",
    "E_ARCHITECTURE_SECRET": f"{PLANTED}-2",
}


@pytest.fixture(scope="session")
def grain_receipts() -> PortalPolicy:
    """The first portal's policy, its secret planted."""
    return load_portal(ROOT / "policies/portals/grain-receipts", environ=ENVIRON)


@pytest.fixture(scope="session")
def e_architecture() -> PortalPolicy:
    """The second portal's policy."""
    return load_portal(ROOT / "policies/portals/e-architecture", environ=ENVIRON)


@pytest.fixture(scope="session")
def desired(grain_receipts: PortalPolicy) -> Desired:
    """What the first policy makes of its realm now."""
    return build(grain_receipts, at=NOW)


@pytest.fixture
def as_declared(desired: Desired) -> Live:
    """A realm that holds exactly what is declared, in the shape the server answers."""
    objects = {resource.key: wire(resource.body) for resource in desired.resources}
    ids = {key: f"id-of-{key.kind}-{key}" for key in objects}
    return Live(desired.realm, exists=True, objects=objects, ids=ids)


def changed(live: Live, key: Key, body: dict[str, object]) -> Live:
    """`live` with another body for one object."""
    return Live(live.realm, exists=True, objects={**live.objects, key: body}, ids=live.ids)

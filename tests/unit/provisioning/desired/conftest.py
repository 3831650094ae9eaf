"""What policies of a few lines declare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.loader import load_policy
from provisioning.desired import build
from provisioning.resources import Desired
from tests.unit.provisioning.conftest import ENVIRON, NOW, ROOT

GRAIN = ROOT / "policies" / "portals" / "grain-receipts"
SECRET = "planted-9c"

Declares = Callable[[str], Desired]


@pytest.fixture
def plain(tmp_path: Path) -> Declares:
    """What a plain realm's policy, `back-office`, declares with a text under its head."""

    def make(text: str) -> Desired:
        path = tmp_path / "policy.yaml"
        path.write_text(f"version: 1\nrealm: back-office\n{text}", encoding="utf-8")
        return build(load_policy(path, environ={"SECRET": SECRET}), at=NOW)

    return make


@pytest.fixture
def portal(tmp_path: Path) -> Declares:
    """What the first portal's policy declares with a text under it."""

    def make(text: str) -> Desired:
        own = (GRAIN / "policy.yaml").read_text(encoding="utf-8")
        (tmp_path / "policy.yaml").write_text(f"{own}\n{text}", encoding="utf-8")
        if not (tmp_path / "agreement").exists():
            (tmp_path / "agreement").symlink_to(GRAIN / "agreement")
        return build(load_policy(tmp_path, environ=ENVIRON), at=NOW)

    return make


def objects(desired: Desired) -> dict[str, Any]:
    """Every body under `kind name`."""
    return {f"{r.key.kind} {r.key}": dict(r.body) for r in desired.resources}

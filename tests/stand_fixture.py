"""The stand that the real-Keycloak tests and the browser journeys share: one per session.

Realms: the two portals; `click`, where the agreement is accepted in Keycloak's gate; `nca-test`,
judged by the NCA's own test authorities at a fixed instant, where the real data is at hand.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from stand.settings import Ports, RealmOverride, StandSettings

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

CLICK = "click"
NCA_TEST = "nca-test"
NCA_JUDGING_TIME = datetime(2026, 8, 12, tzinfo=UTC)
"""Within the life of the NCA's published test certificate and of its sample CRL."""

_NCA_TEST_EDS = """\
  trust: nca-test
  numbers: warn  # the NCA's test numbers have none
  revocation: crl
  delta_crl: optional  # a base CRL is all that is published
"""


BY_CLICK = (("  consent: signature\n", "  consent: click\n"),)
BY_NCA = (("  trust: nca-rk\n", _NCA_TEST_EDS),)
"""What a derived policy changes of the original's text."""


def stand_settings(home: Path) -> StandSettings:
    """A whole stand under `home`, on ports nobody uses."""
    portals = ROOT / "policies" / "portals"
    original = portals / "grain-receipts"
    policies = [
        original,
        portals / "e-architecture",
        derived_policy(original, home / "policies" / CLICK, BY_CLICK),
    ]
    shared = SHARED_DATA if SHARED_DATA.is_dir() else None
    overrides = {}
    if shared is not None:
        policies.append(derived_policy(original, home / "policies" / NCA_TEST, BY_NCA))
        overrides[NCA_TEST] = RealmOverride(trust=NCA_TEST, unsafe_judging_time=NCA_JUDGING_TIME)
    return StandSettings(
        root=ROOT,
        home=home,
        ports=Ports.free(portals=len(policies)),
        policies=tuple(policies),
        shared_data=shared,
        overrides=overrides,
    )


def derived_policy(original: Path, folder: Path, changes: tuple[tuple[str, str], ...]) -> Path:
    """A copy of the grain receipts' policy for the realm that `folder` names, changed."""
    shutil.copytree(original, folder)
    path = folder / "policy.yaml"
    text = path.read_text(encoding="utf-8")
    prefix = folder.name.upper().replace("-", "_") + "_"
    own = (("realm: grain-receipts\n", f"realm: {folder.name}\n"), ("GRAIN_RECEIPTS_", prefix))
    for old, new in (*own, *changes):
        if old not in text:
            raise AssertionError(f"{original} no longer holds {old!r}")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return folder

"""The tests' own stand declares what its tests rely on."""

from __future__ import annotations

from pathlib import Path

from policies.loader import load_portal
from tests.stand_fixture import BY_NCA, ROOT, derived_policy


def test_the_nca_test_realm_never_turns_revocation_off(tmp_path: Path) -> None:
    original = ROOT / "policies/portals/grain-receipts"
    folder = derived_policy(original, tmp_path / "nca-test", BY_NCA)
    policy = load_portal(
        folder,
        environ={
            "NCA_TEST_URL": "http://localhost:1",
            "NCA_TEST_SECRET": "x" * 32,
            "TANBA_VERIFIER_URL": "http://localhost:2",
            "TANBA_SMTP_HOST": "localhost",
            "TANBA_SMTP_PORT": "3",
        },
    )
    assert (policy.realm, policy.eds.trust, policy.eds.numbers) == (
        "nca-test",
        "nca-test",
        "warn",
    )
    assert (policy.eds.revocation, policy.eds.delta_crl) == ("crl", "optional")

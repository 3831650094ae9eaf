"""Values by reference, and how an import spells them."""

from __future__ import annotations

import shutil
from pathlib import Path

from policies.loader import load_portal
from policies.model import PortalPolicy
from provisioning.references import referenced
from tests.unit.provisioning.conftest import ENVIRON, PLANTED, ROOT


def test_every_value_by_reference_has_its_placeholder(grain_receipts: PortalPolicy) -> None:
    found = {path: item.placeholder for path, item in referenced(grain_receipts).items()}
    assert found == {
        "portal.url": "${GRAIN_RECEIPTS_URL}",
        "portal.secret": "${GRAIN_RECEIPTS_SECRET}",
        "email.smtp.host": "${TANBA_SMTP_HOST}",
        "email.smtp.port": "${TANBA_SMTP_PORT}",
        "eds.verifier_url": "${TANBA_VERIFIER_URL}",
        "links.instructions": "${GRAIN_RECEIPTS_URL}/instructions",
    }


def test_a_file_becomes_a_variable_named_after_realm_and_key(tmp_path: Path) -> None:
    folder = tmp_path / "portal"
    shutil.copytree(ROOT / "policies/portals/grain-receipts", folder)
    (folder / "secret.txt").write_text(PLANTED, encoding="utf-8")
    policy = folder / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(
        text.replace("${env:GRAIN_RECEIPTS_SECRET}", "${file:secret.txt}"), encoding="utf-8"
    )
    found = referenced(load_portal(folder, environ=ENVIRON))["portal.secret"]
    assert (found.value, found.placeholder) == (PLANTED, "${GRAIN_RECEIPTS_PORTAL_SECRET}")


def test_the_value_is_not_in_its_representation(grain_receipts: PortalPolicy) -> None:
    assert PLANTED not in repr(referenced(grain_receipts))

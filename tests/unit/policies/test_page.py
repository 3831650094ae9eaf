"""The examples of docs/policy.md are policies."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.loader import load_policy
from policies.schema_docs import PAGE

ENVIRON = {"BILLING_SECRET": "a", "REPORTS_SECRET": "b"}


def _block(after: str) -> str:
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {after}\n")[1]
    return text.split("```yaml\n")[1].split("```")[0]


@pytest.mark.parametrize(
    "section", ["Two kinds of policy", "Clients, scopes, roles, groups", "The rest of a realm"]
)
def test_an_example_of_the_page_is_a_policy(tmp_path: Path, section: str) -> None:
    text = _block(section).replace("/run/secrets/nightly-report", "secret")
    head = "" if text.startswith("version") else "version: 1\nrealm: back-office\n"
    (tmp_path / "secret").write_text("c", encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(head + text, encoding="utf-8")
    assert load_policy(tmp_path, environ=ENVIRON).realm == "back-office"

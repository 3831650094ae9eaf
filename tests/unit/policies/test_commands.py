from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from policies.commands import policy
from policies.schema import SCHEMA_FILE
from tests.conftest import ROOT
from tests.unit.policies.test_model import ENVIRON, PORTALS

BOTH = [str(path) for path in sorted(PORTALS.iterdir())]


def test_show_prints_both_portals_without_their_secrets() -> None:
    result = CliRunner().invoke(policy, ["show", *BOTH], env=ENVIRON)
    assert result.exit_code == 0, result.output
    assert 'realm: "grain-receipts"' in result.output
    assert "planted-secret" not in result.output


@pytest.mark.parametrize("command", ["show", "validate"])
def test_json_is_json(command: str) -> None:
    result = CliRunner().invoke(policy, [command, "--format", "json", *BOTH], env=ENVIRON)
    assert result.exit_code == 0, result.output
    assert len(json.loads(result.output)["portals"]) == 2
    assert "planted-secret" not in result.output


def test_the_printed_schema_is_the_published_one() -> None:
    result = CliRunner().invoke(policy, ["schema"])
    assert result.output == SCHEMA_FILE.read_text(encoding="utf-8")


def test_show_masks_every_secret_of_a_plain_realm() -> None:
    policy_file = ROOT / "tests" / "keycloak" / "data" / "every-section.yaml"
    for output in ("text", "json"):
        arguments = ["show", "--origins", "--format", output, str(policy_file)]
        result = CliRunner().invoke(policy, arguments, env={"SECRET": "planted-9c"})
        assert result.exit_code == 0, result.output
        assert "planted-9c" not in result.output
        assert result.output.count("**********") == 5

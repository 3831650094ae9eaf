"""`tanba policy validate` by everything a policy must hold to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policies.errors import PolicyFileError
from provisioning.commands.policy import policy
from tests.unit.provisioning.conftest import ENVIRON, ROOT

PORTALS = [str(path) for path in sorted((ROOT / "policies" / "portals").iterdir())]
HEAD = "version: 1\nrealm: %s\n"
TWICE = "settings: {enabled: true}\nraw: {enabled: false}\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(policy, arguments, env=ENVIRON)


def test_portals_and_plain_realms_are_valid_together(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(HEAD % "plain" + "settings: {enabled: true}\n", encoding="utf-8")
    result = run("validate", "--format", "json", *PORTALS, str(path))
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    assert [row["realm"] for row in said["portals"]] == ["e-architecture", "grain-receipts"]
    assert said["realms"] == [{"realm": "plain"}]
    assert run("validate", str(path)).output == "plain: valid\n"


def test_a_value_said_in_two_ways_is_found_without_a_server(tmp_path: Path) -> None:
    paths = []
    for name in ("first", "second"):
        paths.append(str(tmp_path / f"{name}.yaml"))
        Path(paths[-1]).write_text(HEAD % name + TWICE, encoding="utf-8")
    result = run("validate", *paths)
    assert isinstance(result.exception, PolicyFileError)
    lines = result.exception.message.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{path}:4" for path in paths]


@pytest.mark.parametrize("command", ["show", "schema", "validate"])
def test_the_other_commands_are_the_policies_own(command: str) -> None:
    assert run(command, "--help").exit_code == 0

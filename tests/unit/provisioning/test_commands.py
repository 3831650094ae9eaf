"""The edge: arguments, exit codes, and what is refused before anything is written."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from provisioning.commands.adopt import adopt
from provisioning.commands.apply import apply
from provisioning.commands.export import export
from provisioning.commands.options import OutputFileError, recorded, replace_file
from provisioning.commands.output import in_colour
from provisioning.commands.plan import plan
from provisioning.errors import ConnectionSettingsError
from provisioning.keycloak_defaults import default_objects
from provisioning.plan import Plan
from provisioning.planfile import as_file, document_of
from provisioning.planfile_errors import PlanFileError, PlanPoliciesError
from provisioning.resources import Desired, Live
from provisioning.survey import Surveyed

GRAIN = "policies/portals/grain-receipts"


@pytest.mark.parametrize("command", [plan, apply, export])
def test_no_command_takes_a_secret_as_a_flag(command: click.Command) -> None:
    options = [option for parameter in command.params for option in parameter.opts]
    assert not [name for name in options if "secret" in name or "password" in name]


@pytest.mark.parametrize("command", [plan, apply, export])
def test_without_a_connection_it_is_said_what_to_set(
    command: click.Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TANBA_KEYCLOAK_URL", raising=False)
    result = CliRunner().invoke(command, [GRAIN])
    assert isinstance(result.exception, ConnectionSettingsError)
    assert "TANBA_KEYCLOAK_URL" in result.exception.hint


def test_a_check_needs_a_file_to_compare_with() -> None:
    result = CliRunner().invoke(export, [GRAIN, "--check"])
    assert result.exit_code != 0
    assert "-o" in result.output


@pytest.mark.parametrize(
    ("terminal", "environ", "expected"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    *, terminal: bool, environ: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    assert in_colour() is expected


def test_the_schema_is_printed_without_policies_or_a_server() -> None:
    result = CliRunner().invoke(plan, ["--schema"])
    assert result.exit_code == 0
    assert json.loads(result.output)["title"] == "PlanDocument"


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [
        (plan, [GRAIN, "--out", "plan.txt"], "ends in .json"),
        (apply, [GRAIN, "realm-export.json"], "one plan at a time"),
        (plan, ["realm-export.json"], "tanba apply realm-export.json"),
        (plan, [GRAIN, "realm-export.json"], "is no policy"),
    ],
)
def test_a_plan_is_known_by_its_name(
    command: click.Command, arguments: list[str], words: str
) -> None:
    environ = {
        "TANBA_KEYCLOAK_URL": "https://id.example",
        "TANBA_KEYCLOAK_CLIENT_ID": "c",
        "TANBA_KEYCLOAK_CLIENT_SECRET": "s",
    }
    result = CliRunner(env=environ).invoke(command, arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_a_plan_is_carried_out_where_its_policies_are_or_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan.json"
    empty = Surveyed(Desired("acme", ()), Live("acme", exists=True), Plan("acme", False, ()))  # noqa: FBT003
    document = document_of([empty], server="https://id.example", policies=["policies/realms/acme"])
    file.write_text(as_file(document), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(apply, ["plan.json", "--yes"])
    assert isinstance(result.exception, PlanPoliciesError)
    assert f"policies/realms/acme is not to be found from {tmp_path}" in result.exception.message
    assert "where it was made" in result.exception.hint


def test_a_file_that_is_no_plan_is_refused_before_any_server_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TANBA_KEYCLOAK_URL", raising=False)
    result = CliRunner().invoke(apply, ["realm-export.json", "--yes"])
    assert isinstance(result.exception, PlanFileError)


def test_a_plan_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    replace_file(file, "first")
    with pytest.raises(UnicodeEncodeError):
        replace_file(file, "second, with half a character: \ud800")
    assert file.read_text(encoding="utf-8") == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    with pytest.raises(OutputFileError, match="cannot be written"):
        replace_file(tmp_path, "x")
    with pytest.raises(OutputFileError, match="cannot be written"):
        replace_file(file / "plan.json", "x")


def test_the_folder_of_a_file_that_is_asked_for_is_made(tmp_path: Path) -> None:
    file = tmp_path / "realms" / "back-office" / "policy.yaml"
    replace_file(file, "version: 1\n")
    assert file.read_text(encoding="utf-8") == "version: 1\n"


def test_policies_are_recorded_by_their_place_under_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    places = {
        "policies/a": "policies/a",
        "./policies/../policies/a": "policies/a",
        str(tmp_path / "a"): "a",
        "../a": str(tmp_path.parent / "a"),
        ".": ".",
    }
    assert {given: recorded(Path(given)) for given in places} == places


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_no_realm_has_is_refused_before_any_server_is_asked(name: str) -> None:
    result = CliRunner().invoke(adopt, [name])
    assert result.exit_code == 2
    assert "no realm has that name" in result.output


@pytest.mark.parametrize("arguments", [[], ["-o", "-"]])
def test_an_adopted_policy_goes_to_stdout_unless_a_file_is_named(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = "26.7.4"
    live = Live("shop", exists=True, objects=default_objects(version, "shop"), version=version)
    monkeypatch.setattr("provisioning.commands.adopt.connect", lambda _: None)
    monkeypatch.setattr("provisioning.commands.adopt.read", lambda *_: live)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(adopt, ["shop", *arguments])
    assert "realm: shop" in result.output
    assert list(tmp_path.iterdir()) == []

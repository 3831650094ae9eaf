from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module

import pytest

import cli
from policies.errors import PolicyFileError
from provisioning.errors import ExportError
from tests.conftest import ROOT

HEAVY = {"cryptography", "keycloak", "sqlalchemy", "pydantic", "requests", "starlette", "rich"}


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    code = "import sys, cli; sys.argv[0] = 'tanba'; cli.main()"
    keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=keep | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_answers_without_loading_what_only_commands_need() -> None:
    code = (
        "import sys, cli\n"
        "cli.tanba.main(['--help'], standalone_mode=False)\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Commands" in done.stdout
    assert not HEAVY & set(done.stderr.split())


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_named_in_the_table_exists_and_has_help(name: str) -> None:
    module, _, attribute = cli.COMMANDS[name][0].partition(":")
    assert getattr(import_module(module), attribute).help


def test_an_error_is_one_sentence_with_its_code_and_no_traceback() -> None:
    done = run("policy", "validate", "policies/portals/grain-receipts", NO_COLOR="1")
    assert done.returncode == 1
    assert "error [policy_reference]" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_in_json_is_one_object() -> None:
    done = run("policy", "show", "--format", "json", "policies/portals/grain-receipts")
    assert done.returncode == 1
    assert json.loads(done.stderr)["error"]["code"] == "policy_reference"


FORGED = "x\x07\x1b[2J\x9b1m\u202e\nas declared"


@pytest.mark.parametrize("as_json", [True, False])
def test_no_text_of_a_realm_does_anything_to_a_terminal(
    capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    cli.report(ExportError(f"holds {FORGED}", hint=FORGED), as_json=as_json)
    said = capsys.readouterr().err
    assert all(line.isprintable() for line in said.split("\n"))
    assert "as declared" not in {line.strip() for line in said.split("\n")}
    if as_json:
        assert json.loads(said)["error"]["message"] == f"holds {FORGED}"


def test_what_is_wrong_in_several_places_of_a_policy_is_said_in_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cli.report(PolicyFileError("қате\ntwo\x07"), as_json=False)
    assert capsys.readouterr().err == "error [policy_file]: қате\ntwo\\u0007\n"
    cli.report(PolicyFileError("қате"), as_json=True)
    assert "қате" in capsys.readouterr().err


def test_an_unknown_command_is_refused_with_the_nearest_name() -> None:
    done = run("aply")
    assert done.returncode == 1
    assert "Did you mean 'apply'?" in done.stderr

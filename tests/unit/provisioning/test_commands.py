"""The edge: arguments, exit codes, and what is refused before anything is written."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from provisioning import commands
from provisioning.errors import ConnectionSettingsError

GRAIN = "policies/portals/grain-receipts"


@pytest.mark.parametrize("command", [commands.plan, commands.apply, commands.export])
def test_no_command_takes_a_secret_as_a_flag(command: click.Command) -> None:
    options = [option for parameter in command.params for option in parameter.opts]
    assert not [name for name in options if "secret" in name or "password" in name]


@pytest.mark.parametrize("command", [commands.plan, commands.apply, commands.export])
def test_without_a_connection_it_is_said_what_to_set(
    command: click.Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TANBA_KEYCLOAK_URL", raising=False)
    result = CliRunner().invoke(command, [GRAIN])
    assert isinstance(result.exception, ConnectionSettingsError)
    assert "TANBA_KEYCLOAK_URL" in result.exception.hint


def test_a_check_needs_a_file_to_compare_with() -> None:
    result = CliRunner().invoke(commands.export, [GRAIN, "--check"])
    assert result.exit_code != 0
    assert "-o" in result.output

"""`tanba`: parse, call, print, exit code. Commands live with their packages and load when used."""

from __future__ import annotations

import difflib
import importlib
import itertools
import json
import os
import sys
from typing import Any

import click

from policies.errors import TanbaError
from provisioning.errors import ProvisioningError
from provisioning.render_values import printable

COMMANDS = {
    "up": ("stand.commands:up", "Start the local stand and show its addresses."),
    "down": ("stand.commands:down", "Stop the stand that `tanba up` started."),
    "policy": (
        "provisioning.commands.policy:policy",
        "Validate policies, show them, print their schema.",
    ),
    "plan": ("provisioning.commands.plan:plan", "Show what `apply` would change."),
    "apply": ("provisioning.commands.apply:apply", "Make the realms as the policies declare."),
    "drift": (
        "provisioning.commands.drift:drift",
        "Say what was changed since the last apply, where, and by whom.",
    ),
    "rollback": (
        "provisioning.commands.rollback:rollback",
        "Bring back what a run changed.",
    ),
    "runs": ("provisioning.commands.runs:runs", "List what was done to realms from here."),
    "export": (
        "provisioning.commands.export:export",
        "Write realms as Keycloak's --import-realm takes it.",
    ),
    "adopt": (
        "provisioning.commands.adopt:adopt",
        "Write the policy of a realm that is there.",
    ),
    "eds": ("eds_verifier.commands:eds", "Verify signatures, manage trust, serve the verifier."),
    "doctor": ("eds_verifier.doctor.command:doctor", "Say what is wrong and what to do."),
}
"""Name → (module:attribute, one line of help). Help is kept here so that it needs no import."""


class LazyGroup(click.Group):
    """Commands that are imported when they are run, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            near = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
            if near:
                ctx.fail(f"No such command {cmd_name!r}. Did you mean {near[0]!r}?")
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tanba")
def tanba() -> None:
    """Kazakhstan's electronic signature and versioned agreements for Keycloak.

    Exit codes: 0 as declared · 2 differences, findings or invalid · 3 refused or indeterminate ·
    1 error.
    """


def report(error: TanbaError, *, as_json: bool) -> None:
    """Say on stderr what was wrong and what to do; as one JSON object when that was asked for.

    What a realm holds comes from whoever could write there: it neither moves the cursor nor makes
    lines of its own.
    """
    if as_json:
        body: dict[str, Any] = {"code": error.code, "message": error.message, "hint": error.hint}
        text = json.dumps({"error": body}, ensure_ascii=False)
        click.echo(text if text.isprintable() else json.dumps({"error": body}), err=True)
        return
    of_a_realm = isinstance(error, ProvisioningError)
    click.secho(
        f"error [{error.code}]: {_shown(error.message, one_line=of_a_realm)}", fg="red", err=True
    )
    if error.hint:
        click.echo(f"  {_shown(error.hint, one_line=of_a_realm)}", err=True)


def _shown(text: str, *, one_line: bool) -> str:
    return "\n".join(map(printable, [text] if one_line else text.split("\n")))


def wants_json(arguments: list[str]) -> bool:
    """Whether `--format json` stands among the arguments, in either spelling."""
    return ("--format", "json") in itertools.pairwise(arguments) or "--format=json" in arguments


def main() -> None:
    """Run `tanba` and turn what is raised into a sentence and an exit code."""
    try:
        code = tanba.main(standalone_mode=False)
    except TanbaError as error:
        report(error, as_json=wants_json(sys.argv[1:]))
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - nobody reads any more
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)

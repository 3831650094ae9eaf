"""`tanba eds`: judge signatures, look at them, manage trust, serve the verifier."""

from __future__ import annotations

from pathlib import Path

import click

from eds_verifier.commands.info import info
from eds_verifier.commands.options import EXISTING_FILE
from eds_verifier.commands.trust import trust
from eds_verifier.commands.verify import verify

__all__ = ["eds"]


@click.group()
def eds() -> None:
    """Verify signatures, manage trust, serve the verifier.

    Exit codes of `verify`: 0 valid · 2 invalid · 3 indeterminate · 1 error.
    """


@click.command()
@click.option("--settings", type=EXISTING_FILE, required=True, help="The verifier's settings file.")
def serve(settings: Path) -> None:
    """Serve the verifier: sign-in for the realms in its settings, the REST interface, or both."""
    from eds_verifier.provider.server import serve as run  # noqa: PLC0415 - a web server, for this command only

    run(settings)


@click.group()
def key() -> None:
    """Keys of the REST interface."""


@key.command()
def new() -> None:
    """Make a key: the key itself for its portal, its hash for the verifier's settings."""
    from eds_verifier.api.keys import description, new_key  # noqa: PLC0415 - a web framework, for this command only

    click.echo(description(new_key()), nl=False)


for _command in (verify, info, trust, serve, key):
    eds.add_command(_command)

"""`tanba adopt`: the policy of a realm that is there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from provisioning.adopt import adopt as adopted_from
from provisioning.adopt_check import require_faithful
from provisioning.adopt_policy import policy_text
from provisioning.commands.options import connect, replace_file, server_options
from provisioning.errors import RealmMissingError
from provisioning.live import read
from provisioning.render import printable
from provisioning.resources import Desired


@click.command()
@click.argument("realm")
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file; one that is there is never written over. Default, and `-`: stdout.",
)
@server_options
def adopt(realm: str, file: Path | None, **server: str | None) -> int:
    """Write the policy of a realm that is there: as it is declared, so it is.

    Nothing is written to Keycloak. `tanba plan` of the policy finds nothing to change. Secrets
    become references; the variables to be set are listed in the file and on stderr.
    """
    if realm in {"", ".", ".."}:
        raise click.UsageError("no realm has that name")
    if file == Path("-"):
        file = None
    if file is not None and file.exists():
        raise click.UsageError(f"{file} is there already; name a new file")
    live = read(connect(server), Desired(realm, ()))
    if not live.exists:
        raise RealmMissingError(
            f"there is no realm {realm}", hint="Names are case-sensitive; see the admin console."
        )
    found = adopted_from(live)
    text = policy_text(found)
    require_faithful(text, found, live, at=datetime.now(UTC))
    if file is None:
        click.echo(text, nl=False)
    else:
        replace_file(file, text)
    if found.secrets:
        click.echo("set these variables before `tanba plan`:", err=True)
    for needed in found.secrets:
        click.echo(f"  {needed.variable}: {printable(needed.what)}", err=True)
    return 0

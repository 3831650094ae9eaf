"""`tanba export`: realms as Keycloak's own import takes them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from policies.errors import DIFFERENT
from policies.loader import load_policies
from provisioning.commands.options import POLICY_PATHS, connect, server_options
from provisioning.export import export_realms, render


@click.command()
@POLICY_PATHS
@click.option("-o", "--output", "file", type=click.Path(path_type=Path), help="Default: stdout.")
@click.option(
    "--check", is_flag=True, help="Only compare with the file; exit code 2 if it differs."
)
@server_options
def export(paths: tuple[Path, ...], file: Path | None, *, check: bool, **server: str | None) -> int:
    """Write realms as one file for Keycloak's own `--import-realm`.

    No people, no keys, no secrets: where a policy refers to ${env:NAME}, the file holds ${NAME},
    which Keycloak takes from its environment when it imports.
    """
    if check and file is None:
        raise click.UsageError("--check compares with the file that -o names")
    connection = connect(server)
    text = render(
        export_realms(connection, load_policies(paths, environ=os.environ), at=datetime.now(UTC))
    )
    if file is None:
        click.echo(text, nl=False)
    elif not check:
        file.write_text(text, encoding="utf-8")
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        click.echo(f"{file} is not what the realms hold; run `tanba export` to renew it", err=True)
        return DIFFERENT
    return 0

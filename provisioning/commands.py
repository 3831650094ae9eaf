"""`tanba plan`, `tanba apply`, `tanba export`: the edge; rules live elsewhere."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from policies.errors import DIFFERENT, REFUSED
from policies.loader import load_portals
from provisioning.apply import Progress, apply_plan, plan_realm
from provisioning.connection import Connection, ConnectionSettings
from provisioning.desired import build
from provisioning.export import export_realms, render
from provisioning.plan import Plan
from provisioning.render import as_json, as_text
from provisioning.resources import Desired

Command = TypeVar("Command", bound=Callable[..., Any])

_PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
_FORMAT = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


def _server(command: Command) -> Command:
    """Which Keycloak; secrets come from the environment alone, never from flags."""
    options = (
        click.option("--keycloak-url", "url", help="Instead of TANBA_KEYCLOAK_URL."),
        click.option("--auth-realm", help="Instead of TANBA_KEYCLOAK_AUTH_REALM (master)."),
        click.option("--client-id", help="Instead of TANBA_KEYCLOAK_CLIENT_ID."),
    )
    return functools.reduce(lambda decorated, option: option(decorated), options, command)


@click.command()
@_PATHS
@_FORMAT
@_server
def plan(paths: tuple[Path, ...], output: str, **server: str | None) -> int:
    """Show what `apply` would change; change nothing.

    PATHS are policy files or the folders that hold them. Exit code 0: as declared, 2: differences.
    """
    connection = _connect(server)
    plans = [plan_realm(connection, desired) for desired in _declared(paths)]
    _show(plans, output, connection)
    return 0 if all(p.empty for p in plans) else DIFFERENT


@click.command()
@_PATHS
@_FORMAT
@click.option("--yes", is_flag=True, help="Do not ask.")
@_server
def apply(paths: tuple[Path, ...], output: str, *, yes: bool, **server: str | None) -> int:
    """Make the realms as the policies declare, by the writes that `plan` shows and no others.

    PATHS are policy files or the folders that hold them. Exit code 0: as declared, 3: not allowed
    to go on.
    """
    connection = _connect(server)
    declared = _declared(paths)
    planned = [(desired, plan_realm(connection, desired)) for desired in declared]
    if output == "text":
        _show([p for _, p in planned], output, connection)
    if not yes and not all(p.empty for _, p in planned) and not _agreed():
        click.echo("nothing was written", err=True)
        return REFUSED
    progress = _line if output == "text" else _silent
    done = [
        p if p.empty else apply_plan(connection, desired, p, progress=progress)
        for desired, p in planned
    ]
    if output == "json":
        _show(done, output, connection)
    return 0


@click.command()
@_PATHS
@click.option("-o", "--output", "file", type=click.Path(path_type=Path), help="Default: stdout.")
@click.option(
    "--check", is_flag=True, help="Only compare with the file; exit code 2 if it differs."
)
@_server
def export(paths: tuple[Path, ...], file: Path | None, *, check: bool, **server: str | None) -> int:
    """Write realms as one file for Keycloak's own `--import-realm`.

    No people, no keys, no secrets: where a policy refers to ${env:NAME}, the file holds ${NAME},
    which Keycloak takes from its environment when it imports.
    """
    if check and file is None:
        raise click.UsageError("--check compares with the file that -o names")
    connection = _connect(server)
    text = render(export_realms(connection, load_portals(paths, environ=os.environ)))
    if file is None:
        click.echo(text, nl=False)
    elif not check:
        file.write_text(text, encoding="utf-8")
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        click.echo(f"{file} is not what the realms hold; run `tanba export` to renew it", err=True)
        return DIFFERENT
    return 0


def _connect(server: dict[str, str | None]) -> Connection:
    return Connection(ConnectionSettings.from_environment(os.environ, **server))


def _declared(paths: Iterable[Path]) -> list[Desired]:
    now = datetime.now(UTC)
    return [build(policy, at=now) for policy in load_portals(paths, environ=os.environ)]


def _show(plans: list[Plan], output: str, connection: Connection) -> None:
    if output == "json":
        body = as_json(plans, server=connection.settings.url)
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    for realm_plan in plans:
        click.echo(as_text(realm_plan))


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("there is nobody to ask; give --yes to write without asking")
    return click.confirm("Write this?", default=False, err=True)


def _line(progress: Progress) -> None:
    change = progress.change
    click.echo(
        f"[{progress.done}/{progress.total}] {progress.realm}: "
        f"{change.action} {change.key.kind} {change.key}",
        err=True,
    )


def _silent(_progress: Progress) -> None:
    """JSON is asked for by programs, which read no progress."""

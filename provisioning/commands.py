"""`tanba plan`, `tanba apply`, `tanba export`: the edge; rules live elsewhere."""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from policies.errors import DIFFERENT, REFUSED
from policies.loader import load_portals
from provisioning.apply import Progress, apply_plan, require_no_loss, survey
from provisioning.connection import Connection, ConnectionSettings
from provisioning.desired import build
from provisioning.export import export_realms, render
from provisioning.plan import Plan
from provisioning.planfile import (
    PlanDocument,
    as_file,
    document_of,
    read_plan,
    recorded_policies,
    require_declaration,
    require_server,
    require_unmoved,
    schema,
)
from provisioning.render import as_json, as_text, printable
from provisioning.render_markdown import as_markdown
from provisioning.resources import Desired

Command = TypeVar("Command", bound=Callable[..., Any])

_PLAN_SUFFIX = ".json"
_PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)


def _format(*names: str) -> Callable[[Command], Command]:
    return click.option(
        "--format", "output", type=click.Choice(names), default="text", show_default=True
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
@_format("text", "json", "markdown")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the plan to a file NAME.json, for `tanba apply NAME.json`.",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, wanted: _print_schema(context) if wanted else None,
    help="Print the JSON Schema of a plan and stop.",
)
@_server
def plan(paths: tuple[Path, ...], output: str, out: Path | None, **server: str | None) -> int:
    """Show what `apply` would change; change nothing.

    PATHS are policy files or the folders that hold them. Exit code 0: as declared, 2: differences.
    """
    if out is not None and not _is_plan(out):
        raise click.UsageError(f"--out takes a name that ends in {_PLAN_SUFFIX}")
    connection = _connect(server)
    surveyed = [survey(connection, desired) for desired in _declared(paths)]
    document = document_of(
        surveyed, server=connection.settings.url, policies=[_recorded(path) for path in paths]
    )
    if out is not None:
        _replace(out, as_file(document))
    if output == "json":
        click.echo(as_file(document), nl=False)
    elif output == "markdown":
        plans = [realm.plan for realm in surveyed]
        click.echo(as_markdown(plans, server=connection.settings.url), nl=False)
    else:
        _show([realm.plan for realm in surveyed], output, connection)
    return 0 if all(realm.plan.empty for realm in surveyed) else DIFFERENT


@click.command()
@_PATHS
@_format("text", "json")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_server
def apply(paths: tuple[Path, ...], output: str, *, yes: bool, **server: str | None) -> int:
    """Make the realms as the policies declare, by the writes that `plan` shows and no others.

    PATHS are policy files or the folders that hold them; or a plan that `tanba plan --out` wrote,
    which is refused when the realm or the policies moved since. After a plan its policies may be
    named; otherwise they are taken from where the plan says. Exit code 0: as declared, 3: not
    allowed to go on.
    """
    document, policies = _plan_and_policies(paths)
    connection = _connect(server)
    if document is not None:
        require_server(document, connection.settings.url)
    declared = _declared(policies)
    if document is not None:
        require_declaration(document, declared)
    surveyed = [survey(connection, desired) for desired in declared]
    if document is not None:
        require_unmoved(document, surveyed)
    if output == "text":
        _show([realm.plan for realm in surveyed], output, connection)
    for realm in surveyed:
        require_no_loss(realm.plan)
    if not yes and not all(realm.plan.empty for realm in surveyed) and not _agreed():
        click.echo("nothing was written", err=True)
        return REFUSED
    progress = _line if output == "text" else _silent
    done = [
        realm.plan
        if realm.plan.empty
        else apply_plan(connection, realm.desired, realm.plan, progress=progress)
        for realm in surveyed
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


def _plan_and_policies(paths: tuple[Path, ...]) -> tuple[PlanDocument | None, tuple[Path, ...]]:
    """What `apply` was given: a plan and its policies, or policies alone."""
    first, rest = paths[0], paths[1:]
    if any(_is_plan(path) for path in rest):
        raise click.UsageError("one plan at a time, and before its policies")
    if not _is_plan(first):
        return None, paths
    document = read_plan(first)
    return document, rest or recorded_policies(document)


def _is_plan(path: Path) -> bool:
    return path.suffix == _PLAN_SUFFIX


def _recorded(path: Path) -> str:
    """A policy's place as a plan names it: relative, when it is under the working folder."""
    absolute, here = Path(os.path.normpath(path.absolute())), Path.cwd()
    inside = absolute.is_relative_to(here)
    return (absolute.relative_to(here) if inside else absolute).as_posix()


def _replace(file: Path, text: str) -> None:
    """The whole file or the one that was there: never half a plan. Raises click.FileError."""
    try:
        handle, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from None


def _print_schema(context: click.Context) -> None:
    click.echo(json.dumps(schema(), ensure_ascii=False, indent=2, sort_keys=True))
    context.exit()


def _show(plans: list[Plan], output: str, connection: Connection) -> None:
    if output == "json":
        body = as_json(plans, server=connection.settings.url)
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    for realm_plan in plans:
        click.echo(as_text(realm_plan, colour=_in_colour()))


def _in_colour() -> bool:
    """On a terminal, unless NO_COLOR is set (no-color.org) or the terminal knows none."""
    calm = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not calm


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("there is nobody to ask; give --yes to write without asking")
    return click.confirm("Write this?", default=False, err=True)


def _line(progress: Progress) -> None:
    change = progress.change
    click.echo(
        f"[{progress.done}/{progress.total}] {progress.realm}: "
        f"{change.action} {change.key.kind} {printable(str(change.key))}",
        err=True,
    )


def _silent(_progress: Progress) -> None:
    """JSON is asked for by programs, which read no progress."""

"""`tanba apply`: the writes that `plan` shows, and no others."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from policies.errors import REFUSED
from provisioning.apply import Progress, apply_plan, require_no_loss, survey
from provisioning.commands.options import (
    POLICY_PATHS,
    connect,
    declared,
    is_plan,
    output_format,
    server_options,
)
from provisioning.commands.output import show
from provisioning.planfile import (
    PlanDocument,
    read_plan,
    recorded_policies,
    require_declaration,
    require_server,
    require_unmoved,
)
from provisioning.render import printable


@click.command()
@POLICY_PATHS
@output_format("text", "json")
@click.option("--yes", is_flag=True, help="Do not ask.")
@server_options
def apply(paths: tuple[Path, ...], output: str, *, yes: bool, **server: str | None) -> int:
    """Make the realms as the policies declare, by the writes that `plan` shows and no others.

    PATHS are policy files or the folders that hold them; or a plan that `tanba plan --out` wrote,
    which is refused when the realm or the policies moved since. After a plan its policies may be
    named; otherwise they are taken from where the plan says. Exit code 0: as declared, 3: not
    allowed to go on.
    """
    document, policies = _plan_and_policies(paths)
    connection = connect(server)
    if document is not None:
        require_server(document, connection.settings.url)
    wanted = declared(policies)
    if document is not None:
        require_declaration(document, wanted)
    surveyed = [survey(connection, desired) for desired in wanted]
    if document is not None:
        require_unmoved(document, surveyed)
    if output == "text":
        show([realm.plan for realm in surveyed], output, connection)
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
        show(done, output, connection)
    return 0


def _plan_and_policies(paths: tuple[Path, ...]) -> tuple[PlanDocument | None, tuple[Path, ...]]:
    """What `apply` was given: a plan and its policies, or policies alone."""
    first, rest = paths[0], paths[1:]
    if any(is_plan(path) for path in rest):
        raise click.UsageError("one plan at a time, and before its policies")
    if not is_plan(first):
        return None, paths
    document = read_plan(first)
    return document, rest or recorded_policies(document)


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

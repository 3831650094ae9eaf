"""`tanba plan`: what would change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from policies.errors import DIFFERENT
from provisioning.commands.options import (
    PLAN_SUFFIX,
    POLICY_PATHS,
    connect,
    declared,
    is_plan,
    output_format,
    recorded,
    replace_file,
    server_options,
)
from provisioning.commands.output import show
from provisioning.keepers import require_current_agreement
from provisioning.ownership import left_behind
from provisioning.plan_references import require_references
from provisioning.planfile import as_file, document_of, schema
from provisioning.render_markdown import as_markdown
from provisioning.state import ownership_of
from provisioning.survey import Surveyed, survey, survey_all
from provisioning.unmanaged import unmanaged


@click.command()
@POLICY_PATHS
@output_format("text", "json", "markdown")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the plan to a file NAME.json, for `tanba apply NAME.json`.",
)
@click.option(
    "--unmanaged",
    "wants_unmanaged",
    is_flag=True,
    help="Also list what the realms hold that no policy names; nothing is done about it.",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, wanted: _print_schema(context) if wanted else None,
    help="Print the JSON Schema of a plan and stop.",
)
@server_options
def plan(
    paths: tuple[Path, ...],
    output: str,
    out: Path | None,
    *,
    wants_unmanaged: bool,
    **server: str | None,
) -> int:
    """Show what `apply` would change; change nothing.

    PATHS are policy files or the folders that hold them. Exit code 0: as declared, 2: differences.
    """
    if out is not None and not is_plan(out):
        raise click.UsageError(f"--out takes a name that ends in {PLAN_SUFFIX}")
    connection = connect(server)
    now = datetime.now(UTC)
    surveyed = survey_all(declared(paths), lambda desired: survey(connection, desired, at=now))
    for realm in surveyed:
        require_current_agreement(realm.desired, realm.live)
        require_references(realm.desired, realm.live, realm.plan)
    if wants_unmanaged:
        surveyed = [_with_unmanaged(realm) for realm in surveyed]
    document = document_of(
        surveyed, server=connection.settings.url, policies=[recorded(path) for path in paths]
    )
    if out is not None:
        replace_file(out, as_file(document))
    if output == "json":
        click.echo(as_file(document), nl=False)
    elif output == "markdown":
        plans = [realm.plan for realm in surveyed]
        click.echo(as_markdown(plans, server=connection.settings.url), nl=False)
    else:
        show([realm.plan for realm in surveyed], output, connection)
    return 0 if all(realm.plan.empty for realm in surveyed) else DIFFERENT


def _with_unmanaged(realm: Surveyed) -> Surveyed:
    # The realm's own word for what is Tanba's hides nothing that the plan does not say.
    made = left_behind(realm.desired, realm.live, ownership_of(realm.live, at=None))
    found = unmanaged(realm.desired, realm.live, made=made)
    return replace(realm, plan=replace(realm.plan, unmanaged=found))


def _print_schema(context: click.Context) -> None:
    click.echo(json.dumps(schema(), ensure_ascii=False, indent=2, sort_keys=True))
    context.exit()

"""`tanba apply`: the writes that `plan` shows, and no others."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from policies.errors import REFUSED
from provisioning.apply import ApplyOptions, Surveyed, apply_surveyed, require_no_loss, survey
from provisioning.commands.asking import agreed, terminated_as_interrupted
from provisioning.commands.options import (
    POLICY_PATHS,
    connect,
    declared,
    is_plan,
    output_format,
    server_options,
)
from provisioning.commands.output import show
from provisioning.commands.runs import journal, runs_option
from provisioning.connection import Connection
from provisioning.keepers import require_current_agreement
from provisioning.plan import Plan
from provisioning.plan_references import require_references
from provisioning.planfile import (
    PlanDocument,
    read_plan,
    recorded_policies,
    require_declaration,
    require_server,
    require_unmoved,
)
from provisioning.planfile_errors import PlanPoliciesError
from provisioning.progress_display import display
from provisioning.resources import Desired, Kind
from provisioning.survey import survey_all
from provisioning.target_selection import Targets, listed

Look = Callable[[Connection, Desired], Surveyed]


@click.command()
@POLICY_PATHS
@output_format("text", "json")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="KIND/NAME",
    help="Write only this, as the plan names it; a pattern (client_mapper/portal/*), repeatable.",
)
@click.option(
    "--unsafe-allow-loss",
    "allow_loss",
    is_flag=True,
    help="Also delete what nobody can give back: the plan says what is lost for good.",
)
@runs_option
@server_options
def apply(  # noqa: PLR0913 - one for each option
    paths: tuple[Path, ...],
    output: str,
    targets: tuple[str, ...],
    runs_dir: Path,
    *,
    yes: bool,
    allow_loss: bool,
    **server: str | None,
) -> int:
    """Make the realms as the policies declare, by the writes that `plan` shows and no others.

    PATHS are policy files or the folders that hold them; or a plan that `tanba plan --out` wrote,
    which is refused when the realm or the policies moved since. After a plan its policies may be
    named; otherwise they are taken from where the plan says. Exit code 0: as declared (with
    --target: what was named is), 3: not allowed to go on.
    """
    document, policies = _plan_and_policies(paths)
    connection, chosen = connect(server), Targets(targets)
    if document is not None:
        require_server(document, connection.settings.url)
    wanted = declared(policies)
    if document is not None:
        require_declaration(document, wanted)
    look = _look(document)
    surveyed = survey_all(wanted, functools.partial(look, connection))
    for realm in surveyed:
        require_current_agreement(realm.desired, realm.live)
        require_references(realm.desired, realm.live, realm.plan)
    if document is not None:
        require_unmoved(document, surveyed)
    chosen.require_known((realm.desired, realm.plan) for realm in surveyed)
    plans = [chosen.select(realm.plan) for realm in surveyed]
    if output == "text":
        show(plans, output, connection)
        _say_left_out(chosen, surveyed)
    if not allow_loss:
        for planned in plans:
            require_no_loss(planned)
    if not yes and not all(planned.empty for planned in plans) and not agreed():
        click.echo("nothing was written", err=True)
        return REFUSED
    options = ApplyOptions(select=chosen.select, allow_loss=allow_loss, look=look)
    _carry_out(connection, surveyed, options, runs_dir, output)
    return 0


def _carry_out(
    connection: Connection,
    surveyed: Sequence[Surveyed],
    options: ApplyOptions,
    runs_dir: Path,
    output: str,
) -> None:
    """One realm after the other; one that fails takes nothing away from what was done before."""
    done: list[Plan] = []
    try:
        with terminated_as_interrupted(), display(output) as shown:
            shown_to = replace(options, progress=shown.progress, report=shown.report)
            for realm in surveyed:
                with journal(runs_dir, connection, say=shown.say) as kept:
                    done.append(apply_surveyed(connection, realm, replace(shown_to, journal=kept)))
    finally:
        if output == "json":
            show(done, output, connection)


def _look(document: PlanDocument | None) -> Look:
    """How the realms are read in this run, every time: as of one instant.

    A plan file says which idle flows are cleared; others may have waited long enough by now.
    """
    now = datetime.now(UTC)
    if document is None:
        return functools.partial(survey, at=now)
    cleared = {
        realm.realm: frozenset(
            change.name
            for change in realm.changes
            if change.kind is Kind.FLOW and change.action == "delete"
        )
        for realm in document.realms
    }

    def look(connection: Connection, desired: Desired) -> Surveyed:
        return survey(connection, desired, at=now, clearing=cleared.get(desired.realm))

    return look


def _say_left_out(targets: Targets, surveyed: Sequence[Surveyed]) -> None:
    for realm in surveyed:
        left_out = targets.left_out(realm.plan)
        if left_out:
            what = f"{len(left_out)} left out by --target: {listed(left_out)}"
            click.echo(f"  = {what}")


def _plan_and_policies(paths: tuple[Path, ...]) -> tuple[PlanDocument | None, tuple[Path, ...]]:
    """What `apply` was given: a plan and its policies, or policies alone."""
    first, rest = paths[0], paths[1:]
    if any(is_plan(path) for path in rest):
        raise click.UsageError("one plan at a time, and before its policies")
    if not is_plan(first):
        return None, paths
    document = read_plan(first)
    return document, rest or _there(recorded_policies(document))


def _there(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    for path in paths:
        if not path.exists():
            raise PlanPoliciesError(
                f"the plan's policy {path} is not to be found from {Path.cwd()}",
                hint="The plan names it as seen from where it was made: go there, or name the "
                "policies yourself: tanba apply PLAN.json POLICY…",
            )
    return paths

"""`tanba rollback`: what a run changed, as it was before; planned, asked for and kept like it."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

import click

from policies.errors import REFUSED
from provisioning.apply import ApplyOptions, apply_surveyed, require_no_loss
from provisioning.commands.asking import agreed, terminated_as_interrupted
from provisioning.commands.options import connect, output_format, server_options
from provisioning.commands.output import show
from provisioning.commands.runs import journal, runs_option
from provisioning.connection import Connection
from provisioning.live import read
from provisioning.plan import plan
from provisioning.progress_display import display
from provisioning.resources import Desired, Live
from provisioning.rollback import (
    Rollback,
    amended,
    changed_since,
    require_taken_back_here,
    rolled_back,
)
from provisioning.runs import Recorded, Runs
from provisioning.state import ownership_of
from provisioning.survey import Surveyed

POLICY_STAYS = (
    "the policy did not go back: until it is taken back too, `tanba plan` shows what the rollback "
    "undid, and the next apply does it again"
)


@click.command()
@click.argument("run")
@output_format("text", "json")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--unsafe-allow-loss",
    "allow_loss",
    is_flag=True,
    help="Also delete what nobody can give back: the plan says what is lost for good.",
)
@runs_option
@server_options
def rollback(
    run: str,
    output: str,
    runs_dir: Path,
    *,
    yes: bool,
    allow_loss: bool,
    **server: str | None,
) -> int:
    """Bring back what a RUN changed, as `tanba runs` names it.

    Shows the plan first, and in `=` lines what stays or cannot come back: secrets, who held a
    role, what others changed since. Is a run itself, so it can be rolled back too. Exit code 0:
    as before that run, 3: not allowed to go on.
    """
    recorded = Runs(runs_dir).load(run)
    connection = connect(server)
    live = read(connection, Desired(recorded.record.realm, (), whole=False))
    require_taken_back_here(recorded, server=connection.settings.url, live=live)
    back = rolled_back(recorded, live, ownership_of(live, at=None))
    surveyed = _surveyed(recorded, back, live)
    if output == "text":
        show([surveyed.plan], output, connection)
    if not allow_loss:
        require_no_loss(surveyed.plan)
    if not surveyed.plan.empty and not yes and not agreed():
        click.echo("nothing was written", err=True)
        return REFUSED
    done = surveyed.plan
    if not done.empty:
        amend = functools.partial(amended, recorded, back.desired)
        with (
            terminated_as_interrupted(),
            display(output) as shown,
            journal(runs_dir, connection, say=shown.say, amend=amend) as kept,
        ):
            options = ApplyOptions(
                allow_loss=allow_loss,
                look=functools.partial(_look, recorded, back),
                journal=kept,
                progress=shown.progress,
                report=shown.report,
            )
            done = apply_surveyed(connection, surveyed, options)
            shown.say(POLICY_STAYS)
    if output == "json":
        show([done], output, connection)
    return 0


def _look(recorded: Recorded, back: Rollback, connection: Connection, desired: Desired) -> Surveyed:
    """The realm read again, under the lock and after the last write."""
    return _surveyed(recorded, back, read(connection, desired))


def _surveyed(recorded: Recorded, back: Rollback, live: Live) -> Surveyed:
    planned = plan(back.desired, live)
    notes = (*planned.kept, *back.notes, *changed_since(recorded, planned))
    return Surveyed(back.desired, live, replace(planned, kept=notes))

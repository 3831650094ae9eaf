"""`tanba runs`: what was done to realms from here, and the folder that says so."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from provisioning.commands.options import output_format
from provisioning.connection import Connection
from provisioning.lock_scope import Holder
from provisioning.render import SIGNS, printable
from provisioning.runs import Recorded, Runs
from provisioning.runs_journal import RunJournal
from provisioning.runs_record import RunUnreadableError
from provisioning.state import State

Command = TypeVar("Command", bound=Callable[..., Any])

CUT_OFF = "cut off"

_PERHAPS = "planned; some of it may have been written, and `tanba plan` says what is left:"
_WRITTEN: Mapping[str | None, str] = {
    "applied": "written:",
    "refused": "planned; nothing of it was written:",
}
_HOW_MANY: Mapping[str | None, str] = {"applied": "", "refused": "none of "}

DEFAULT_FOLDER = Path("var/runs")

runs_option = click.option(
    "--runs-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TANBA_RUNS",
    default=DEFAULT_FOLDER,
    show_default=True,
    show_envvar=True,
    help="Where runs are kept.",
)
"""Gives a command `runs_dir`."""


@contextmanager
def journal(
    runs_dir: Path,
    connection: Connection,
    *,
    say: Callable[[str], None],
    amend: Callable[[State], State] | None = None,
) -> Iterator[RunJournal]:
    """The journal of one run on one realm, kept in the folder by whoever runs this.

    However the run ends, `say` is told how to take it back, if there is anything to take back.
    """
    kept = RunJournal(
        runs=Runs(runs_dir),
        server=connection.settings.url,
        who=Holder.here(at=time.time()).owner,
        clock=lambda: datetime.now(UTC),
    )
    if amend is not None:
        kept.amend = amend
    try:
        yield kept
    finally:
        if kept.run:
            say(way_back(kept))


def way_back(kept: RunJournal) -> str:
    """How to take a run back, in a sentence."""
    if not kept.may_have_written:
        return f"run {kept.run}: nothing was written"
    if kept.makes_realm:
        return f"run {kept.run}: it makes the realm, so there is nothing to roll back to"
    return f"run {kept.run}: `tanba rollback {kept.run}` brings back what it changed"


@click.command()
@click.argument("run", required=False)
@output_format("text", "json")
@runs_option
def runs(run: str | None, output: str, runs_dir: Path) -> int:
    """List the runs kept here, the newest first; or show one RUN: what it planned and wrote.

    Nothing is asked of Keycloak. A run that was cut off has no outcome; of it and of a failed one
    nobody can tell from here how much was written.
    """
    kept = Runs(runs_dir)
    if run is not None:
        _show(kept.load(run), output)
        return 0
    listed = [_listed(kept, name) for name in kept.ids()]
    if output == "json":
        click.echo(json.dumps({"version": 1, "runs": listed}, ensure_ascii=False, indent=2))
        return 0
    for entry in listed:
        click.echo(_line(entry))
    if not listed:
        click.echo(f"no runs in {runs_dir.absolute()}", err=True)
    return 0


def _listed(kept: Runs, name: str) -> dict[str, Any]:
    try:
        found = kept.load(name)
    except RunUnreadableError as error:
        return {"id": name, "unreadable": error.message}
    record, outcome = found.record, found.outcome
    return {
        "id": name,
        "at": record.at.isoformat(),
        "who": record.who,
        "server": record.server,
        "realm": record.realm,
        "changes": len(_changes(found)),
        "outcome": outcome.outcome if outcome else None,
        "code": outcome.code if outcome else None,
    }


def _line(entry: Mapping[str, Any]) -> str:
    if "unreadable" in entry:
        return printable(f"{entry['id']}  {entry['unreadable']}")
    code = f" ({entry['code']})" if entry["code"] else ""
    return printable(
        f"{entry['id']}  {entry['outcome'] or CUT_OFF}{code}  {entry['realm']}  "
        f"{_HOW_MANY.get(entry['outcome'], 'up to ')}{entry['changes']} changes  "
        f"{entry['who']}  {entry['server']}"
    )


def _show(found: Recorded, output: str) -> None:
    record, outcome = found.record, found.outcome
    if output == "json":
        body = {
            "version": 1,
            "run": record.model_dump(mode="json"),
            "outcome": outcome and outcome.model_dump(mode="json"),
        }
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    code = f" ({outcome.code})" if outcome and outcome.code else ""
    ended = f"{outcome.outcome}{code} {outcome.at.isoformat()}" if outcome else CUT_OFF
    click.echo(printable(f"{record.id}: {record.realm} on {record.server}"))
    click.echo(printable(f"  by {record.who}, {record.at.isoformat()}; {ended}"))
    click.echo(f"  {_WRITTEN.get(outcome.outcome if outcome else None, _PERHAPS)}")
    for change in _changes(found):
        sign = SIGNS.get(change.get("action", "update"), "~")
        click.echo(f"  {sign} {printable(str(change.get('kind')))} ", nl=False)
        click.echo(printable(str(change.get("name"))))


def _changes(found: Recorded) -> list[Mapping[str, Any]]:
    changes = found.record.plan.get("changes")
    return [c for c in changes if isinstance(c, dict)] if isinstance(changes, list) else []

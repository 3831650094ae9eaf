"""`tanba drift`: what was changed since the last apply, where, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from policies.errors import DIFFERENT
from provisioning.auth.way import Clock
from provisioning.commands.asking import terminated_as_interrupted
from provisioning.commands.options import (
    POLICY_PATHS,
    connect,
    declared,
    output_format,
    server_options,
)
from provisioning.commands.output import in_colour
from provisioning.connection import Connection
from provisioning.drift_check import Checked, check
from provisioning.drift_metrics import DriftMetrics
from provisioning.drift_report import as_json, document_of, realm_of, schema
from provisioning.drift_server import LOOPBACK, Health, serving
from provisioning.drift_text import as_text
from provisioning.drift_watch import SHORTEST_INTERVAL, USUAL_INTERVAL, Failure, Watch
from provisioning.errors import NotAuthenticatedError
from provisioning.resources import Desired
from provisioning.survey import AT_ONCE


@click.command()
@POLICY_PATHS
@output_format("text", "json")
@click.option(
    "--unmanaged",
    "wants_unmanaged",
    is_flag=True,
    help="Also list what the realms hold that no policy names, and who wrote to it since.",
)
@click.option("--watch", is_flag=True, help="Look again and again; say what changes.")
@click.option(
    "--interval",
    type=click.IntRange(min=SHORTEST_INTERVAL),
    help=f"Seconds between looks; with --watch. Default: {USUAL_INTERVAL}.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Serve /metrics and /health at this port; with --watch. 0: any free one.",
)
@click.option("--metrics-host", help=f"Instead of {LOOPBACK}: the address to serve them at.")
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, wanted: _print_schema(context) if wanted else None,
    help="Print the JSON Schema of what is found and stop.",
)
@server_options
def drift(
    paths: tuple[Path, ...],
    output: str,
    *,
    watch: bool,
    wants_unmanaged: bool,
    **options: Any,
) -> int:
    """Say what is not as declared, whether Keycloak or the policy was changed, and by whom.

    Changes nothing. PATHS are policy files or the folders that hold them. Exit code 0: as
    declared, 2: differences. With --watch it goes on until it is ended, which is exit code 0.
    """
    watching = _Watching(*(options.pop(name) for name in _WATCHING))
    watching.require(watch=watch)
    looker = _Looker(options, wants_unmanaged=wants_unmanaged)
    if watch:
        _watch(paths, output, looker, watching)
        return 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        checked = list(pool.map(lambda desired: looker.look(desired, None), declared(paths)))
    _show(checked, output, looker.url)
    return 0 if all(one.clean for one in checked) else DIFFERENT


@dataclass(frozen=True, slots=True)
class _Watching:
    """How to watch; None where nothing was said."""

    interval: int | None
    metrics_port: int | None
    metrics_host: str | None

    def require(self, *, watch: bool) -> None:
        """Raises click.UsageError for options that would do nothing."""
        if not watch and self != _Watching(None, None, None):
            raise click.UsageError("--interval, --metrics-port and --metrics-host go with --watch")
        if self.metrics_host is not None and self.metrics_port is None:
            raise click.UsageError("--metrics-host goes with --metrics-port")


_WATCHING = ("interval", "metrics_port", "metrics_host")


def _watch(paths: tuple[Path, ...], output: str, looker: _Looker, watching: _Watching) -> None:
    clock = Clock()
    seconds = watching.interval or USUAL_INTERVAL
    metrics, health = DriftMetrics(clock.now), Health(clock.now, interval=seconds)
    loop = Watch(
        declare=lambda: declared(paths),
        look=looker.look,
        say=lambda what: _say(what, output, looker.url),
        listeners=(metrics, health),
        clock=clock,
        interval=seconds,
    )
    served: AbstractContextManager[str | None] = nullcontext()
    if watching.metrics_port is not None:
        host = watching.metrics_host or LOOPBACK
        served = serving(host, watching.metrics_port, metrics=metrics.text, health=health.status)
    with _until_ended(), served as address:
        if address is not None:
            click.echo(f"metrics: {address}/metrics", err=True)
        loop.run()


class _Looker:
    """Looks by one connection; by a new one after a refusal, since secrets are renewed."""

    def __init__(self, server: dict[str, str | None], *, wants_unmanaged: bool) -> None:
        self._server, self._wants_unmanaged = server, wants_unmanaged
        self._connection: Connection | None = connect(server)
        self.url = self._connection.settings.url

    def look(self, desired: Desired, before: Checked | None) -> Checked:
        """One realm now. Raises what Connection raises."""
        if self._connection is None:
            self._connection = connect(self._server)
        try:
            return check(
                self._connection,
                desired,
                at=datetime.now(UTC),
                before=before,
                wants_unmanaged=self._wants_unmanaged,
            )
        except NotAuthenticatedError:
            self._connection = None
            raise


@contextmanager
def _until_ended() -> Iterator[None]:
    """End cleanly by SIGTERM or Ctrl-C: nothing is written anywhere, so nothing is left undone."""
    with terminated_as_interrupted():
        try:
            yield
        except KeyboardInterrupt:
            click.echo("stopped", err=True)


def _show(checked: list[Checked], output: str, server: str) -> None:
    if output == "json":
        click.echo(as_json(document_of(checked, server=server)))
        return
    for one in checked:
        click.echo(as_text(realm_of(one), colour=in_colour()))


def _say(what: Checked | Failure, output: str, server: str) -> None:
    """One look's findings: text with the time before it, or JSON in one line."""
    if isinstance(what, Failure):
        _say_failure(what, output)
    elif output == "json":
        click.echo(as_json(document_of([what], server=server), indent=None))
    else:
        click.echo(f"{_now()} {as_text(realm_of(what), colour=in_colour())}")


def _say_failure(failure: Failure, output: str) -> None:
    error = failure.error
    if output == "json":
        body = {"code": error.code, "message": error.message, "hint": error.hint}
        found = {"error": body, "realm": failure.realm or None}
        click.echo(json.dumps(found, ensure_ascii=False), err=True)
        return
    where = failure.realm or "policies"
    click.echo(f"{_now()} {where}: error [{error.code}]: {error.message}", err=True)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _print_schema(context: click.Context) -> None:
    click.echo(json.dumps(schema(), ensure_ascii=False, indent=2, sort_keys=True))
    context.exit()

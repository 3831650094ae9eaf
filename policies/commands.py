"""`tanba policy`: check policies before anything else sees them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from policies.loader import Policy, load_policies, load_with_origins
from policies.model import PortalPolicy
from policies.schema import rendered
from policies.yaml_tree import Place

_Path = tuple[str | int, ...]

PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
FORMAT = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group()
def policy() -> None:
    """Validate policies, show them, print their schema.

    References (${env:…}, ${file:…}) are resolved, so set what they name.
    """


@policy.command()
@PATHS
@FORMAT
def validate(paths: tuple[Path, ...], output: str) -> None:
    """Read policies and portals' agreements; name every mistake by file, line and column."""
    report(load_policies(paths, environ=os.environ), output=output, at=datetime.now(UTC))


def report(policies: Iterable[Policy], *, output: str, at: datetime) -> None:
    """Say of each policy that it is valid, and which agreement of a portal is in force at `at`.

    Raises AgreementError when a portal's agreement is not as it must be.
    """
    read = tuple(policies)
    portals = [
        {
            "realm": portal.realm,
            "agreement_in_force": portal.agreements().in_force(at).number,
            "agreement_values": portal.agreements().acceptable_values(at),
        }
        for portal in read
        if isinstance(portal, PortalPolicy)
    ]
    realms = [{"realm": p.realm} for p in read if not isinstance(p, PortalPolicy)]
    if output == "json":
        document = {"portals": portals, "realms": realms}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for row in portals:
        click.echo(f"{row['realm']}: valid; agreement {row['agreement_in_force']} is in force")
    for realm in realms:
        click.echo(f"{realm['realm']}: valid")


@policy.command()
@PATHS
@FORMAT
@click.option("--origins", is_flag=True, help="Say the file and line that each value comes from.")
def show(paths: tuple[Path, ...], output: str, *, origins: bool) -> None:
    """Print policies in effect: bases merged, defaults filled in, secrets masked."""
    load_policies(paths, environ=os.environ)  # names the mistakes of all, and realms said twice
    read = [load_with_origins(path, environ=os.environ) for path in paths]
    read.sort(key=lambda one: not isinstance(one[0], PortalPolicy))
    shown = [policy.model_dump(mode="json") for policy, _ in read]
    places = [found if origins else {} for _, found in read]
    rows = [list(_lines(one, ())) for one in shown]
    if output == "json":
        count = sum(isinstance(policy, PortalPolicy) for policy, _ in read)
        document: dict[str, object] = {"portals": shown[:count], "realms": shown[count:]}
        if origins:
            document["origins"] = [
                {_spelled(path): _origin(path, found) for path, _ in lines}
                for lines, found in zip(rows, places, strict=True)
            ]
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for lines, found in zip(rows, places, strict=True):
        for path, value in lines:
            line = f"{_spelled(path)}: {json.dumps(value, ensure_ascii=False)}"
            click.echo(f"{line}  # {_origin(path, found)}" if origins else line)


@policy.command()
def schema() -> None:
    """Print the JSON Schema (2020-12) of policy.yaml, for editors and reviewers."""
    click.echo(rendered(), nl=False)


def _lines(value: object, path: _Path) -> Iterator[tuple[_Path, object]]:
    """Every value with its path; a list of plain values is one value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _lines(item, (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            yield from _lines(item, (*path, index))
    else:
        yield path, value


def _spelled(path: _Path) -> str:
    names = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(names).removeprefix(".")


def _origin(path: _Path, places: dict[_Path, Place]) -> str:
    place = places.get(path)
    return f"{place.file}:{place.line}" if place else "default"

"""`tanba policy`: check policies before anything else sees them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from policies.loader import load_portals, load_with_origins
from policies.schema import rendered
from policies.yaml_tree import Place

_Path = tuple[str | int, ...]

_PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
_FORMAT = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group()
def policy() -> None:
    """Validate policies, show them, print their schema.

    References (${env:…}, ${file:…}) are resolved, so set what they name.
    """


@policy.command()
@_PATHS
@_FORMAT
def validate(paths: tuple[Path, ...], output: str) -> None:
    """Read portals' policies and agreements; name every mistake by file, line and column."""
    now = datetime.now(UTC)
    rows = [
        {
            "realm": portal.realm,
            "agreement_in_force": portal.agreements().in_force(now).number,
            "agreement_values": portal.agreements().acceptable_values(now),
        }
        for portal in load_portals(paths, environ=os.environ)
    ]
    if output == "json":
        click.echo(json.dumps({"portals": rows}, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row['realm']}: valid; agreement {row['agreement_in_force']} is in force")


@policy.command()
@_PATHS
@_FORMAT
@click.option("--origins", is_flag=True, help="Say the file and line that each value comes from.")
def show(paths: tuple[Path, ...], output: str, *, origins: bool) -> None:
    """Print policies in effect: bases merged, defaults filled in, secrets masked."""
    policies = load_portals(paths, environ=os.environ)
    portals = [portal.model_dump(mode="json") for portal in policies]
    places = [load_with_origins(path, environ=os.environ)[1] if origins else {} for path in paths]
    rows = [list(_lines(portal, ())) for portal in portals]
    if output == "json":
        document: dict[str, object] = {"portals": portals}
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

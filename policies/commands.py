"""`tanba policy`: check policies before anything else sees them."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from policies.loader import load_portals
from policies.model import PortalPolicy

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
def show(paths: tuple[Path, ...], output: str) -> None:
    """Print policies as they are understood: defaults filled in, secrets masked."""
    portals = [p.model_dump(mode="json") for p in load_portals(paths, environ=os.environ)]
    if output == "json":
        click.echo(json.dumps({"portals": portals}, ensure_ascii=False, indent=2))
        return
    for portal in portals:
        click.echo("\n".join(_lines(portal, "")))


@policy.command()
def schema() -> None:
    """Print the JSON Schema of policy.yaml, for editors and reviewers."""
    document = PortalPolicy.model_json_schema()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["properties"].pop("folder")
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True))


def _lines(value: object, path: str) -> list[str]:
    if isinstance(value, dict):
        return [
            line
            for key, item in value.items()
            for line in _lines(item, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [line for i, item in enumerate(value) for line in _lines(item, f"{path}[{i}]")]
    return [f"{path}: {json.dumps(value, ensure_ascii=False)}"]

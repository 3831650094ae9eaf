"""How plans and progress reach a terminal, a file or another program."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import click

from provisioning.connection import Connection
from provisioning.plan import Plan
from provisioning.render import as_json, as_text


def show(plans: Sequence[Plan], output: str, connection: Connection) -> None:
    """Print plans as text or as one JSON object."""
    if output == "json":
        body = as_json(list(plans), server=connection.settings.url)
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    for realm_plan in plans:
        click.echo(as_text(realm_plan, colour=in_colour()))


def in_colour() -> bool:
    """On a terminal, unless NO_COLOR is set (no-color.org) or the terminal knows none."""
    calm = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not calm

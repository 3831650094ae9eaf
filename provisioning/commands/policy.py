"""`tanba policy`: the policies' own commands, and a `validate` that builds what they declare."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from policies import commands
from policies.errors import PolicyError
from policies.loader import Policy, as_one, load_policies
from provisioning.desired import build


@click.command()
@commands.PATHS
@commands.FORMAT
def validate(paths: tuple[Path, ...], output: str) -> None:
    """Read policies and portals' agreements; name every mistake by file and line.

    What a policy declares is put together too: a value that is said in two ways, or a way past a
    portal's gate, is a mistake.
    """
    now = datetime.now(UTC)
    policies = load_policies(paths, environ=os.environ)
    _require_buildable(policies, at=now)
    commands.report(policies, output=output, at=now)


policy = click.Group(
    "policy",
    commands={**commands.policy.commands, "validate": validate},
    help=commands.policy.help,
)


def _require_buildable(policies: Iterable[Policy], *, at: datetime) -> None:
    """Raises PolicyError saying what is wrong with any of them."""
    refused: list[PolicyError] = []
    for one in policies:
        try:
            build(one, at=at)
        except PolicyError as error:
            refused.append(error)
    if refused:
        raise as_one(refused)

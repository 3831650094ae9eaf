"""`tanba eds trust`: the certification authorities that are trusted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from eds_verifier.commands.options import (
    DEFAULT_TRUST,
    FOLDER,
    Instant,
    list_path,
    output_format,
    rfc3339,
    trust_dir,
)
from eds_verifier.trust import found_in, state_of
from eds_verifier.trust_check import Checked, check_trust
from eds_verifier.trust_update import update
from policies.errors import DIFFERENT
from policies.trust import TrustList, load_trust_list

_trust = click.option(
    "--trust", default=DEFAULT_TRUST, show_default=True, help="Trust list: a name, or a file."
)
_FOR_TESTS = "for tests: anybody may hold these authorities' keys"


@click.group()
def trust() -> None:
    """The certification authorities that are trusted."""


@trust.command("list")
@_trust
@trust_dir
@output_format
def list_(trust: str, trust_dir: Path, output: str) -> None:
    """Show the list, and whether each certificate is there and is the pinned one."""
    trust_list = load_trust_list(list_path(trust, trust_dir))
    found = found_in(trust_list, trust_dir)
    rows = [
        {
            "name": authority.name,
            "role": authority.role,
            "generation": authority.generation,
            "valid_to": authority.not_after.date().isoformat(),
            "certificate": state_of(authority, found[authority.name]),
            "sha256": authority.sha256,
        }
        for authority in trust_list.authorities
    ]
    if output == "json":
        _print_json(trust_list, rows)
        return
    click.echo(_heading(trust_list))
    for row in rows:
        click.echo(
            f"{row['name']:20} {row['role']:7} {row['generation']:8} to {row['valid_to']}"
            f"  {row['certificate']:9} {row['sha256']}"
        )


@trust.command()
@_trust
@trust_dir
@click.option("--at", type=Instant(), help="Check for this instant instead of now.")
@output_format
@click.pass_context
def check(
    ctx: click.Context, /, trust: str, trust_dir: Path, at: datetime | None, output: str
) -> None:
    """Check the certificates: there, pinned, signed by their issuers, not expired.

    Exit code 2 when one of the current generation is not as it must be; warnings (expiry within 90
    days, an old certificate that is not there) leave it 0.
    """
    trust_list = load_trust_list(list_path(trust, trust_dir))
    checked = check_trust(trust_list, found_in(trust_list, trust_dir), at=at or datetime.now(UTC))
    if output == "json":
        _print_json(trust_list, [_checked_row(item) for item in checked])
    else:
        click.echo(_heading(trust_list))
        for item in checked:
            _print_checked(item)
    if not any(item.findings for item in checked):
        return
    if any(item.certificate in {"missing", "different"} for item in checked):
        click.echo(
            f"Run `tanba eds trust update --trust {trust} --trust-dir {trust_dir}`.", err=True
        )
    ctx.exit(DIFFERENT)


def _checked_row(item: Checked) -> dict[str, Any]:
    authority = item.authority
    return {
        "name": authority.name,
        "role": authority.role,
        "generation": authority.generation,
        "sha256": authority.sha256,
        "certificate": item.certificate,
        "signature": item.signature,
        "valid_from": rfc3339(authority.not_before),
        "valid_to": rfc3339(authority.not_after),
        "days_left": item.days_left,
        "findings": list(item.findings),
        "warnings": list(item.warnings),
    }


def _print_checked(item: Checked) -> None:
    authority = item.authority
    answer = "wrong" if item.findings else "warning" if item.warnings else "good"
    old = ", of the old generation: for documents only" if authority.generation == "old" else ""
    click.echo(f"{authority.name:20} {answer:8} to {authority.not_after:%Y-%m-%d}{old}")
    click.echo(f"  SHA-256   {authority.sha256}")
    for finding in item.findings:
        click.echo(f"  wrong     {finding}")
    for warning in item.warnings:
        click.echo(f"  warning   {warning}")


@trust.command("update")
@_trust
@trust_dir
@click.option(
    "--from", "from_dir", type=FOLDER, help="Find the certificates here instead of fetching them."
)
@output_format
def update_(trust: str, trust_dir: Path, from_dir: Path | None, output: str) -> None:
    """Bring the list's certificates; only those whose SHA-256 is pinned are taken.

    All of them, or none. Certificates of the old generation may stay away.
    """
    trust_list = load_trust_list(list_path(trust, trust_dir))
    done = update(trust_list, trust_dir, from_dir=from_dir)
    if output == "json":
        _print_json(
            trust_list,
            [
                {"name": d.name, "state": d.state, "source": d.source, "changed": d.changed}
                for d in done
            ],
        )
        return
    for item in done:
        if item.state == "not_found":
            click.echo(f"note: old, for documents only, not found: {item.source}", err=True)
        else:
            click.echo(f"{item.name:20} {item.state:9}  {item.source}")


def _heading(trust_list: TrustList) -> str:
    unsafe = f"  UNSAFE, {_FOR_TESTS}" if trust_list.unsafe_test else ""
    return f"{trust_list.name}{unsafe}"


def _print_json(trust_list: TrustList, rows: list[dict[str, Any]]) -> None:
    body = {
        "name": trust_list.name,
        "unsafe_test": trust_list.unsafe_test,
        "authorities": rows,
    }
    click.echo(json.dumps(body, ensure_ascii=False, indent=2))

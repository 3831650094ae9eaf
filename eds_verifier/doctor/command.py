"""`tanba doctor`."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from eds_verifier.commands.options import (
    DEFAULT_TRUST,
    EXISTING_FILE,
    list_path,
    output_format,
    trust_dir,
)
from eds_verifier.doctor.authorities import ask_authorities
from eds_verifier.doctor.findings import MARKS, Finding, is_well
from eds_verifier.doctor.machine import look_at_machine
from eds_verifier.doctor.services import look_at_services
from eds_verifier.errors import TrustStoreError
from eds_verifier.revocation.fetch import HttpEvidenceFetcher
from eds_verifier.settings import VerifierSettings, load_settings
from eds_verifier.trust import found_in, load_trust
from eds_verifier.trust_check import check_trust
from policies.errors import DIFFERENT
from policies.loader import load_portal
from policies.trust import TrustList, load_trust_list


@click.command()
@click.option(
    "--settings", type=EXISTING_FILE, help="The verifier's settings: it and Keycloak are asked too."
)
@click.option(
    "--trust",
    help=f"A trust list's name; without it those of the settings, or {DEFAULT_TRUST}.",
)
@trust_dir
@output_format
def doctor(settings: Path | None, trust: str | None, trust_dir: Path, output: str) -> int:
    """Say what is reachable, what is wrong, and what to do.

    Asks the authorities' responders and fetches their CRLs, for real. Exit code 0: nothing is
    wrong, 2: something is.
    """
    findings: list[Finding] = []
    for finding in _findings(settings, trust, trust_dir):
        findings.append(finding)
        if output == "text":
            _print(finding)
    if output == "json":
        body = {"findings": [finding.model_dump() for finding in findings]}
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
    return 0 if is_well(findings) else DIFFERENT


def _findings(settings: Path | None, trust: str | None, folder: Path) -> Iterator[Finding]:
    yield from look_at_machine()
    loaded = load_settings(settings, environ=os.environ) if settings else None
    folder = loaded.trust if loaded else folder
    named = {trust} if trust else _lists_of(loaded) if loaded else {DEFAULT_TRUST}
    for name in sorted(named):
        yield from _authorities(name, folder)
    if loaded:
        yield from look_at_services(loaded)


def _lists_of(settings: VerifierSettings) -> set[str]:
    """The trust lists that the verifier judges by: of its REST interface and of each realm."""
    lists = {settings.api.trust} if settings.api and settings.api.enabled else set()
    for realm in settings.realms:
        lists.add(realm.trust or load_portal(realm.policy, environ=os.environ).eds.trust)
    return lists


def _authorities(name: str, folder: Path) -> Iterator[Finding]:
    trust_list = load_trust_list(list_path(name, folder))
    yield from _trust(trust_list, folder)
    try:
        store = load_trust(list_path(name, folder), folder, unsafe_allow_test_trust=True)
    except TrustStoreError as error:
        yield Finding(subject=name, state="wrong", what=error.message, do=error.hint)
        return
    yield from ask_authorities(
        store, HttpEvidenceFetcher(), random=secrets.token_bytes, now=lambda: datetime.now(UTC)
    )


def _trust(trust_list: TrustList, folder: Path) -> Iterator[Finding]:
    """The certificates, each as `tanba eds trust check` finds it."""
    update = f"Run `tanba eds trust update --trust {trust_list.name} --trust-dir {folder}`."
    for item in check_trust(trust_list, found_in(trust_list, folder), at=datetime.now(UTC)):
        subject = f"{item.authority.name} certificate"
        if item.findings:
            yield Finding(subject=subject, state="wrong", what="; ".join(item.findings), do=update)
        elif item.warnings and item.authority.generation == "current":
            yield Finding(
                subject=subject, state="warning", what="; ".join(item.warnings), do=update
            )
        else:
            what = "; ".join(item.warnings) or item.certificate
            yield Finding(subject=subject, state="good", what=what)


def _print(finding: Finding) -> None:
    click.echo(f"{MARKS[finding.state]:8} {finding.subject}: {finding.what}")
    if finding.do:
        click.echo(f"         → {finding.do}")

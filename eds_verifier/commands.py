"""`tanba eds`: judge a signature, look at a certificate, manage trust, serve the verifier."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import click

from eds_verifier.errors import CertificateFileError
from eds_verifier.path.certificate import MAX_CERTIFICATE, Certificate
from eds_verifier.policy import KeyChoice, Purpose, VerificationPolicy
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.revocation.fetch import HttpEvidenceFetcher
from eds_verifier.service import SignatureService
from eds_verifier.subject import read_holder, read_key_use
from eds_verifier.trust import TrustStore, find_list, load_trust, state_of
from eds_verifier.trust_update import der_of, update
from eds_verifier.verdict import Reason, Refused, Verdict
from eds_verifier.verify import verify as judge
from policies.errors import DIFFERENT, REFUSED
from policies.trust import TrustList, load_trust_list

EXIT_CODES = {"valid": 0, "invalid": DIFFERENT, "indeterminate": REFUSED}
_INPUT = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


def _format(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True
    )(command)


def _trust(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--trust-dir",
            type=_FOLDER,
            default="var/trust",
            show_default=True,
            help="Folder of the authorities' certificates, and of lists that override ours.",
        ),
        click.option(
            "--trust", default="nca-rk", show_default=True, help="Trust list: a name, or a file."
        ),
    ):
        command = option(command)
    return command


class _Instant(click.ParamType[datetime]):
    name = "RFC3339"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail("expected an instant such as 2026-08-12T00:00:00Z", param, ctx)
        if instant.tzinfo is None:
            self.fail("the instant needs its offset: add Z for UTC", param, ctx)
        return instant


@click.group()
def eds() -> None:
    """Verify signatures, manage trust, serve the verifier.

    Exit codes of `verify`: 0 valid · 2 invalid · 3 indeterminate · 1 error.
    """


@eds.command()
@click.argument("file", type=_INPUT)
@click.option("--content", type=_INPUT, help="What was signed, for a detached signature.")
@_trust
@click.option("--at", type=_Instant(), help="Judge at this instant instead of now.")
@click.option(
    "--purpose", type=click.Choice(get_args(Purpose)), default="document", show_default=True
)
@click.option("--key", type=click.Choice(get_args(KeyChoice)), help="Which key is accepted.")
@click.option(
    "--numbers", type=click.Choice(["strict", "warn"]), default="strict", show_default=True
)
@click.option(
    "--delta-crl", type=click.Choice(["required", "optional"]), default="required",
    show_default=True, help="Whether a base CRL alone will do.",
)  # fmt: skip
@click.option("--crl", "crls", type=_INPUT, multiple=True, help="A CRL; nothing is fetched then.")
@click.option("--ocsp", "answers", type=_INPUT, multiple=True, help="An OCSP response; likewise.")
@_format
@click.pass_context
def verify(ctx: click.Context, /, file: Path, **options: Any) -> None:
    """Judge the CMS signature in FILE (DER, base64 or PEM).

    Revocation is asked at the addresses of the trust list, unless --crl or --ocsp give answers.
    The JSON verdict holds the signer's IIN; the text does not.
    """
    policy = VerificationPolicy(
        purpose=options["purpose"],
        key=options["key"] or ("sign" if options["purpose"] == "acceptance" else "any"),
        numbers=options["numbers"],
        delta_crl=options["delta_crl"],
    )
    verdict = _judge(file, options, policy)
    if options["output"] == "json":
        click.echo(verdict.model_dump_json(indent=2))
    else:
        click.echo("\n".join(_lines(verdict)))
    ctx.exit(EXIT_CODES[verdict.verdict])


def _judge(file: Path, options: dict[str, Any], policy: VerificationPolicy) -> Verdict:
    trust = _store(options["trust"], options["trust_dir"])
    content = options["content"].read_bytes() if options["content"] else None
    at = options["at"] or datetime.now(UTC)
    if not options["crls"] and not options["answers"]:
        service = SignatureService(trust, HttpEvidenceFetcher())
        return service.judge(file.read_bytes(), content=content, policy=policy, at=at).verdict
    evidence = Evidence(
        ocsp=tuple(OcspEvidence(path.read_bytes(), None) for path in options["answers"]),
        crls=tuple(path.read_bytes() for path in options["crls"]),
    )
    return judge(
        file.read_bytes(), content=content, trust=trust, evidence=evidence, policy=policy, at=at
    )


def _lines(verdict: Verdict) -> list[str]:
    lines = [f"{verdict.verdict}: {verdict.detail or 'the signature holds'}"]
    if verdict.reason != Reason.OK:
        lines.append(f"  reason       {verdict.reason}")
    if verdict.subject is not None:
        subject = verdict.subject
        lines.append(f"  signer       {subject.common_name} {subject.patronymic}".rstrip())
        if subject.organization:
            lines.append(f"  acting for   {subject.organization} ({subject.role or 'no role'})")
    if verdict.certificate is not None:
        certificate = verdict.certificate
        lines.append(f"  key          {certificate.key_use.upper()}, {certificate.algorithm}")
        lines.append(f"  serial       {certificate.serial_hex}, of {certificate.issuer}")
    if verdict.revocation is not None:
        revocation = verdict.revocation
        lines.append(f"  revocation   {revocation.source.upper()} of {revocation.this_update}")
    lines.extend(f"  warning      {warning}" for warning in verdict.warnings)
    return lines


@eds.command()
@click.argument("certificate", type=_INPUT)
@_format
def info(certificate: Path, output: str) -> None:
    """Show what CERTIFICATE says. Nothing of it is proven; names and numbers stay hidden."""

    def attempt(read: Callable[[], str]) -> str:
        try:
            return read()
        except Refused as refused:
            return f"refused ({refused.reason}): {refused.detail}"

    with certificate.open("rb") as file:
        data = file.read(MAX_CERTIFICATE + 1)
    try:
        read = Certificate.parse(der_of(data))
    except Refused as refused:
        raise CertificateFileError(f"{certificate}: {refused.detail}") from None
    rows = {
        "sha256": read.sha256,
        "serial": f"{read.serial:x}",
        "issuer": str(read.issuer.native.get("common_name", "")),
        "valid from": read.not_before.isoformat(),
        "valid to": read.not_after.isoformat(),
        "algorithm": read.scheme.key,
        "authority": "yes" if read.is_ca else "no",
        "key": attempt(lambda: read_key_use(read)),
        "holder": attempt(
            lambda: " ".join((read_holder(read).subject_type, read_holder(read).role))
        ),
        "key storage": read.key_storage or "not said",
    }
    _print_rows(rows, output)


def _print_rows(rows: dict[str, str], output: str) -> None:
    if output == "json":
        body = {name.replace(" ", "_"): value for name, value in rows.items()}
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    for name, value in rows.items():
        click.echo(f"{name:12} {value}")


@eds.group()
def trust() -> None:
    """The certification authorities that are trusted."""


@trust.command("update")
@_trust
@click.option(
    "--from", "from_dir", type=_FOLDER, help="Find the certificates here instead of fetching them."
)
@_format
def trust_update(trust: str, trust_dir: Path, from_dir: Path | None, output: str) -> None:
    """Bring the list's certificates; only those whose SHA-256 is pinned are taken."""
    done = update(_list(trust, trust_dir), trust_dir, from_dir=from_dir)
    if output == "json":
        rows = [{"name": d.name, "source": d.source, "changed": d.changed} for d in done]
        click.echo(json.dumps({"authorities": rows}, ensure_ascii=False, indent=2))
        return
    for item in done:
        click.echo(f"{item.name:20} {'written' if item.changed else 'unchanged'}  {item.source}")


@trust.command("show")
@_trust
@_format
def trust_show(trust: str, trust_dir: Path, output: str) -> int:
    """Show the list, and whether each certificate is there and is the pinned one."""
    rows = [
        {
            "name": authority.name,
            "role": authority.role,
            "valid_to": authority.not_after.date().isoformat(),
            "sha256": authority.sha256,
            "certificate": state_of(authority, trust_dir),
        }
        for authority in _list(trust, trust_dir).authorities
    ]
    if output == "json":
        click.echo(json.dumps({"authorities": rows}, ensure_ascii=False, indent=2))
        return _unpinned(rows, trust, trust_dir)
    for row in rows:
        click.echo(
            f"{row['name']:20} {row['role']:7} to {row['valid_to']}  {row['certificate']:9}"
            f" {row['sha256']}"
        )
    return _unpinned(rows, trust, trust_dir)


def _unpinned(rows: list[dict[str, str]], trust: str, trust_dir: Path) -> int:
    """Exit code 2, and what to do, unless every certificate is the pinned one."""
    if all(row["certificate"] == "pinned" for row in rows):
        return 0
    click.echo(f"Run `tanba eds trust update --trust {trust} --trust-dir {trust_dir}`.", err=True)
    return DIFFERENT


@eds.command()
@click.option("--settings", type=_INPUT, required=True, help="The verifier's settings file.")
def serve(settings: Path) -> None:
    """Serve the verifier as an OpenID Provider for the realms in its settings."""
    from eds_verifier.provider.server import serve as run  # noqa: PLC0415 - a web server, for this command only

    run(settings)


def _list_path(name: str, trust_dir: Path) -> Path:
    path = Path(name)
    return path if path.suffix == ".yaml" else find_list(name, trust_dir)


def _list(name: str, trust_dir: Path) -> TrustList:
    return load_trust_list(_list_path(name, trust_dir))


def _store(name: str, trust_dir: Path) -> TrustStore:
    return load_trust(_list_path(name, trust_dir), trust_dir)

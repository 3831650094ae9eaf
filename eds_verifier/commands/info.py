"""`tanba eds info`: what a certificate or message says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from eds_verifier.commands.describe import MAX_FILE, describe
from eds_verifier.commands.kinds import Kind, kind_of, said_of
from eds_verifier.commands.options import INPUT, output_format, read_input, shown
from eds_verifier.errors import CertificateFileError
from eds_verifier.verdict import Refused


@click.command()
@click.argument("file", type=INPUT)
@click.option(
    "--show-numbers", is_flag=True, help="Show IINs and BINs, which are masked otherwise."
)
@output_format
def info(file: Path, show_numbers: bool, output: str) -> None:  # noqa: FBT001 - a flag of click's
    """Show what FILE says: a certificate or a CMS message (DER, PEM or base64; - is stdin).

    Nothing of it is proven: `tanba eds verify` does that.
    """
    data = read_input(file, MAX_FILE)
    if len(data) > MAX_FILE:
        raise CertificateFileError(f"{file}: larger than {MAX_FILE} octets")
    try:
        said = describe(data, show_numbers=show_numbers)
    except Refused as refused:
        is_read = kind_of(data) in {Kind.CERTIFICATE, Kind.MESSAGE}
        instead = None if is_read else said_of(data, wanted="the certificate (.cer)")
        raise CertificateFileError(f"{file}: {instead or refused.detail}") from None
    if output == "json":
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    click.echo("Nothing of this is proven: it is what the file says.")
    for line in _lines(said):
        click.echo(line)


def _lines(said: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    if said["kind"] == "certificate":
        return _rows(said)
    if said["kind"] == "message":
        content = said["content"]
        attached = f"attached, {content['size']} octets" if content["attached"] else "detached"
        lines += [f"{'message':12} {said['size']} octets", f"{'content':12} {attached}"]
        for number, signer in enumerate(said["signers"], start=1):
            lines += ["", f"signer {number}", *_signer(signer)]
    for number, certificate in enumerate(said["certificates"], start=1):
        lines += ["", f"certificate {number}", *(f"  {row}" for row in _rows(certificate))]
    return lines


def _signer(signer: dict[str, Any]) -> list[str]:
    stamps = signer["time_stamps"]
    rows = {
        "certificate": signer["certificate"] or "not in the message, or unreadable",
        "algorithm": f"{signer['algorithm']}, {signer['digest']}",
        "attributes": "signed" if signer["signed_attributes"] else "none: the content was signed",
        "claimed at": signer["claimed_at"] or "not said",
        "time stamp": f"{stamps}, not checked here" if stamps else "none",
    }
    return [f"  {name:12} {shown(value)}" for name, value in rows.items()]


def _rows(certificate: dict[str, Any]) -> list[str]:
    lines = []
    for key, value in certificate.items():
        name = key.replace("_", " ")
        if key == "kind":
            continue
        if isinstance(value, dict):
            lines += [f"{k.replace('_', ' '):12} {shown(v)}" for k, v in value.items()]
        elif isinstance(value, bool):
            lines.append(f"{name:12} {'yes' if value else 'no'}")
        else:
            lines.append(f"{name:12} {shown(value)}")
    return lines

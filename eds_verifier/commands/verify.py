"""`tanba eds verify`: one signature, or a batch of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import click

from eds_verifier.batch.request import RequestPolicy
from eds_verifier.commands.batch import answer_batch
from eds_verifier.commands.evidence import named, read_evidence
from eds_verifier.commands.kinds import Kind, kind_of, said_of
from eds_verifier.commands.options import (
    DEFAULT_TRUST,
    INPUT,
    STDIN,
    Instant,
    load_named,
    masked,
    output_format,
    read_input,
    rfc3339,
    shown,
    trust_dir,
)
from eds_verifier.policy import KeyChoice, Purpose, VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.revocation.fetch import HttpEvidenceFetcher
from eds_verifier.revocation.judge import NOT_CHECKED
from eds_verifier.service import SignatureService
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Reason, Verdict
from eds_verifier.verify import verify as judge
from policies.base import read_model
from policies.errors import DIFFERENT, REFUSED, PolicyFileError

EXIT_CODES = {"valid": 0, "invalid": DIFFERENT, "indeterminate": REFUSED}
MAX_FILE = 64 * 1_048_576
_UNCHECKED = "; revocation was NOT checked"
_NOT_KNOWN = "revocation is not known: "
_NO_BASE = "there is no CRL"
_NO_MESSAGE = frozenset({Reason.MALFORMED, Reason.SIGNER_COUNT})
_SINGLE = {
    "file": "FILE",
    "content": "--content",
    "crls": "--crl",
    "answers": "--ocsp",
    "at": "--at",
    "policy": "--policy",
    "purpose": "--purpose",
    "key": "--key",
    "numbers": "--numbers",
    "delta_crl": "--delta-crl",
}
"""What the lines of a batch say, by its parameter: how it is written on the command line."""


class PolicyFile(RequestPolicy):
    """What `--policy FILE` may say: a batch line's policy, and the purpose."""

    purpose: Purpose = "document"


@click.command()
@click.argument("file", type=INPUT, required=False)
@click.option("--content", type=INPUT, help="What was signed, for a detached signature.")
@click.option(
    "--trust", "trusts", multiple=True, default=[DEFAULT_TRUST], show_default=True,
    help="A trust list by its name, a list file (.yaml), or a folder of certificates. Repeatable.",
)  # fmt: skip
@trust_dir
@click.option("--unsafe-allow-test-trust", is_flag=True, help="Take lists of test authorities too.")
@click.option("--at", type=Instant(), help="Judge at this instant instead of now.")
@click.option(
    "--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML: purpose, key_use, required_role, subject, numbers, revocation.",
)  # fmt: skip
@click.option("--purpose", type=click.Choice(get_args(Purpose)), help="Default: document.")
@click.option("--key", type=click.Choice(get_args(KeyChoice)), help="Which key is accepted.")
@click.option(
    "--numbers", type=click.Choice(["strict", "warn"]), help="Wrong IIN or BIN; default: strict."
)
@click.option(
    "--delta-crl", type=click.Choice(["when_published", "required", "optional"]),
    help="Whether a base CRL alone will do.",
)  # fmt: skip
@click.option(
    "--crl", "crls", type=INPUT, multiple=True, help="A CRL; nothing is fetched then. Repeatable."
)
@click.option("--ocsp", "answers", type=INPUT, multiple=True, help="An OCSP response; likewise.")
@click.option("--batch", type=INPUT, help="JSON lines to judge instead of FILE; - is stdin.")
@click.option(
    "--jobs", type=click.IntRange(1, 256), help="Processes of a batch. Default: one for each core."
)
@output_format
@click.pass_context
def verify(ctx: click.Context, /, **options: Any) -> None:
    """Judge the CMS signature in FILE (DER, base64 or PEM; - is stdin).

    Revocation is asked at the addresses of the trust list, unless --crl or --ocsp give answers.
    The JSON verdict holds the signer's IIN; the text does not.

    With --batch, each line is one JSON object: id, cms (base64), and optionally content, trust,
    certs, ocsp, crl, at, policy. Each gets one line on stdout, in order, judged by the rules of a
    sign-in and by what the line brings: nothing is fetched. Exit code 0: every line was answered.
    """
    _refuse_misuse(ctx, options)
    if options["batch"] is not None:
        ctx.exit(_batch(ctx, options))
    policy = _policy(options)
    evidence = read_evidence(options["crls"], options["answers"])
    trust = load_named(
        options["trusts"],
        options["trust_dir"],
        unsafe_allow_test_trust=options["unsafe_allow_test_trust"],
    )
    verdict = _judge(options, trust, policy, evidence)
    if options["output"] == "json":
        click.echo(verdict.model_dump_json(indent=2))
    else:
        click.echo("\n".join(_lines(verdict)))
    ctx.exit(EXIT_CODES[verdict.verdict])


def _refuse_misuse(ctx: click.Context, options: dict[str, Any]) -> None:
    """Refuse options that contradict, as a usage error."""
    if options["batch"] is None:
        if options["file"] is None:
            raise click.UsageError("Missing argument 'FILE'.", ctx)
        if options["jobs"] is not None:
            raise click.UsageError("--jobs is of --batch.", ctx)
    else:
        for name, written in _SINGLE.items():
            if options[name]:
                raise click.UsageError(
                    f"--batch is told everything by its lines: leave {written} out.", ctx
                )
        if options["output"] == "text" and _is_said(ctx, "output"):
            raise click.UsageError("--batch answers in JSON lines: leave --format out.", ctx)
    inputs = [options["file"], options["content"], *options["crls"], *options["answers"]]
    if inputs.count(STDIN) > 1:
        raise click.UsageError("stdin (-) can be read once only.", ctx)


def _is_said(ctx: click.Context, parameter: str) -> bool:
    return ctx.get_parameter_source(parameter) is not click.core.ParameterSource.DEFAULT


def _batch(ctx: click.Context, options: dict[str, Any]) -> int:
    return answer_batch(
        options["batch"],
        load=lambda: load_named(
            options["trusts"],
            options["trust_dir"],
            unsafe_allow_test_trust=options["unsafe_allow_test_trust"],
        ),
        needs_trust=_is_said(ctx, "trusts"),
        jobs=options["jobs"] or len(os.sched_getaffinity(0)),
    )


def _policy(options: dict[str, Any]) -> VerificationPolicy:
    """The policy file's, with what the options say in its place."""
    path: Path | None = options["policy"]
    said = read_model(path, PolicyFile) if path else PolicyFile()
    flags = {
        "purpose": options["purpose"],
        "key_use": options["key"],
        "numbers": options["numbers"],
    }
    fields = said.model_dump(exclude_unset=True) | {k: v for k, v in flags.items() if v}
    if fields.get("purpose") == "acceptance":
        fields.setdefault("key_use", "sign")
    wanted = PolicyFile.model_validate(fields)
    _refuse_contradictions(wanted, path, options)
    rules = wanted.rules(wanted.purpose)
    changes: dict[str, Any] = {"max_bytes": MAX_FILE} if wanted.purpose == "document" else {}
    if options["delta_crl"]:
        changes["delta_crl"] = options["delta_crl"]
    return rules.model_copy(update=changes)


def _refuse_contradictions(wanted: PolicyFile, path: Path | None, options: dict[str, Any]) -> None:
    """Refuse a policy that no signature can satisfy, by the word that was used for it."""
    if wanted.purpose == "acceptance" and wanted.key_use != "sign":
        said = f"an acceptance is signed with a SIGN key: say sign, not {wanted.key_use}"
        if path is None or options["key"]:
            raise click.UsageError(f"--key: {said}.")
        raise PolicyFileError(f"{path}: key_use: {said}")
    if wanted.subject == "individual" and wanted.required_role is not None:
        raise PolicyFileError(
            f"{path}: required_role: an individual has no role in an organisation; "
            "say subject: legal_entity, or leave one out"
        )


def _judge(
    options: dict[str, Any], trust: TrustStore, policy: VerificationPolicy, evidence: Evidence
) -> Verdict:
    cms = read_input(options["file"], MAX_FILE)
    content = read_input(options["content"], MAX_FILE) if options["content"] else None
    at = options["at"] or datetime.now(UTC)
    given = options["crls"] or options["answers"]
    if not given and policy.revocation != "unsafe_off":
        service = SignatureService(trust, HttpEvidenceFetcher())
        verdict = service.judge(cms, content=content, policy=policy, at=at).verdict
    else:

        def by(some: Evidence, rules: VerificationPolicy) -> Verdict:
            return judge(cms, content=content, trust=trust, evidence=some, policy=rules, at=at)

        verdict = by(evidence, policy)
        files = named(evidence, options["crls"], options["answers"])
        if verdict.reason == Reason.REVOCATION_UNAVAILABLE and len(files) > 1:
            alone = policy.model_copy(update={"delta_crl": "optional"})
            verdict = _by_file(verdict, {name: by(part, alone) for name, part in files.items()})
    return _named(verdict, cms)


def _by_file(verdict: Verdict, alone: dict[str, Verdict]) -> Verdict:
    """What each file lacks, by its name, in the place of what all of them lack together.

    A file that has nothing against it alone, such as a base CRL that wants its delta, is not named.
    """
    if len(verdict.signers) > 1:
        return verdict
    lacking = [
        f"{name}: {_detail(of_file)}"
        for name, of_file in alone.items()
        if of_file.reason == Reason.REVOCATION_UNAVAILABLE and _detail(of_file) != _NO_BASE
    ]
    if not lacking:
        return verdict
    detail = _NOT_KNOWN + "; ".join(lacking)
    signers = tuple(signer.model_copy(update={"detail": detail}) for signer in verdict.signers)
    return verdict.model_copy(update={"detail": detail, "signers": signers})


def _detail(verdict: Verdict) -> str:
    return verdict.detail.removeprefix(_NOT_KNOWN)


def _named(verdict: Verdict, data: bytes) -> Verdict:
    """The verdict on what is no signed message says what it is instead."""
    if verdict.reason not in _NO_MESSAGE or kind_of(data) is Kind.MESSAGE:
        return verdict
    said = said_of(data, wanted="the signed message")
    return verdict.model_copy(update={"detail": said}) if said else verdict


def _lines(verdict: Verdict) -> list[str]:
    """The verdict for a person; one block a signer where there are several."""
    if len(verdict.signers) < 2:
        return _block(verdict)
    unchecked = any(NOT_CHECKED in signer.warnings for signer in verdict.signers)
    is_open = verdict.verdict == "valid" and unchecked
    lines = [f"{verdict.verdict}: {len(verdict.signers)} signers" + (_UNCHECKED if is_open else "")]
    for number, signer in enumerate(verdict.signers, start=1):
        first, *rest = _block(signer)
        lines += ["", f"signer {number}: {first}", *rest]
    return lines


def _block(verdict: Verdict) -> list[str]:
    rows: list[tuple[str, str]] = []
    if verdict.reason != Reason.OK:
        rows.append(("reason", str(verdict.reason)))
    if verdict.subject is not None:
        subject = verdict.subject
        rows.append(("signer", masked(f"{subject.common_name} {subject.patronymic}".rstrip())))
        if subject.organization:
            organization = masked(subject.organization)
            rows.append(("acting for", f"{organization} ({subject.role or 'no role'})"))
    if verdict.certificate is not None:
        certificate = verdict.certificate
        rows.append(("key", f"{certificate.key_use.upper()}, {certificate.algorithm}"))
        rows.append(("serial", f"{certificate.serial_hex}, of {masked(certificate.issuer)}"))
        rows.append(("expires", rfc3339(certificate.not_after)))
    if verdict.revocation is not None:
        revocation = verdict.revocation
        as_of = rfc3339(revocation.this_update)
        rows.append(("revocation", f"{revocation.source.upper()} of {as_of}"))
    if verdict.signed_at is not None:
        rows.append(("signed at", f"{rfc3339(verdict.signed_at)}, proven by a time stamp"))
    elif verdict.claimed_at is not None:
        rows.append(("claimed at", f"{rfc3339(verdict.claimed_at)}, by the signer's clock"))
    rows += [("warning", warning) for warning in verdict.warnings]
    said = [f"  {name:12} {shown(value)}" for name, value in rows]
    good = "the signature holds" + (_UNCHECKED if NOT_CHECKED in verdict.warnings else "")
    return [f"{verdict.verdict}: {shown(verdict.detail) or good}", *said]

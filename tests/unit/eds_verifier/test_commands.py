"""`tanba eds`: exit codes, what is printed, and what never is."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from eds_verifier.asn1 import oids
from eds_verifier.commands import eds
from eds_verifier.commands.options import Instant, rfc3339
from eds_verifier.errors import CertificateFileError, TrustStoreError
from policies.errors import PolicyFileError
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.batch.lines import line
from tests.unit.eds_verifier.factory import (
    BIN,
    CONTENT,
    DIRECTOR,
    IIN,
    NOW,
    Message,
    crl,
    issue,
    ocsp_response,
    pki,
    responder,
    rsa_key,
)
from tests.unit.eds_verifier.trusted_list import pem

PKI = pki("rsa")
PERSON = issue(PKI.person(), PKI.issuer)
GOOD = Message(PERSON)
ROOT = Path(__file__).resolve().parents[3]
TANBA = [sys.executable, "-c", "from cli import main; main()"]


def _write_list(folder: Path, name: str, **more: Any) -> None:
    rows = []
    for role, signer in (("root", PKI.root), ("issuer", PKI.issuer)):
        certificate = signer.certificate
        row = {
            "name": role,
            "role": role,
            "sha256": hashlib.sha256(signer.der).hexdigest(),
            "not_before": certificate.not_before.isoformat(),
            "not_after": certificate.not_after.isoformat(),
        }
        rows.append(row | ({"issuer": "root"} if role == "issuer" else {}))
    with (folder / f"{name}.yaml").open("w", encoding="utf-8") as file:
        YAML().dump({"version": 1, "name": name, **more, "authorities": rows}, file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A trust folder with its list, a signature, its content and a CRL."""
    for role, signer in (("root", PKI.root), ("issuer", PKI.issuer)):
        (tmp_path / f"{role}.cer").write_bytes(signer.der)
    _write_list(tmp_path, "tests")
    _write_list(tmp_path, "for-tests", unsafe_test=True)
    (tmp_path / "signed.p7s").write_bytes(GOOD.encode())
    (tmp_path / "detached.p7s").write_bytes(replace(GOOD, attached=False).encode())
    (tmp_path / "content.txt").write_bytes(CONTENT)
    (tmp_path / "base.crl").write_bytes(crl(PKI.issuer))
    return tmp_path


def _invoke(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(eds, [str(argument) for argument in arguments], input=stdin)


def _verify(
    folder: Path, file: str, *options: str | Path, crl_file: str = "base.crl", trust: str = "tests"
) -> Result:
    return _invoke(
        "verify", folder / file, "--trust", trust, "--trust-dir", folder, "--at",
        NOW.isoformat(), "--crl", folder / crl_file, *options,
    )  # fmt: skip


def _tanba(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The whole program, in a process of its own."""
    command = [*TANBA, "eds", *(str(argument) for argument in arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, timeout=60, check=False, **options
    )


def test_a_valid_signature_is_told_without_the_iin(folder: Path) -> None:
    result = _verify(folder, "signed.p7s")
    assert result.exit_code == 0
    assert "valid" in result.output
    assert "ӘЛИЕВ ДӘУРЕН БОЛАТҰЛЫ" in result.output
    assert IIN not in result.output


def test_json_is_the_whole_verdict(folder: Path) -> None:
    result = _verify(folder, "signed.p7s", "--format", "json")
    verdict = json.loads(result.output)
    assert (verdict["version"], verdict["verdict"], verdict["reason"]) == (1, "valid", "ok")
    assert verdict["subject"]["iin"] == IIN


def test_detached_content_is_given_by_a_file(folder: Path) -> None:
    assert _verify(folder, "detached.p7s").exit_code == 2
    content = ("--content", str(folder / "content.txt"))
    assert _verify(folder, "detached.p7s", *content).exit_code == 0


def test_invalid_and_indeterminate_have_their_own_exit_codes(folder: Path) -> None:
    assert _verify(folder, "content.txt").exit_code == 2
    (folder / "old.crl").write_bytes(crl(PKI.root))
    result = _verify(folder, "signed.p7s", crl_file="old.crl")
    assert result.exit_code == 3
    assert "revocation_unavailable" in result.output


def test_a_signature_is_read_from_stdin(folder: Path) -> None:
    arguments: list[str | Path] = [
        "verify",
        "-",
        "--trust",
        "tests",
        "--trust-dir",
        folder,
        "--at",
        NOW.isoformat(),
    ]
    crl_file: list[str | Path] = ["--crl", folder / "base.crl"]
    for data in (GOOD.encode(), base64.encodebytes(GOOD.encode())):
        assert _invoke(*arguments, *crl_file, stdin=data).exit_code == 0
    assert _invoke(*arguments, *crl_file, stdin=b"").exit_code == 2


def test_an_ocsp_answer_and_several_crls_are_taken(folder: Path) -> None:
    by = responder(PKI.issuer, rsa_key("responder"))
    (folder / "answer.bin").write_bytes(ocsp_response(PERSON, PKI.issuer, by))
    (folder / "noise.crl").write_bytes(crl(PKI.root))
    options: list[str | Path] = ["--ocsp", folder / "answer.bin"]
    assert _verify(folder, "signed.p7s", *options, crl_file="noise.crl").exit_code == 0
    options = ["--crl", folder / "base.crl"]
    assert _verify(folder, "signed.p7s", *options, crl_file="noise.crl").exit_code == 0


def test_a_crl_in_pem_is_taken(folder: Path) -> None:
    text = base64.encodebytes(crl(PKI.issuer)).decode()
    armoured = f"-----BEGIN X509 CRL-----\n{text}-----END X509 CRL-----\n"
    (folder / "pem.crl").write_text(armoured)
    assert _verify(folder, "signed.p7s", crl_file="pem.crl").exit_code == 0


NO_EVIDENCE: dict[str, tuple[str, bytes, str]] = {
    "text": ("--crl", b"# Tanba", "x: not a CRL"),
    "nothing": ("--crl", b"", "x: not a CRL: the file is empty"),
    "a certificate as a CRL": ("--crl", PERSON.der, "x: not a CRL: this is a certificate"),
    "an answer as a CRL": ("--crl", b"0\x03\n\x01\x06", "not a CRL: this is an OCSP response"),
    "a CRL cut short": ("--crl", crl(PKI.issuer)[:-1], "x: a CRL that is cut short"),
    "a CRL as an answer": ("--ocsp", crl(PKI.issuer), "not an OCSP response: this is a CRL"),
    "text as an answer": ("--ocsp", b"good", "x: not an OCSP response"),
}


@pytest.mark.parametrize(("option", "data", "said"), NO_EVIDENCE.values(), ids=NO_EVIDENCE)
def test_evidence_that_is_none_is_an_error_before_anything_is_judged(
    folder: Path, option: str, data: bytes, said: str
) -> None:
    (folder / "x").write_bytes(data)
    for file, trust in (("signed.p7s", "tests"), ("content.txt", "gone")):
        result = _verify(folder, file, option, folder / "x", trust=trust)
        with pytest.raises(CertificateFileError, match=said):
            raise result.exception or AssertionError("the evidence was taken")


def test_of_several_files_that_do_not_suffice_each_is_named(folder: Path) -> None:
    (folder / "root.crl").write_bytes(crl(PKI.root))
    by = responder(PKI.issuer, rsa_key("responder"))
    (folder / "other.bin").write_bytes(ocsp_response(PKI.issuer, PKI.issuer, by))
    one = _verify(folder, "signed.p7s", crl_file="root.crl")
    assert "indeterminate: revocation is not known: the CRL is another authority's\n" in one.output
    answer: list[str | Path] = ["--ocsp", folder / "other.bin", "--format", "json"]
    several = _verify(folder, "signed.p7s", *answer, crl_file="root.crl")
    assert several.exit_code == 3
    detail = json.loads(several.stdout)["detail"]
    said = re.fullmatch(r"revocation is not known: (.*): (.+); (.*): (.+)", detail)
    assert said is not None
    assert said[1] == str(folder / "other.bin")
    assert (said[3], said[4]) == (str(folder / "root.crl"), "the CRL is another authority's")
    assert json.loads(several.stdout)["signers"][0]["detail"] == detail


def test_a_base_crl_that_wants_its_delta_is_not_blamed(folder: Path) -> None:
    (folder / "root.crl").write_bytes(crl(PKI.root))
    options: list[str | Path] = ["--crl", folder / "root.crl", "--delta-crl", "required"]
    result = _verify(folder, "signed.p7s", *options)
    assert result.exit_code == 3
    assert "root.crl: the CRL is another authority's" in result.output
    assert "base.crl" not in result.output
    options = ["--crl", folder / "base.crl", "--delta-crl", "required"]
    (folder / "same.crl").write_bytes(crl(PKI.issuer))
    result = _verify(folder, "signed.p7s", *options, crl_file="same.crl")
    assert "there is no delta CRL that completes the base CRL" in result.output


def test_what_is_no_signed_message_is_named_and_still_invalid(folder: Path) -> None:
    for data, said in (
        (PERSON.der, "invalid: this is a certificate"),
        (crl(PKI.issuer), "invalid: this is a CRL"),
        (b"", "invalid: the file is empty"),
    ):
        (folder / "x").write_bytes(data)
        result = _verify(folder, "x")
        assert result.exit_code == 2
        assert said in result.output


def test_several_signers_have_a_block_each(folder: Path) -> None:
    (folder / "two.p7s").write_bytes(replace(GOOD, signers=2).encode())
    result = _verify(folder, "two.p7s")
    assert result.exit_code == 0
    assert "valid: 2 signers" in result.output
    assert [result.output.count(f"signer {n}: valid") for n in (1, 2, 3)] == [1, 1, 0]
    assert result.output.count("ӘЛИЕВ ДӘУРЕН") == 2


def test_trust_is_a_folder_of_certificates(folder: Path, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "a.pem").write_bytes(pem(PKI.root.der))
    (given / "b.crt").write_bytes(PKI.issuer.der)
    (given / "person.cer").write_bytes(PERSON.der)
    result = _verify(folder, "signed.p7s", trust=str(given))
    assert result.exit_code == 0
    assert "person.cer: not an authority's certificate" in result.stderr
    (given / "b.crt").unlink()
    assert _verify(folder, "signed.p7s", trust=str(given)).exit_code == 2


def test_trust_is_given_several_times_and_by_a_file(folder: Path) -> None:
    stranger = issue(PKI.person()).der
    (folder / "stranger.cer").write_bytes(stranger)
    for trusts in (["root.cer", "issuer.cer"], ["issuer.cer"], ["tests.yaml", "root.cer"]):
        more = [item for name in trusts for item in ("--trust", str(folder / name))]
        result = _invoke(
            "verify", folder / "signed.p7s", *more, "--trust-dir", folder, "--at",
            NOW.isoformat(), "--crl", folder / "base.crl",
        )  # fmt: skip
        assert result.exit_code == 0, trusts


def test_a_folder_does_not_stand_in_for_a_list_of_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "here/tests").mkdir(parents=True)
    monkeypatch.chdir(folder / "here")
    assert _verify(folder, "signed.p7s").exit_code == 0
    result = _verify(folder, "signed.p7s", trust="./tests")
    assert isinstance(result.exception, TrustStoreError)


def test_a_list_for_tests_is_taken_only_when_that_is_said_and_then_it_is_told(
    folder: Path,
) -> None:
    result = _verify(folder, "signed.p7s", trust="for-tests")
    assert isinstance(result.exception, TrustStoreError)
    assert result.exception.hint == "Add --unsafe-allow-test-trust."
    result = _verify(folder, "signed.p7s", "--unsafe-allow-test-trust", trust="for-tests")
    assert result.exit_code == 0
    assert "authorities of tests are trusted" in result.stderr
    listed = _invoke("trust", "list", "--trust", "for-tests", "--trust-dir", folder)
    assert "UNSAFE" in listed.output


POLICIES = {
    "": 0,
    "purpose: sign_in\nkey_use: sign\nnumbers: strict\nsubject: individual\n": 0,
    "purpose: acceptance\n": 0,
    "key_use: auth\n": 2,
    "subject: legal_entity\n": 2,
    "required_role: ceo\n": 2,
    "purpose: step_up\nrequired_role: hr\n": 2,
}


@pytest.mark.parametrize(("text", "code"), POLICIES.items())
def test_a_policy_file_says_what_is_asked(folder: Path, text: str, code: int) -> None:
    (folder / "policy.yaml").write_text(f"# what is asked\n{text or '{}'}\n")
    assert _verify(folder, "signed.p7s", "--policy", folder / "policy.yaml").exit_code == code


def test_an_option_stands_before_the_policy_file(folder: Path) -> None:
    (folder / "policy.yaml").write_text("key_use: auth\n")
    options: list[str | Path] = ["--policy", folder / "policy.yaml", "--key", "sign"]
    assert _verify(folder, "signed.p7s", *options).exit_code == 0


def test_revocation_is_left_out_by_a_policy_file_only_and_told(folder: Path) -> None:
    (folder / "policy.yaml").write_text("revocation: off\n")
    result = _invoke(
        "verify", folder / "signed.p7s", "--trust", "tests", "--trust-dir", folder, "--at",
        NOW.isoformat(), "--policy", folder / "policy.yaml",
    )  # fmt: skip
    assert result.exit_code == 0
    assert result.output.startswith("valid: the signature holds; revocation was NOT checked\n")
    assert "revocation_not_checked" in result.output
    (folder / "signed.p7s").write_bytes(replace(GOOD, signers=2).encode())
    result = _invoke(
        "verify", folder / "signed.p7s", "--trust", "tests", "--trust-dir", folder, "--at",
        NOW.isoformat(), "--policy", folder / "policy.yaml",
    )  # fmt: skip
    assert result.output.startswith("valid: 2 signers; revocation was NOT checked\n")


def test_every_instant_of_the_text_is_one_that_at_takes(folder: Path) -> None:
    text = _verify(folder, "signed.p7s").output
    assert text.startswith("valid: the signature holds\n")
    assert "  claimed at   2026-08-12T00:00:00Z, by the signer's clock\n" in text
    assert "signed at" not in text
    text += (
        _invoke("info", folder / "signed.p7s").output + _invoke("info", folder / "root.cer").output
    )
    instants = re.findall(r"\d{4}-\d\d-\d\d\S*", text)
    assert len(instants) == 8
    for instant in instants:
        taken = Instant().convert(instant.rstrip(","), None, None)
        assert rfc3339(taken) == instant.rstrip(",")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("purpose: document\nkeyuse: sign\n", r"policy\.yaml:2:1: keyuse: .*did you mean key_use"),
        ("\nkey_use: SIGN\n", r"policy\.yaml:2:1: key_use: "),
        ("revocation: unsafe_off\n", r":1:1: revocation: "),
        ("key_use: [\n", r"policy\.yaml:\d+:\d+: "),
        ("- sign\n", "expected keys and values"),
    ],
)
def test_a_mistake_in_a_policy_file_is_named_by_line_and_column(
    folder: Path, text: str, said: str
) -> None:
    (folder / "policy.yaml").write_text(text)
    result = _verify(folder, "signed.p7s", "--policy", folder / "policy.yaml")
    with pytest.raises(PolicyFileError, match=said):
        raise result.exception or AssertionError("the policy was taken")


CONTRADICTIONS = {
    "purpose: acceptance\nkey_use: auth\n": "key_use: an acceptance is signed with a SIGN key",
    "key_use: any\npurpose: acceptance\n": "key_use: .*: say sign, not any",
    "subject: individual\nrequired_role: ceo\n": "required_role: an individual has no role",
}


@pytest.mark.parametrize(("text", "said"), CONTRADICTIONS.items())
def test_a_policy_nothing_can_satisfy_is_named_by_file_and_key(
    folder: Path, text: str, said: str
) -> None:
    (folder / "policy.yaml").write_text(text)
    result = _verify(folder, "signed.p7s", "--policy", folder / "policy.yaml")
    with pytest.raises(PolicyFileError, match=rf"policy\.yaml: {said}"):
        raise result.exception or AssertionError("the policy was taken")


def test_a_key_an_option_said_is_named_by_the_option(folder: Path) -> None:
    (folder / "policy.yaml").write_text("purpose: acceptance\n")
    policy: list[str | Path] = ["--policy", folder / "policy.yaml", "--key", "auth"]
    result = _verify(folder, "signed.p7s", *policy)
    assert "--key: an acceptance is signed with a SIGN key: say sign, not auth" in result.output


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--crl", "base.crl"),
        ("--ocsp", "base.crl"),
        ("--delta-crl", "required"),
        ("--key", "auth"),
        ("--format", "text"),
    ],
)
def test_a_batch_names_the_option_it_does_not_take(
    folder: Path, option: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    result = _invoke("verify", "--batch", "content.txt", option, value)
    assert result.exit_code == 2
    assert f"leave {option} out" in result.output


NO_TRUST = ["nobody", "gone/", "signed.p7s", "NOBODY", "./tests"]


@pytest.mark.parametrize("named", NO_TRUST)
def test_trust_that_is_nothing_is_told_what_it_could_be(
    folder: Path, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    result = _verify(folder, "signed.p7s", trust=named)
    assert isinstance(result.exception, TrustStoreError)
    assert result.exception.message == (
        f"{named} is no folder, no file of certificates (.cer .crt .der .pem), "
        "no list file (.yaml), and no list of that name (for-tests, nca-rk, nca-rk-test, tests)"
    )


def test_a_certificate_that_is_missing_may_be_elsewhere(folder: Path, tmp_path: Path) -> None:
    (folder / "issuer.cer").unlink()
    result = _verify(folder, "signed.p7s")
    assert isinstance(result.exception, TrustStoreError)
    update = f"Run `tanba eds trust update --trust tests --trust-dir {folder}`"
    elsewhere = f"{update}, or give --trust-dir, if the certificates are elsewhere."
    assert result.exception.hint == elsewhere
    (folder / "lines").write_bytes(line())
    empty = tmp_path / "none"
    noted = _invoke("verify", "--batch", folder / "lines", "--jobs", "1", "--trust-dir", empty)
    assert noted.exit_code == 0
    assert "lines without trust cannot be judged" in noted.stderr
    assert noted.stderr.endswith(
        f"--trust-dir {empty}`, or give --trust-dir, if the certificates are elsewhere.\n"
    )


def test_an_issuer_that_is_not_trusted_is_told_with_what_is(folder: Path) -> None:
    (folder / "stranger.cer").write_bytes(pki("gost").root.der)
    result = _verify(folder, "signed.p7s", trust=str(folder / "stranger.cer"))
    assert result.exit_code == 2
    said = "invalid: none of the authorities trusted here (stranger.cer) issued it"
    assert said in result.output


MISUSE: dict[str, list[str]] = {
    "no file": ["verify"],
    "a file that is not there": ["verify", "gone.p7s"],
    "a folder as the file": ["verify", "."],
    "an unknown option": ["verify", "signed.p7s", "--force"],
    "an unknown format": ["verify", "signed.p7s", "--format", "xml"],
    "an instant without its offset": ["verify", "signed.p7s", "--at", "2026-08-12T00:00:00"],
    "no instant": ["verify", "signed.p7s", "--at", "yesterday"],
    "an unknown purpose": ["verify", "signed.p7s", "--purpose", "login"],
    "an unknown way to take numbers": ["verify", "signed.p7s", "--numbers", "maybe"],
    "content that is not there": ["verify", "signed.p7s", "--content", "gone"],
    "a policy that is not there": ["verify", "signed.p7s", "--policy", "gone"],
    "a CRL that is not there": ["verify", "signed.p7s", "--crl", "gone"],
    "a trust list that is not there": ["verify", "signed.p7s", "--trust", "gone"],
    "a trust folder that is not there": ["verify", "signed.p7s", "--trust", "./gone/"],
    "a key an acceptance does not take": [
        "verify", "signed.p7s", "--purpose", "acceptance", "--key", "auth",
    ],
    "stdin twice": ["verify", "-", "--content", "-"],
    "jobs without a batch": ["verify", "signed.p7s", "--jobs", "2"],
    "a batch and a file": ["verify", "signed.p7s", "--batch", "lines"],
    "a batch and an instant": ["verify", "--batch", "signed.p7s", "--at", "2026-08-12T00:00:00Z"],
    "a batch that is not there": ["verify", "--batch", "gone"],
    "no jobs": ["verify", "--batch", "signed.p7s", "--jobs", "0"],
    "a batch with a trust list that is not there": [
        "verify", "--batch", "signed.p7s", "--trust", "gone",
    ],
    "info of nothing": ["info"],
    "info of a file that is not there": ["info", "gone"],
    "info of neither": ["info", "content.txt"],
    "info with an unknown option": ["info", "signed.p7s", "--all"],
    "serve without settings": ["serve"],
    "serve with settings that are not there": ["serve", "--settings", "gone"],
    "trust without a command": ["trust"],
    "an unknown trust command": ["trust", "show"],
    "a list that is not there": ["trust", "list", "--trust", "gone"],
    "checking a list that is not there": ["trust", "check", "--trust", "gone.yaml"],
    "checking at no instant": ["trust", "check", "--trust", "tests.yaml", "--at", "never"],
    "updating from nowhere": ["trust", "update", "--trust", "tests.yaml", "--from", "gone"],
    "no command": [],
    "an unknown command": ["check"],
}  # fmt: skip


@pytest.fixture(scope="module")
def misused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("misuse")
    _write_list(folder, "tests")
    (folder / "signed.p7s").write_bytes(GOOD.encode())
    (folder / "content.txt").write_bytes(CONTENT)
    return folder


@pytest.mark.parametrize("arguments", MISUSE.values(), ids=MISUSE)
def test_misuse_ends_with_1_and_never_with_a_verdict(
    misused: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the program's own `main`, where click's exit code 2 is mapped."""
    import cli  # noqa: PLC0415 - the program itself

    monkeypatch.chdir(misused)
    monkeypatch.setattr(sys, "argv", ["tanba", "eds", *arguments])
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: PTH123, SIM115 - closed with the test
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1


@pytest.mark.parametrize("command", [[], ["verify"], ["info"], ["trust"], ["trust", "check"]])
def test_help_ends_with_0(command: list[str]) -> None:
    assert _invoke(*command, "--help").exit_code == 0


def test_the_help_of_serve_says_what_is_served() -> None:
    said = " ".join(_invoke("serve", "--help").output.split())
    assert "sign-in for the realms in its settings, the REST interface, or both." in said


@pytest.mark.parametrize("output", ["text", "json"])
def test_info_shows_what_a_certificate_says_and_masks_its_numbers(
    tmp_path: Path, output: str
) -> None:
    file = tmp_path / "director.cer"
    director = issue(PKI.director(), PKI.issuer)
    for data in (director.der, pem(director.der), base64.encodebytes(director.der)):
        file.write_bytes(data)
        result = _invoke("info", file, "--format", output)
        assert result.exit_code == 0
        for said in ("legal_entity ceo", "ӘЛИЕВ ДӘУРЕН", "sign", director.certificate.sha256):
            assert said in result.output
        assert IIN not in result.output
        assert BIN not in result.output
        shown = _invoke("info", file, "--format", output, "--show-numbers").output
        assert IIN in shown
        assert BIN in shown


def test_info_reads_pem_with_text_around_it(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"Certificate:\n    Data:\n" + pem(PERSON.der) + b"behind\n")
    said = json.loads(_invoke("info", tmp_path / "x", "--format", "json").output)
    assert (said["kind"], said["sha256"]) == ("certificate", PERSON.certificate.sha256)
    message = base64.encodebytes(GOOD.encode())
    armoured = b"-----BEGIN CMS-----\n" + message + b"-----END CMS-----\n"
    (tmp_path / "x").write_bytes(b"Portal: tests\n" + armoured)
    said = json.loads(_invoke("info", tmp_path / "x", "--format", "json").output)
    assert said["kind"] == "message"


def test_info_of_an_authority_says_that_it_certifies_and_names_no_holder(tmp_path: Path) -> None:
    (tmp_path / "x.cer").write_bytes(PKI.issuer.der)
    text = _invoke("info", tmp_path / "x.cer").output
    assert "\nkey          certifies others\n" in text
    assert "\nholder" not in text
    said = json.loads(_invoke("info", tmp_path / "x.cer", "--format", "json").output)
    assert (said["key"], "holder" in said) == ("certifies others", False)


def test_info_says_what_a_file_is_instead(tmp_path: Path) -> None:
    for data, said in (
        (crl(PKI.issuer), "x: this is a CRL"),
        (b"0\x03\n\x01\x06", "x: this is an OCSP response"),
        (b"", "x: the file is empty"),
        (b"-----BEGIN EC PRIVATE KEY-----\n", "this is a private key: it is not opened; give the"),
        (PERSON.der[:-1], "x: a certificate cannot be read"),
    ):
        (tmp_path / "x").write_bytes(data)
        result = _invoke("info", tmp_path / "x")
        with pytest.raises(CertificateFileError, match=said):
            raise result.exception or AssertionError("it was shown")


def test_info_shows_what_a_message_says(tmp_path: Path) -> None:
    file = tmp_path / "m"
    file.write_bytes(replace(GOOD, signers=2, attached=False).encode())
    said = json.loads(_invoke("info", file, "--format", "json").output)
    assert said["kind"] == "message"
    assert said["content"] == {"attached": False, "size": None}
    assert len(said["signers"]) == 2
    assert said["signers"][0] == {
        "certificate": PERSON.certificate.sha256,
        "algorithm": "rsa",
        "digest": "SHA-256",
        "signed_attributes": True,
        "claimed_at": "2026-08-12T00:00:00Z",
        "time_stamps": 0,
    }
    assert [c["sha256"] for c in said["certificates"]] == [PERSON.certificate.sha256]
    file.write_bytes(base64.encodebytes(GOOD.encode()))
    text = _invoke("info", file).output
    assert f"attached, {len(CONTENT)} octets" in text
    assert "Nothing of this is proven" in text
    assert IIN not in text


def test_info_reads_the_ncas_own_messages(shared_data: Path) -> None:
    for file in (shared_data / "samples/cms").glob("*.der"):
        result = _invoke("info", file, "--format", "json")
        assert result.exit_code == 0, file
        said = json.loads(result.output)
        assert len(said["signers"]) == 1
        assert said["signers"][0]["certificate"]
        assert said["content"]["attached"] == ("detached" not in file.name)


@pytest.mark.parametrize(
    "planted",
    ["\x1b[2J\x1b]0;x\x07", "\u202eABC", "\u200b", "\r\n  key          SIGN", "\x9b31m", "\u2028"],
)
def test_a_name_cannot_draw_on_the_terminal(tmp_path: Path, planted: str) -> None:
    subject = tuple((o, planted + v if o == oids.COMMON_NAME else v) for o, v in DIRECTOR)
    hostile = issue(replace(PKI.director(), subject=subject), PKI.issuer)
    (tmp_path / "x.cer").write_bytes(hostile.der)
    (tmp_path / "x.p7s").write_bytes(Message(hostile).encode())
    plain = set(_invoke("info", tmp_path / "x.cer").output)
    plain |= set(_invoke("info", tmp_path / "x.p7s").output)
    assert not {c for c in planted if c not in "ABCKEYSIGNkey 2J;x031m[]"} & (plain - {"\n"})
    assert _invoke("info", tmp_path / "x.cer").output.count("\nkey          ") == 1


def test_numbers_hidden_elsewhere_in_a_name_are_masked_too(tmp_path: Path) -> None:
    arabic = IIN.translate({ord("0") + n: 0x660 + n for n in range(10)})
    subject = (
        (oids.COMMON_NAME, f"ӘЛИЕВ {IIN}"),
        (oids.SURNAME, f"x{arabic}x"),
        ("1.2.3.4", f"IIN{IIN}"),
        (oids.SERIAL_NUMBER, f"IIN{IIN}"),
    )
    hostile = issue(replace(PKI.person(), subject=subject), PKI.issuer)
    (tmp_path / "x.cer").write_bytes(hostile.der)
    for output in ("text", "json"):
        said = _invoke("info", tmp_path / "x.cer", "--format", output).output
        assert IIN not in said
        assert arabic not in said


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"\x30",
        b"\x30\x80",
        b"0\x03\x06\x01\x2a",
        der.seq(der.oid(oids.ID_DATA)),
        b"\0" * 99,
    ],
)
def test_info_of_neither_is_an_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    assert isinstance(_invoke("info", tmp_path / "x").exception, CertificateFileError)


def test_trust_is_listed_updated_and_checked(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    options: list[str | Path] = ["--trust", folder / "tests.yaml", "--trust-dir", target]
    at = ["--at", NOW.isoformat()]
    before = _invoke("trust", "list", *options)
    assert (before.exit_code, before.output.count("missing")) == (0, 2)
    checked = _invoke("trust", "check", *options, *at)
    assert checked.exit_code == 2
    assert "tanba eds trust update" in checked.stderr
    done = _invoke("trust", "update", *options, "--from", folder)
    assert (done.exit_code, done.output.count("written")) == (0, 2)
    after = json.loads(_invoke("trust", "list", *options, "--format", "json").output)
    assert after["unsafe_test"] is False
    assert [row["certificate"] for row in after["authorities"]] == ["pinned", "pinned"]
    assert _invoke("trust", "check", *options, *at).exit_code == 0
    again = json.loads(_invoke("trust", "update", *options, "--format", "json").output)
    assert [row["state"] for row in again["authorities"]] == ["unchanged", "unchanged"]


def test_trust_that_ends_soon_is_a_warning_and_trust_that_ended_a_finding(folder: Path) -> None:
    end = PKI.issuer.certificate.not_after
    options: list[str | Path] = ["--trust", folder / "tests.yaml", "--trust-dir", folder]
    soon = end.replace(month=end.month - 1 or 12, year=end.year - (end.month == 1))
    result = _invoke("trust", "check", *options, "--at", soon.isoformat())
    assert result.exit_code == 0
    assert "warning   expires on" in result.output
    late = _invoke("trust", "check", *options, "--at", end.replace(year=2035).isoformat())
    assert late.exit_code == 2
    assert "expired on" in late.output


def test_trust_that_was_swapped_is_a_finding(folder: Path) -> None:
    (folder / "issuer.cer").write_bytes(PERSON.der)
    options: list[str | Path] = [
        "--trust",
        folder / "tests.yaml",
        "--trust-dir",
        folder,
        "--at",
        NOW.isoformat(),
    ]
    result = _invoke("trust", "check", *options, "--format", "json")
    assert result.exit_code == 2
    rows = json.loads(result.stdout)["authorities"]
    assert [row["certificate"] for row in rows] == ["pinned", "different"]


def _batch(path: Path | str, *options: str | Path) -> list[str]:
    command = ["verify", "--batch", path, "--trust-dir", "/nonexistent", *options]
    return [*TANBA, "eds", *(str(argument) for argument in command)]


def test_a_batch_answers_every_line_and_ends_with_0(tmp_path: Path) -> None:
    lines = [line(id=1), b"", b"{", line(id=4, trust=...), line(id=5)]
    (tmp_path / "lines").write_bytes(b"\n".join(lines))
    for jobs in ("1", "2"):
        options: list[str | Path] = ["--trust-dir", tmp_path, "--jobs", jobs]
        done = _tanba("verify", "--batch", tmp_path / "lines", *options)
        assert done.returncode == 0
        rows = [json.loads(text) for text in done.stdout.splitlines()]
        assert [row["id"] for row in rows] == [1, None, None, 4, 5]
        assert [row["reason"] for row in rows] == [
            "ok", "malformed", "malformed", "trust_unavailable", "ok",
        ]  # fmt: skip
        assert b"lines without trust cannot be judged" in done.stderr


def test_a_batch_is_judged_by_the_trust_that_is_named(folder: Path) -> None:
    (folder / "lines").write_bytes(line(trust=...) + b"\n")
    result = _invoke(
        "verify", "--batch", folder / "lines", "--trust", folder / "root.cer", "--trust",
        folder / "issuer.cer", "--jobs", "1",
    )  # fmt: skip
    assert json.loads(result.stdout)["reason"] == "ok"


def test_a_batch_comes_through_stdin() -> None:
    done = _tanba("verify", "--batch", "-", input=line() * 2)
    assert [json.loads(text)["reason"] for text in done.stdout.splitlines()] == ["malformed"]
    done = _tanba("verify", "--batch", "-", input=line() + b"\n" + line())
    assert [json.loads(text)["reason"] for text in done.stdout.splitlines()] == ["ok", "ok"]
    result = _invoke("verify", "--batch", "-", "--jobs", "1", "--format", "json", stdin=line())
    assert json.loads(result.stdout)["reason"] == "ok"


def test_nothing_a_batch_holds_is_said_on_stderr(tmp_path: Path) -> None:
    secret = "hunter2-planted"
    lines = [
        secret.encode(),
        line(id=secret, cms=secret),
        json.dumps({secret: IIN, "cms": ""}).encode(),
        line(cms=base64.b64encode(secret.encode()).decode(), at=secret),
        line(policy={"numbers": secret}),
        line(cms=base64.b64encode(b"\x30\x80" + IIN.encode()).decode()),
        b"\x00" + IIN.encode(),
        b"[" * 5000 + secret.encode(),
    ]
    (tmp_path / "lines").write_bytes(b"\n".join(lines))
    for jobs in ("1", "2"):
        done = _tanba("verify", "--batch", tmp_path / "lines", "--jobs", jobs)
        assert done.returncode == 0
        assert len(done.stdout.splitlines()) == len(lines)
        assert secret.encode() not in done.stderr
        assert IIN.encode() not in done.stderr
        assert IIN.encode() not in done.stdout


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A batch of endless lines on two workers, its answers going to a file."""
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            _batch("-", "--jobs", "2"), cwd=ROOT, stdin=subprocess.PIPE, stdout=out, stderr=err
        )
        feeding = os.fork()
        if feeding == 0:
            assert process.stdin is not None
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            many = (line() + b"\n") * 20
            while True:
                os.write(process.stdin.fileno(), many)
        assert process.stdin is not None
        process.stdin.close()
        _wait_for_answers(tmp_path / "out", 100_000)
        yield process, tmp_path
        os.kill(feeding, signal.SIGKILL)
        os.waitpid(feeding, 0)
        process.kill()
        process.wait()


def _wait_for_answers(out: Path, size: int) -> None:
    """Until so many octets are there: a line that was lost by then has been judged again."""
    deadline = time.monotonic() + 30
    while out.stat().st_size < size and time.monotonic() < deadline:
        time.sleep(0.02)


def _rows(folder: Path) -> list[Any]:
    data = (folder / "out").read_bytes()
    assert data.endswith(b"\n")
    return [json.loads(text) for text in data.splitlines()]


def test_ctrl_c_ends_a_batch_with_whole_answers(
    running: tuple[subprocess.Popen[bytes], Path],
) -> None:
    """Every process of the terminal's group gets the signal, as from a keyboard."""
    process, folder = running
    workers = psutil.Process(process.pid).children()
    assert len(workers) == 2
    for worker in workers:
        worker.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 1
    rows = _rows(folder)
    assert {row["verdict"] for row in rows} == {"valid"}
    said = (folder / "err").read_text()
    assert f"stopped after {len(rows)} lines" in said
    assert "Traceback" not in said
    assert not [worker for worker in workers if worker.is_running()]


def test_a_worker_killed_from_outside_loses_no_line(
    running: tuple[subprocess.Popen[bytes], Path],
) -> None:
    process, folder = running
    parent = psutil.Process(process.pid)
    for _ in range(5):
        parent.children()[0].kill()
        _wait_for_answers(folder / "out", (folder / "out").stat().st_size + 100_000)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 1
    rows = _rows(folder)
    assert len(rows) > 100
    assert {row["verdict"] for row in rows} == {"valid"}
    assert "Traceback" not in (folder / "err").read_text()


def test_a_reader_that_has_enough_ends_the_batch_quietly(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes((line() + b"\n") * 3_000)
    with (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            _batch(tmp_path / "lines", "--jobs", "2"), cwd=ROOT, stdout=subprocess.PIPE, stderr=err
        )
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["verdict"] == "valid"
        process.stdout.close()
        assert process.wait(timeout=20) == 1
    assert "Traceback" not in (tmp_path / "err").read_text()


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    """On stderr, so that the answers stay answers."""
    (tmp_path / "lines").write_bytes((line() + b"\n") * 50)
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        _batch(tmp_path / "lines", "--jobs", "2"), cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(theirs)
    output, _ = process.communicate(timeout=60)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65_536)
        except OSError:
            break
    os.close(ours)
    assert process.returncode == 0
    assert len(output.splitlines()) == 50
    assert b"50 lines" in shown
    assert b"50 valid" in shown
    assert b"\x1b" not in output


def test_where_nobody_can_be_asked_nothing_is_known(folder: Path) -> None:
    """The list has no addresses, and no evidence is given: no guess, and no network."""
    result = _invoke(
        "verify", folder / "signed.p7s", "--trust", "tests", "--trust-dir", folder, "--at",
        NOW.isoformat(),
    )  # fmt: skip
    assert result.exit_code == 3
    assert "revocation_unavailable" in result.output


def test_a_document_of_some_megabytes_is_judged(folder: Path) -> None:
    large = replace(GOOD, content=b"\0" * 5_000_000)
    (folder / "large.p7s").write_bytes(large.encode())
    assert _verify(folder, "large.p7s").exit_code == 0
    (folder / "policy.yaml").write_text("purpose: sign_in\n")
    result = _verify(folder, "large.p7s", "--policy", folder / "policy.yaml")
    assert (result.exit_code, "too_large" in result.output) == (2, True)

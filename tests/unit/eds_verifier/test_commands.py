"""`tanba eds`: exit codes, what is printed, and what never is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from eds_verifier.commands import eds
from eds_verifier.errors import CertificateFileError, TrustStoreError
from tests.unit.eds_verifier.factory import CONTENT, IIN, NOW, Message, crl, issue, pki

PKI = pki()
GOOD = Message(issue(PKI.person(), PKI.issuer))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A trust folder with its list, a signature, its content and a CRL."""
    rows = []
    for name, signer in (("root", PKI.root), ("issuer", PKI.issuer)):
        (tmp_path / f"{name}.cer").write_bytes(signer.der)
        row = {
            "name": name,
            "role": name,
            "sha256": hashlib.sha256(signer.der).hexdigest(),
            "not_before": "2024-01-01T00:00:00Z",
            "not_after": "2030-01-01T00:00:00Z",
        }
        rows.append(row | ({"issuer": "root"} if name == "issuer" else {}))
    with (tmp_path / "tests.yaml").open("w", encoding="utf-8") as file:
        YAML().dump({"version": 1, "name": "tests", "authorities": rows}, file)
    (tmp_path / "signed.p7s").write_bytes(GOOD.encode())
    (tmp_path / "detached.p7s").write_bytes(replace(GOOD, attached=False).encode())
    (tmp_path / "content.txt").write_bytes(CONTENT)
    (tmp_path / "base.crl").write_bytes(crl(PKI.issuer))
    return tmp_path


def _verify(folder: Path, file: str, *options: str, crl_file: str = "base.crl") -> Result:
    arguments = ["verify", str(folder / file), "--trust", "tests", "--trust-dir", str(folder)]
    arguments += ["--at", NOW.isoformat(), "--crl", str(folder / crl_file)]
    return CliRunner().invoke(eds, [*arguments, "--delta-crl", "optional", *options])


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
    (folder / "old.crl").write_bytes(b"not a CRL")
    result = _verify(folder, "signed.p7s", crl_file="old.crl")
    assert result.exit_code == 3
    assert "revocation_unavailable" in result.output


@pytest.mark.parametrize("instant", ["yesterday", "2026-08-12T00:00:00"])
def test_an_instant_needs_its_offset(folder: Path, instant: str) -> None:
    result = _verify(folder, "signed.p7s", "--at", instant)
    assert result.exit_code == 2
    assert "instant" in result.output


def test_an_unknown_list_is_named(folder: Path) -> None:
    result = _verify(folder, "signed.p7s", "--trust", "nobody")
    assert isinstance(result.exception, TrustStoreError)
    assert "nca-rk" in result.exception.hint


@pytest.mark.parametrize("output", ["text", "json"])
def test_info_shows_no_name_and_no_number(tmp_path: Path, output: str) -> None:
    file = tmp_path / "person.cer"
    file.write_bytes(issue(PKI.director(), PKI.issuer).der)
    result = CliRunner().invoke(eds, ["info", str(file), "--format", output])
    assert result.exit_code == 0
    assert "legal_entity ceo" in result.output
    assert IIN not in result.output
    assert "ӘЛИЕВ" not in result.output


def test_info_of_no_certificate_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"x")
    result = CliRunner().invoke(eds, ["info", str(file)])
    assert isinstance(result.exception, CertificateFileError)


def test_trust_is_updated_from_a_folder_and_shown(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    options = ["--trust", str(folder / "tests.yaml"), "--trust-dir", str(target)]
    before = CliRunner().invoke(eds, ["trust", "show", *options])
    assert before.output.count("missing") == 2
    done = CliRunner().invoke(eds, ["trust", "update", *options, "--from", str(folder)])
    assert done.output.count("written") == 2
    after = CliRunner().invoke(eds, ["trust", "show", *options, "--format", "json"])
    rows = json.loads(after.output)["authorities"]
    assert [row["certificate"] for row in rows] == ["pinned", "pinned"]

"""docs/api.md: what it shows is what is served, and its commands run as they stand."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eds_verifier.api.body import MAX_DEPTH, MAX_VALUES
from eds_verifier.api.errors import KINDS
from eds_verifier.api.keys import new_key
from eds_verifier.api.ncanode import REFUSED
from eds_verifier.settings import KEY_FORMAT, ApiKeySettings, ApiLimits, ApiSettings, load_settings
from stand.demo_ca.model import DemoCa
from stand.signing.cms import sign_cms
from tests.unit.eds_verifier.api.conformance import (
    declared_paths,
    require_reply_body,
    require_request,
)
from tests.unit.eds_verifier.api.served import Served
from tests.unit.eds_verifier.api.world import CONTENT, KEYS

REPOSITORY = Path(__file__).resolve().parents[4]
PAGE = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)([^\n]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[tuple[list[str], str]]:
    """The arguments and the text of each block of a kind."""
    return [(arguments.split(), text) for name, arguments, text in BLOCKS if name == kind]


@pytest.mark.parametrize(("arguments", "text"), blocks("json"))
def test_an_example_is_as_the_document_declares(arguments: list[str], text: str) -> None:
    shown = json.loads(text)
    match arguments:
        case ["request", path]:
            require_request(path, shown)
        case ["reply", path, status]:
            require_reply_body(path, status, shown)
        case _:
            require_reply_body("/v1/cms/verify", "200", shown)


def test_the_settings_are_taken(tmp_path: Path) -> None:
    ((_, text),) = blocks("yaml")
    path = tmp_path / "verifier.yaml"
    path.write_text(text)
    settings = load_settings(path, environ={})
    assert settings.serves_api
    assert settings.realms == ()


def test_every_setting_is_described_with_its_default() -> None:
    models: tuple[tuple[str, Any], ...] = (
        ("api.", ApiSettings),
        ("api.keys[].", ApiKeySettings),
        ("api.limits.", ApiLimits),
    )
    for prefix, model in models:
        for name, field in model.model_fields.items():
            if name in {"keys", "limits"}:
                continue
            row = next(line for line in PAGE.splitlines() if f"`{prefix}{name}`" in line)
            if isinstance(field.default, bool | int | float | str):
                default = str(field.default).lower()
                assert f"| `{default}` |" in row, row


def test_every_error_is_in_the_table_with_its_status() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", PAGE, re.MULTILINE)
    assert [(code, int(status)) for code, status in rows] == [
        (code, kind.status) for code, kind in KINDS.items()
    ]
    assert f"{MAX_DEPTH} levels and {MAX_VALUES} values" in PAGE


def test_every_address_is_named() -> None:
    for path in declared_paths():
        assert f"{path}`" in PAGE, path
    for path in REFUSED:
        assert f"`{path}`" in PAGE, path


def test_a_key_is_made_by_the_command() -> None:
    ((_, command),) = [one for one in blocks("console") if "key new" in one[1]]
    arguments = command.split()
    assert arguments[0] == "tanba"
    program = [sys.executable, "-c", "import cli; cli.main()", *arguments[1:]]
    done = subprocess.run(program, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[:2])
    assert re.fullmatch(KEY_FORMAT, lines["key:"])
    assert re.fullmatch("[0-9a-f]{64}", lines["sha256:"])
    assert lines["key:"] != new_key().key


def test_the_first_request_is_three_lines_and_is_answered(api_ca: DemoCa, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    ((_, text),) = [one for one in blocks("console") if "curl" in one[1]]
    assert len(text.splitlines()) == 3
    with Served(api_ca) as served:
        signer = api_ca.credential("aizhan-gost-sign").signer
        cms = sign_cms(CONTENT, signer=signer, at=served.clock())
        script = text.replace("tanba_…", KEYS["portal"].key).replace(
            "https://eds.example.kz", served.url
        )
        assert script.count(served.url) == 1
        for name, octets in (("DER", cms), ("nothing", b""), ("base64", base64.b64encode(cms))):
            (tmp_path / "signed.p7s").write_bytes(octets)
            done = subprocess.run(
                ["sh", "-c", script],
                cwd=tmp_path,
                env={"PATH": os.environ["PATH"], "NO_PROXY": "*"},
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            answered = json.loads(done.stdout)
            expected = {"DER": "valid", "nothing": None, "base64": "invalid"}[name]
            assert answered.get("verdict") == expected, answered

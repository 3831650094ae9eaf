from __future__ import annotations

from pathlib import Path

import pytest

from policies.errors import PolicyFileError
from policies.trust import load_trust_list

ROOT = (
    "  - name: root\n    role: root\n    sha256: " + "ab" * 32 + "\n"
    "    not_before: 2020-01-01T00:00:00Z\n    not_after: 2040-01-01T00:00:00Z\n"
)
ISSUER = ROOT.replace("name: root", "name: issuer").replace(
    "role: root", "role: issuer\n    issuer: root"
)
LIST = "version: 1\nname: demo\nauthorities:\n" + ROOT + ISSUER


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "demo.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_is_read(tmp_path: Path) -> None:
    assert [a.name for a in load_trust_list(write(tmp_path, LIST)).authorities] == [
        "root",
        "issuer",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nname: demo\nauthorities: []\n", "authorities"),
        (LIST.replace("issuer: root", "issuer: stranger"), "not a root of this list"),
        (LIST + ROOT, "one name"),
        ("version: 1\nname: demo\nauthorities:\n" + ISSUER, "no root"),
        (LIST.replace("ab" * 32, "AB" * 32), "sha256"),
        (LIST + "    ocsp: ftp://ocsp.example\n", "ocsp"),
    ],
)
def test_a_list_that_trusts_by_accident_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        load_trust_list(write(tmp_path, text))

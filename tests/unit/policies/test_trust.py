from __future__ import annotations

from pathlib import Path

import pytest

from policies.errors import PolicyFileError
from policies.trust import LISTS, load_trust_list

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


def test_an_old_generation_is_named_as_such(tmp_path: Path) -> None:
    old = ISSUER.replace("name: issuer", "name: old").replace(
        "role: issuer", "role: issuer\n    generation: old"
    )
    authorities = load_trust_list(write(tmp_path, LIST + old)).authorities
    assert [a.generation for a in authorities] == ["current", "current", "old"]


def test_a_current_authority_under_an_old_root_is_refused(tmp_path: Path) -> None:
    text = LIST.replace("role: root", "role: root\n    generation: old", 1)
    with pytest.raises(PolicyFileError, match="its root is of an old generation"):
        load_trust_list(write(tmp_path, text))


def test_a_list_is_for_tests_only_when_it_says_so(tmp_path: Path) -> None:
    assert not load_trust_list(write(tmp_path, LIST)).unsafe_test
    assert load_trust_list(write(tmp_path, LIST + "unsafe_test: true\n")).unsafe_test


def test_of_our_lists_the_test_contours_alone_is_for_tests() -> None:
    unsafe = {path.stem: load_trust_list(path).unsafe_test for path in LISTS.glob("*.yaml")}
    assert unsafe == {"nca-rk": False, "nca-rk-test": True}

"""Fetching NIST's cases: the pinned archive or nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.pkits import fetch as subject
from tests.pkits.fetch import ARCHIVE, PkitsError, fetch, is_pinned, pinned_sha256

CONTENT = b"the archive"


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "pinned_sha256", lambda: hashlib.sha256(CONTENT).hexdigest())


def arrives(content: bytes) -> subject.Download:
    def get(folder: Path) -> None:
        (folder / ARCHIVE).write_bytes(content)

    return get


def never(_: Path) -> None:
    raise AssertionError("nothing had to be downloaded")


@pytest.mark.usefixtures("pinned")
def test_the_archive_is_downloaded_once(tmp_path: Path) -> None:
    assert fetch(tmp_path, arrives(CONTENT)) == tmp_path / ARCHIVE
    assert fetch(tmp_path, never).read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == [ARCHIVE]


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize("content", [b"", b"another archive"])
def test_another_archive_is_not_taken(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PkitsError, match="SHA-256 differs"):
        fetch(tmp_path, arrives(content))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("pinned")
def test_an_archive_damaged_since_is_downloaded_anew(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE).write_bytes(b"damaged")
    assert fetch(tmp_path, arrives(CONTENT)).read_bytes() == CONTENT


@pytest.mark.usefixtures("pinned")
def test_an_archive_that_did_not_arrive_is_said(tmp_path: Path) -> None:
    with pytest.raises(PkitsError, match="not the pinned one"):
        fetch(tmp_path, lambda _: None)
    assert not is_pinned(tmp_path / ARCHIVE)


def test_the_pin_is_the_one_the_lock_has() -> None:
    lock = (subject.HERE.parent.parent / "requirements" / "dev.txt").read_text("utf-8")
    assert len(pinned_sha256()) == 64
    assert f"sha256:{pinned_sha256()}" in lock

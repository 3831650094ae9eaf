"""The distribution is whole and checked, or not there at all."""

from __future__ import annotations

import errno
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from stand.errors import ChecksumError, DiskSpaceError, FetchError
from stand.fetch import Download, Supply, fetch, maven
from stand.keycloak.releases import STAND, Release
from stand.progress import Reporter, Silent

CONTENT = b"a distribution"
RIGHT = replace(STAND, sha512=hashlib.sha512(CONTENT).hexdigest())
ARCHIVE = RIGHT.archive


def giving(content: bytes) -> Download:
    def download(folder: Path, _release: Release, _: Reporter) -> Path:
        path = folder / "deep" / "arrived.zip"
        path.parent.mkdir()
        path.write_bytes(content)
        return path

    return download


def refusing(error: Exception) -> Download:
    def download(folder: Path, _release: Release, _: Reporter) -> Path:
        (folder / "half.zip").write_bytes(b"half")
        raise error

    return download


def nothing(folder: Path, _release: Release, _: Reporter) -> Path:
    raise AssertionError(f"nothing was to be downloaded into {folder}")


def test_what_arrives_whole_is_kept_and_nothing_else(tmp_path: Path) -> None:
    found = fetch(tmp_path, Silent(), Supply(RIGHT, giving(CONTENT)))
    assert found.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [tmp_path / ARCHIVE]


def test_a_kept_archive_is_checked_and_used_without_a_download(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE).write_bytes(CONTENT)
    assert fetch(tmp_path, Silent(), Supply(RIGHT, nothing)) == tmp_path / ARCHIVE


def test_another_download_is_refused_and_removed(tmp_path: Path) -> None:
    with pytest.raises(ChecksumError, match=r"the download is not Keycloak 26\.7\.4"):
        fetch(tmp_path, Silent(), Supply(RIGHT, giving(b"evil")))
    assert list(tmp_path.iterdir()) == []


def test_a_kept_archive_that_was_changed_is_refused_and_removed(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE).write_bytes(CONTENT + b"!")
    with pytest.raises(ChecksumError, match="it was removed"):
        fetch(tmp_path, Silent(), Supply(RIGHT, nothing))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [FetchError("no network"), KeyboardInterrupt()])
def test_an_interrupted_download_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)):
        fetch(tmp_path, Silent(), Supply(RIGHT, refusing(error)))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_is_said(tmp_path: Path) -> None:
    with pytest.raises(DiskSpaceError):
        fetch(tmp_path, Silent(), Supply(RIGHT, refusing(OSError(errno.ENOSPC, "full"))))
    assert list(tmp_path.iterdir()) == []


def test_a_small_disk_is_refused_before_anything_is_downloaded(tmp_path: Path) -> None:
    with pytest.raises(DiskSpaceError, match="downloading Keycloak needs 194 MB"):
        fetch(tmp_path, Silent(), Supply(RIGHT, nothing, lambda _: 1_000_000))


@pytest.mark.parametrize(
    "error", [requests.ConnectionError("x"), requests.Timeout("x"), RuntimeError("not found")]
)
def test_no_network_is_one_sentence_without_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> requests.Response:
        raise error

    monkeypatch.setattr("jgo.util.http.get", fail)
    with pytest.raises(FetchError, match=r"Keycloak 26\.7\.4 could not be downloaded") as caught:
        maven(tmp_path, STAND, Silent())
    assert "://" not in caught.value.message
    assert "KEYCLOAK_HOME" in caught.value.hint

"""Folders and files: the owner's alone, whole or absent, one writer at a time."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stand.errors import AlreadyRunningError, DiskSpaceError
from stand.files import (
    full_disk_said,
    locked,
    private_folder,
    require_space,
    sweep,
    unfinished,
    write_private,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_folder_is_its_owners_alone_even_if_it_was_open_before(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    assert mode(private_folder(folder)) == 0o700
    assert mode(private_folder(tmp_path / "new" / "inner")) == 0o700


def test_a_private_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "secret", "x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "secret") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_write_that_fails_keeps_the_old_file_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_private(tmp_path / "secret", "old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskSpaceError, match="is full"):
        write_private(tmp_path / "secret", "new")
    assert (tmp_path / "secret").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_unfinished_work_is_gone_after_an_interruption(tmp_path: Path) -> None:
    def interrupted() -> None:
        with unfinished(tmp_path) as work:
            (work / "half").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_finished_work_that_was_renamed_stays(tmp_path: Path) -> None:
    with unfinished(tmp_path) as work:
        (work / "whole").mkdir()
        (work / "whole").replace(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_sweep_removes_what_a_killed_run_left_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".unfinished-abc" / "deep").mkdir(parents=True)
    (tmp_path / ".unfinished-file").write_text("x")
    (tmp_path / "kept").mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_too_little_space_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DiskSpaceError, match=r"unpacking needs 450 MB .* has 12 MB left"):
        require_space(tmp_path, 450_000_000, what="unpacking", free=lambda _: 12_000_000)


def test_enough_space_passes(tmp_path: Path) -> None:
    require_space(tmp_path, 100, what="x", free=lambda _: 100)


def test_only_a_full_disk_becomes_a_disk_error(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), full_disk_said(tmp_path):
        raise PermissionError(errno.EACCES, "no")


def test_a_lock_held_by_another_process_refuses_and_frees_itself_when_it_is_killed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lock"
    script = (
        "import sys, pathlib, time\n"
        "from stand.files import locked\n"
        "with locked(pathlib.Path(sys.argv[1]), wait=False):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunningError, match="up already"):
            locked(path, wait=False, busy="this is up already").__enter__()
        holder.kill()
        holder.wait()
    with locked(path, wait=False):
        pass

"""Folders and files of the stand: its owner's alone, whole or absent, one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stand.errors import AlreadyRunningError, DiskSpaceError

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
UNFINISHED = ".unfinished-"
"""What is being made has this prefix; nothing with it is ever trusted."""

FreeBytes = Callable[[Path], int]


def free_bytes(path: Path) -> int:
    """Free space on the disk that holds `path`."""
    return shutil.disk_usage(path).free


def private_folder(path: Path) -> Path:
    """Make `path` (and its parents) or tighten it, so that only its owner can enter."""
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.chmod(PRIVATE_FOLDER)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace `path` with `text` at once, readable by its owner alone.

    Raises:
        DiskSpaceError: the disk is full; the old file, if any, is untouched.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with full_disk_said(path.parent), os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """A new folder inside `folder` to build something in; gone afterwards unless renamed away."""
    work = Path(tempfile.mkdtemp(dir=folder, prefix=UNFINISHED))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what an interrupted run left; call it only while holding the folder's lock."""
    for left in folder.glob(f"{UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def require_space(folder: Path, needed: int, *, what: str, free: FreeBytes = free_bytes) -> None:
    """Refuse to begin what the disk could not finish.

    Raises:
        DiskSpaceError: fewer than `needed` bytes are free.
    """
    left = free(folder)
    if left < needed:
        raise DiskSpaceError(
            f"{what} needs {_megabytes(needed)} of disk space, "
            f"but {folder} has {_megabytes(left)} left",
            hint="free some space, then run the same command again",
        )


@contextmanager
def full_disk_said(folder: Path) -> Iterator[None]:
    """Turn "no space left on device" into a sentence; let every other error pass."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise DiskSpaceError(
            f"the disk that holds {folder} is full",
            hint="free some space, then run the same command again",
        ) from error


@contextmanager
def locked(path: Path, *, wait: bool, busy: str = "") -> Iterator[None]:
    """Hold the lock `path`; the system lets go of it when the process ends, however it ends.

    Raises:
        AlreadyRunningError: `wait` is false and another process holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise AlreadyRunningError(busy, hint="`tanba down` stops it") from None
        yield
    finally:
        os.close(handle)


def _megabytes(count: int) -> str:
    return f"{count // 1_000_000} MB"

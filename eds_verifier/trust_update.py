"""Bringing the pinned certificates: from the authorities' addresses, or found in a folder.

Where they come from does not matter, only that each one's SHA-256 is the pinned one. They arrive
as one set: written beside the folder's files, made to count by one rename (`trust.COMMITTED`), then
moved to their places. Killed at any point, the folder says the old set or the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eds_verifier.errors import TrustUpdateError
from eds_verifier.path.certificate import MAX_CERTIFICATE
from eds_verifier.revocation.fetch import FetchFailed, fetch
from eds_verifier.trust import COMMITTED, found_in, read_authority, state_of
from eds_verifier.trust_given import ders_of
from policies.trust import Authority, TrustList

_MAX_FILES = 5_000
_SECONDS = 30.0
_INCOMING = ".incoming-"


@dataclass(frozen=True, slots=True)
class Updated:
    """One authority's certificate. `source`: where it came from, or why it was not found."""

    name: str
    path: Path
    source: str
    state: Literal["written", "unchanged", "not_found"]

    @property
    def changed(self) -> bool:
        """Whether the file is another one than before."""
        return self.state == "written"


@dataclass(frozen=True, slots=True)
class _Brought:
    authority: Authority
    der: bytes
    source: str


def update(
    trust_list: TrustList,
    target: Path,
    *,
    from_dir: Path | None = None,
    get: Callable[[str], bytes] | None = None,
) -> tuple[Updated, ...]:
    """Bring every certificate of the list into `target` as `<authority>.cer`.

    What is there and is the pinned one is not brought again. Nothing is written before all of the
    others are there and proven. The old generation may stay away: its addresses may be gone, and
    nothing but old documents needs it. Raises TrustUpdateError naming the authority and every place
    that failed, or a folder that others may write to.
    """
    _check_ours_alone(target)
    held = found_in(trust_list, target)
    wanted = [a for a in trust_list.authorities if state_of(a, held[a.name]) != "pinned"]
    results: dict[str, _Brought | str] = {}
    found = _search(from_dir, {a.sha256 for a in wanted}) if from_dir is not None else {}
    for authority in wanted:
        try:
            if from_dir is None:
                der, source = _fetch(authority, get or _get)
            else:
                der, source = _found(authority, found, from_dir)
        except TrustUpdateError as error:
            if authority.generation != "old":
                raise
            results[authority.name] = error.message
        else:
            read_authority(der, authority.name)
            results[authority.name] = _Brought(authority, der, source)
    brought = [item for item in results.values() if isinstance(item, _Brought)]
    _install(brought, target, {f"{a.name}.cer" for a in trust_list.authorities})
    return tuple(_updated(a, results.get(a.name), target) for a in trust_list.authorities)


def _updated(authority: Authority, result: _Brought | str | None, target: Path) -> Updated:
    path = target / f"{authority.name}.cer"
    if result is None:
        return Updated(authority.name, path, "already there", "unchanged")
    if isinstance(result, str):
        return Updated(authority.name, path, result, "not_found")
    return Updated(authority.name, path, result.source, "written")


def _get(url: str) -> bytes:
    return fetch(
        url,
        max_bytes=MAX_CERTIFICATE,
        seconds=_SECONDS,
        what="the address",
        use_environment_proxy=True,
    )


def _fetch(authority: Authority, get: Callable[[str], bytes]) -> tuple[bytes, str]:
    failures = []
    for url in authority.urls:
        try:
            data = get(url)
        except FetchFailed as failed:
            failures.append(f"{url}: {failed.detail}")
            continue
        for der in ders_of(data):
            if hashlib.sha256(der).hexdigest() == authority.sha256:
                return der, url
        failures.append(f"{url}: another certificate is there, its SHA-256 is not the pinned one")
    raise TrustUpdateError(
        f"{authority.name}: {'; '.join(failures) or 'the trust list gives no address'}",
        hint="Download it by other means and run `tanba eds trust update --from FOLDER`.",
    )


def _search(folder: Path, wanted: set[str]) -> dict[str, tuple[bytes, Path]]:
    if not folder.is_dir():
        raise TrustUpdateError(f"{folder}: there is no such folder")
    found: dict[str, tuple[bytes, Path]] = {}
    for path in _files(folder):
        try:
            with path.open("rb") as file:
                data = file.read(MAX_CERTIFICATE + 1)
        except OSError:
            continue  # what cannot be read is not found; the error below names what is missing
        for der in ders_of(data):
            digest = hashlib.sha256(der).hexdigest()
            if digest in wanted:
                found[digest] = der, path
    return found


def _files(folder: Path) -> Iterator[Path]:
    """Plain files only: reading a pipe would wait for ever."""
    count = 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > _MAX_FILES:
                raise TrustUpdateError(
                    f"{folder}: more than {_MAX_FILES} files; name a smaller one"
                )
            path = Path(root, name)
            if path.is_file():
                yield path


def _found(
    authority: Authority, found: dict[str, tuple[bytes, Path]], folder: Path
) -> tuple[bytes, str]:
    if authority.sha256 not in found:
        raise TrustUpdateError(
            f"{authority.name}: no file in {folder} has the pinned SHA-256 {authority.sha256}",
            hint="Download it from " + (" or ".join(authority.urls) or "its authority") + ".",
        )
    der, path = found[authority.sha256]
    return der, str(path)


def _check_ours_alone(target: Path) -> None:
    """Whoever may write there could have files moved that are none of its certificates."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise TrustUpdateError(f"{target}: {error.strerror}") from None
    if stat.S_ISDIR(mode) and mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise TrustUpdateError(
            f"{target}: others may write to this folder, so what lies there is anybody's",
            hint=f"Take that from them: `chmod go-w {target}`.",
        )


def _install(brought: Sequence[_Brought], target: Path, names: Set[str]) -> None:
    """Put the whole set into `target`; raises TrustUpdateError when that cannot be written.

    `names`: the files the trust list knows; nothing else is ever moved.
    """
    if not brought and not os.path.lexists(target / COMMITTED):
        return
    try:
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        with _alone(target):
            _move(target, names)
            for abandoned in target.glob(f"{_INCOMING}*"):
                shutil.rmtree(abandoned)
            if not brought:
                return
            incoming = Path(tempfile.mkdtemp(dir=target, prefix=_INCOMING))
            incoming.chmod(0o755)
            for item in brought:
                _write(incoming / f"{item.authority.name}.cer", item.der)
            _sync(incoming)
            incoming.rename(target / COMMITTED)
            _sync(target)
            _move(target, names)
    except OSError as error:
        raise TrustUpdateError(f"{target}: {error.strerror}") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One update of a folder at a time; the lock goes with the process that held it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _move(target: Path, names: Set[str]) -> None:
    """Move what counts already to its place; also what an update before this one left."""
    committed = target / COMMITTED
    try:
        mode = committed.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(mode):
        raise TrustUpdateError(
            f"{committed}: this is not the folder that an update makes",
            hint="Find out who put it there, and remove it.",
        )
    waiting = sorted(committed.iterdir())
    for path in waiting:
        if path.name not in names or not stat.S_ISREG(path.lstat().st_mode):
            raise TrustUpdateError(
                f"{path}: this is not a certificate of an authority of this trust list",
                hint="If an update of another list was interrupted, run that one again;"
                " if none was, find out who put it there, and remove it.",
            )
    for path in waiting:
        path.replace(target / path.name)
    _sync(target)
    committed.rmdir()


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

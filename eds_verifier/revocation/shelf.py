"""The CRLs held: one for each address of each issuer, proven before it is put there.

With a folder they survive a restart, and their octets lie on disk instead of in memory; what is
read from the folder is proven anew.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import logging
import os
import stat
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eds_verifier.errors import EdsError
from eds_verifier.revocation.crl_reading import MAX_CRL, Crl, HeldCrl, prove_crl
from eds_verifier.revocation.evidence import Cause, Unusable
from eds_verifier.revocation.source import SourceKind
from eds_verifier.trust import TrustedAuthority

_PART = ".part"
_log = logging.getLogger(__name__)


class CacheFolderError(EdsError):
    """The folder that is to keep CRLs cannot be used."""

    code = "eds_cache_folder"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a CRL comes from, and whether a delta is expected there."""

    issuer: TrustedAuthority
    url: str
    is_delta: bool

    @property
    def kind(self) -> SourceKind:
        """What is expected there."""
        return "delta_crl" if self.is_delta else "crl"

    @property
    def key(self) -> str:
        """A name for it that says nothing of the address."""
        named = f"{self.issuer.certificate.sha256} {self.url}"
        return hashlib.sha256(named.encode()).hexdigest()

    @property
    def file_name(self) -> str:
        """Its file in the folder of kept CRLs."""
        return f"{self.key}.crl"


class CrlShelf:
    """The newest proven CRL of each place; safe for many threads.

    A CRL is put in only after its signature held, and never over a newer one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Raises CacheFolderError unless `folder` is, or can be made, ours alone to write to."""
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._held: dict[str, HeldCrl] = {}
        self._looked_for: set[str] = set()
        self._folder = folder
        if folder is not None:
            _prepare(folder)

    def get(self, place: Place) -> HeldCrl | None:
        """The CRL held, if any; the folder is looked into once for each place."""
        with self._lock:
            held = self._held.get(place.key)
            if held is not None or self._folder is None or place.key in self._looked_for:
                return held
            self._looked_for.add(place.key)
        self._restore(place, self._folder)
        return self.peek(place)

    def peek(self, place: Place) -> HeldCrl | None:
        """The CRL held in memory."""
        with self._lock:
            return self._held.get(place.key)

    def put(
        self, place: Place, data: bytes, *, give_up: Callable[[], bool] = lambda: False
    ) -> HeldCrl:
        """Hold `data`; raises Unusable unless the issuer signed it and it is not older.

        A base where a delta belongs, or the reverse, is Unusable too: whoever sits on the wire
        could otherwise take the base away with the authority's own delta.
        """
        digest = hashlib.sha256(data).digest()
        held = self.peek(place)
        if held is not None and held.sha256 == digest:
            return held
        crl = _prove(place, data, give_up)
        with self._writing:
            _refuse_older(self.peek(place), crl)
            stored = None if self._folder is None else _store(self._folder / place.file_name, data)
            return self._hold(place, HeldCrl(crl, digest, stored or (lambda: data)))

    def _hold(self, place: Place, new: HeldCrl) -> HeldCrl:
        with self._lock:
            _refuse_older(self._held.get(place.key), new.crl)
            self._held[place.key] = new
        return new

    def _restore(self, place: Place, folder: Path) -> None:
        path = folder / place.file_name
        try:
            data = _read(path)
            digest = hashlib.sha256(data).digest()
            crl = _prove(place, data, lambda: False)
            self._hold(place, HeldCrl(crl, digest, StoredOctets(path, digest)))
        except FileNotFoundError:
            return
        except OSError as error:
            _log.warning("a kept CRL cannot be read: %s", type(error).__name__)
        except Unusable as unusable:
            _log.warning("a kept CRL is not used: %s", unusable.cause)


def _prove(place: Place, data: bytes, give_up: Callable[[], bool]) -> Crl:
    crl = prove_crl(data, place.issuer.certificate.der, give_up=give_up)
    if place.is_delta != (crl.base_number is not None):
        kind = "base" if place.is_delta else "delta"
        raise Unusable(f"a {kind} CRL came from the other's address", Cause.DELTA)
    return crl


def _refuse_older(held: HeldCrl | None, crl: Crl) -> None:
    if held is not None and crl.issued < held.crl.issued:
        raise Unusable("the CRL is older than the one held", Cause.OLDER)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_ours(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for left_over in folder.glob(f"*{_PART}"):
            _remove_abandoned(left_over)
    except OSError as error:
        raise CacheFolderError(
            f"{error.filename or folder}: {error.strerror}",
            hint="Name a folder the verifier may write to, for its CRLs alone.",
        ) from None


def _check_ours(folder: Path) -> None:
    """Whoever may write there could take every CRL away and put pipes and links in their places."""
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise CacheFolderError(
            f"{folder}: this folder belongs to another user than the one the verifier runs as",
            hint="Name a folder of its own, or none that exists: the verifier makes it.",
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise CacheFolderError(
            f"{folder}: others may write to this folder",
            hint=f"Take that from them: `chmod go-w {folder}`.",
        )


def _remove_abandoned(path: Path) -> None:
    """Remove what a killed process left; what another is writing just now is locked by it."""
    with contextlib.suppress(FileNotFoundError, BlockingIOError):
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(descriptor)


def _open(path: Path) -> int:
    """A descriptor of a regular file; OSError for a link, a pipe or a device, without waiting."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return descriptor


def _read(path: Path) -> bytes:
    with os.fdopen(_open(path), "rb") as file:
        return file.read(MAX_CRL + 1)


def _store(path: Path, data: bytes) -> Callable[[], bytes] | None:
    """Write atomically; None, with a line in the log, when the disk does not take it."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=_PART)
        written = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                stored = StoredOctets(written, hashlib.sha256(data).digest())
                written.replace(path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    except OSError as error:
        _log.warning("a CRL is kept in memory, not on disk: %s", type(error).__name__)
        return None
    return stored


class StoredOctets:
    """Octets on disk, read when they are asked for.

    The file stays open: it may be replaced by a newer CRL's while a verdict still rests on it.
    """

    def __init__(self, path: Path, sha256: bytes) -> None:
        self._sha256 = sha256
        self._descriptor = _open(path)

    def __call__(self) -> bytes:
        """The octets; OSError when they are not what was written."""
        size = os.fstat(self._descriptor).st_size
        if size > MAX_CRL:
            raise OSError("a kept CRL was changed on disk")
        data = b"".join(
            os.pread(self._descriptor, min(1 << 20, size - start), start)
            for start in range(0, size, 1 << 20)
        )
        if hashlib.sha256(data).digest() != self._sha256:
            raise OSError("a kept CRL was changed on disk")
        return data

    def __del__(self) -> None:
        descriptor = getattr(self, "_descriptor", None)
        if descriptor is not None:
            os.close(descriptor)

"""Fetch Keycloak's distribution: one pinned file, whole and checked, or nothing.

The file comes from the Maven repository the resolver knows (`jgo`; Maven is not needed). What
arrives is trusted by its SHA-512 alone, which is checked before each use.
"""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import requests

from stand.errors import ChecksumError, FetchError
from stand.files import FreeBytes, free_bytes, full_disk_said, require_space, unfinished
from stand.progress import Advance, Reporter

VERSION = "26.7.4"
SHA512 = (
    "89c212889335ef0b14d8c70bba2484801ddb395d88fd4d65210b631e2822af4e"
    "270bab594a6d532651abc5cf83263ad363a1cb971ecefb8d250958414b20a0bc"
)
"""Of org.keycloak:keycloak-quarkus-dist:26.7.4:zip, as published beside it."""
SIZE = 176_717_726
ARCHIVE = f"keycloak-quarkus-dist-{VERSION}.zip"

_CHUNK = 1 << 20


class Download(Protocol):
    """Gets the distribution into a folder and answers where; raises FetchError."""

    def __call__(self, folder: Path, reporter: Reporter, /) -> Path: ...


def fetch(cache: Path, reporter: Reporter, supply: Supply) -> Path:
    """The checked archive in `cache`, downloaded when it is not there.

    Raises:
        DiskSpaceError: the disk cannot take it.
        FetchError: it could not be downloaded.
        ChecksumError: what is there, or what arrived, is not the pinned release. It is removed.
    """
    kept = cache / ARCHIVE
    if kept.exists():
        _check(kept, supply.sha512, origin=f"{kept} is")
        return kept
    require_space(cache, SIZE + SIZE // 10, what="downloading Keycloak", free=supply.free)
    with unfinished(cache) as work, full_disk_said(cache):
        arrived = supply.download(work, reporter)
        _check(arrived, supply.sha512, origin="the download is")
        arrived.replace(kept)
    return kept


def maven(folder: Path, reporter: Reporter) -> Path:
    """Download through `jgo`'s resolver, which speaks to the Maven repository itself.

    Raises:
        FetchError: no network, or the repository does not have the release.
    """
    # Imported when something is downloaded: that happens once.
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415

    def progress(name: str, size: int) -> AbstractContextManager[Advance]:
        return reporter.download(name, size)

    context = MavenContext(
        repo_cache=folder, resolver=PythonResolver(progress_callback=progress), timeout=30
    )
    component = context.project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION)
    try:
        path = component.artifact(packaging="zip").resolve()
    except requests.RequestException as error:
        raise FetchError(
            f"Keycloak {VERSION} could not be downloaded: the Maven repository did not answer "
            f"({type(error).__name__})",
            hint="check the network, or set KEYCLOAK_HOME to an unpacked Keycloak "
            f"{VERSION}, then run the same command again",
        ) from error
    except RuntimeError as error:
        # What jgo raises when no repository has the file or its SHA-1 differs.
        raise FetchError(
            f"Keycloak {VERSION} could not be downloaded: {error}",
            hint="run the same command again; if it stays, set KEYCLOAK_HOME to an unpacked one",
        ) from error
    return Path(path)


def _check(path: Path, sha512: str, *, origin: str) -> None:
    digest = hashlib.sha512()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != sha512:
        path.unlink()
        raise ChecksumError(
            f"{origin} not Keycloak {VERSION}: its SHA-512 begins {digest.hexdigest()[:16]}, "
            f"not {sha512[:16]}; it was removed",
            hint="run the same command again; if it stays, somebody on the way changes the file",
        )


@dataclass(frozen=True, slots=True)
class Supply:
    """Where the distribution comes from, how it is known, how much disk there is."""

    download: Download = maven
    sha512: str = SHA512
    free: FreeBytes = free_bytes

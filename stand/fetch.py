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
from stand.keycloak.releases import STAND, Release
from stand.progress import Advance, Reporter

_CHUNK = 1 << 20


class Download(Protocol):
    """Gets a release into a folder and answers where; raises FetchError."""

    def __call__(self, folder: Path, release: Release, reporter: Reporter, /) -> Path: ...


def fetch(cache: Path, reporter: Reporter, supply: Supply) -> Path:
    """The checked archive of `supply.release` in `cache`, downloaded when it is not there.

    Raises:
        DiskSpaceError: the disk cannot take it.
        FetchError: it could not be downloaded.
        ChecksumError: what is there, or what arrived, is not the pinned release. It is removed.
    """
    release = supply.release
    kept = cache / release.archive
    if kept.exists():
        _check(kept, release, origin=f"{kept} is")
        return kept
    size = release.size + release.size // 10
    require_space(cache, size, what="downloading Keycloak", free=supply.free)
    with unfinished(cache) as work, full_disk_said(cache):
        arrived = supply.download(work, release, reporter)
        _check(arrived, release, origin="the download is")
        arrived.replace(kept)
    return kept


def maven(folder: Path, release: Release, reporter: Reporter) -> Path:
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
    project = context.project("org.keycloak", "keycloak-quarkus-dist")
    try:
        path = project.at_version(release.version).artifact(packaging="zip").resolve()
    except requests.RequestException as error:
        raise FetchError(
            f"Keycloak {release} could not be downloaded: the Maven repository did not answer "
            f"({type(error).__name__})",
            hint="check the network, or set KEYCLOAK_HOME to an unpacked Keycloak "
            f"{release}, then run the same command again",
        ) from error
    except RuntimeError as error:
        # What jgo raises when no repository has the file or its SHA-1 differs.
        raise FetchError(
            f"Keycloak {release} could not be downloaded: {error}",
            hint="run the same command again; if it stays, set KEYCLOAK_HOME to an unpacked one",
        ) from error
    return Path(path)


def _check(path: Path, release: Release, *, origin: str) -> None:
    digest = hashlib.sha512()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != release.sha512:
        path.unlink()
        raise ChecksumError(
            f"{origin} not Keycloak {release}: its SHA-512 begins {digest.hexdigest()[:16]}, "
            f"not {release.sha512[:16]}; it was removed",
            hint="run the same command again; if it stays, somebody on the way changes the file",
        )


@dataclass(frozen=True, slots=True)
class Supply:
    """Which release, where it comes from, how much disk there is."""

    release: Release = STAND
    download: Download = maven
    free: FreeBytes = free_bytes

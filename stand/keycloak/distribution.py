"""One unpacked, built Keycloak that every stand of a checkout shares and none writes to.

It appears under its final name only when complete: unpacking and building happen in a folder
that nobody trusts, and one rename publishes it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

from stand.errors import BuildError
from stand.fetch import Supply, fetch
from stand.files import (
    full_disk_said,
    locked,
    private_folder,
    require_space,
    sweep,
    unfinished,
)
from stand.keycloak.releases import Release
from stand.processes import DieWithParent, end_group
from stand.progress import Reporter

BUILD_OPTIONS = ("--db=dev-file", "--health-enabled=true")
"""What `start --optimized` finds fixed. No feature beyond Keycloak's defaults, no preview."""
UNPACKED_SIZE = 450_000_000
"""Bytes that unpacking and building take, with room to spare."""

_BUILD_SECONDS = 600
_LEFT_OUT = ("data", "providers", "themes")
"""Of an own KEYCLOAK_HOME: its data and additions stay its own."""


def ensure_distribution(
    cache: Path,
    reporter: Reporter,
    *,
    java: Path,
    environ: Mapping[str, str],
    supply: Supply,
) -> Path:
    """The folder of a built `supply.release` in `cache`; fetched, unpacked, built when missing.

    `KEYCLOAK_HOME` in `environ` names one to copy instead of fetching; it is never written to.

    Raises:
        DiskSpaceError, FetchError, ChecksumError: as `stand.fetch.fetch`.
        BuildError: the archive or KEYCLOAK_HOME cannot be used, or `kc.sh build` failed.
    """
    private_folder(cache)
    release, own = supply.release, environ.get("KEYCLOAK_HOME") or None
    name = f"own-{_fingerprint(Path(own), release)}" if own else _name(release)
    with locked(cache / "lock", wait=True):
        sweep(cache)
        built = cache / name
        if built.is_dir():
            return built
        archive = None
        if own is None:
            with reporter.step(f"Fetch Keycloak {release}"):
                archive = fetch(cache, reporter, supply)
        require_space(cache, UNPACKED_SIZE, what="unpacking Keycloak", free=supply.free)
        with unfinished(cache) as work, full_disk_said(cache):
            with reporter.step("Unpack Keycloak"):
                home = _copy(Path(own), work) if own else _unpack(archive, work, release)
            with reporter.step("Build Keycloak for production"):
                _build(home, java=java, environ=environ)
            home.replace(built)
        return built


def _unpack(archive: Path | None, work: Path, release: Release) -> Path:
    if archive is None:
        raise BuildError("there is no archive to unpack")
    root = work / f"keycloak-{release}"
    try:
        with zipfile.ZipFile(archive) as zipped:
            for entry in zipped.infolist():
                if not (work / entry.filename).resolve().is_relative_to(work.resolve()):
                    raise BuildError(f"the archive holds a path that leads out: {entry.filename}")
                path = Path(zipped.extract(entry, work))
                # zipfile drops the modes; scripts need their execute bit.
                mode = entry.external_attr >> 16
                if path.is_file() and mode & stat.S_IXUSR:
                    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    except zipfile.BadZipFile as error:
        raise BuildError(
            f"{archive} is not a zip archive", hint="remove it and try again"
        ) from error
    if not (root / "bin" / "kc.sh").is_file():
        raise BuildError(f"the archive has no keycloak-{release}/bin/kc.sh")
    return root


def _copy(own: Path, work: Path) -> Path:
    root = work / "keycloak"

    def leave(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(folder) == own and name in _LEFT_OUT]

    shutil.copytree(own, root, ignore=leave)
    for name in ("providers", "themes"):
        (root / name).mkdir()
    return root


def _name(release: Release) -> str:
    return f"{release}-{_options_fingerprint()}"


def _fingerprint(own: Path, release: Release) -> str:
    """Changes when `own` is another folder or its content was replaced."""
    version = own / "version.txt"
    jar = own / "lib" / "quarkus-run.jar"
    try:
        line = version.read_text(encoding="utf-8").strip()
        changed = f"{version.stat().st_mtime_ns} {jar.stat().st_mtime_ns}"
    except OSError as error:
        raise BuildError(
            f"KEYCLOAK_HOME ({own}) holds no Keycloak",
            hint=f"set it to an unpacked Keycloak {release}, or unset it to have one fetched",
        ) from error
    if line != f"Keycloak - Version {release}":
        raise BuildError(
            f"KEYCLOAK_HOME ({own}) holds “{line}”, the stand needs {release}",
            hint=f"set it to an unpacked Keycloak {release}, or unset it to have one fetched",
        )
    text = f"{own.resolve()} {changed} {_options_fingerprint()}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _options_fingerprint() -> str:
    return hashlib.sha256(" ".join(BUILD_OPTIONS).encode()).hexdigest()[:8]


def _build(home: Path, *, java: Path, environ: Mapping[str, str]) -> None:
    env = java_environment(environ, java)
    command = [str(home / "bin" / "kc.sh"), "build", *BUILD_OPTIONS]
    try:
        with subprocess.Popen(  # noqa: S603 - the distribution checked above
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=env,
            start_new_session=True,
            preexec_fn=DieWithParent(),  # noqa: PLW1509 - one prctl call, no locks taken
        ) as process:
            output = _finish(process)
    except OSError as error:
        raise BuildError(f"{command[0]} does not start: {error.strerror}") from error
    if process.returncode != 0:
        lines = [line for line in output.splitlines() if line.strip()]
        raise BuildError(
            f"kc.sh build ended with exit code {process.returncode}: "
            + (lines[-1] if lines else "it said nothing"),
            hint=f"the Java used is {java}",
        )


def _finish(process: subprocess.Popen[str]) -> str:
    """Its output; on any interruption the whole process group is gone when this returns."""
    try:
        return process.communicate(timeout=_BUILD_SECONDS)[0]
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"kc.sh build did not end within {_BUILD_SECONDS} s") from error
    finally:
        end_group(process)


def java_environment(environ: Mapping[str, str], java: Path) -> dict[str, str]:
    """What a Keycloak script may inherit: where things are, and nothing that configures it.

    `KC_…`, `JAVA_OPTS…` and secrets of the caller's shell stay outside.
    """
    kept = ("HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
    found = {name: environ[name] for name in kept if name in environ}
    path = f"{java / 'bin'}{os.pathsep}{environ.get('PATH', os.defpath)}"
    return found | {"JAVA_HOME": str(java), "PATH": path}

"""`python -m stand.prepare`: what `make test` needs beyond the environment.

With `--every-keycloak` what `make test-matrix` needs: every release that policies are proven with.
Keycloak is fetched and built, so that the tests themselves need no network; Chromium is
installed where that is possible, otherwise the browser tests skip and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from policies.errors import TanbaError
from stand.fetch import Supply
from stand.files import private_folder
from stand.java import find_java
from stand.keycloak.distribution import ensure_distribution
from stand.keycloak.releases import RELEASES, STAND, Release
from stand.progress import Reporter, reporter_for

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("chromium", "chromium-driver", "fonts-dejavu-core")


def prepare(
    root: Path,
    environ: Mapping[str, str],
    console: Console,
    *,
    releases: Sequence[Release] = (STAND,),
) -> None:
    """Fetch and build each Keycloak, then see to Chromium. Raises StandError."""
    java = find_java(environ)
    for release in releases:
        distribution(root, environ, reporter_for(console), java=java, release=release)
    if _has_chromium() or (_may_install() and _install() and _has_chromium()):
        return
    console.print(
        "No Chromium here: the browser tests will be skipped. "
        f"Debian: apt-get install {' '.join(PACKAGES)}",
        style="yellow",
    )


def distribution(
    root: Path, environ: Mapping[str, str], reporter: Reporter, *, java: Path, release: Release
) -> Path:
    """The folder of one built release under `root`; fetched and built when it is missing.

    `KEYCLOAK_HOME` stands for the stand's release alone.
    """
    given = environ if release == STAND else {**environ, "KEYCLOAK_HOME": ""}
    return ensure_distribution(
        private_folder(root / "var") / "keycloak",
        reporter,
        java=java,
        environ=given,
        supply=Supply(release),
    )


def _has_chromium() -> bool:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    return browser is not None and shutil.which("chromedriver") is not None


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install() -> bool:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
    )
    return all(
        subprocess.run(command, env=quiet, check=False).returncode == 0  # noqa: S603 - fixed
        for command in commands
    )


def main() -> int:
    """Exit code 0, or 1 with a sentence."""
    console = Console()
    releases = RELEASES if "--every-keycloak" in sys.argv[1:] else (STAND,)
    try:
        prepare(ROOT, os.environ, console, releases=releases)
    except TanbaError as error:
        console.print(f"error [{error.code}]: {error.message}", style="red", markup=False)
        console.print(f"  {error.hint}", markup=False)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.pkits.fetch`: put NIST's test certificates and CRLs under `var/`, once.

They come with the source distribution of pyhanko-certvalidator, by its name, through pip; what
arrives is trusted by the SHA-256 in `source.txt` alone. Nothing is unpacked.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from policies.errors import TanbaError
from stand.files import private_folder, unfinished

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source.txt"
FOLDER = HERE.parent.parent / "var" / "pkits"
ARCHIVE = "pyhanko_certvalidator-0.33.0.tar.gz"

Download = Callable[[Path], None]


class PkitsError(TanbaError):
    """NIST's cases could not be fetched."""

    code = "pkits"


def pinned_sha256() -> str:
    """The SHA-256 that `source.txt` pins."""
    return SOURCE.read_text(encoding="ascii").rpartition("sha256:")[2].strip()


def is_pinned(archive: Path) -> bool:
    """Whether the archive is there and is the pinned one."""
    try:
        return hashlib.sha256(archive.read_bytes()).hexdigest() == pinned_sha256()
    except FileNotFoundError:
        return False


def download(folder: Path) -> None:
    """Get the source distribution into `folder` by pip. Raises PkitsError."""
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-build-isolation", "--no-binary", ":all:", "--require-hashes"),
        *("--dest", str(folder), "--requirement", str(SOURCE)),
    ]
    if subprocess.run(command, check=False).returncode != 0:
        raise PkitsError(
            "NIST's test cases could not be downloaded",
            hint="check the network and run the same command again",
        )


def fetch(folder: Path = FOLDER, get: Download = download) -> Path:
    """The checked archive, downloaded when it is not there. Raises PkitsError."""
    kept = private_folder(folder) / ARCHIVE
    if is_pinned(kept):
        return kept
    with unfinished(folder) as work:
        get(work)
        if not is_pinned(work / ARCHIVE):
            raise PkitsError(
                "the archive of NIST's test cases is not the pinned one: its SHA-256 differs",
                hint="run the same command again; if it stays, somebody on the way changes it",
            )
        (work / ARCHIVE).replace(kept)
    return kept


def main() -> int:
    """Exit code 0, or 1 with a sentence."""
    try:
        private_folder(FOLDER.parent)
        fetch()
    except TanbaError as error:
        sys.stderr.write(f"error [{error.code}]: {error.message}\n  {error.hint}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""BouncyCastle's jars: pinned files from the Maven repository that `jgo` knows, or from the cache.

What arrives is trusted by its SHA-512 alone, which is checked before each use.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

GROUP, VERSION = "org.bouncycastle", "1.87"
SHA512 = {
    "bcprov-jdk18on": (
        "fec4187f2d152ec10dcbb6928407bfa6dacea393d716bd024cbed907251d181e"
        "4eeda389501792435d6b5dac13a468b2f230c2fac80dd6382b9c0a6e4d85ff71"
    ),
    "bcpkix-jdk18on": (
        "2536343dc1593cc0f6f80a71ea2ef2ea56460bbca4a6a301f306e5e144d5baaa"
        "633ae448a5e431fbb0483a6c902c5a56ca7e10fe98a0bd69dbaf5e504a481436"
    ),
    "bcutil-jdk18on": (
        "bc24b3c837e2a8acd80a587be5e61c886ac36ad2a7a27d63496a7e28c8cc92d4"
        "29605daf3999a6da208f27f1fa101d880f368c2bcddc298a2781191f49897669"
    ),
}
CACHE = Path(__file__).resolve().parents[2] / "var" / "bouncycastle"


class UnavailableError(Exception):
    """The peer cannot be had here; the text says why."""


def cached() -> tuple[Path, ...]:
    """The jars of an earlier `fetched`; UnavailableError when they are not there or not these."""
    return tuple(_checked(CACHE / f"{name}-{VERSION}.jar", name) for name in SHA512)


def fetched() -> tuple[Path, ...]:
    """The jars, downloaded where the cache has none; UnavailableError when that fails."""
    try:
        return cached()
    except UnavailableError:
        _download()
    return cached()


def _checked(path: Path, name: str) -> Path:
    if not path.is_file():
        raise UnavailableError("BouncyCastle's jars are not here; `make prepare` fetches them")
    if hashlib.sha512(path.read_bytes()).hexdigest() != SHA512[name]:
        path.unlink()
        raise UnavailableError(f"{path.name} was not the pinned file and was removed")
    return path


def _download() -> None:
    try:
        # Absent where only what runs is installed; and slow to import.
        import requests  # noqa: PLC0415
        from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415
    except ImportError as error:
        raise UnavailableError(f"{error.name} is not installed") from None
    CACHE.mkdir(parents=True, exist_ok=True)
    context = MavenContext(repo_cache=CACHE / "m2", resolver=PythonResolver(), timeout=30)
    for name in SHA512:
        try:
            found = context.project(GROUP, name).at_version(VERSION).artifact().resolve()
        except (requests.RequestException, RuntimeError) as error:
            raise UnavailableError(
                f"the Maven repository did not give {name} {VERSION} ({type(error).__name__})"
            ) from None
        Path(found).replace(CACHE / f"{name}-{VERSION}.jar")


def main() -> None:
    """Bring the jars; say why when they cannot be had: what needs them is then left out visibly."""
    try:
        fetched()
    except UnavailableError as error:
        sys.stderr.write(f"BouncyCastle cannot be compared with here: {error}\n")


if __name__ == "__main__":
    main()

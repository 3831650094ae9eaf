"""Run every benchmark, one after the other: `python -m benchmarks`. 1 when a limit is broken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """All of them run, whatever one says."""
    broken = []
    for path in sorted(FOLDER.glob("bench_*.py")):
        command = [sys.executable, "-m", f"benchmarks.{path.stem}"]
        if subprocess.run(command, cwd=FOLDER.parent, check=False).returncode:  # noqa: S603 - ours
            broken.append(path.stem)
        sys.stdout.write("\n")
        sys.stdout.flush()
    if broken:
        sys.stderr.write(f"a limit is broken in: {', '.join(broken)}\n")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())

"""The first example of docs/eds-commands.md runs, and gives as many answers as it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "eds-commands.md").read_text(encoding="utf-8")
PROGRAMS = {"python": '"$@"', "tanba": '-c "from cli import main; main()" "$@"'}


def test_the_first_example_answers_every_line(tmp_path: Path) -> None:
    block = re.search(r"^```bash\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    told = re.search(r"and (\d+) answers\.", PAGE)
    assert block is not None
    assert told is not None
    for name, arguments in PROGRAMS.items():
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}\n')
        program.chmod(0o700)
    done = subprocess.run(
        ["sh", "-e", "-c", block[1]],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr.startswith(b"note: lines without trust cannot be judged")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == int(told[1])
    assert {answer["verdict"] for answer in answers} == {"valid", "invalid", "indeterminate"}

"""`python -m tests.limbo export [FILE]`: the corpus and its schema. `lines [FILE]`: batch lines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.limbo.export import SCHEMA, document, lines, schema


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.limbo", description=__doc__)
    parser.add_argument("what", choices=("export", "lines"))
    parser.add_argument(
        "file", nargs="?", type=Path, help="where to write; standard output if none"
    )
    arguments = parser.parse_args()
    if arguments.what == "export":
        SCHEMA.write_text(schema(), encoding="utf-8")
        text = document()
    else:
        text = "".join(f"{line}\n" for line in lines())
    if arguments.file is None:
        sys.stdout.write(text)
    else:
        arguments.file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

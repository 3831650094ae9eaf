"""One fuzzing process: libFuzzer (atheris) over one target. Started by `fuzz.__main__`.

python -m fuzz.child TARGET [libFuzzer's options and folders]
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path
from random import Random
from typing import Any

# Published without types, and not for every machine.
atheris: Any = importlib.import_module("atheris")

with atheris.instrument_imports(include=["eds_verifier", "asn1crypto"]):
    from fuzz.mutate import mutated
    from fuzz.targets import named

_PREFIX = "-artifact_prefix="
_BLIND, _RESIGNED = 0.3, 0.6


def main() -> None:
    """Fuzz until libFuzzer ends."""
    name, *options = sys.argv[1:]
    target = named(name)
    prefix = next(option for option in options if option.startswith(_PREFIX))
    findings = Path(prefix.removeprefix(_PREFIX))

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        random = Random(seed)  # noqa: S311 - reproducible mutations, no secret
        if random.random() < _BLIND:
            return bytes(atheris.Mutate(data, max_size))
        changed = mutated(bytes(data), random)
        if random.random() < _RESIGNED:
            changed = target.resign(changed)
        return changed[:max_size]

    def run(data: bytes) -> None:
        try:
            target.run(data)
        except BaseException:
            # libFuzzer writes it too, unless its own alarm kills the process while it ends.
            digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
            (findings / f"crash-{digest}").write_bytes(data)
            raise

    atheris.Setup([sys.argv[0], *options], run, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""A verifier that is killed at one point of a sign-in: run as a process of its own.

`python -m … <store folder> <CA folder> <keys folder> <point>`; the point `never` lives on and
prints the code.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from stand.demo_ca import create
from tests.unit.eds_verifier.provider.world import (
    ARCHITECTURE,
    GRAIN,
    NOW,
    make_all_realms,
    make_settings,
    make_world,
)


def main(store: Path, ca_folder: Path, keys_folder: Path, point: str) -> None:
    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    ca = create(ca_folder, base_url="http://ca.test", now=NOW)
    settings = make_settings(store, ca, keys_folder)
    key = rsa.generate_private_key(65537, 2048)
    keys = {GRAIN: key, ARCHITECTURE: key}
    for world in make_world(settings, ca, keys, make_all_realms(settings)):
        code = world.with_reached(reached).browser().to_code()
        sys.stdout.write(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])

"""The peer that comes with Keycloak: `kcadm.sh update`, one field of one realm."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from stand.java import find_java
from stand.keycloak.releases import STAND
from stand.prepare import distribution
from stand.progress import Silent
from tests.keycloak.own_keycloak import BOOTSTRAP, OwnKeycloak

ROOT = Path(__file__).resolve().parents[2]


def update_seconds(server: OwnKeycloak, folder: Path, realm: str, setting: str) -> float:
    """Seconds from process start of `kcadm.sh update realms/<realm> -s <setting>`.

    It signs in, reads the realm and writes it: no plan and no look afterwards.
    """
    java = find_java(os.environ)
    home = distribution(ROOT, os.environ, Silent(), java=java, release=STAND)
    secret = server.bootstrap_secret.get_secret_value()
    command = [str(home / "bin" / "kcadm.sh"), "update", f"realms/{realm}", "-s", setting]
    # A folder of its own instead of ~/.keycloak: nothing of this machine's owner is touched.
    config = ["--config", str(folder / "kcadm.config"), "--server", server.url, "--realm", "master"]
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 - Keycloak's own command
        [*command, *config, "--client", BOOTSTRAP],
        env={
            "PATH": os.defpath,
            "HOME": str(folder),
            "JAVA_HOME": str(java),
            "KC_CLI_CLIENT_SECRET": secret,
        },
        check=True,
        capture_output=True,
        timeout=120,
    )
    return time.perf_counter() - began

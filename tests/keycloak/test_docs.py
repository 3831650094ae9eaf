"""Every `sh` block of the README and of docs/ is run as it stands, against the stand.

What a reader puts in place of an example (an address, a file) is put in its place here too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from stand.supervisor import Stand
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINES = [
    pytest.param(line, id=f"{page.name}: {line.split('#')[0].strip()}")
    for page in PAGES
    for block in BLOCK.findall(page.read_text(encoding="utf-8"))
    for line in block.splitlines()
    if line.strip() and not line.startswith("#")
]

ELSEWHERE = {
    "kcadm.sh ": "Keycloak's own tool, signed in as an administrator; the stand has none",
    "--trust-dir /etc/tanba/trust               # from the official": "needs the network",
    "tanba eds verify signed.p7s       ": "asks the NCA itself",
    "tanba eds verify detached.p7s": "asks the NCA itself",
    "make ": "make test is what runs this",
}
"""Lines that cannot run here, by a part of them, and why."""

EXPECTED = {"tanba eds verify signed.p7s --at": 2}
"""Exit codes other than 0: the sample is of the NCA's test contour, which nobody trusts."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """A folder with what the examples name."""
    folder = tmp_path_factory.mktemp("docs")
    samples = shared_data / "samples"
    for name, source in {
        "signed.p7s": samples / "cms" / "individual_attached.der",
        "base.crl": samples / "crl" / "nca_gost2022_test_2026-08.crl",
        "certificate.cer": samples / "certs" / "gost2015_individual_valid.cer",
    }.items():
        shutil.copyfile(source, folder / name)
    shutil.copytree(shared_data / "nca-rk" / "prod", folder / "DIR")
    for name in ("policies", "realm-export.json"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, folder / name)
    binaries = folder / "bin"
    binaries.mkdir()
    tanba = binaries / "tanba"
    tanba.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from cli import main; main()" "$@"\n')
    tanba.chmod(0o700)
    for trust in ("trust", "var/trust"):  # the pinned certificates, as an admin has them by then
        command = [str(tanba), "eds", "trust", "update", "--from", "DIR", "--trust-dir", trust]
        environ = os.environ | {"PYTHONPATH": str(ROOT)}
        subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True)
    return folder


def test_the_pages_have_commands() -> None:
    assert LINES


@pytest.fixture
def calm_ca(stand: Stand) -> Iterator[None]:
    """The demo CA as it was, whatever an example made of it."""
    yield
    calm = {"ocsp": "on", "revoked": {}}
    requests.post(f"{stand.settings.ca_url}/control", json=calm, timeout=10).raise_for_status()


@pytest.mark.usefixtures("calm_ca")
@pytest.mark.parametrize("line", LINES)
def test_a_command_of_the_documentation_does_what_it_says(
    line: str, desk: Path, stand: Stand
) -> None:
    for part, why in ELSEWHERE.items():
        if part in line:
            pytest.skip(why)
    settings = stand.settings
    command = line.replace("http://localhost:8091", settings.ca_url).replace(
        "/etc/tanba/trust", str(desk / "trust")
    )
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=desk,
        env=os.environ
        | dict(stand.variables)
        | {"PATH": f"{desk / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    expected = next((code for part, code in EXPECTED.items() if part in line), 0)
    assert done.returncode == expected, done.stdout + done.stderr

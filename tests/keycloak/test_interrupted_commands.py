"""`tanba apply` as an admin and a pipeline run it: parts, losses, cancelling, what it says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning.lock_scope import LockScopes
from tests.conftest import ROOT
from tests.keycloak.engine_world import SECRET_VARIABLE, policy
from tests.keycloak.held_proxy import held_proxy
from tests.keycloak.own_keycloak import OwnKeycloak, counting_proxy

pytestmark = pytest.mark.keycloak

NAME = "commanded"
PLANTED = "planted-World-91c4"


@pytest.fixture
def keycloak(engine_keycloak: OwnKeycloak) -> OwnKeycloak:
    """A server with an empty realm and the permanent service account."""
    return engine_keycloak


def started(server: OwnKeycloak, folder: Path, url: str, *arguments: str) -> subprocess.Popen[str]:
    own = {
        "PYTHONPATH": str(ROOT),
        "TANBA_KEYCLOAK_URL": url,
        "TANBA_RUNS": str(folder / "runs"),
        SECRET_VARIABLE: PLANTED,
    }
    return subprocess.Popen(
        [sys.executable, "-c", "from cli import main; main()", "apply", "--yes", *arguments],
        cwd=folder,
        env=server.environ() | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_apply_says_what_it_writes_takes_a_part_and_loses_nothing_unasked(
    keycloak: OwnKeycloak, tmp_path: Path
) -> None:
    a, b = (str(policy(tmp_path, name, realm=NAME)) for name in "ab")
    said = list[str]()
    with counting_proxy(keycloak.url) as counted:

        def apply(*arguments: str) -> tuple[int, str, str]:
            counted.writes.clear()
            process = started(keycloak, tmp_path, counted.url, *arguments)
            out, err = process.communicate(timeout=120)
            said.extend((out, err))
            return process.returncode, out, err

        code, _, err = apply(a)
        assert code == 0, err
        assert f"[1/11] {NAME}: create role" in err
        assert f"[11/11] {NAME}: update realm {NAME}" in err
        assert "brings back what it changed" in err

        code, out, err = apply(a)
        assert (code, out, err, counted.writes) == (0, f"{NAME}: as declared\n", "", [])

        code, _, err = apply(b)
        assert (code, counted.writes) == (3, [])
        assert "[loss_refused]" in err
        assert "role only-a" in err
        assert "--unsafe-allow-loss" in err

        code, out, err = apply(b, "--target", "client/both", "--target", "role/cl*")
        assert code == 0, err
        assert sorted(line.partition(" ")[0] for line in counted.writes) == ["PUT", "PUT"]
        assert "left out by --target" in out
        assert "client/client-b" in out or "more" in out

        code, _, err = apply(b, "--target", "client/bhot")
        assert (code, counted.writes) == (3, [])
        assert "client/bhot" in err

        code, out, err = apply(b, "--unsafe-allow-loss", "--format", "json")
        assert code == 0, err
        (realm,) = json.loads(out)["realms"]
        gone = {c["name"] for c in realm["changes"] if c["action"] == "delete"}
        assert gone >= {"client-a", "scope-a", "only-a"}
        code, out, _ = apply(b)
        assert (code, counted.writes) == (0, [])
    assert PLANTED not in "".join(said)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_cancelled_apply_gives_the_lock_back_and_ends_with_one(
    keycloak: OwnKeycloak, tmp_path: Path, number: signal.Signals
) -> None:
    file = str(policy(tmp_path, "a", realm=NAME))
    with held_proxy(keycloak.url, at=4) as held:
        process = started(keycloak, tmp_path, held.url, file, "--unsafe-allow-loss")
        assert held.reached.wait(60)
        process.send_signal(number)
        held.at = 0
        held.released.set()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.endswith("stopped\n")
    assert LockScopes(keycloak.provisioner(), f"/realms/{NAME}").present() is None

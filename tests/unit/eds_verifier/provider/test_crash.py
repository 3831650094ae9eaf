"""No code without an acceptance on the disk: the process is killed at each point in between."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eds_verifier.provider.realm import Realm
from eds_verifier.store import acceptances
from eds_verifier.store.database import Database, open_database
from eds_verifier.store.schema import codes
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier.provider.world import GRAIN, REPOSITORY, World, query


def counts(database: Database) -> tuple[int, int]:
    """(acceptances with whole evidence, codes)."""
    with database.read() as connection:
        found = acceptances.ids(connection, realm=GRAIN)
        for one in found:
            acceptances.load(connection, one)
        number = connection.execute(select(func.count()).select_from(codes)).scalar_one()
    return len(found), number


@pytest.mark.parametrize(
    ("point", "acceptances_kept", "codes_kept"),
    [
        ("before_acceptance", 0, 0),
        ("after_acceptance", 1, 0),
        ("before_code", 1, 0),
        ("never", 1, 1),
    ],
)
def test_a_killed_verifier_keeps_the_acceptance_and_gave_no_code(  # noqa: PLR0917 - pytest's
    tmp_path: Path,
    provider_ca: DemoCa,
    made_realms: tuple[Path, dict[str, Realm]],
    world: World,
    point: str,
    acceptances_kept: int,
    codes_kept: int,
) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.unit.eds_verifier.provider.dying",
            str(tmp_path),
            str(provider_ca.directory),
            str(made_realms[0]),
            point,
        ],
        cwd=REPOSITORY,
        capture_output=True,
        timeout=120,
        check=False,
    )
    killed = point != "never"
    assert run.returncode == (-signal.SIGKILL if killed else 0), run.stderr.decode()
    assert (run.stdout == b"") is killed
    database = open_database(f"sqlite:///{tmp_path / 'verifier.sqlite'}")
    assert counts(database) == (acceptances_kept, codes_kept)
    database.close()
    again = world.browser()
    again.to_agreement("daniyar-rsa-auth")
    answer = again.finish()
    went_on = answer.headers["location"].startswith("https://keycloak.test")
    assert went_on is (acceptances_kept == 1)
    if went_on:
        assert again.redeem(query(answer)["code"]).status_code == 200


def test_without_an_acceptance_no_way_leads_to_a_code(world: World) -> None:
    browser = world.browser()
    browser.to_agreement()
    for _ in range(3):
        assert browser.finish().headers["location"] == browser.page
    assert counts(world.database) == (0, 0)

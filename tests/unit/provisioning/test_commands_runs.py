"""`tanba runs`: what was done from here, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr

from provisioning.commands.runs import runs, way_back
from provisioning.connection import Connection, ConnectionSettings
from provisioning.plan import Plan, plan
from provisioning.resources import Desired, Key, Kind, Live, Resource
from provisioning.runs import RECORD, Runs, RunUnknownError
from provisioning.runs_journal import RunJournal
from provisioning.state import State
from provisioning.survey import Surveyed
from provisioning.writers.target import Target

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REALM = Key(Kind.REALM, "shop")
EVIL = Key(Kind.ROLE, "a\x1b[2Jb\nc")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three runs: one that went well, one that was refused, one that was cut off."""
    live = Live("shop", exists=True, objects={REALM: {"a": 1}}, ids={REALM: "1"})
    desired = Desired("shop", (Resource(REALM, {"a": 2}), Resource(EVIL, {})))
    surveyed = Surveyed(desired, live, plan(desired, live))
    kept = Runs(tmp_path)
    for hours, end in enumerate(("applied", "failed", "")):
        at = NOW + timedelta(hours=hours)
        run = kept.begin(
            replace(surveyed), State(""), server="https://id.example", who="ana@host", at=at
        )
        if end == "applied":
            run.applied(live, at=at)
        elif end == "failed":
            run.failed("lock_lost", at=at)
    return tmp_path


def called(folder: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(
        runs, [*arguments, "--runs-dir", str(folder)], standalone_mode=False
    )
    if result.exception is not None:
        raise result.exception
    return result


def test_runs_are_listed_the_newest_first_with_how_they_ended(folder: Path) -> None:
    result = called(folder)
    lines = result.output.splitlines()
    assert [line.split("  ")[1] for line in lines] == ["cut off", "failed (lock_lost)", "applied"]
    assert all("ana@host" in line for line in lines)
    assert [line.split("  ")[3] for line in lines] == [
        "up to 2 changes",
        "up to 2 changes",
        "2 changes",
    ]


def test_runs_are_listed_for_programs(folder: Path) -> None:
    body: Any = json.loads(called(folder, "--format", "json").output)
    assert body["version"] == 1
    assert [run["outcome"] for run in body["runs"]] == [None, "failed", "applied"]
    assert {run["realm"] for run in body["runs"]} == {"shop"}


def test_one_run_shows_what_it_changed_and_names_cannot_repaint_the_terminal(folder: Path) -> None:
    newest = Runs(folder).ids()[0]
    text = called(folder, newest).output
    assert "~ realm shop" in text
    assert "+ role a\\u001b[2Jb\\u000ac" in text
    assert "\x1b" not in text
    body = json.loads(called(folder, newest, "--format", "json").output)
    assert body["run"]["id"] == newest
    assert body["outcome"] is None


def test_one_run_says_what_of_its_plan_was_written(folder: Path) -> None:
    cut_off, failed, applied = (called(folder, run).output for run in Runs(folder).ids())
    assert "  written:" in applied
    assert "failed (lock_lost)" in failed
    assert "planned; some of it may have been written" in failed
    assert "planned; some of it may have been written" in cut_off
    live = Live("shop", exists=True, objects={REALM: {}}, ids={REALM: "1"})
    surveyed = Surveyed(Desired("shop", ()), live, Plan("shop", False, ()))  # noqa: FBT003
    run = Runs(folder).begin(
        surveyed, State(""), server="https://id.example", who="ana@host", at=NOW
    )
    run.refused("realm_locked", at=NOW)
    assert "nothing of it was written" in called(folder, run.id).output
    assert "refused (realm_locked)  shop  none of 0 changes" in called(folder).output


@pytest.mark.parametrize(
    ("creates_realm", "intends", "words"),
    [
        (False, False, "nothing was written"),
        (False, True, "`tanba rollback {run}` brings back what it changed"),
        (True, True, "it makes the realm, so there is nothing to roll back to"),
    ],
)
def test_the_way_back_is_named_only_where_there_is_one(
    tmp_path: Path, *, creates_realm: bool, intends: bool, words: str
) -> None:
    live = Live("shop", exists=True, objects={REALM: {}}, ids={REALM: "1"})
    surveyed = Surveyed(Desired("shop", ()), live, Plan("shop", creates_realm, ()))
    kept = RunJournal(Runs(tmp_path), "https://id.example", "ana@host", lambda: NOW)
    kept.begin(surveyed)
    if intends:
        settings = ConnectionSettings(
            "https://id.example", client_id="c", client_secret=SecretStr("s")
        )
        kept.intend(Target(Connection(settings), "shop"), surveyed)
    assert way_back(kept) == f"run {kept.run}: {words.format(run=kept.run)}"


def test_a_damaged_run_is_listed_as_such_and_the_others_too(folder: Path) -> None:
    newest = Runs(folder).ids()[0]
    (folder / newest / RECORD).write_text("{}", encoding="utf-8")
    lines = called(folder).output.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{newest}  the run is of another format")


def test_an_unknown_run_is_an_error_and_an_empty_folder_is_not(tmp_path: Path) -> None:
    with pytest.raises(RunUnknownError):
        called(tmp_path, "20261123T120000Z-shop-0a1b2c")
    assert "no runs in" in called(tmp_path / "nothing").output

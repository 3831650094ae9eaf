"""The folder of runs: whole before the first write, readable after a crash, hard to forge."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from provisioning.fingerprint import digest
from provisioning.plan import plan
from provisioning.resources import Desired, Key, Kind, Live
from provisioning.runs import OUTCOME, RECORD, Run, RunFolderError, Runs, RunUnknownError
from provisioning.runs_journal import RunJournal
from provisioning.runs_record import RunUnreadableError
from provisioning.state import State
from provisioning.survey import Surveyed
from tests.unit.provisioning.conftest import PLANTED, changed

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REALM = Key(Kind.REALM, "grain-receipts")
PORTAL = Key(Kind.CLIENT, "portal")


@pytest.fixture
def surveyed(desired: Desired, as_declared: Live) -> Surveyed:
    """A realm with one value not as declared, and another portal secret."""
    live = changed(as_declared, REALM, {**as_declared.objects[REALM], "verifyEmail": False})
    other = {**as_declared.objects[PORTAL], "secret": SecretStr(f"{PLANTED}-old")}
    live = changed(live, PORTAL, other)
    return Surveyed(desired, live, plan(desired, live))


def begun(runs: Runs, surveyed: Surveyed) -> Run:
    state = State("", created={PORTAL: "1"})
    return runs.begin(surveyed, state, server="https://id.example", who="ana@host", at=NOW)


def test_a_run_is_read_as_it_was_begun(tmp_path: Path, surveyed: Surveyed) -> None:
    runs = Runs(tmp_path / "var" / "runs")
    run = begun(runs, surveyed)
    recorded = runs.load(run.id)
    record = recorded.record
    assert (record.who, record.at, record.server) == ("ana@host", NOW, "https://id.example")
    assert record.realm == "grain-receipts"
    assert record.realm_id == surveyed.live.ids.get(REALM)
    by_key = {image.key: image for image in record.images}
    assert by_key[REALM].image.before == {"verifyEmail": False}
    assert by_key[PORTAL].image.left_out == ("secret",)
    assert (by_key[PORTAL].owned, by_key[REALM].owned) == (True, False)
    assert recorded.outcome is None
    assert runs.ids() == (run.id,)


def test_a_run_says_how_it_ended(tmp_path: Path, surveyed: Surveyed) -> None:
    runs = Runs(tmp_path)
    applied, failed = begun(runs, surveyed), begun(runs, surveyed)
    applied.applied(surveyed.live, at=NOW)
    failed.failed("lock_lost", at=NOW)
    first, second = runs.load(applied.id).outcome, runs.load(failed.id).outcome
    assert first is not None
    assert second is not None
    assert (first.outcome, first.code) == ("applied", None)
    assert (second.outcome, second.code) == ("failed", "lock_lost")


def test_no_secret_and_no_digest_of_one_lies_in_the_folder(
    tmp_path: Path, surveyed: Surveyed
) -> None:
    begun(Runs(tmp_path), surveyed).applied(surveyed.live, at=NOW)
    text = "".join(f.read_text(encoding="utf-8") for f in tmp_path.rglob("*") if f.is_file())
    assert PLANTED not in text
    assert digest(f"{PLANTED}-old") not in text
    assert digest(PLANTED) not in text


def test_only_its_owner_reads_a_run(tmp_path: Path, surveyed: Surveyed) -> None:
    folder = tmp_path / "runs"
    run = begun(Runs(folder), surveyed)
    run.failed("x", at=NOW)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / run.id).stat().st_mode & 0o777 == 0o700
    for name in (RECORD, OUTCOME):
        assert (folder / run.id / name).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_used_refuses_before_anything_is_written(
    tmp_path: Path, surveyed: Surveyed
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder", encoding="utf-8")
    with pytest.raises(RunFolderError, match="cannot be used"):
        begun(Runs(in_the_way / "runs"), surveyed)


def test_what_a_crash_leaves_of_a_beginning_is_no_run(tmp_path: Path, surveyed: Surveyed) -> None:
    runs = Runs(tmp_path)
    (tmp_path / ".begun-x").mkdir()
    (tmp_path / "20261123T120000Z-shop-0a1b2c").write_text("a file", encoding="utf-8")
    (tmp_path / "something else").mkdir()
    assert runs.ids() == ()
    assert Runs(tmp_path / "nothing yet").ids() == ()


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../../etc", "20261123T120000Z-shop-0a1b2c", "/etc", "x\x00y", "-\n"],
    ids=repr,
)
def test_a_name_that_is_no_run_leads_nowhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunUnknownError):
        Runs(tmp_path).load(name)


def _edited(**members: Any) -> Any:
    def edit(record: dict[str, Any]) -> dict[str, Any]:
        body = {k: v for k, v in record.items() if k != "checksum"} | members
        return {**body, "checksum": digest(body)}

    return edit


def _with_image(**members: Any) -> Any:
    def edit(record: dict[str, Any]) -> dict[str, Any]:
        first, *rest = record["images"]
        images = [{**first, **members}, *rest]
        return dict(_edited(images=images)(record))

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        lambda record: {**record, "server": "https://other.example"},
        _edited(version=2),
        _edited(version=True),
        _edited(id="20261123T120000Z-other-0a1b2c"),
        _edited(id="../x"),
        _edited(more=1),
        _edited(at="today"),
        _edited(images=[{}]),
        _with_image(kind="wizard"),
        _with_image(before={"redirectUris": {"$set": "x"}}),
        _with_image(before={"redirectUris": {"$set": [{"a": 1}]}}),
        _with_image(before="x"),
    ],
)
def test_a_record_that_is_not_as_it_was_written_is_refused(
    tmp_path: Path, surveyed: Surveyed, edit: Any
) -> None:
    runs = Runs(tmp_path)
    run = begun(runs, surveyed)
    file = tmp_path / run.id / RECORD
    file.write_text(json.dumps(edit(json.loads(file.read_text("utf-8")))), encoding="utf-8")
    with pytest.raises(RunUnreadableError) as raised:
        runs.load(run.id)
    assert raised.value.exit_code == 3


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"a":"\\ud800"}', "\udcff"])
def test_a_record_or_outcome_of_anything_is_refused(
    tmp_path: Path, surveyed: Surveyed, text: str
) -> None:
    runs = Runs(tmp_path)
    run = begun(runs, surveyed)
    data = text.encode("utf-8", "surrogateescape")
    ended = tmp_path / run.id / OUTCOME
    ended.write_bytes(data)
    with pytest.raises(RunUnreadableError):
        runs.load(run.id)
    ended.unlink()
    (tmp_path / run.id / RECORD).write_bytes(data)
    with pytest.raises(RunUnreadableError):
        runs.load(run.id)


def test_a_record_that_others_may_write_is_refused(tmp_path: Path, surveyed: Surveyed) -> None:
    runs = Runs(tmp_path)
    run = begun(runs, surveyed)
    (tmp_path / run.id / RECORD).chmod(0o666)
    with pytest.raises(RunUnreadableError, match="others may write"):
        runs.load(run.id)
    (tmp_path / run.id / RECORD).chmod(0o600)
    (tmp_path / run.id).chmod(0o777)
    with pytest.raises(RunUnreadableError, match="others may write"):
        runs.load(run.id)


def test_a_record_elsewhere_is_not_read_through_a_link(tmp_path: Path, surveyed: Surveyed) -> None:
    runs = Runs(tmp_path)
    run = begun(runs, surveyed)
    file = tmp_path / run.id / RECORD
    file.rename(tmp_path / "elsewhere.json")
    file.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(RunFolderError):
        runs.load(run.id)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(RunUnreadableError):
        runs.load(run.id)


def journal(folder: Path) -> RunJournal:
    return RunJournal(Runs(folder), "https://id.example", "ana@host", lambda: NOW)


def test_a_run_that_was_refused_before_its_first_write_says_so(
    tmp_path: Path, surveyed: Surveyed
) -> None:
    kept = journal(tmp_path)
    kept.begin(surveyed)
    kept.failed("realm_locked")
    outcome = Runs(tmp_path).load(kept.run).outcome
    assert outcome is not None
    assert (outcome.outcome, outcome.code) == ("refused", "realm_locked")


def test_a_run_that_may_have_made_the_realm_is_not_said_to_have_written_nothing(
    tmp_path: Path, desired: Desired
) -> None:
    nowhere = Live(desired.realm, exists=False)
    kept = journal(tmp_path)
    kept.begin(Surveyed(desired, nowhere, plan(desired, nowhere)))
    kept.failed("keycloak_unreachable")
    outcome = Runs(tmp_path).load(kept.run).outcome
    assert outcome is not None
    assert outcome.outcome == "failed"


def test_a_folder_that_is_lost_meanwhile_does_not_hide_why_the_run_ended(
    tmp_path: Path, surveyed: Surveyed
) -> None:
    kept = journal(tmp_path / "runs")
    kept.begin(surveyed)
    shutil.rmtree(tmp_path / "runs")
    kept.failed("keycloak_unreachable")
    kept.begin(surveyed)
    kept.failed("keycloak_unreachable")
    outcome = Runs(tmp_path / "runs").load(kept.run).outcome
    assert outcome is not None
    assert outcome.code == "keycloak_unreachable"

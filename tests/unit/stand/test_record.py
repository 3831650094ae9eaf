"""The record of a running stand survives its journey and refuses to be guessed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from stand import record
from stand.processes import Identity


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    written = record.Record(Identity("stand", 7, 1.5), (Identity("keycloak", 8, 2.5),), ready=True)
    written.save(tmp_path / "running.json")
    assert record.load(tmp_path / "running.json") == written
    assert (tmp_path / "running.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "supervisor": 3}']
)
def test_what_cannot_be_read_names_no_process(tmp_path: Path, text: str) -> None:
    (tmp_path / "running.json").write_text(text)
    assert record.load(tmp_path / "running.json") is None


def test_no_record_names_no_process(tmp_path: Path) -> None:
    assert record.load(tmp_path / "absent") is None

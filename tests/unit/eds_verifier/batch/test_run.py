"""A batch under way: order, dying workers, signals, streams that never end, memory."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from eds_verifier.batch import run, workers
from eds_verifier.batch.answer import encode
from eds_verifier.batch.judge import Configured, LineJudge
from eds_verifier.batch.run import Progress, run_batch
from tests.unit.eds_verifier.batch.lines import line

NOBODY = Configured(None, "there is none")


class Obeying(LineJudge):
    """Does what the line says, so that a test decides which worker dies, sleeps or answers."""

    def __init__(self, marks: Path) -> None:
        super().__init__(NOBODY)
        self._marks = marks

    def answer(self, number: int, line: bytes | None) -> tuple[str, bytes]:
        said = (line or b"").decode()
        if said.startswith("sleep "):
            time.sleep(float(said.removeprefix("sleep ")))
        if said.startswith("{") and '"die"' in said:
            os.kill(os.getpid(), signal.SIGKILL)
        if said.startswith("die once "):
            mark = self._marks / said.removeprefix("die once ")
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return "valid", encode({"number": number, "pid": os.getpid(), "line": said})


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    (tmp_path / "marks").mkdir()
    return tmp_path / "marks"


def batch(
    tmp_path: Path, lines: list[bytes], judge: LineJudge, *, jobs: int = 2
) -> tuple[list[Any], Progress]:
    (tmp_path / "in").write_bytes(b"".join(text + b"\n" for text in lines))
    with (tmp_path / "in").open("rb") as source, (tmp_path / "out").open("wb") as output:
        done = run_batch(source, output, judge=judge, jobs=jobs)
    rows = [json.loads(text) for text in (tmp_path / "out").read_bytes().splitlines()]
    assert not psutil.Process().children()
    return rows, done


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_answers_come_in_the_order_of_the_lines(tmp_path: Path, marks: Path, jobs: int) -> None:
    """The first of each task takes longest, so later tasks are done before it."""
    lines = [b"sleep 0.03" if n % run.TASK_LINES == 0 else b"%d" % n for n in range(500)]
    rows, done = batch(tmp_path, lines, Obeying(marks), jobs=jobs)
    assert [row["number"] for row in rows] == list(range(1, 501))
    assert [row["line"].encode() for row in rows] == lines
    assert (done.answered, done.verdicts, done.stopped) == (500, {"valid": 500}, False)
    assert len({row["pid"] for row in rows}) == jobs
    assert (os.getpid() in {row["pid"] for row in rows}) == (jobs == 1)


@pytest.mark.parametrize("jobs", [1, 3])
def test_nothing_is_answered_with_nothing(tmp_path: Path, marks: Path, jobs: int) -> None:
    rows, done = batch(tmp_path, [], Obeying(marks), jobs=jobs)
    assert (rows, done.answered, done.finished) == ([], 0, True)


def test_real_lines_are_the_same_however_many_workers_judge_them(tmp_path: Path) -> None:
    lines = [
        line(id=1), b"", line(id=2, cms="%"), line(id=3, trust=[]), b"\0", line(id=4, crl=...),
        line(id=5, content="YQ=="), b'{"id": 6}',
    ] * 12  # fmt: skip
    answers = []
    for jobs in (1, 2):
        rows, done = batch(tmp_path, lines, LineJudge(NOBODY), jobs=jobs)
        answers.append([row | {"seconds": 0} for row in rows])
        assert done.verdicts == {"valid": 12, "invalid": 72, "indeterminate": 12}
    assert answers[0] == answers[1]


def test_a_worker_that_dies_once_loses_no_line(tmp_path: Path, marks: Path) -> None:
    lines = [b"die once %d" % n if n % 40 == 7 else b"%d" % n for n in range(200)]
    rows, done = batch(tmp_path, lines, Obeying(marks))
    assert [row["line"].encode() for row in rows] == lines
    assert done.verdicts == {"valid": 200}


def test_a_line_that_kills_every_worker_is_answered_and_harms_no_other(
    tmp_path: Path, marks: Path
) -> None:
    lines = [b'{"id": "die", "cms": ""}' if n in {0, 50, 99} else b"%d" % n for n in range(100)]
    rows, done = batch(tmp_path, lines, Obeying(marks))
    assert len(rows) == 100
    for number, row in enumerate(rows):
        if number in {0, 50, 99}:
            assert (row["id"], row["verdict"]) == ("die", "indeterminate")
            assert row["reason"] == "internal_error"
            assert row["detail"].startswith(f"line {number + 1}: ")
        else:
            assert row["line"] == str(number)
    assert done.verdicts == {"valid": 97, "indeterminate": 3}


def test_a_worker_that_never_answers_is_ended(
    tmp_path: Path, marks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "TASK_SECONDS", 0.3)
    rows, _ = batch(tmp_path, [b"1", b"sleep 30", b"3"], Obeying(marks))
    assert [row.get("line") for row in rows] == ["1", None, "3"]
    assert rows[1]["reason"] == "internal_error"


def test_a_long_line_and_a_huge_answer_pass_between_processes(tmp_path: Path, marks: Path) -> None:
    lines = [b"x" * 3_000_000, b"small", b"y" * 3_000_000] * 2
    rows, _ = batch(tmp_path, lines, Obeying(marks))
    assert [row["line"].encode() for row in rows] == lines


def test_a_line_beyond_the_limit_is_answered_in_its_place(tmp_path: Path) -> None:
    lines = [line(id=1), b'{"id": 2, "cms": "' + b"A" * 100_000_000 + b'"}', line(id=3)]
    started = time.perf_counter()
    rows, _ = batch(tmp_path, lines, LineJudge(NOBODY))
    assert time.perf_counter() - started < 5
    assert [(row["id"], row["reason"]) for row in rows] == [
        (1, "ok"),
        (None, "too_large"),
        (3, "ok"),
    ]


@pytest.fixture
def pipes() -> Iterator[tuple[int, int, int, int]]:
    """(lines in: read end, write end; answers out: read end, write end)"""
    ends = (*os.pipe(), *os.pipe())
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_line_is_answered_before_the_next_is_there(
    pipes: tuple[int, int, int, int], marks: Path, jobs: int
) -> None:
    """Somebody may write a line, and wait for its answer before he writes another."""
    lines_out, lines_in, answers_out, answers_in = pipes
    seen: list[Any] = []

    def ask() -> None:
        with os.fdopen(os.dup(answers_out), "rb") as answers:
            for number in range(5):
                os.write(lines_in, b"%d\n" % number)
                seen.append(json.loads(answers.readline())["line"])
        os.close(lines_in)

    asking = threading.Thread(target=ask)
    asking.start()
    with (
        os.fdopen(os.dup(lines_out), "rb", buffering=0) as source,
        os.fdopen(os.dup(answers_in), "wb") as output,
    ):
        run_batch(source, output, judge=Obeying(marks), jobs=jobs)
    asking.join(timeout=10)
    assert seen == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_batch_between_two_answers(
    tmp_path: Path, pipes: tuple[int, int, int, int], marks: Path, jobs: int, number: int
) -> None:
    """Also while nothing comes; the handlers are as before afterwards."""
    lines_out, lines_in, *_ = pipes
    before = signal.getsignal(number)
    os.write(lines_in, b"1\n2\n3\n")
    timer = threading.Timer(0.7, os.kill, (os.getpid(), number))
    timer.start()
    started = time.monotonic()
    with (
        os.fdopen(os.dup(lines_out), "rb", buffering=0) as source,
        (tmp_path / "out").open("wb") as output,
    ):
        done = run_batch(source, output, judge=Obeying(marks), jobs=jobs)
    timer.join()
    assert time.monotonic() - started < 5
    assert (done.stopped, done.answered) == (True, 3)
    assert [json.loads(t)["line"] for t in (tmp_path / "out").open()] == ["1", "2", "3"]
    assert signal.getsignal(number) is before
    assert not psutil.Process().children()


def test_a_reader_that_goes_away_ends_the_batch_and_its_workers(
    tmp_path: Path, pipes: tuple[int, int, int, int], marks: Path
) -> None:
    *_, answers_out, answers_in = pipes
    (tmp_path / "in").write_bytes(b"x\n" * 100_000)
    os.close(answers_out)
    with (tmp_path / "in").open("rb") as source, pytest.raises(BrokenPipeError):  # noqa: PT012 - the output is closed after it broke
        output = os.fdopen(os.dup(answers_in), "wb")
        try:
            run_batch(source, output, judge=Obeying(marks), jobs=2)
        finally:
            output.raw.close()
    assert not psutil.Process().children()


def test_workers_go_when_their_parent_was_killed(tmp_path: Path, marks: Path) -> None:
    """Nobody is left to end them: each one holds no other's pipe open."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(reading, "rb", buffering=0) as source, (tmp_path / "out").open("wb") as out:
            run_batch(source, out, judge=Obeying(marks), jobs=3)
        os._exit(0)
    os.write(writing, b"1\n")
    deadline = time.monotonic() + 10
    while len(left := psutil.Process(child).children()) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(left) == 3
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    _, alive = psutil.wait_procs(left, timeout=10)
    assert alive == []


def test_memory_does_not_grow_with_the_stream(tmp_path: Path) -> None:
    """A stream of 60 MB, each line with trust of its own, that is read as fast as it is judged."""
    reading, writing = os.pipe()
    count = 30_000
    feeder = os.fork()
    if feeder == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as stream:
            for number in range(count):
                row = {"id": number, "cms": "A" * 2_000, "trust": [f"{number}A=="]}
                stream.write(json.dumps(row).encode() + b"\n")
        os._exit(0)
    os.close(writing)

    sizes: list[int] = []

    def measure(done: Progress) -> None:
        if done.answered // 3_000 >= len(sizes):
            judging = [p for p in psutil.Process().children() if p.pid != feeder]
            processes = [psutil.Process(), *judging]
            sizes.append(sum(process.memory_info().rss for process in processes))

    with (
        os.fdopen(reading, "rb", buffering=0) as source,
        (tmp_path / "out").open("wb") as output,
    ):
        done = run_batch(source, output, judge=LineJudge(NOBODY), jobs=2, report=measure)
    os.waitpid(feeder, 0)
    assert (done.answered, done.octets_read > 60_000_000) == (count, True)
    assert len(sizes) > 8
    assert max(sizes[2:]) - sizes[2] < 20 * 1_048_576


def test_progress_is_told_and_ends_with_everything(tmp_path: Path, marks: Path) -> None:
    told: list[tuple[int, bool]] = []
    (tmp_path / "in").write_bytes(b"x\n" * 1000)
    with (tmp_path / "in").open("rb") as source, (tmp_path / "out").open("wb") as output:
        run_batch(
            source, output, judge=Obeying(marks), jobs=2,
            report=lambda done: told.append((done.octets_read, done.finished)),
        )  # fmt: skip
    assert told == sorted(told)
    assert told[-1] == (2000, True)
    assert [finished for _, finished in told].count(True) == 1

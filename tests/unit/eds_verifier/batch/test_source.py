"""Lines of a stream: every one, however the stream is cut, and never more than is held."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.batch import source
from eds_verifier.batch.source import LineSource


@pytest.fixture
def pipe() -> Iterator[tuple[BinaryIO, int]]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as stream:
        yield stream, writing


def _lines(path: Path, content: bytes, *, max_line: int = 100) -> list[bytes | None]:
    path.write_bytes(content)
    with path.open("rb") as stream:
        lines = LineSource(stream, max_line=max_line)
        taken: list[bytes | None] = []
        while not lines.ended:
            lines.read()
            taken += lines.take(max_lines=1000, max_octets=1000)
            while len(lines):
                taken += lines.take(max_lines=1000, max_octets=1000)
        assert lines.octets_held == 0
        assert lines.octets_read == len(content)
        return taken


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n", [b""]),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\n\nb\n", [b"a", b"", b"b"]),
        (b"a\r\nb\r\n", [b"a\r", b"b\r"]),
        (b"a\0b\n\0", [b"a\0b", b"\0"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", [b"a", b"\xef\xbb\xbfb"]),
        ("a\u2028b\x0bc\n".encode(), ["a\u2028b\x0bc".encode()]),
        (b"x" * 100 + b"\n" + b"y" * 101 + b"\nz", [b"x" * 100, None, b"z"]),
        (b"y" * 101, [None]),
    ],
)
def test_every_line_is_there(tmp_path: Path, content: bytes, lines: list[bytes | None]) -> None:
    assert _lines(tmp_path / "x", content) == lines


@settings(max_examples=200, deadline=None)
@given(
    content=st.lists(st.sampled_from([b"", b"a", b"bc", b"d" * 11, b"\0"]), max_size=30),
    end=st.sampled_from([b"", b"\n"]),
    size=st.integers(1, 7),
)
def test_where_the_stream_is_cut_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, content: list[bytes], end: bytes, size: int
) -> None:
    patch = pytest.MonkeyPatch()
    patch.setattr(source, "READ_OCTETS", size)
    try:
        path = tmp_path_factory.getbasetemp() / "cut"
        whole = b"\n".join(content) + end
        expected = whole.split(b"\n")[: None if whole and not whole.endswith(b"\n") else -1]
        found = _lines(path, whole, max_line=10)
        assert found == [None if len(text) > 10 else text for text in expected]
    finally:
        patch.undo()


def test_a_line_that_never_ends_is_not_held(pipe: tuple[BinaryIO, int]) -> None:
    stream, writing = pipe
    lines = LineSource(stream, max_line=1000)
    for _ in range(500):
        os.write(writing, b"x" * 10_000)
        lines.read()
        assert sum(map(len, lines._pieces)) <= 1000
    os.write(writing, b"\nshort")
    os.close(writing)
    while not lines.ended:
        lines.read()
    assert lines.take(max_lines=9, max_octets=9) == (None, b"short")


def test_a_line_is_there_as_soon_as_it_was_written(pipe: tuple[BinaryIO, int]) -> None:
    stream, writing = pipe
    lines = LineSource(stream, max_line=1000)
    os.write(writing, b"one\ntw")
    lines.read()
    assert lines.take(max_lines=9, max_octets=999) == (b"one",)
    os.write(writing, b"o\n")
    os.close(writing)
    lines.read()
    assert lines.take(max_lines=9, max_octets=999) == (b"two",)


def test_lines_are_taken_within_limits_but_always_one(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"aaaa\nbb\ncc\ndd\n")
    with (tmp_path / "x").open("rb") as stream:
        lines = LineSource(stream, max_line=1000)
        lines.read()
    assert lines.octets_held == 10
    assert lines.take(max_lines=9, max_octets=3) == (b"aaaa",)
    assert lines.take(max_lines=9, max_octets=4) == (b"bb", b"cc")
    assert (len(lines), lines.octets_held) == (1, 2)
    assert lines.take(max_lines=1, max_octets=0) == (b"dd",)
    assert lines.take(max_lines=1, max_octets=0) == ()

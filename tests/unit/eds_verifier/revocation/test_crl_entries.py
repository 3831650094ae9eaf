"""The compact index of a CRL's entries: what is found in it, what is refused, what it costs."""

from __future__ import annotations

import os
import time
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.revocation.crl_entries import (
    MAX_ODD_SERIALS,
    CrlEntries,
    Revocation,
    read_entries,
)
from eds_verifier.revocation.evidence import Cause, Unusable
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import Extension

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
EARLIER = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)


def reason(code: int) -> Extension:
    return Extension("2.5.29.21", der.enumerated(code))


def invalid_since(at: datetime) -> Extension:
    return Extension("2.5.29.24", der.generalized(at))


def entry(serial: int, *extensions: Extension, date: bytes | None = None) -> bytes:
    encoded = der.seq(*(item.encode() for item in extensions)) if extensions else b""
    return der.seq(der.integer(serial), date or der.utc(AT), encoded)


def read(*entries: bytes) -> CrlEntries:
    data = b"".join(entries)
    return read_entries(b"before" + data + b"after", 6, 6 + len(data))


FOUND: tuple[tuple[str, bytes, Revocation], ...] = (
    ("no reason", entry(5), Revocation(0, AT)),
    ("a hold", entry(5, reason(6)), Revocation(6, AT)),
    ("removal", entry(5, reason(8)), Revocation(8, AT)),
    ("an unassigned reason", entry(5, reason(7)), Revocation(7, AT)),
    ("the last century", entry(5, date=b"\x17\x0d990101000000Z"),
     Revocation(0, datetime(1999, 1, 1, tzinfo=UTC))),
    ("after 2049", entry(5, date=der.generalized(datetime(2061, 5, 6, tzinfo=UTC))),
     Revocation(0, datetime(2061, 5, 6, tzinfo=UTC))),
    ("invalid before it was revoked", entry(5, reason(1), invalid_since(EARLIER)),
     Revocation(1, EARLIER)),
    ("an extension that is not critical", entry(5, reason(1), Extension("1.2.3", der.NULL)),
     Revocation(1, AT)),
)  # fmt: skip


@pytest.mark.parametrize(("octets", "found"), [pytest.param(o, f, id=i) for i, o, f in FOUND])
def test_an_entry_tells_why_and_since_when(octets: bytes, found: Revocation) -> None:
    entries = read(entry(3), octets, entry(7))
    assert (entries.find(5), len(entries)) == (found, 3)
    assert entries.find(4) is None
    assert entries.find(5 << 160) is None


@pytest.mark.parametrize("serial", [1, 127, 128, 2**64, 2**159 - 1, 2**159, 2**160 - 1])
def test_a_serial_number_of_any_length_is_found_and_its_neighbours_are_not(serial: int) -> None:
    entries = read(*map(entry, (serial, 77)))
    assert entries.find(serial) is not None
    assert [entries.find(one) for one in (serial - 1, serial + 1, serial ^ 1 << 100)] == [None] * 3


@pytest.mark.parametrize("serial", [-1, -(2**80), 2**160, 2**300])
def test_numbers_no_certificate_may_bear_are_found_all_the_same(serial: int) -> None:
    entries = read(entry(serial, reason(1)), entry(1))
    assert entries.find(serial) == Revocation(1, AT)
    assert entries.find(abs(serial) + 1) is None


def test_numbers_no_certificate_may_bear_are_bounded() -> None:
    with pytest.raises(Unusable, match="too many"):
        read(*(entry(2**160 + number) for number in range(1, MAX_ODD_SERIALS + 2)))


def test_the_gravest_of_repeated_entries_counts() -> None:
    both = entry(5, reason(8)), entry(5, reason(6)), entry(5, reason(4))
    for order in (both, both[::-1]):
        assert read(*order).find(5) == Revocation(4, AT)


def test_a_later_revocation_is_graver_than_an_earlier_hold() -> None:
    earlier = b"\x17\x0d250102030405Z"
    repeated = entry(5, reason(6), date=earlier), entry(5, reason(9))
    for order in (repeated, repeated[::-1]):
        assert read(*order).find(5) == Revocation(9, AT)


@pytest.mark.parametrize("short", [1, 10, 20])
def test_an_entry_reaching_beyond_the_list_is_refused(short: int) -> None:
    """Its octets are there, but they belong to what follows."""
    data = entry(5, reason(1))
    with pytest.raises(Unusable):
        read_entries(data, 0, len(data) - short)


ISSUER_ENTRY = Extension("2.5.29.29", der.seq())
BROKEN: tuple[tuple[str, bytes], ...] = (
    ("an entry cut short", entry(5)[:-1]),
    ("a length beyond the end", b"\x30\x7f" + entry(5)[2:]),
    ("a lone octet", b"\x30"),
    ("a set", b"\x31" + entry(5)[1:]),
    ("text for a number", der.seq(der.utf8("5"), der.utc(AT))),
    ("no date", der.seq(der.integer(5))),
    ("letters in the date", entry(5, date=b"\x17\x0d26030405060aZ")),
    ("local time", entry(5, date=b"\x17\x11260304050607+0500")),
    ("something after the date", der.seq(der.integer(5), der.utc(AT), der.NULL)),
    ("a reason that is no code", entry(5, Extension("2.5.29.21", der.integer(1)))),
    ("two reasons", entry(5, reason(1), reason(6))),
    ("another issuer's entry", entry(5, Extension("2.5.29.29", der.seq(), critical=True))),
    ("another issuer's entry, not critical", entry(5, ISSUER_ENTRY)),
    ("an unknown critical extension", entry(5, Extension("1.2.3", der.NULL, critical=True))),
    ("an indefinite length", b"\x30\x80" + entry(5)[2:] + b"\0\0"),
    ("a length written too long", b"\x30\x81\x13" + entry(5)[2:]),
)


@pytest.mark.parametrize("octets", [pytest.param(o, id=i) for i, o in BROKEN])
@pytest.mark.parametrize("followed", [True, False])
def test_what_is_no_entry_makes_the_crl_unusable(octets: bytes, followed: bool) -> None:  # noqa: FBT001
    with pytest.raises(Unusable):
        read(entry(1), octets, *([entry(9)] if followed else []))


def test_a_date_that_is_none_is_told_to_whoever_asks_about_it() -> None:
    entries = read(entry(5, date=b"\x17\x0d261399000000Z"), entry(6))
    assert entries.find(6) is not None
    with pytest.raises(Unusable, match="no date"):
        entries.find(5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2**160 - 1), st.sampled_from([None, 1, 5, 6, 8])),
        max_size=40,
        unique_by=lambda item: item[0],
    )
)
def test_it_finds_exactly_what_was_listed(listed: list[tuple[int, int | None]]) -> None:
    entries = read(*(entry(s, *([] if r is None else [reason(r)])) for s, r in listed))
    for serial, code in listed:
        assert entries.find(serial) == Revocation(code or 0, AT)
        if serial + 1 not in dict(listed):
            assert entries.find(serial + 1) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=120))
def test_any_octets_are_entries_or_unusable(octets: bytes) -> None:
    try:
        entries = read(octets)
    except Unusable:
        return
    assert len(entries) <= len(octets)


def many(count: int) -> bytes:
    """Entries as the NCA writes them: 20 octets of random serial number, most with a reason."""
    tails = [entry(1, *([reason(code)] if code else []))[5:] for code in (0, 1, 3, 4, 5, 6)]
    random = os.urandom(19 * count)
    pieces = []
    for index in range(count):
        tail = tails[index % len(tails)]
        serial = b"\x02\x14\x11" + random[19 * index : 19 * index + 19]
        pieces.append(bytes((0x30, len(serial) + len(tail))) + serial + tail)
    return b"".join(pieces)


def test_entries_take_less_than_forty_octets_each() -> None:
    data = many(20_000)
    tracemalloc.start()
    started = time.process_time()
    entries = read_entries(data, 0, len(data))
    seconds = time.process_time() - started
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(entries) == 20_000
    assert kept / 20_000 < 40
    assert peak / 20_000 < 80
    assert seconds < 10  # traced, on a busy machine; 0.03 s otherwise


def test_reading_ends_when_it_is_told_to_give_up() -> None:
    data = many(40_000)
    asked: list[int] = []

    def give_up() -> bool:
        asked.append(1)
        return len(asked) == 2

    with pytest.raises(Unusable) as unusable:
        read_entries(data, 0, len(data), give_up=give_up)
    assert (unusable.value.cause, len(asked)) == (Cause.TIMEOUT, 2)

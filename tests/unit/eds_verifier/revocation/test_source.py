"""A source's record, the circuit that spares it and everybody, and the pauses between attempts."""

from __future__ import annotations

import pytest

from eds_verifier.revocation.evidence import Cause
from eds_verifier.revocation.source import (
    FAILURES,
    LONGEST_BACKOFF,
    NOT_THE_SOURCES_FAULT,
    PAUSE_SECONDS,
    Source,
    Sources,
    backoff,
)
from tests.unit.eds_verifier.revocation.world import Clocks


def failing(clocks: Clocks, times: int, cause: Cause = Cause.TIMEOUT) -> Source:
    source = Source(clocks.monotonic, clocks.now)
    for _ in range(times):
        source.failed(cause)
    return source


def test_it_is_asked_until_it_failed_too_often() -> None:
    clocks = Clocks()
    assert failing(clocks, FAILURES - 1).may_ask()
    assert not failing(clocks, FAILURES).may_ask()
    assert not failing(clocks, FAILURES).is_asked_freely


def test_one_probe_is_let_through_for_each_pause() -> None:
    clocks = Clocks()
    source = failing(clocks, FAILURES)
    for _ in range(3):
        clocks.seconds += PAUSE_SECONDS
        assert [source.may_ask() for _ in range(4)] == [True, False, False, False]


def test_an_answer_closes_the_circuit() -> None:
    clocks = Clocks()
    source = failing(clocks, FAILURES + 3)
    source.succeeded()
    assert source.may_ask()
    assert source.record.down_since is None


@pytest.mark.parametrize("cause", sorted(NOT_THE_SOURCES_FAULT))
def test_what_one_certificate_brings_about_spares_the_others(cause: Cause) -> None:
    source = failing(Clocks(), 100, cause)
    assert source.may_ask()
    assert source.record.down_since is None


def test_the_record_tells_since_when_and_why() -> None:
    clocks = Clocks()
    source = Source(clocks.monotonic, clocks.now)
    source.succeeded()
    answered = clocks.now()
    clocks.seconds += 60
    source.failed(Cause.TIMEOUT)
    down = clocks.now()
    clocks.seconds += 60
    source.failed(Cause.HTTP_STATUS)
    record = source.record
    assert (record.last_success, record.down_since) == (answered, down)
    assert (record.last_failure, record.cause) == (clocks.now(), Cause.HTTP_STATUS)
    clocks.seconds += 60
    source.succeeded()
    assert source.record.down_since is None
    assert source.record.last_success == clocks.now()
    assert source.record.cause is Cause.HTTP_STATUS


def test_a_source_is_its_authoritys_and_its_kinds_own() -> None:
    clocks = Clocks()
    sources = Sources(clocks.monotonic, clocks.now)
    sources.of("a", "ocsp").failed(Cause.TIMEOUT)
    assert sources.of("a", "ocsp").record.down_since is not None
    assert sources.of("a", "crl").record.down_since is None
    assert sources.of("b", "ocsp").record.down_since is None


def test_pauses_grow_to_a_limit_and_are_spread_by_chance() -> None:
    longest = [backoff(attempt, lambda: 1.0) for attempt in range(1, 8)]
    assert longest == sorted(longest)
    assert longest[0] < longest[1] < longest[-1] == LONGEST_BACKOFF
    assert backoff(3, lambda: 0.0) == 0.0
    assert backoff(3, lambda: 0.5) == longest[2] / 2

"""How much is taken on at one time and in a minute."""

from __future__ import annotations

import asyncio

import pytest

from eds_verifier.api.errors import ApiProblem
from eds_verifier.api.keys import ApiKey
from eds_verifier.api.limits import Gate
from tests.unit.eds_verifier.api.world import Ticks


def key(name: str, *, per_minute: int = 1000, concurrency: int = 10) -> ApiKey:
    return ApiKey(name, name.encode(), frozenset({"document"}), per_minute, concurrency)


def refusal(gate: Gate, one: ApiKey) -> ApiProblem:
    with pytest.raises(ApiProblem) as raised:
        gate.enter(one)
    return raised.value


def test_a_minutes_requests_come_back_evenly() -> None:
    ticks, one = Ticks(), key("one", per_minute=3)
    gate = Gate([one], at_once=10, clock=ticks)
    for _ in range(3):
        with gate.enter(one):
            pass
    refused = refusal(gate, one)
    assert (refused.kind, refused.retry_after) == ("rate_limited", 20)
    ticks.now += 19
    assert refusal(gate, one).retry_after == 1
    ticks.now += 1
    with gate.enter(one):
        pass
    assert refusal(gate, one).kind == "rate_limited"
    ticks.now += 3600
    for _ in range(3):
        with gate.enter(one):
            pass
    assert refusal(gate, one).kind == "rate_limited"


def test_a_clock_that_goes_back_gives_nothing() -> None:
    ticks, one = Ticks(), key("one", per_minute=1)
    gate = Gate([one], at_once=10, clock=ticks)
    with gate.enter(one):
        pass
    ticks.now -= 600
    assert refusal(gate, one).kind == "rate_limited"
    ticks.now += 30
    assert refusal(gate, one).kind == "rate_limited"


def test_one_keys_requests_do_not_use_up_anothers() -> None:
    one, other = key("one", per_minute=1), key("other", per_minute=1)
    gate = Gate([one, other], at_once=10, clock=Ticks())
    with gate.enter(one):
        assert refusal(gate, one).kind == "rate_limited"
        with gate.enter(other):
            assert gate.total == 2
    assert gate.total == 0


def test_a_key_has_its_places_and_all_together_have_theirs() -> None:
    one, other = key("one", concurrency=2), key("other")
    gate = Gate([one, other], at_once=3, clock=Ticks())
    with gate.enter(one), gate.enter(one):
        refused = refusal(gate, one)
        assert (refused.kind, refused.status, refused.retry_after) == ("too_many_at_once", 429, 1)
        with gate.enter(other):
            refused = refusal(gate, other)
            assert (refused.kind, refused.status) == ("busy", 503)
            assert refused.retry_after
        with gate.enter(other):
            pass
    assert gate.total == 0


def test_a_place_is_kept_until_the_thread_is_done() -> None:
    one = key("one", concurrency=1)
    gate = Gate([one], at_once=10, clock=Ticks())

    async def cancelled() -> None:
        work: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with gate.enter(one) as ticket:
            ticket.until(work)
        assert gate.total == 1
        assert refusal(gate, one).kind == "too_many_at_once"
        work.set_result(None)
        await asyncio.sleep(0)
        assert gate.total == 0

    asyncio.run(cancelled())

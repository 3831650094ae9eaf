"""One piece of work for all who ask; nobody waits longer than it can."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from eds_verifier.revocation.evidence import Cause, Unusable
from eds_verifier.revocation.http import FetchFailed
from eds_verifier.revocation.single_flight import SingleFlight

WAIT = 5.0


def test_two_hundred_threads_share_one_flight_and_its_outcome() -> None:
    flights: SingleFlight[object] = SingleFlight()
    go, done = threading.Event(), []
    outcome = object()

    def work() -> object:
        done.append(1)
        go.wait(WAIT)
        return outcome

    got: list[object] = []
    threads = [
        threading.Thread(target=lambda: got.append(flights.start("crl", work).wait(WAIT)))
        for _ in range(200)
    ]
    for thread in threads:
        thread.start()
    while flights.under_way("crl") is None:
        time.sleep(0.001)
    time.sleep(0.05)
    go.set()
    for thread in threads:
        thread.join(WAIT)
    assert (len(done), len(got), set(map(id, got))) == (1, 200, {id(outcome)})


def test_another_key_flies_by_itself_and_a_landed_one_flies_anew() -> None:
    flights: SingleFlight[int] = SingleFlight()
    numbers = iter(range(10))
    assert [flights.start(key, lambda: next(numbers)).wait(WAIT) for key in "aba"] == [0, 1, 2]


@pytest.mark.parametrize(
    "error",
    [FetchFailed("no", Cause.TIMEOUT), Unusable("forged", Cause.SIGNATURE)],
    ids=["failed", "unusable"],
)
def test_each_who_waited_gets_an_error_of_its_own(error: FetchFailed | Unusable) -> None:
    flights: SingleFlight[int] = SingleFlight()

    def work() -> int:
        raise error

    flight = flights.start("key", work)
    for _ in range(2):
        with pytest.raises((FetchFailed, Unusable)) as raised:
            flight.wait(WAIT)
        assert raised.value is not error
        assert type(raised.value) is type(error)
        assert (raised.value.detail, raised.value.cause) == (error.detail, error.cause)
    assert flights.under_way("key") is None


def test_an_unforeseen_error_reaches_who_waits_without_its_words() -> None:
    flights: SingleFlight[int] = SingleFlight()

    def work() -> int:
        raise KeyError("secret")

    with pytest.raises(RuntimeError) as raised:
        flights.start("key", work).wait(WAIT)
    assert "secret" not in str(raised.value)


def test_who_cannot_wait_longer_leaves_and_the_work_goes_on() -> None:
    flights: SingleFlight[str] = SingleFlight()
    go = threading.Event()

    def work() -> str:
        go.wait(WAIT)
        return "late"

    flight = flights.start("key", work)
    for seconds in (0.05, 0.0, -1.0):
        with pytest.raises(FetchFailed) as failed:
            flight.wait(seconds)
        assert failed.value.cause is Cause.TIMEOUT
    assert not flight.has_landed
    go.set()
    assert flight.wait(WAIT) == "late"
    assert flight.has_landed


def test_without_a_thread_it_fails_instead_of_hanging() -> None:
    def spawn(_: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    flights: SingleFlight[int] = SingleFlight(spawn)
    with pytest.raises(FetchFailed):
        flights.start("key", lambda: 1).wait(WAIT)
    assert flights.under_way("key") is None

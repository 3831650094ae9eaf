"""Answers kept for a second use: bounded, the least used out first."""

from __future__ import annotations

import threading

from eds_verifier.revocation.evidence import OcspEvidence
from eds_verifier.revocation.ocsp_cache import MAX_ANSWERS, MAX_OCTETS, AnswerCache


def answer(octets: int = 10) -> OcspEvidence:
    return OcspEvidence(bytes(octets), None)


def test_ten_thousand_answers_and_no_more_are_kept() -> None:
    cache = AnswerCache()
    for serial in range(MAX_ANSWERS + 500):
        cache.put(("issuer", serial), answer())
    assert (len(cache), cache.octets) == (MAX_ANSWERS, 10 * MAX_ANSWERS)
    assert cache.get(("issuer", 499)) is None
    assert cache.get(("issuer", 500)) is not None


def test_large_answers_do_not_fill_the_memory() -> None:
    cache = AnswerCache()
    for serial in range(2_000):
        cache.put(("issuer", serial), answer(65_536))
    assert cache.octets <= MAX_OCTETS
    assert len(cache) == MAX_OCTETS // 65_536


def test_what_was_used_stays_longest() -> None:
    cache = AnswerCache(max_answers=2)
    cache.put(("issuer", 1), answer())
    cache.put(("issuer", 2), answer())
    assert cache.get(("issuer", 1)) is not None
    cache.put(("issuer", 3), answer())
    assert [cache.get(("issuer", serial)) is None for serial in (1, 2, 3)] == [False, True, False]


def test_a_new_answer_takes_the_place_of_the_old_one() -> None:
    cache = AnswerCache()
    cache.put(("issuer", 1), answer(10))
    cache.put(("issuer", 1), answer(30))
    assert (len(cache), cache.octets) == (1, 30)
    cache.drop(("issuer", 1))
    cache.drop(("issuer", 1))
    assert (len(cache), cache.octets) == (0, 0)


def test_one_issuers_answers_are_not_anothers() -> None:
    cache = AnswerCache()
    cache.put(("issuer", 1), answer())
    assert cache.get(("other", 1)) is None


def test_many_threads_leave_the_count_right() -> None:
    cache = AnswerCache(max_answers=50)

    def work(start: int) -> None:
        for serial in range(start, start + 300):
            cache.put(("issuer", serial % 90), answer(serial % 7))
            cache.get(("issuer", serial % 13))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [one for serial in range(90) if (one := cache.get(("issuer", serial))) is not None]
    assert (len(kept), sum(len(one.response) for one in kept)) == (len(cache), cache.octets)
    assert len(cache) <= 50

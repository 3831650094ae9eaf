"""Comparing names is an equivalence, whatever stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import same_name
from eds_verifier.verdict import Reason, Refused
from fuzz.mutate import mutated
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import DIRECTOR, name

_OIDS = st.sampled_from((oids.COMMON_NAME, oids.SERIAL_NUMBER, "2.5.4.6", "1.2.3.4"))
_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_VALUES = st.one_of(
    _TEXT.map(der.utf8),
    _TEXT.map(lambda text: der.tlv(30, text.encode("utf-16-be", "replace"))),
    st.text("ABCabc ", max_size=8).map(der.printable),
    st.integers(-5, 1 << 70).map(der.integer),
    st.binary(max_size=8).map(der.octets),
    st.binary(max_size=8).map(lambda octets: der.tlv(20, octets)),
    st.just(der.NULL),
)
_RDNS = st.lists(
    st.builds(lambda oid, value: der.seq(der.oid(oid), value), _OIDS, _VALUES),
    min_size=1,
    max_size=4,
).map(lambda pairs: der.set_of(*sorted(pairs)))
NAMES = st.lists(_RDNS, max_size=4).map(lambda rdns: der.seq(*rdns))


@contextmanager
def _refusing() -> Iterator[None]:
    """A name may be refused as malformed, and nothing else may come of it."""
    try:
        yield
    except Refused as refused:
        if refused.reason != Reason.MALFORMED:
            raise


@settings(max_examples=400, deadline=None)
@given(NAMES, NAMES)
def test_two_names_are_one_from_either_side(left: bytes, right: bytes) -> None:
    with _refusing():
        assert same_name(left, right) == same_name(right, left)
    assert same_name(left, left)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1 << 62))
def test_a_bent_name_is_compared_or_refused(seed: int) -> None:
    good = name(DIRECTOR)
    bent = mutated(good, Random(seed))  # noqa: S311 - reproducible
    with _refusing():
        assert same_name(good, bent) == same_name(bent, good)


@settings(max_examples=200, deadline=None)
@given(st.text("ӘәЛлИиЕеВв AaBbẞßſS", min_size=1, max_size=20))
def test_case_and_runs_of_spaces_do_not_count(text: str) -> None:
    def named(value: str) -> bytes:
        return name(((oids.COMMON_NAME, value),))

    assert same_name(named(text), named(f"  {text.replace(' ', '   ')} "))
    assert same_name(named(text), named(text.upper().casefold()))
    assert not same_name(named(text), named(text + "Я"))

"""BER and DER of one message are one message."""

from __future__ import annotations

from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.asn1.ber import encode, to_der
from eds_verifier.verdict import Refused
from tests.properties.world import Kind, good, judge, message

_CONSTRUCTED, _OCTET_STRING = 0x20, 0x04


def elements() -> st.SearchStrategy[bytes]:
    """Any DER, some levels deep."""
    primitive = st.builds(
        encode,
        st.sampled_from((0x01, 0x02, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x17, 0x80, 0x9E)),
        st.binary(max_size=300),
    )
    return st.recursive(
        primitive,
        lambda inner: st.builds(
            lambda tag, parts: encode(tag, b"".join(parts)),
            st.sampled_from((0x30, 0x31, 0xA0, 0xA3, 0xBE)),
            st.lists(inner, max_size=4),
        ),
        max_leaves=12,
    )


def as_ber(data: bytes, random: Random) -> bytes:
    """The DER element `data` as BER may write it: other lengths, octet strings in pieces."""
    tag = data[0]
    head = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    content = data[head:]
    if not tag & _CONSTRUCTED:
        if tag == _OCTET_STRING and random.random() < 0.3:
            return _constructed(_OCTET_STRING | _CONSTRUCTED, _pieces(content, random), random)
        return _definite(tag, content, random)
    children, position = b"", 0
    while position < len(content):
        end = position + _size(content[position:])
        children += as_ber(content[position:end], random)
        position = end
    return _constructed(tag, children, random)


def _size(data: bytes) -> int:
    if data[1] < 0x80:
        return 2 + data[1]
    count = data[1] & 0x7F
    return 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def _pieces(content: bytes, random: Random) -> bytes:
    pieces, position = b"", 0
    while position < len(content):
        size = random.randint(1, len(content) - position)
        pieces += _definite(_OCTET_STRING, content[position : position + size], random)
        position += size
    return pieces


def _constructed(tag: int, content: bytes, random: Random) -> bytes:
    if random.random() < 0.5:
        return bytes((tag, 0x80)) + content + b"\0\0"
    return _definite(tag, content, random)


def _definite(tag: int, content: bytes, random: Random) -> bytes:
    if random.random() < 0.5:
        return encode(tag, content)
    size = random.randint(max((len(content).bit_length() + 7) // 8, 1), 4)
    return bytes((tag, 0x80 | size)) + len(content).to_bytes(size, "big") + content


@settings(max_examples=200, deadline=None)
@given(elements(), st.integers(0, 1 << 62))
def test_der_written_as_ber_comes_back_as_it_was(data: bytes, seed: int) -> None:
    assert to_der(as_ber(data, Random(seed))) == data  # noqa: S311 - reproducible


@settings(max_examples=200, deadline=None)
@given(elements())
def test_der_stays_as_it_is(data: bytes) -> None:
    assert to_der(data) == data


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_what_is_taken_as_ber_is_written_as_der_once_and_for_all(data: bytes) -> None:
    once = _taken(data)
    assert once is None or to_der(once) == once


def _taken(data: bytes) -> bytes | None:
    try:
        return to_der(data)
    except Refused:
        return None


@pytest.mark.parametrize("kind", get_args(Kind))
def test_the_verdict_about_ber_is_the_verdict_about_der(kind: Kind) -> None:
    for seed in range(20):
        ber = as_ber(message(kind), Random(seed))  # noqa: S311 - reproducible
        assert ber != message(kind)
        assert judge(ber, kind) == good(kind)

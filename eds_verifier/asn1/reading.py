"""The border to asn1crypto: whatever it raises on hostile octets becomes one refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asn1crypto import core

from eds_verifier.asn1.ber import encode
from eds_verifier.verdict import Reason, Refused

_PARSER_ERRORS = (
    ValueError,  # UnicodeError is one
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
)


@contextmanager
def reading(what: str, *, reason: Reason = Reason.MALFORMED) -> Iterator[None]:
    """Turn a parser's failure into Refused(`reason`), saying only what was being read.

    The parser's own text is dropped: it may quote the octets.
    """
    try:
        yield
    except Refused:
        raise
    except _PARSER_ERRORS:
        raise Refused(reason, f"{what} cannot be read") from None


def load(spec: Any, octets: bytes) -> Any:
    """Read `octets` as the asn1crypto class `spec`; nothing may follow."""
    return spec.load(octets, strict=True)


def octets(value: Any) -> bytes:
    """The octets of a value that `load` gave, as they arrived; none for one that is absent.

    Never asn1crypto's `dump`: it takes every element whose length ends in the octet 0x80 for one
    of indefinite length, and encodes it anew, which fails on the NCA's algorithms.
    """
    if isinstance(value, core.Void):
        return b""
    chosen = value
    if isinstance(value, core.Choice):
        chosen = value.chosen
    elif isinstance(value, core.Any):
        chosen = value.parsed
    tag = chosen.class_ << 6 | chosen.method << 5 | chosen.tag
    return encode(tag, bytes(chosen.contents))

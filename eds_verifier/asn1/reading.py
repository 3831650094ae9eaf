"""The border to asn1crypto: whatever it raises on hostile octets becomes one refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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


def write(spec: Any, value: Any) -> bytes:
    """The DER of `value` as the asn1crypto class `spec`."""
    return bytes(spec(value).dump())

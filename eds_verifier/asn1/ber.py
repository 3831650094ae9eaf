"""Bounded BER to DER: definite, minimal lengths; nothing after the element; no deep nesting.

NCALayer's signer may write indefinite lengths and constructed octet strings (X.690 section 8).
Values are not touched, so what was signed as DER stays as it was.
"""

from __future__ import annotations

from eds_verifier.verdict import Reason, Refused

MAX_DEPTH = 32
MAX_ELEMENTS = 20_000
_CONSTRUCTED = 0x20
_OCTET_STRING = 0x04
_CONSTRUCTED_OCTET_STRING = _OCTET_STRING | _CONSTRUCTED
_INDEFINITE = -1


def to_der(data: bytes, *, what: str = "the message") -> bytes:
    """Return the one BER element `data` consists of, with DER lengths.

    Refuses (malformed) truncated or trailing octets, more than MAX_DEPTH levels or MAX_ELEMENTS
    elements, and multi-octet tags, which no format read here uses.
    """
    reader = _Reader(data, what)
    encoded, end = reader.element(0, len(data), 0)
    if end != len(data):
        raise Refused(Reason.MALFORMED, f"octets stand after the end of {what}")
    return encoded


class _Reader:
    def __init__(self, data: bytes, what: str) -> None:
        self._data = data
        self._what = what
        self._elements = 0

    def element(self, start: int, limit: int, depth: int) -> tuple[bytes, int]:
        """Encode the element at `start`, which must end by `limit`; return it and its end."""
        self._elements += 1
        if depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise Refused(Reason.MALFORMED, f"{self._what} is nested too deeply or too large")
        tag, length, content = self._header(start, limit)
        if not tag & _CONSTRUCTED:
            if length == _INDEFINITE:
                raise self._broken()
            end = content + length
            return encode(tag, self._data[content:end]), end
        children, end = self._children(tag, content, length, limit, depth)
        if tag == _CONSTRUCTED_OCTET_STRING:
            return encode(_OCTET_STRING, b"".join(children)), end
        return encode(tag, b"".join(children)), end

    def _children(
        self, tag: int, content: int, length: int, limit: int, depth: int
    ) -> tuple[list[bytes], int]:
        end = limit if length == _INDEFINITE else content + length
        children: list[bytes] = []
        position = content
        while position < end:
            if length == _INDEFINITE and self._data[position : position + 2] == b"\0\0":
                return children, position + 2
            encoded, after = self.element(position, end, depth + 1)
            if tag == _CONSTRUCTED_OCTET_STRING:
                encoded = self._segment(encoded)
            children.append(encoded)
            position = after
        if length == _INDEFINITE:
            raise self._broken()
        return children, end

    def _segment(self, encoded: bytes) -> bytes:
        """The content of one piece of a constructed octet string."""
        if encoded[0] != _OCTET_STRING:
            raise self._broken()
        head = 2 + (encoded[1] & 0x7F if encoded[1] & 0x80 else 0)
        return encoded[head:]

    def _header(self, start: int, limit: int) -> tuple[int, int, int]:
        data = self._data
        if start + 2 > limit:
            raise self._broken()
        tag, first = data[start], data[start + 1]
        if tag & 0x1F == 0x1F or tag == 0:
            raise self._broken()
        content = start + 2
        if first < 0x80:
            length = first
        elif first == 0x80:
            return tag, _INDEFINITE, content
        else:
            size = first & 0x7F
            if size > 4 or content + size > limit:
                raise self._broken()
            length = int.from_bytes(data[content : content + size], "big")
            content += size
        if content + length > limit:
            raise self._broken()
        return tag, length, content

    def _broken(self) -> Refused:
        return Refused(Reason.MALFORMED, f"{self._what} is not well-formed BER")


def encode(tag: int, content: bytes) -> bytes:
    """One DER element; `tag` is its identifier octet."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content

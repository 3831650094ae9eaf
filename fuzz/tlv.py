"""Any octets as a tree of tag, length, value, to be bent and written again.

Lenient where a verifier must be strict: what cannot be read stays a leaf. Octet and bit strings
that hold an element are opened, so that a mutation reaches extensions and responses too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_CONSTRUCTED = 0x20
_BIT_STRING, _OCTET_STRING = 0x03, 0x04
_MAX_DEPTH = 40
_HIGH_TAG = 0x1F


@dataclass(slots=True)
class Node:
    """One element. `children` is None for a leaf; `prefix` stands before them (a bit string's 0).

    `length`: how the length is written: `definite`, `long` (more octets than needed),
    `indefinite`, or `wrong` (one too many).
    """

    tag: int
    content: bytes = b""
    children: list[Node] | None = None
    prefix: bytes = b""
    length: str = "definite"

    def walk(self) -> Iterator[Node]:
        """This node and all below it, from the top."""
        yield self
        for child in self.children or ():
            yield from child.walk()

    def encode(self) -> bytes:
        """The octets."""
        if self.children is None:
            body = self.content
        else:
            body = self.prefix + b"".join([child.encode() for child in self.children])
        if self.length == "indefinite":
            return bytes((self.tag | _CONSTRUCTED, 0x80)) + body + b"\0\0"
        return bytes((self.tag,)) + _length(len(body), self.length) + body


@dataclass(slots=True)
class Forest:
    """What octets hold: elements one after another, and octets that are none."""

    nodes: list[Node] = field(default_factory=list)
    rest: bytes = b""

    def encode(self) -> bytes:
        """The octets."""
        return b"".join(node.encode() for node in self.nodes) + self.rest


def parse(data: bytes) -> Forest:
    """Read whatever is readable; never raises."""
    nodes, rest = _elements(data, 0)
    return Forest(nodes, rest)


def _elements(data: bytes, depth: int) -> tuple[list[Node], bytes]:
    nodes: list[Node] = []
    position = 0
    while position < len(data):
        header = _header(data, position)
        if header is None:
            return nodes, data[position:]
        tag, start, end = header
        nodes.append(_node(tag, data[start:end], depth))
        position = end
    return nodes, b""


def _header(data: bytes, position: int) -> tuple[int, int, int] | None:
    if position + 2 > len(data) or data[position] & _HIGH_TAG == _HIGH_TAG:
        return None
    tag, length = data[position], data[position + 1]
    start = position + 2
    if length >= 0x80:
        size = length & 0x7F
        if not 0 < size <= 4 or start + size > len(data):
            return None
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    end = start + length
    return None if end > len(data) else (tag, start, end)


def _node(tag: int, content: bytes, depth: int) -> Node:
    opened, prefix = content, b""
    if tag == _BIT_STRING:
        opened, prefix = content[1:], content[:1]
    opens = bool(tag & _CONSTRUCTED) or tag in {_BIT_STRING, _OCTET_STRING}
    if opens and opened and depth < _MAX_DEPTH:
        children, rest = _elements(opened, depth + 1)
        if children and not rest and (tag & _CONSTRUCTED or _looks_like_one(children)):
            return Node(tag, children=children, prefix=prefix)
    return Node(tag, content)


def _looks_like_one(children: list[Node]) -> bool:
    """Random octets often read as small elements; a structure is one sequence or a real leaf."""
    return len(children) == 1 and children[0].tag in {0x30, 0x02, 0x03, 0x04, 0x06, 0x05}


def _length(length: int, how: str) -> bytes:
    if how == "wrong":
        length += 1
    size = (length.bit_length() + 7) // 8
    if how == "long":
        return bytes((0x80 | (size + 1),)) + length.to_bytes(size + 1, "big")
    if length < 0x80:
        return bytes((length,))
    return bytes((0x80 | size,)) + length.to_bytes(size, "big")

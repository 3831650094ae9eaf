"""Mutations that know TLV: they get past the lengths, to where the rules are.

Each takes a forest and a source of randomness and changes the forest in place.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random

from fuzz.tlv import Forest, Node, parse

_CONSTRUCTED = 0x20
_LENGTHS = ("long", "indefinite", "wrong")
_TAGS = (
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x0C, 0x13, 0x16, 0x17, 0x18, 0x1E, 0x24, 0x30, 0x31,
    0x80, 0x81, 0x82, 0x83, 0x84, 0xA0, 0xA1, 0xA2, 0xA3, 0x00, 0x1F, 0x3F,
)  # fmt: skip
INTERESTING = (
    b"",
    b"\0",
    b"\x7f",
    b"\x80",
    b"\xff" * 20,
    b"\x00" * 64,
    b"\xff" * 128,
    b"\x01" + b"\0" * 4096,
    b"\x2a\x86" + b"\x81" * 2000 + b"\x01",
    b"991231235959Z",
    b"00000000000000Z",
    b"20260812000000.9999999999999Z",
    b"99991231235959+2359",
    "IIN٨٥٠١٠١٣٠٠٠٠٥".encode(),
    "\u202eЯ\u0000".encode(),
    b"\xed\xa0\x80",
    b"-1",
)

Mutation = Callable[[Forest, Random], None]


def _any(forest: Forest, random: Random) -> Node:
    nodes = [node for root in forest.nodes for node in root.walk()]
    return random.choice(nodes)


def _parent(forest: Forest, random: Random) -> list[Node]:
    """The children of a random node that has some."""
    lists = [node.children for root in forest.nodes for node in root.walk() if node.children]
    return random.choice(lists) if lists else forest.nodes


def _delete(forest: Forest, random: Random) -> None:
    siblings = _parent(forest, random)
    del siblings[random.randrange(len(siblings))]


def _repeat(forest: Forest, random: Random) -> None:
    siblings = _parent(forest, random)
    position = random.randrange(len(siblings))
    count = random.choice((1, 1, 1, 2, 20))
    siblings[position:position] = [copy.deepcopy(siblings[position]) for _ in range(count)]


def _swap(forest: Forest, random: Random) -> None:
    siblings = _parent(forest, random)
    first, second = random.randrange(len(siblings)), random.randrange(len(siblings))
    siblings[first], siblings[second] = siblings[second], siblings[first]


def _graft(forest: Forest, random: Random) -> None:
    """One part put where another was."""
    source, siblings = copy.deepcopy(_any(forest, random)), _parent(forest, random)
    siblings[random.randrange(len(siblings))] = source


def _retag(forest: Forest, random: Random) -> None:
    node = _any(forest, random)
    if random.random() < 0.5:
        node.tag = random.choice(_TAGS)
    else:
        node.tag ^= 1 << random.randrange(8)


def _relength(forest: Forest, random: Random) -> None:
    _any(forest, random).length = random.choice(_LENGTHS)


def _nest(forest: Forest, random: Random) -> None:
    siblings = _parent(forest, random)
    position = random.randrange(len(siblings))
    tag = random.choice((0x30, 0x31, 0xA0, 0x24))
    for _ in range(random.choice((1, 2, 31, 40, 400))):
        # Kept as octets: a tree as deep as this could not be walked.
        siblings[position] = Node(tag, siblings[position].encode())


def _split_string(forest: Forest, random: Random) -> None:
    """A primitive string as BER writes it in pieces."""
    leaf = _leaf(forest, random)
    if leaf is None or leaf.tag & _CONSTRUCTED:
        return
    middle = len(leaf.content) // 2
    leaf.children = [Node(leaf.tag, leaf.content[:middle]), Node(leaf.tag, leaf.content[middle:])]
    leaf.tag |= _CONSTRUCTED
    leaf.length = random.choice(("definite", "indefinite"))


def _leaf(forest: Forest, random: Random) -> Node | None:
    leaves = [n for root in forest.nodes for n in root.walk() if n.children is None]
    return random.choice(leaves) if leaves else None


def _replace_value(forest: Forest, random: Random) -> None:
    leaf = _leaf(forest, random)
    if leaf is not None:
        leaf.content = random.choice(INTERESTING)


def _change_value(forest: Forest, random: Random) -> None:
    leaf = _leaf(forest, random)
    if leaf is None:
        return
    content = bytearray(leaf.content)
    for _ in range(random.choice((1, 1, 2, 8))):
        position = random.randrange(len(content) + 1)
        what = random.randrange(3)
        if what == 0 and position < len(content):
            content[position] ^= 1 << random.randrange(8)
        elif what == 1:
            content.insert(position, random.randrange(256))
        elif position < len(content):
            del content[position]
    leaf.content = bytes(content)


def _trail(forest: Forest, random: Random) -> None:
    forest.rest += random.choice((b"\0", b"\0\0", b"\x30\x00", b"\n"))


MUTATIONS: tuple[Mutation, ...] = (
    _delete,
    _repeat,
    _swap,
    _graft,
    _retag,
    _relength,
    _nest,
    _split_string,
    _replace_value,
    _change_value,
    _change_value,
    _trail,
)


def mutated(data: bytes, random: Random, *, most: int = 3) -> bytes:
    """`data` with one to `most` mutations of its structure."""
    forest = parse(data)
    for _ in range(random.randint(1, most)):
        if not forest.nodes:
            break
        random.choice(MUTATIONS)(forest, random)
    return forest.encode()

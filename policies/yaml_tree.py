"""One YAML file as a tree in which every key and value knows where it stands.

Made of the parser's events, so that nothing is constructed from what a file asks for: no tags, no
merge keys, bounded nesting, bounded aliases. A file with a mistake in its syntax is read on,
top-level key by top-level key, so that its other mistakes are named too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from policies.errors import PolicyFileError
from policies.yaml_problems import in_words, plain_value

MAX_FILE_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_VALUES = 50_000
"""How many values a file may hold with its aliases written out."""

_MAX_SECTIONS = 200
_SECTION = re.compile(r"""(["']?)([A-Za-z_][\w.-]*)\1\s*:(?:\s|$)""")
_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands; lines and columns count from 1."""

    file: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One sentence about one place. `path` leads to the value; no value is ever in the text."""

    place: Place
    path: tuple[str | int, ...]
    text: str
    is_reference: bool = False


@dataclass(slots=True)
class Node:
    """A value of the tree: a scalar, a list or a mapping of nodes; not to be changed."""

    value: Any = field(repr=False)
    place: Place
    key: Place | None = None
    """Where the key of this value stands."""
    size: int = 1
    depth: int = 1


@dataclass(slots=True)
class Document:
    """What could be read of a file (and of what it extends), and every mistake seen on the way.

    `unread` are the top-level keys whose part could not be read; `is_partial` tells that a whole
    file could not; `removed` is where a `null` removed an inherited value.
    """

    file: Path
    root: Node
    mistakes: list[Mistake]
    unread: frozenset[str] = frozenset()
    removed: dict[tuple[str | int, ...], Place] = field(default_factory=dict)
    is_partial: bool = False
    may_extend: bool = False


class _UnreadableError(Exception):
    def __init__(self, place: Place, text: str) -> None:
        super().__init__(text)
        self.place, self.text = place, text


def read_text(path: Path) -> str:
    """The file's text. Raises PolicyFileError when there is none, or it is not UTF-8 text."""
    refusal = ""
    data = b""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        refusal = "there is no such file"
    except OSError as error:
        refusal = f"cannot be read: {error.strerror}"
    if len(data) > MAX_FILE_BYTES:
        refusal = f"larger than {MAX_FILE_BYTES} bytes"
    text = ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refusal = refusal or f"not UTF-8 at byte {error.start}"
    if refusal:
        raise PolicyFileError(f"{path}: {refusal}")
    return text


def read_document(path: Path) -> Document:
    """Read one file. Raises PolicyFileError when nothing of it can be read."""
    document = parse_document(path, read_text(path))
    if document.is_partial:
        said = document.mistakes[0]
        raise PolicyFileError(f"{said.place}: {said.text}")
    return document


def parse_document(path: Path, text: str) -> Document:
    """The tree of a file's text; where nothing can be read, an empty one that says why."""
    mistakes: list[Mistake] = []
    sections: list[tuple[int, str, str]] = []
    hidden = _NO_TEXT.search(text)
    if hidden:
        before = text[: hidden.start()]
        place = Place(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
        first = _UnreadableError(place, f"an invisible character, U+{ord(hidden[0]):04X}")
    else:
        try:
            return Document(path, _Builder(path, 0, {}, mistakes).build(text), mistakes)
        except _UnreadableError as error:
            first = error
        sections = _sections(text)
    document = _read_sections(path, sections, first)
    if not document.unread:
        said = [Mistake(first.place, (), first.text)]
        return Document(path, Node({}, Place(path, 1, 1)), said, is_partial=True)
    return document


def _sections(text: str) -> list[tuple[int, str, str]]:
    """(lines before it, its key, its text) of each top-level key; empty where it cannot be told."""
    found: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(text.splitlines(keepends=True)):
        match = _SECTION.match(line)
        if match:
            found.append((number, match[2], [line]))
        elif found:
            found[-1][2].append(line)
        elif line.strip() and not line.startswith(("#", "---")):
            return []
        if len(found) > _MAX_SECTIONS:
            return []
    if len(found) < 2:
        return []
    return [(number, key, "".join(lines)) for number, key, lines in found]


def _read_sections(
    path: Path, sections: list[tuple[int, str, str]], first: _UnreadableError
) -> Document:
    mistakes: list[Mistake] = []
    unread: dict[str, Mistake] = {}
    anchors: dict[str, Node | None] = {}
    root = Node({}, Place(path, 1, 1))
    for number, key, text in sections:
        seen: list[Mistake] = []
        try:
            part = _Builder(path, number, anchors, seen).build(text)
        except _UnreadableError as error:
            # What a broken part hides is the first mistake's; its own words are the better ones.
            said = first if not unread else error
            unread.setdefault(key, Mistake(said.place, (key,), said.text))
            continue
        mistakes += seen
        for name, node in part.value.items():
            _insert(root, name, node, mistakes)
    return Document(path, root, [*unread.values(), *mistakes], frozenset(unread))


def _insert(parent: Node, name: str, node: Node, mistakes: list[Mistake]) -> None:
    """Put a value under its key; a second one of the name is a mistake, the first one stays."""
    earlier = parent.value.get(name)
    if earlier is None:
        parent.value[name] = node
        return
    here, there = node.key or node.place, earlier.key or earlier.place
    mistakes.append(
        Mistake(here, (name,), f"this key stands twice, here and in line {there.line}; keep one")
    )


class _Builder:
    """Builds the tree of one text, which begins `lines_before` lines down its file."""

    def __init__(
        self,
        file: Path,
        lines_before: int,
        anchors: dict[str, Node | None],
        mistakes: list[Mistake],
    ) -> None:
        self._file = file
        self._lines_before = lines_before
        self._anchors = anchors
        self._mistakes = mistakes
        self._root: Node | None = None
        self._open: list[tuple[Node, str | None]] = []
        self._pending: list[tuple[str, Place] | None] = []
        self._values = 0

    def build(self, text: str) -> Node:
        problem: tuple[Any, str] | None = None
        try:
            for event in YAML(typ="safe", pure=True).parse(text):
                self._take(event)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = (mark, in_words(error, self._lines_before))
        if problem:
            raise _UnreadableError(self._place(problem[0]), problem[1])
        if self._root is None or not isinstance(self._root.value, dict):
            place = self._root.place if self._root else Place(self._file, 1, 1)
            raise _UnreadableError(place, "expected keys and values")
        return self._root

    def _place(self, mark: Any) -> Place:
        if mark is None:
            return Place(self._file, self._lines_before + 1, 1)
        return Place(self._file, self._lines_before + mark.line + 1, mark.column + 1)

    def _take(self, event: Any) -> None:
        place = self._place(event.start_mark)
        if isinstance(event, DocumentStartEvent) and self._root is not None:
            raise _UnreadableError(place, "a second document begins here: one file holds one")
        if isinstance(event, AliasEvent):
            self._add(self._named(event.anchor, place))
        elif isinstance(event, NodeEvent):
            if getattr(event, "tag", None) is not None:
                raise _UnreadableError(place, "tags (!…) are not read: remove it")
            self._begin(event, place)
        elif type(event).__name__ in {"MappingEndEvent", "SequenceEndEvent"}:
            self._end()

    def _begin(self, event: Any, place: Place) -> None:
        if isinstance(event, ScalarEvent):
            is_plain = bool(event.implicit[0])
            node = Node(plain_value(event.value) if is_plain else event.value, place)
            if self._takes_key():
                node.value = event.value
            if event.anchor:
                self._anchors[event.anchor] = node
            self._add(node)
            return
        if self._takes_key():
            raise _UnreadableError(
                place, "a key is text; text that begins with { or [ needs quotes"
            )
        if len(self._open) >= MAX_DEPTH:
            raise _UnreadableError(place, f"nested more than {MAX_DEPTH} deep")
        if not isinstance(event, MappingStartEvent | SequenceStartEvent):
            raise _UnreadableError(place, "not YAML")
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(
            (Node({} if isinstance(event, MappingStartEvent) else [], place), event.anchor)
        )
        self._pending.append(None)

    def _takes_key(self) -> bool:
        return bool(
            self._open and isinstance(self._open[-1][0].value, dict) and self._pending[-1] is None
        )

    def _end(self) -> None:
        node, anchor = self._open.pop()
        self._pending.pop()
        children = node.value.values() if isinstance(node.value, dict) else node.value
        for child in children:
            node.size += child.size
            node.depth = max(node.depth, child.depth + 1)
        if node.depth > MAX_DEPTH:
            raise _UnreadableError(node.place, f"nested more than {MAX_DEPTH} deep by aliases")
        if anchor:
            self._anchors[anchor] = node
        self._add(node)

    def _named(self, anchor: str, place: Place) -> Node:
        if anchor not in self._anchors:
            raise _UnreadableError(place, "an alias (*…) of nothing: no anchor (&…) of that name")
        node = self._anchors[anchor]
        if node is None:
            raise _UnreadableError(place, "an alias (*…) inside the very value it repeats")
        self._values += node.size
        if self._values > MAX_VALUES:
            raise _UnreadableError(place, f"its aliases repeat more than {MAX_VALUES} values")
        return Node(node.value, place, size=node.size, depth=node.depth)

    def _add(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        parent = self._open[-1][0]
        if isinstance(parent.value, list):
            parent.value.append(node)
            return
        pending = self._pending[-1]
        if pending is None:
            if not isinstance(node.value, str):
                raise _UnreadableError(node.place, "a key is text: put it in quotes")
            if node.value == "<<":
                raise _UnreadableError(node.place, "merge keys (<<) are not read: use extends")
            self._pending[-1] = (node.value, node.place)
            return
        node.key = pending[1]
        self._pending[-1] = None
        duplicates: list[Mistake] = []
        _insert(parent, pending[0], node, duplicates)
        above = tuple(self._path())
        self._mistakes += [Mistake(m.place, (*above, *m.path), m.text) for m in duplicates]

    def _path(self) -> list[str | int]:
        """The keys and indexes that lead to the innermost open value."""
        path: list[str | int] = []
        for (node, _), pending in zip(self._open[:-1], self._pending[:-1], strict=True):
            path.append(pending[0] if pending else len(node.value))
        return path

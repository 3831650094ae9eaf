"""A policy that builds on others: `extends: ../base.yaml`, or a list of them.

Mappings are merged key by key, everything else is replaced as a whole, lists too; `null` removes
what was inherited. Of several bases a later one has the last word, and the file over all of them.
Every value keeps the place it comes from, so mistakes and references belong to their own file.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass, field
from pathlib import Path

from policies.errors import PolicyFileError
from policies.yaml_tree import Document, Mistake, Node, Place, parse_document, read_text

EXTENDS = "extends"
MAX_CHAIN = 8
"""How many files may build on each other."""
MAX_FILES = 64
"""How many files may make one policy; one that is extended twice counts twice."""


def read_extended(path: Path) -> Document:
    """The file and all it extends as one document.

    A base is a .yaml file in the policy tree: the folder that holds the policy's own folder, and
    all below it. Raises PolicyFileError when the file itself cannot be read; what is wrong with a
    base, or with the way to it, is a mistake of the document.
    """
    tree = Path(os.path.abspath(path)).parent.parent  # noqa: PTH100 - resolve() follows symlinks
    return _Reader(tree).read(path, read_text(path), (path,))


def bases_of(path: Path) -> frozenset[Path]:
    """The files that the policy builds on, however deep. Raises as read_extended."""
    tree = Path(os.path.abspath(path)).parent.parent  # noqa: PTH100 - resolve() follows symlinks
    reader = _Reader(tree)
    reader.read(path, read_text(path), (path,))
    return frozenset(reader.read_as_bases)


@dataclass(slots=True)
class _Reader:
    tree: Path
    files: int = 0
    read_as_bases: list[Path] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def read(self, path: Path, text: str, chain: tuple[Path, ...]) -> Document:
        document = parse_document(path, text)
        document.may_extend = True
        named = document.root.value.pop(EXTENDS, None)
        bases = [
            self._base(document, entry, chain)
            for entry in ([] if named is None else self._entries(document, named))
        ]
        if not bases:
            return document
        return _built_on(functools.reduce(_built_on, bases), document)

    def _entries(self, document: Document, named: Node) -> list[Node]:
        entries = named.value if isinstance(named.value, list) else [named]
        wrong = [entry for entry in entries if not isinstance(entry.value, str)]
        for entry in wrong:
            text = "expected the path of a .yaml file, or a list of them"
            document.mistakes.append(Mistake(entry.place, (EXTENDS,), text))
        document.is_partial = document.is_partial or bool(wrong)
        return [entry for entry in entries if entry not in wrong]

    def _base(self, document: Document, entry: Node, chain: tuple[Path, ...]) -> Document:
        path = Path(os.path.normpath(document.file.parent / entry.value))
        self.files += 1
        refusal = self._refusal(entry.value, path, chain)
        text = ""
        if not refusal:
            try:
                text = read_text(path)
            except PolicyFileError as error:
                refusal = error.message
        if refusal:
            mistake = Mistake(entry.place, (EXTENDS,), refusal)
            return Document(path, Node({}, entry.place), [mistake], is_partial=True)
        self.read_as_bases.append(Path(os.path.realpath(path)))
        return self.read(path, text, (*chain, path))

    def _refusal(self, said: str, path: Path, chain: tuple[Path, ...]) -> str:  # noqa: PLR0911
        """Why this file cannot be a base here; empty when it can."""
        if "${" in said:
            return "a base is named by its path, not by a reference"
        if path.suffix not in {".yaml", ".yml"} or "\0" in said:
            return "expected the path of a .yaml file"
        shown = " → ".join(str(file) for file in (*chain, path))
        if Path(said).is_absolute() or not _stands_in(self.tree, path):
            return f"a base stands in the policy tree {self.tree}, by a relative path: {shown}"
        if not os.path.exists(path):  # noqa: PTH110 - False too for names no system takes
            return f"there is no such file: {shown}"
        if not _stands_in(Path(os.path.realpath(self.tree)), Path(os.path.realpath(path))):
            return f"a symlink leads out of the policy tree {self.tree}: {shown}"
        if not path.is_file():
            return f"not a file: {shown}"
        if any(path.samefile(file) for file in chain):
            return f"a circle, it extends itself: {shown}"
        if len(chain) >= MAX_CHAIN:
            return f"more than {MAX_CHAIN} files build on each other: {shown}"
        if self.files >= MAX_FILES:
            return f"more than {MAX_FILES} files make one policy: {shown}"
        return ""


def _stands_in(folder: Path, path: Path) -> bool:
    return Path(os.path.abspath(path)).is_relative_to(folder)  # noqa: PTH100 - lexical on purpose


def _built_on(base: Document, over: Document) -> Document:
    """`over` on top of `base`; what was found in either stays found."""
    removed = dict(base.removed)
    root = _merged(base.root, over.root, (), removed)
    return Document(
        over.file,
        root,
        [*over.mistakes, *base.mistakes],
        unread=over.unread | base.unread,
        removed=removed | over.removed,
        is_partial=over.is_partial or base.is_partial,
        may_extend=True,
    )


def _merged(
    base: Node,
    over: Node,
    path: tuple[str | int, ...],
    removed: dict[tuple[str | int, ...], Place],
) -> Node:
    merged = dict(base.value)
    for name, child in over.value.items():
        inherited = merged.get(name)
        here = (*path, name)
        if inherited is not None and child.value is None:
            del merged[name]
            removed[here] = child.key or child.place
        elif inherited is not None and _both_mappings(inherited, child):
            merged[name] = _merged(inherited, child, here, removed)
        else:
            merged[name] = child
    return Node(merged, over.place, key=over.key)


def _both_mappings(first: Node, second: Node) -> bool:
    return isinstance(first.value, dict) and isinstance(second.value, dict)

"""Imports go one way: cli → {provisioning, eds_verifier, stand} → policies.

provisioning and eds_verifier never know each other: each is deployed alone. stand may use both.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT = {
    "cli": {"provisioning", "eds_verifier", "stand", "policies"},
    "stand": {"provisioning", "eds_verifier", "policies"},
    "provisioning": {"policies"},
    "eds_verifier": {"policies"},
    "policies": set(),
}


def modules() -> Iterator[Path]:
    yield ROOT / "cli.py"
    for package in MAY_IMPORT:
        yield from sorted((ROOT / package).rglob("*.py"))


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Line and top-level name of every import, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.lineno, node.module.partition(".")[0]


def wrong(owner: str, source: str) -> list[str]:
    """What `source`, a module of `owner`, may not import; lazily named `package:name` too."""
    allowed = MAY_IMPORT[owner] | {owner}
    found = [
        f"line {line}: {name}"
        for line, name in imported(source)
        if name in MAY_IMPORT and name not in allowed
    ]
    return found + [
        f"relative import in line {node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def test_every_package_is_there_to_be_checked() -> None:
    found = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in modules()}
    assert found == set(MAY_IMPORT)


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_downwards(path: Path) -> None:
    owner = path.relative_to(ROOT).parts[0].removesuffix(".py")
    assert wrong(owner, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("owner", "source"),
    [
        ("provisioning", "from eds_verifier.verdict import Verdict"),
        ("eds_verifier", "import provisioning.plan as p"),
        ("policies", "def f():\n    import stand"),
        ("stand", "from cli import main"),
        ("stand", "from . import settings"),
    ],
)
def test_the_check_sees_what_it_forbids(owner: str, source: str) -> None:
    assert len(wrong(owner, source)) == 1

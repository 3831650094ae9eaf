"""`python -m stand.prepare` says how to get a browser where it cannot."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from stand import prepare


@pytest.fixture
def nothing_to_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "ensure_distribution", lambda *_, **__: None)


@pytest.mark.usefixtures("nothing_to_fetch")
def test_without_a_browser_and_rights_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(prepare, "find_java", lambda _: tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    text = io.StringIO()
    prepare.prepare(tmp_path, {}, Console(file=text, width=200))
    assert "apt-get install chromium chromium-driver" in text.getvalue()
    assert "skipped" in text.getvalue()

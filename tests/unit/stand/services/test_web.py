"""Who may speak to the stand's pages, and in which language they answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request

from stand.services.web import environment, language, refusal, words


@pytest.mark.parametrize(
    ("method", "headers", "allowed"),
    [
        ("GET", {"host": "localhost:8025"}, True),
        ("GET", {"host": "127.0.0.1:8025"}, True),
        ("GET", {"host": "[::1]:8025"}, True),
        ("GET", {"host": "localhost"}, True),
        ("GET", {}, False),
        ("GET", {"host": "evil.example:8025"}, False),
        ("GET", {"host": "localhost.evil.example"}, False),
        ("GET", {"host": "evil.example@localhost"}, False),
        ("POST", {"host": "localhost:1"}, True),
        ("POST", {"host": "localhost:1", "origin": "http://localhost:1"}, True),
        ("POST", {"host": "localhost:1", "origin": "http://localhost:2"}, False),
        ("POST", {"host": "localhost:1", "origin": "https://evil.example"}, False),
        ("POST", {"host": "localhost:1", "origin": "null"}, False),
        ("POST", {"host": "localhost:1", "sec-fetch-site": "same-site"}, False),
        ("DELETE", {"host": "localhost:1", "sec-fetch-site": "cross-site"}, False),
        ("POST", {"host": "localhost:1", "sec-fetch-site": "same-origin"}, True),
    ],
)
def test_only_this_machine_and_only_the_page_itself(
    method: str,
    headers: dict[str, str],
    allowed: bool,  # noqa: FBT001 - a parametrized value
) -> None:
    assert (refusal(method, Headers(headers)) is None) is allowed


@pytest.mark.parametrize(
    ("query", "cookie", "browser", "expected"),
    [
        ("", "", "", "kk"),
        ("", "", "de, ru-RU;q=0.8, en;q=0.5", "ru"),
        ("", "", "fr", "kk"),
        ("", "en", "ru", "en"),
        ("lang=kk", "en", "ru", "kk"),
        ("lang=<script>", "<b>", "ru", "ru"),
    ],
)
def test_the_readers_language(query: str, cookie: str, browser: str, expected: str) -> None:
    headers = [(b"accept-language", browser.encode())]
    headers.append((b"cookie", f"tanba-stand-lang={cookie}".encode()))
    scope = {"type": "http", "query_string": query.encode(), "headers": headers}
    assert language(Request(scope)) == expected


def test_a_word_may_have_the_name_of_a_dicts_method(tmp_path: Path) -> None:
    template = environment(tmp_path).from_string("{{ t.keys }} {{ t.clear }}")
    assert template.render(t=words({"keys": "<k>", "clear": "c"})) == "&lt;k&gt; c"

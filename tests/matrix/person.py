"""A browser without a screen, of one person: follows redirects, keeps cookies, fills forms."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

LONGEST_WAY = 20
"""Redirects in one step; a sign-in through the broker takes six."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where a step ended: a page with `text`, or the portal's address, which nobody serves."""

    url: str
    status: int = 0
    text: str = field(default="", repr=False)

    @property
    def answer(self) -> dict[str, str]:
        """What the portal is told: `code`, or `error` and its description."""
        return dict(parse_qsl(urlsplit(self.url).query)) if self.status == 0 else {}

    def has(self, element: str) -> bool:
        """Whether there is an element of that id."""
        return f'id="{element}"' in self.text

    def form(self, element: str) -> str:
        """Where the form of that id goes."""
        tag = re.search(rf'<form[^>]*id="{element}"[^>]*>', self.text)
        assert tag is not None, f"no form {element}: {self.said()}"
        action = re.search(r'action="([^"]+)"', tag[0])
        assert action is not None
        return html.unescape(action[1])

    def fields(self, element: str) -> dict[str, str]:
        """What the inputs of the form of that id hold."""
        whole = re.search(rf'<form[^>]*id="{element}".*?</form>', self.text, re.DOTALL)
        assert whole is not None, f"no form {element}: {self.said()}"
        found = {}
        for tag in re.findall(r"<input[^>]*>", whole[0]):
            parts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if parts.get("name"):
                found[html.unescape(parts["name"])] = html.unescape(parts.get("value", ""))
        return found

    def link(self, element: str) -> str:
        """Where the link of that id goes."""
        tag = re.search(rf'<a[^>]*id="{element}"[^>]*>', self.text)
        assert tag is not None, f"no link {element}: {self.said()}"
        address = re.search(r'href="([^"]+)"', tag[0])
        assert address is not None
        return urljoin(self.url, html.unescape(address[1]))

    def said(self) -> str:
        """The page's words, for a failed test."""
        body = re.sub(r"<(script|style|head).*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return f"{self.status} {self.url[:80]} " + " ".join(html.unescape(body).split())[:400]


class Person:
    """Keeps Keycloak's cookies, which are Secure on http too; `portal` is where a step ends."""

    def __init__(self, portal: str) -> None:
        self._portal = portal
        self._cookies: dict[str, str] = {}

    def open(self, url: str, parameters: Mapping[str, str] | None = None) -> Page:
        """GET, following redirects."""
        return self._go("GET", url, params=parameters)

    def submit(self, url: str, form: Mapping[str, str]) -> Page:
        """POST a form, following redirects."""
        return self._go("POST", url, data=form)

    def _go(self, method: str, url: str, **what: Any) -> Page:
        for _ in range(LONGEST_WAY):
            cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            answer = requests.request(
                method, url, headers={"Cookie": cookie}, allow_redirects=False, timeout=30, **what
            )
            self._keep(answer)
            target = answer.headers.get("Location")
            if target is None:
                return Page(url, answer.status_code, answer.text)
            url = urljoin(url, target)
            if url.startswith(self._portal):
                return Page(url)
            method, what = "GET", {}
        raise AssertionError(f"redirected without end: {url}")

    def _keep(self, answer: requests.Response) -> None:
        # `requests` forgets which cookies were taken away.
        for line in answer.raw.headers.getlist("Set-Cookie"):
            for name, cookie in SimpleCookie(line).items():
                if cookie["max-age"] == "0" or not cookie.value:
                    self._cookies.pop(name, None)
                else:
                    self._cookies[name] = cookie.value

"""Reading what Keycloak reads: message bundles and templates, ours and the distribution's."""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from stand.keycloak.releases import STAND

ROOT = Path(__file__).resolve().parents[3]
THEMES = ROOT / "keycloak-theme"
LANGUAGES = ("kk", "ru", "en")

_KEY = re.compile(r"((?:\\.|[^\s=:\\])+)\s*[=:]?\s*(.*)", re.DOTALL)
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_CALL = re.compile(r"""\bmsg\(\s*["']([^"'$]+)["']\s*([,)+])""")


def properties(text: str) -> dict[str, str]:
    """A Java .properties text as java.util.Properties reads it."""
    found: dict[str, str] = {}
    for line in re.sub(r"\\\n[ \t]*", "", text).splitlines():
        stripped = line.lstrip()
        if not stripped or stripped[0] in "#!":
            continue
        match = _KEY.match(stripped)
        assert match, line
        found[_unescape(match[1])] = _unescape(match[2])
    return found


def _unescape(text: str) -> str:
    named = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}
    decoded = _UNICODE.sub(lambda code: chr(int(code[1], 16)), text)
    return re.sub(r"\\(.)", lambda char: named.get(char[1], char[1]), decoded)


def keys_used(template: str) -> set[str]:
    """The keys a template asks `msg` for by name; those it puts together are not among them."""
    return {key for key, after in _CALL.findall(template) if after != "+"}


def ours(kind: str, language: str) -> dict[str, str]:
    path = THEMES / "tanba" / kind / "messages" / f"messages_{language}.properties"
    return properties(path.read_text(encoding="utf-8"))


def templates(kind: str) -> dict[str, str]:
    folder = THEMES / "tanba" / kind
    files = sorted(folder.rglob("*.ftl"))
    return {str(p.relative_to(folder)): p.read_text(encoding="utf-8") for p in files}


@dataclass(frozen=True, slots=True)
class KeycloakThemes:
    """The themes inside the distribution: keycloak.v2 and base, parents of ours."""

    files: dict[str, str]

    def text(self, kind: str, name: str) -> str:
        for theme in ("keycloak.v2", "base"):
            found = self.files.get(f"theme/{theme}/{kind}/{name}")
            if found is not None:
                return found
        raise AssertionError(f"Keycloak has no {kind}/{name}")

    def messages(self, kind: str, language: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for theme in ("base", "keycloak.v2"):
            name = f"theme/{theme}/{kind}/messages/messages_{language}.properties"
            found |= properties(self.files.get(name, ""))
        return found


def keycloak_themes() -> KeycloakThemes:
    """Keycloak's own themes, or a visible skip where no distribution is at hand."""
    homes = [Path(os.environ["KEYCLOAK_HOME"])] if os.environ.get("KEYCLOAK_HOME") else []
    # Other releases may be fetched beside it, with other texts.
    homes += sorted((ROOT / "var" / "keycloak").glob(f"{STAND}-*/"))
    jars = [jar for home in homes for jar in home.rglob("org.keycloak.keycloak-themes-[0-9]*.jar")]
    if not jars:
        pytest.skip("no Keycloak is fetched (make up fetches it)")
    with zipfile.ZipFile(jars[0]) as archive:
        wanted = [n for n in archive.namelist() if n.endswith((".ftl", ".properties"))]
        return KeycloakThemes({name: archive.read(name).decode("utf-8") for name in wanted})

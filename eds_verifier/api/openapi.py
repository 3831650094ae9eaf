"""The OpenAPI 3.1 document: written by hand in `openapi.yaml`, served as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_FILE = Path(__file__).resolve().with_name("openapi.yaml")
NCANODE_TAG = "NCANode"


def read_document() -> dict[str, Any]:
    """The document as written, NCANode's addresses included."""
    tree: dict[str, Any] = YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8"))
    return tree


def document(*, ncanode: bool, base_url: str) -> bytes:
    """The document of one deployment: with NCANode's addresses or without, and where it is."""
    tree = read_document()
    if not ncanode:
        tree["paths"] = {
            path: item
            for path, item in tree["paths"].items()
            if not any(NCANODE_TAG in operation.get("tags", ()) for operation in item.values())
        }
    tree["servers"] = [{"url": base_url or "/"}]
    return json.dumps(tree, ensure_ascii=False).encode()

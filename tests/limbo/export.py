"""The corpus as one JSON document, its JSON Schema, and as lines of `tanba eds verify --batch`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.limbo.model import Case, Document
from tests.limbo.registry import corpus

SCHEMA = Path(__file__).with_name("schema.json")

_BATCH = ("id", "cms", "content", "trust", "certs", "ocsp", "crl", "at")
_BATCH_POLICY = ("key_use", "required_role", "subject", "numbers", "revocation")


def schema() -> str:
    """The JSON Schema of `document`, as it is checked in."""
    encoded = Document.model_json_schema(mode="serialization")
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | encoded, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def document() -> str:
    """The whole corpus."""
    cases = tuple(entry.case for entry in corpus())
    return Document(cases=cases).model_dump_json(indent=1) + "\n"


def lines() -> Iterator[str]:
    """The cases that are batch lines, as such: JSON lines."""
    for entry in corpus():
        if is_batch_line(entry.case):
            yield json.dumps(batch_line(entry.case), ensure_ascii=False)


def is_batch_line(case: Case) -> bool:
    """Whether a batch can ask it: it judges sign-ins, sends no nonce, and has no delta policy."""
    policy = case.policy
    return (
        policy.purpose == "sign_in" and policy.delta_crl == "optional" and not any(case.ocsp_nonces)
    )


def batch_line(case: Case) -> dict[str, object]:
    """The keys of a batch line, without those that are null."""
    encoded = case.model_dump(mode="json")
    line = {key: encoded[key] for key in _BATCH if encoded[key] is not None}
    policy = {key: encoded["policy"][key] for key in _BATCH_POLICY}
    line["policy"] = {key: value for key, value in policy.items() if value is not None}
    return line

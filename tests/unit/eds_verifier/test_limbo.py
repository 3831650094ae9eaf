"""kz-eds-limbo through the verifier: each case's verdict, reason and warnings; and the export."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import jsonschema_rs
import pytest

from eds_verifier.batch.judge import UNREADABLE_EXTRA
from tests.limbo.export import SCHEMA, batch_line, document, is_batch_line, lines, schema
from tests.limbo.judging import in_order, judge, said
from tests.limbo.registry import MODULES, Entry, corpus

ROOT = Path(__file__).resolve().parents[3]
ENTRIES = {entry.id: entry for entry in corpus()}

LEAST = {
    "cms": 190, "rsa": 23, "pss": 17, "gost": 110, "x509": 60, "validity": 30, "path": 95,
    "key-use": 25, "holder": 35, "subject": 115, "ocsp": 115, "crl": 90, "revocation": 28,
    "acceptance": 16, "document": 20, "timestamp": 40,
}  # fmt: skip
"""At least so many cases of each namespace."""


def _marks(entry: Entry) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=entry.pending, strict=True)] if entry.pending else []


@pytest.mark.parametrize(
    "entry", [pytest.param(e, id=e.id, marks=_marks(e)) for e in ENTRIES.values()]
)
def test_the_verifier_answers_as_the_case_expects(entry: Entry) -> None:
    expected = in_order(entry.case.expected)
    verdict = judge(entry.case)
    assert said(verdict, expected) == expected, verdict.detail
    assert verdict.subject is None or verdict.verdict == "valid"


HOSTILE = [e for e in ENTRIES.values() if "denial-of-service" in e.features]


@pytest.mark.parametrize("entry", [pytest.param(e, id=e.id) for e in HOSTILE])
def test_hostile_input_gets_its_verdict_within_a_second(entry: Entry) -> None:
    case = entry.case
    began = time.process_time()
    judge(case)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize("seed", [1])
def test_no_answer_depends_on_what_was_judged_before(seed: int) -> None:
    """What the verifier keeps of paths, keys and CRLs must never outlive what it was proven for."""
    entries = [entry for entry in ENTRIES.values() if not entry.pending]
    random.Random(seed).shuffle(entries)  # noqa: S311 - an order, not a secret
    differing = set()
    for entry in entries:
        expected = in_order(entry.case.expected)
        if said(judge(entry.case), expected) != expected:
            differing.add(entry.id)
    assert differing == set()


def test_there_are_as_many_cases_of_each_namespace_as_promised() -> None:
    counted = Counter(entry.namespace for entry in ENTRIES.values())
    assert counted.keys() == LEAST.keys()
    assert {name: n for name, n in counted.items() if n < LEAST[name]} == {}


def test_there_are_hundreds_of_different_wrongs_and_each_kind_of_key_has_its_own() -> None:
    functions = {entry.function for entry in ENTRIES.values()}
    refusing = {
        entry.function for entry in ENTRIES.values() if entry.case.expected.verdict != "valid"
    }
    assert len(functions) >= 700
    assert len(refusing) >= 450
    assert Counter(entry.kind for entry in ENTRIES.values()).keys() == {
        "rsa", "gost2015", "gost2015-256", "gost2004",
    }  # fmt: skip


def test_every_module_of_cases_is_in_the_corpus() -> None:
    used = {entry.function.__module__.rpartition(".")[2] for entry in ENTRIES.values()}
    assert used == set(MODULES)


def test_no_two_cases_say_the_same() -> None:
    said_by: dict[tuple[str, str], set[str]] = {}
    for entry in ENTRIES.values():
        text = (entry.description, entry.clause)
        said_by.setdefault(text, set()).add(entry.function.__qualname__)
    assert {text: names for text, names in said_by.items() if len(names) > 1} == {}


def test_the_checked_in_schema_is_the_one_of_the_export() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema(), "run: python -m tests.limbo export"


def test_the_export_is_what_its_schema_says_and_the_same_each_time() -> None:
    text = document()
    assert document() == text
    exported = json.loads(text)
    validator = jsonschema_rs.Draft202012Validator(json.loads(schema()))
    assert [error.message for error in validator.iter_errors(exported)] == []
    ids = [case["id"] for case in exported["cases"]]
    assert ids == list(ENTRIES)
    assert len(set(ids)) == len(ids)


def test_a_batch_answers_as_the_cases_expect(tmp_path: Path) -> None:
    asked = {entry.id: entry for entry in ENTRIES.values() if is_batch_line(entry.case)}
    file = tmp_path / "limbo.jsonl"
    file.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", "import cli; cli.main()", "eds", "verify", "--batch", str(file)],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == list(asked)
    differing = {}
    for answer in answers:
        entry = asked[answer["id"]]
        expected = entry.case.expected
        warnings = set(answer["warnings"]) - {UNREADABLE_EXTRA}
        given = (answer["verdict"], answer["reason"], warnings)
        wanted = (expected.verdict, expected.reason, set(expected.warnings))
        if given != wanted and not entry.pending:
            differing[entry.id] = given
    assert differing == {}


def test_the_batch_lines_hold_the_keys_of_a_batch_and_no_others() -> None:
    allowed = {"id", "cms", "content", "trust", "certs", "ocsp", "crl", "at", "policy"}
    in_policy = {"key_use", "required_role", "subject", "numbers", "revocation"}
    written = [json.loads(line) for line in lines()]
    batched = [entry for entry in ENTRIES.values() if is_batch_line(entry.case)]
    assert written == [batch_line(entry.case) for entry in batched]
    assert len(written) >= 800
    for line in written:
        assert line.keys() <= allowed
        assert line["policy"].keys() <= in_policy

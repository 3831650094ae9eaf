"""The published JSON Schema: current, whole, and of one mind with the model."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import BaseModel
from ruamel.yaml import YAML

from policies.errors import PolicyFileError
from policies.expected import Slot, fields_of
from policies.loader import load_policy, load_portal, references
from policies.model import PortalPolicy
from policies.model_realm import RealmPolicy
from policies.schema import SCHEMA_FILE, policy_schema, rendered
from policies.schema_docs import PAGE, page
from tests.conftest import ROOT
from tests.unit.policies.test_extends import OWN
from tests.unit.policies.test_model import ENVIRON, GRAIN, PORTALS

TEXT = (GRAIN / "policy.yaml").read_text(encoding="utf-8")
ALL = sorted(path for path in PORTALS.iterdir() if path.is_dir())
VALIDATOR = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def tree_of(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def test_the_published_schema_is_current() -> None:
    """After a change of the model: python -m policies.schema."""
    assert SCHEMA_FILE.read_text(encoding="utf-8") == rendered()


def test_it_is_itself_a_valid_schema_of_its_dialect() -> None:
    schema = policy_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert Draft202012Validator(schema).is_valid({"extends": "../base.yaml"})


def models_of(
    model: type[BaseModel], seen: frozenset[type[BaseModel]] = frozenset()
) -> Iterator[tuple[str, dict[str, Any]]]:
    yield model.__name__, dict(fields_of(Slot(model)))
    for field in fields_of(Slot(model)).values():
        inner = Slot(field.annotation).unwrapped()
        arguments = getattr(inner.annotation, "__args__", (inner.annotation,))
        for candidate in arguments:
            is_model = isinstance(candidate, type) and issubclass(candidate, BaseModel)
            if is_model and candidate not in {model, *seen}:
                yield from models_of(candidate, seen | {model})


@pytest.mark.parametrize(
    ("name", "fields"),
    [*models_of(PortalPolicy), *models_of(RealmPolicy)],
    ids=lambda v: str(v)[:9],
)
def test_every_key_is_titled_and_described_in_both_forms(name: str, fields: dict[str, Any]) -> None:
    definitions = policy_schema()["$defs"]
    forms = [definitions[form] for form in (name, f"PartOf{name}") if form in definitions]
    assert forms
    for form in forms:
        assert form["additionalProperties"] is False
        for key, field in fields.items():
            said = form["properties"][key]
            assert said["description"].endswith("."), (name, key)
            assert said["title"], (name, key)
            if not field.is_required():
                assert "default" in said, (name, key)


@pytest.mark.parametrize("folder", ALL, ids=lambda path: path.name)
def test_both_portals_are_valid_as_written_and_in_effect(folder: Path) -> None:
    text = (folder / "policy.yaml").read_text(encoding="utf-8")
    VALIDATOR.validate(tree_of(text))
    effective = load_portal(folder, environ=ENVIRON).model_dump(mode="json")
    for reference in references(folder):
        if reference.path in {("portal", "secret"), ("email", "smtp", "password")}:
            effective[reference.path[0]][reference.path[1]] = reference.text
    VALIDATOR.validate(effective)


@pytest.mark.parametrize("folder", ALL, ids=lambda path: path.name)
def test_editors_find_the_schema_from_the_first_line(folder: Path) -> None:
    first = (folder / "policy.yaml").read_text(encoding="utf-8").splitlines()[0]
    prefix, _, path = first.partition("=")
    assert prefix == "# yaml-language-server: $schema"
    assert os.path.samefile(folder / path, SCHEMA_FILE)  # noqa: PTH121 - of a relative path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ("realm: grain-receipts", "realm: Master"),
        ("realm: grain-receipts", "relam: grain-receipts"),
        ("length: 12", "length: 6"),
        ("length: 12", "length: twelve"),
        ("encryption: none", "encryption: ssl"),
        ("by: eds", "by: form"),
        ("${env:GRAIN_RECEIPTS_SECRET}", "plain"),
        ("${env:GRAIN_RECEIPTS_URL}\n", "https://grain.example/*\n"),
        ("${env:GRAIN_RECEIPTS_URL}\n", "https://grain.example/\n"),
        ("${env:TANBA_VERIFIER_URL}", "http://eds.example"),
        ("${env:TANBA_SMTP_PORT}", "70000"),
        ("[/callback]", "['/*']"),
        ("[/callback]", "[]"),
        ("[/callback]", "/callback"),
        ("[individual, legal_entity]", "[robot]"),
        ("trust: nca-rk", "trust: ../elsewhere"),
        ("notice_hours: 0", "notice_hours: 9999"),
        ("notice_hours: 0", "notice_hours: null"),
        ("link_hours: 24", "link_hours: 24\n  verify: false"),
        ("support: mailto:", "support: ftp:"),
        ("portal:\n", "portals:\n"),
        ("version: 1", "version: 1\nfolder: /elsewhere"),
        ("version: 1", "version: 1\nroles: [{name: a-role}]"),
        ("version: 1", "version: 1\nextends: ../base"),
        ("version: 1", "version: 1\nextends: ../base.yaml\nroles: [{name: a-role}]"),
        ("version: 1", "version: 1\nextends: ../base.yaml\nthema: x"),
    ],
)
def test_what_the_model_refuses_the_schema_refuses_too(tmp_path: Path, old: str, new: str) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    assert not VALIDATOR.is_valid(tree_of(text))
    (tmp_path / "portal").mkdir()
    (tmp_path / "base.yaml").write_text("{}", encoding="utf-8")
    path = tmp_path / "portal" / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFileError):
        load_portal(path, environ=ENVIRON)


@pytest.mark.parametrize(
    "text",
    [
        OWN,
        "extends: [../base.yaml, ../more.yml]\npassword: null\nlinks: {support: null}\n",
        "extends: []\nemail: {smtp: {port: '${env:PORT}', user: null}}\n",
        TEXT.replace("length: 12", "length: ${env:LENGTH}"),
        TEXT.replace("encryption: none", "encryption: ${env:ENCRYPTION}"),
        TEXT.replace("[/callback]", "['${env:WAY}']"),
    ],
)
def test_parts_and_references_are_valid(text: str) -> None:
    VALIDATOR.validate(tree_of(text))


def test_null_is_only_for_parts() -> None:
    assert VALIDATOR.is_valid({"extends": "../base.yaml", "password": None})
    assert not VALIDATOR.is_valid({**tree_of(TEXT), "password": None})


def block(kind: str, after: str) -> str:
    """The first block of a kind after a sentence of the page."""
    return PAGE.read_text(encoding="utf-8").split(after)[1].split(f"```{kind}\n")[1].split("```")[0]


def test_the_page_has_every_key_as_the_model_says_it() -> None:
    """After a change of the model: python -m policies.schema_docs."""
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text
    for _, fields in (*models_of(PortalPolicy), *models_of(RealmPolicy)):
        for key in fields:
            assert re.search(rf"^\| `(?:[a-z_.\[\]]+\.)?{key}` \|", text, re.MULTILINE), key


def test_a_page_that_lost_its_marks_is_not_written_over() -> None:
    with pytest.raises(ValueError, match="lost the marks"):
        page("# A portal's policy\n")


def test_the_pages_mistakes_are_what_is_really_said(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(block("yaml", "This file\n"), encoding="utf-8")
    with pytest.raises(PolicyFileError) as caught:
        load_portal(path, environ={})
    said = caught.value.message.replace(f"{tmp_path}/", "")
    assert said == block("text", "is refused with\n").strip()


def test_the_pages_base_and_policy_are_parts_by_the_schema() -> None:
    for after in ("stands once:\n", "descriptions: {kk: Әкімші"):
        VALIDATOR.validate(tree_of(block("yaml", after)))


EVERY_SECTION = (ROOT / "tests" / "keycloak" / "data" / "every-section.yaml").read_text(
    encoding="utf-8"
)


def test_a_plain_realms_policy_of_every_section_is_valid() -> None:
    VALIDATOR.validate(tree_of(EVERY_SECTION))
    VALIDATOR.validate(tree_of("version: 1\nrealm: a\n"))
    VALIDATOR.validate(
        tree_of("extends: ../base.yaml\nsettings: {enabled: null}\nraw: {enabled: null}\n")
    )
    VALIDATOR.validate(tree_of("extends: []\ntexts: {kk: {a: null}}\nclients: []\n"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("realm: every-section", "realm: a/b"),
        ("realm: every-section", "relam: every-section"),
        ("ways: [browser]", "ways: [brauser]"),
        ("    secret: ${env:SECRET}", "    secret: plain"),
        ("https://billing.example/callback", "https://billing.example/*"),
        ("requirement: alternative", "requirement: maybe"),
        ('{name: "роль / slash"}', "{}"),
        ("name: north\n", "name: a/b\n"),
        ("https: from_outside", "https: external"),
        ("length: 9", "length: 4"),
        ("unnamed: admin_view", "unnamed: everything"),
        ("alias: head-office", "alias: head/office"),
        ("[/north/east]", "[north]"),
        ("raw:\n", "row:\n"),
        ("raw:\n", "raw: [\n]\nrav:\n"),
        ("displayNameHtml:", "displayNameHTML:"),
        ("displayNameHtml: <b>", "displayNameHtml: 7 #"),
        ("raw:\n", "raw:\n  users: []\n"),
        ("raw:\n", "raw:\n  clients: [{clientId: a, secret: open}]\n"),
        ("raw:\n", "raw:\n  clients: [{clientId: a, notBefore: 1}]\n"),
        ("raw:\n", "raw:\n  groups: [{name: a, subGroups: [{nam: b}]}]\n"),
        ("attributes: {frontendUrl:", "attributes: {bruteForceProtected: 'false', frontendUrl:"),
    ],
)
def test_what_a_plain_realms_model_refuses_the_schema_refuses_too(
    tmp_path: Path, old: str, new: str
) -> None:
    text = EVERY_SECTION.replace(old, new, 1)
    assert text != EVERY_SECTION
    assert not VALIDATOR.is_valid(tree_of(text))
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFileError):
        load_policy(path, environ={"SECRET": "planted"})

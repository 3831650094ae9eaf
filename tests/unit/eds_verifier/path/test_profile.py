"""The profiles: the strict one is the default, the plain one is out of a person's reach."""

from __future__ import annotations

import ast
import inspect
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

import eds_verifier
from eds_verifier.path.profile import NCA, NOTHING_DEMANDED, RFC5280, PathInputs
from eds_verifier.path.signature import AcceptedSignatures, AllSignatures
from eds_verifier.path.strict import ANCHOR_RULES, AUTHORITY_RULES, END_RULES
from eds_verifier.path.validate import validate_path

PACKAGE = Path(eds_verifier.__file__).parent
PLAIN = {"RFC5280", "AllSignatures"}


def named(path: Path) -> set[str]:
    """Every name a module uses or imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return imported | used | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}


def test_a_path_is_judged_by_the_ncas_profile_unless_told() -> None:
    assert inspect.signature(validate_path).parameters["profile"].default is NCA
    assert (NCA.end_rules, NCA.authority_rules, NCA.anchor_rules) == (
        END_RULES,
        AUTHORITY_RULES,
        ANCHOR_RULES,
    )
    assert type(NCA.signatures) is AcceptedSignatures
    assert (NCA.issuer_by, NCA.purposes, NCA.anchor) == (
        "name_and_key",
        "limited_by_authorities",
        "constrained",
    )


def test_nothing_that_judges_a_person_knows_the_plain_profile() -> None:
    knowing = {path.name for path in PACKAGE.rglob("*.py") if PLAIN & named(path)}
    assert knowing == {"profile.py"}


def test_no_other_module_chooses_a_profile() -> None:
    choosing = [
        path.relative_to(PACKAGE)
        for path in PACKAGE.rglob("*.py")
        if path.parent.name != "path"
        and any(
            isinstance(node, ast.keyword) and node.arg == "profile"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    ]
    assert choosing == []


def test_a_profile_and_its_inputs_do_not_change() -> None:
    for value, name in (
        (NCA, "end_rules"),
        (RFC5280, "signatures"),
        (NOTHING_DEMANDED, "policies"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, ())


def test_profiles_are_told_apart_by_identity_and_inputs_by_value() -> None:
    """A kept path belongs to the profile it held by, and to no copy that may differ."""
    assert replace(NCA) != NCA
    assert hash(replace(NCA)) != hash(NCA)
    assert PathInputs() == NOTHING_DEMANDED
    assert isinstance(RFC5280.signatures, AllSignatures)

"""One tree of errors: every one is drawn, has a code of its own, and stands on its page."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import provisioning
from provisioning import errors
from provisioning.errors import ProvisioningError

ROOT = Path(__file__).resolve().parents[3]
ROW = re.compile(r"^\| `([a-z_]+)` \| (\d) \|", re.MULTILINE)


def _tree() -> list[type[ProvisioningError]]:
    for module in pkgutil.walk_packages(provisioning.__path__, "provisioning."):
        importlib.import_module(module.name)
    return list(_below(ProvisioningError))


def _below(error: type[ProvisioningError]) -> Iterator[type[ProvisioningError]]:
    for child in error.__subclasses__():
        if child.__module__.startswith("provisioning"):
            yield child
            yield from _below(child)


TREE = _tree()


@pytest.mark.parametrize("error", TREE, ids=lambda error: error.code)
def test_every_error_is_drawn_in_the_tree(error: type[ProvisioningError]) -> None:
    assert re.search(rf"── {error.__name__} ", errors.__doc__ or "")


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in TREE]
    assert sorted(set(codes)) == sorted(codes)
    assert ProvisioningError.code not in codes


def test_the_page_of_errors_names_every_code_with_its_exit_code() -> None:
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    said = {code: int(exit_code) for code, exit_code in ROW.findall(page)}
    parents = {error.code for error in TREE if error.__subclasses__()}
    known = {error.code: error.exit_code for error in TREE}
    abstract = parents - said.keys()
    assert abstract == {"plan_refused"}
    policies = {"policy_file", "policy_reference"}
    assert {code: known[code] for code in known.keys() - abstract} == {
        code: exit_code for code, exit_code in said.items() if code not in policies
    }
    assert policies <= said.keys()

"""Roles, composites and groups in an admin's words."""

from __future__ import annotations

import pytest

from policies.errors import PolicyFileError
from tests.unit.provisioning.desired.conftest import Declares, objects


def test_roles_include_roles_of_the_realm_and_of_clients(plain: Declares) -> None:
    found = objects(
        plain(
            "roles:\n"
            "  - {name: clerk, description: A clerk, attributes: {office: [north, south]}}\n"
            "  - {name: chief, includes: {realm: [clerk], clients: {reports: [reader]}}}\n"
            "  - {name: alone, includes: {}}\n"
            "default_roles: {realm: [clerk], clients: {account: [view-profile]}}\n"
            "default_client_scopes: {default: [basic]}\n"
            "default_groups: [/north/east]\n"
        )
    )
    del found["realm back-office"]
    assert found == {
        "role clerk": {
            "description": "A clerk",
            "attributes": {"office": frozenset({"north", "south"})},
        },
        "role chief": {},
        "role_composites chief": {
            "realm": frozenset({"clerk"}),
            "client": frozenset({"reports/reader"}),
        },
        "role alone": {},
        "role_composites alone": {"realm": frozenset(), "client": frozenset()},
        "role_composites default-roles-back-office": {
            "realm": frozenset({"clerk"}),
            "client": frozenset({"account/view-profile"}),
        },
        "realm_client_scopes default": {"default": frozenset({"basic"}), "optional": frozenset()},
        "default_groups default": {"groups": frozenset({"/north/east"})},
    }


def test_groups_stand_in_groups_and_come_after_them(plain: Declares) -> None:
    found = objects(
        plain(
            "groups:\n"
            "  - name: north\n"
            "    attributes: {code: ['01']}\n"
            "    groups:\n"
            "      - {name: east, roles: {realm: [clerk], clients: {reports: [reader]}}}\n"
            "      - {name: west, groups: [{name: far}]}\n"
        )
    )
    del found["realm back-office"]
    paths = ("/north", "/north/east", "/north/west", "/north/west/far")
    assert list(found) == [f"group {path}" for path in paths]
    assert found["group /north"] == {"attributes": {"code": frozenset({"01"})}}
    assert found["group /north/east"] == {
        "realmRoles": frozenset({"clerk"}),
        "clientRoles": frozenset({"reports/reader"}),
    }


def test_a_portals_role_may_include_others(portal: Declares) -> None:
    text = "descriptions: {kk: а, ru: б, en: в}"
    found = objects(
        portal(
            f"roles:\n  - {{name: clerk, {text}}}\n"
            f"  - {{name: chief, {text}, includes: {{realm: [clerk]}}}}\n"
        )
    )
    assert found["role_composites chief"] == {"realm": frozenset({"clerk"}), "client": frozenset()}
    assert "role_composites clerk" not in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("groups: [{name: a/b}]", r"groups\.0\.name: expected a name of 1 to 255 characters with"),
        ("groups: [{name: a, groups: [{name: b}, {name: b}]}]", "two groups have one name"),
        ("roles: [{name: a}, {name: a}]", "two roles have one name: entries 1 and 2 of"),
        ("roles: [{name: b}, {name: a}, {name: a}]", "name: entries 2 and 3 of the list"),
        ("roles: [{name: a, includes: {client: {}}}]", "did you mean clients"),
        ("roles: [{name: '', description: x}]", r"roles\.0\.name"),
        ("default_groups: [north]", "expected a group's path"),
    ],
)
def test_what_cannot_be_meant_is_refused(plain: Declares, text: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        plain(f"{text}\n")

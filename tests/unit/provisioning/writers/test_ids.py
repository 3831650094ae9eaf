from __future__ import annotations

from typing import Any

import pytest

from provisioning.errors import ObjectNotFoundError
from provisioning.resources import Key, Kind
from provisioning.writers.ids import Ids, ReferenceMissingError, joined_path, split_path


class Asked:
    """Answers from a table, as a realm does; what is not in it is not there."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.paths: list[str] = []

    def __call__(self, path: str) -> Any:
        self.paths.append(path)
        if path not in self.answers:
            raise ObjectNotFoundError(path, status=404)
        return self.answers[path]


def _role(name: str) -> dict[str, str]:
    return {"id": f"id of {name}", "name": name}


def test_what_the_survey_knew_is_never_asked_for() -> None:
    asked = Asked({})
    ids = Ids(asked, {Key(Kind.ROLE, "clerk"): "7"})
    assert ids.role("clerk") == "7"
    assert asked.paths == []


def test_a_few_are_asked_for_one_by_one_and_then_all_at_once() -> None:
    names = ["a", "b", "c", "d", "e", "f"]
    answers: dict[str, Any] = {f"/roles/{name}": _role(name) for name in names}
    asked = Asked(answers | {"/roles": [_role(name) for name in names]})
    ids = Ids(asked)
    assert [ids.role(name) for name in names] == [f"id of {name}" for name in names]
    assert [ids.role(name) for name in names] == [f"id of {name}" for name in names]
    assert asked.paths == ["/roles/a", "/roles/b", "/roles/c", "/roles"]


def test_a_list_never_puts_another_id_in_the_place_of_one_that_is_known() -> None:
    asked = Asked({"/client-scopes": [{"id": "new", "name": "one"}, {"id": "2", "name": "two"}]})
    ids = Ids(asked, {Key(Kind.CLIENT_SCOPE, "one"): "old"})
    assert ids.of(Key(Kind.CLIENT_SCOPE, "two")) == "2"
    assert ids.of(Key(Kind.CLIENT_SCOPE, "one")) == "old"


def test_what_was_made_in_place_of_another_is_remembered() -> None:
    ids = Ids(Asked({}), {Key(Kind.FLOW, "browser"): "old"})
    ids.remember(Key(Kind.FLOW, "browser"), "new")
    assert ids.of(Key(Kind.FLOW, "browser")) == "new"


@pytest.mark.parametrize(
    "key",
    [
        Key(Kind.ROLE, "none"),
        Key(Kind.CLIENT, "none"),
        Key(Kind.CLIENT_ROLE, "none", "none"),
        Key(Kind.GROUP, "/none/at all"),
        Key(Kind.FLOW, "none"),
        Key(Kind.COMPONENT, "none", "type"),
    ],
    ids=str,
)
def test_what_is_not_there_is_named(key: Key) -> None:
    with pytest.raises(ReferenceMissingError) as caught:
        Ids(Asked({"/authentication/flows": [], "/clients?clientId=none": []})).of(key)
    assert "none" in str(caught.value)


@pytest.mark.parametrize(
    ("named", "client", "role"),
    [
        ("account/view-profile", "account", "view-profile"),
        ("https://sp.kz/saml/read", "https://sp.kz/saml", "read"),
        ("account/a/b", "account", "a/b"),
    ],
)
def test_a_clients_role_is_found_wherever_the_slashes_are(
    named: str, client: str, role: str
) -> None:
    key = Key(Kind.CLIENT_ROLE, role, client)
    known = {Key(Kind.CLIENT, client): "c", key: "r"}
    assert Ids(Asked({}), known).client_role(named) == ("c", "r", role)


def test_a_clients_role_made_during_the_run_is_looked_up() -> None:
    asked = Asked({"/clients/c/roles/read%2Fall": {"id": "r", "name": "read/all"}})
    ids = Ids(asked, {Key(Kind.CLIENT, "https://sp.kz"): "c"})
    assert ids.client_role("https://sp.kz/read/all") == ("c", "r", "read/all")


def test_a_role_that_no_client_has_is_named() -> None:
    with pytest.raises(ReferenceMissingError, match="portal/none"):
        Ids(Asked({})).client_role("portal/none")


def test_a_group_is_looked_up_level_by_level_by_its_exact_name() -> None:
    search = "/groups?search=north%2Feast&exact=true"
    asked = Asked(
        {
            search: [{"id": "1", "name": "north/east"}, {"id": "9", "name": "other"}],
            "/groups/1/children?search=in&exact=true&first=0&max=1000": [{"id": "2", "name": "in"}],
        }
    )
    assert Ids(asked).of(Key(Kind.GROUP, "/north~/east/in")) == "2"


@pytest.mark.parametrize(
    ("path", "parent", "name"),
    [("/a", "", "a"), ("/a/b", "/a", "b"), ("/a~/b", "", "a/b"), ("/a~/b/c~/d", "/a~/b", "c/d")],
)
def test_a_groups_path_is_taken_apart_and_put_together(path: str, parent: str, name: str) -> None:
    assert split_path(path) == (parent, name)
    assert joined_path(parent, name) == path

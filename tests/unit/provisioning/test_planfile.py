"""A plan as a file: what is in it, and every way in which it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from pydantic import SecretStr

from policies.errors import REFUSED
from policies.model import PortalPolicy
from provisioning.apply import Surveyed
from provisioning.desired import build
from provisioning.fingerprint import digest
from provisioning.plan import plan
from provisioning.planfile import (
    as_file,
    document_of,
    read_plan,
    recorded_policies,
    require_server,
    require_unmoved,
    schema,
)
from provisioning.planfile_errors import (
    PlanFileError,
    PlanForOtherServerError,
    PlanPoliciesError,
    PlanRefusedError,
    PolicyMovedError,
    RealmMovedError,
)
from provisioning.resources import Desired, Key, Kind, Live
from tests.conftest import ROOT
from tests.unit.provisioning.conftest import NOW, PLANTED, changed

SERVER = "https://id.example"
POLICY = "policies/portals/grain-receipts"
REALM = Key(Kind.REALM, "grain-receipts")
PORTAL = Key(Kind.CLIENT, "portal")


def surveyed(desired: Desired, live: Live) -> Surveyed:
    return Surveyed(desired, live, plan(desired, live))


@pytest.fixture
def drifted(as_declared: Live) -> Live:
    """A realm with one value not as declared, and another portal secret."""
    live = changed(as_declared, REALM, {**as_declared.objects[REALM], "verifyEmail": False})
    other = {**as_declared.objects[PORTAL], "secret": SecretStr(f"{PLANTED}-old")}
    return changed(live, PORTAL, other)


@pytest.fixture
def document(desired: Desired, drifted: Live) -> dict[str, Any]:
    """The plan of the drifted realm."""
    return document_of([surveyed(desired, drifted)], server=SERVER, policies=[POLICY])


def written(folder: Path, document: Any) -> Path:
    file = folder / "plan.json"
    file.write_text(as_file(document), encoding="utf-8")
    return file


def signed_again(document: dict[str, Any]) -> dict[str, Any]:
    """As an attacker who can compute a checksum too."""
    body = {key: value for key, value in document.items() if key != "checksum"}
    return {**body, "checksum": digest(body)}


def test_a_plan_is_accepted_by_the_world_it_was_made_of(
    tmp_path: Path, document: dict[str, Any], desired: Desired, drifted: Live
) -> None:
    read = read_plan(written(tmp_path, document))
    require_server(read, SERVER)
    require_unmoved(read, [surveyed(desired, drifted)])
    assert [(c.kind, c.name) for c in read.realms[0].changes] == [
        (Kind.CLIENT, "portal"),
        (Kind.REALM, "grain-receipts"),
    ]
    assert recorded_policies(read) == (Path(POLICY),)


def test_a_plan_of_a_realm_that_is_not_there_is_accepted_while_it_is_not(
    tmp_path: Path, desired: Desired, as_declared: Live
) -> None:
    missing = surveyed(desired, Live(desired.realm, exists=False))
    read = read_plan(written(tmp_path, document_of([missing], server=SERVER, policies=[POLICY])))
    require_unmoved(read, [missing])
    with pytest.raises(RealmMovedError):
        require_unmoved(read, [surveyed(desired, as_declared)])


def test_a_plan_holds_no_secret_and_is_the_same_each_time(
    document: dict[str, Any], desired: Desired, drifted: Live
) -> None:
    assert PLANTED not in as_file(document)
    again = document_of([surveyed(desired, drifted)], server=SERVER, policies=[POLICY])
    assert as_file(again) == as_file(document)


def test_the_published_schema_is_the_one_of_the_code_and_a_plan_fits_it(
    document: dict[str, Any],
) -> None:
    published = json.loads((ROOT / "docs/plan.schema.json").read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(schema()))
    validator = jsonschema_rs.Draft202012Validator(published)
    validator.validate(document)
    assert not validator.is_valid({**document, "more": 1})
    assert not validator.is_valid({**document, "checksum": "short"})


def test_a_moved_realm_is_refused_by_what_moved(
    tmp_path: Path, document: dict[str, Any], desired: Desired, drifted: Live
) -> None:
    body = {**drifted.objects[REALM], "rememberMe": True}
    now = surveyed(desired, changed(drifted, REALM, body))
    with pytest.raises(RealmMovedError, match=r"realm grain-receipts$") as caught:
        require_unmoved(read_plan(written(tmp_path, document)), [now])
    assert "tanba plan --out" in caught.value.hint


def test_a_realm_that_was_mended_meanwhile_is_refused_too(
    tmp_path: Path, document: dict[str, Any], desired: Desired, as_declared: Live
) -> None:
    with pytest.raises(RealmMovedError, match="client portal, realm grain-receipts"):
        require_unmoved(read_plan(written(tmp_path, document)), [surveyed(desired, as_declared)])


def test_other_policies_are_refused_by_what_they_declare(
    tmp_path: Path, document: dict[str, Any], grain_receipts: PortalPolicy, drifted: Live
) -> None:
    shorter = grain_receipts.sessions.model_copy(update={"idle_minutes": 7})
    declared = build(grain_receipts.model_copy(update={"sessions": shorter}), at=NOW)
    with pytest.raises(PolicyMovedError, match=r"realm grain-receipts$"):
        require_unmoved(read_plan(written(tmp_path, document)), [surveyed(declared, drifted)])


def test_policies_of_another_realm_are_refused(
    tmp_path: Path, document: dict[str, Any], e_architecture: PortalPolicy
) -> None:
    other = build(e_architecture, at=NOW)
    with pytest.raises(PolicyMovedError, match="e-architecture"):
        require_unmoved(
            read_plan(written(tmp_path, document)),
            [surveyed(other, Live(other.realm, exists=False))],
        )


@pytest.mark.parametrize(
    "server", ["https://id.example:8443", "http://id.example", "https://id.example.evil", ""]
)
def test_another_server_is_refused(tmp_path: Path, document: dict[str, Any], server: str) -> None:
    with pytest.raises(PlanForOtherServerError):
        require_server(read_plan(written(tmp_path, document)), server)


Edit = Callable[[dict[str, Any]], Any]


EDITS: list[tuple[str, Edit]] = [
    ("a change taken out", lambda d: d["realms"][0]["changes"].pop()),
    ("another value", lambda d: d["realms"][0]["changes"][1]["differences"][0].update(after="x")),
    ("a kept sentence", lambda d: d["realms"][0]["kept"].append("all is well")),
    ("another order", lambda d: d["realms"][0]["changes"].reverse()),
    ("an action", lambda d: d["realms"][0]["changes"][0].update(action="create")),
    ("a digest", lambda d: d["realms"][0]["objects"][0].update(found="0" * 64)),
    ("an object taken out", lambda d: d["realms"][0]["objects"].pop()),
]


@pytest.mark.parametrize("edit", [row[1] for row in EDITS], ids=[row[0] for row in EDITS])
def test_an_edited_plan_is_refused_even_with_a_fitting_checksum(
    tmp_path: Path, document: dict[str, Any], desired: Desired, drifted: Live, edit: Edit
) -> None:
    edited = json.loads(json.dumps(document))
    edit(edited)
    with pytest.raises(PlanFileError, match="edited or damaged"):
        read_plan(written(tmp_path, edited))
    forged = read_plan(written(tmp_path, signed_again(edited)))
    with pytest.raises(PlanRefusedError):
        require_unmoved(forged, [surveyed(desired, drifted)])


@pytest.mark.parametrize("outside", ["/etc/evil", "../evil", "policies/../../evil", "a\0b", "a\nb"])
def test_a_plan_cannot_choose_policies_outside_the_working_folder(
    tmp_path: Path, document: dict[str, Any], outside: str
) -> None:
    forged = signed_again({**document, "policies": [outside]})
    with pytest.raises(PlanPoliciesError) as caught:
        recorded_policies(read_plan(written(tmp_path, forged)))
    assert "evil" not in caught.value.message


NO_PLANS: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("of a later format", lambda d: signed_again({**d, "version": 2})),
    ("of format true", lambda d: signed_again({**d, "version": True})),
    ("without a format", lambda d: {k: v for k, v in d.items() if k != "version"}),
    ("with an unknown key", lambda d: signed_again({**d, "more": 1})),
    ("without a realm", lambda d: signed_again({**d, "realms": []})),
    ("without a policy", lambda d: signed_again({**d, "policies": []})),
    ("without a checksum", lambda d: {k: v for k, v in d.items() if k != "checksum"}),
    ("with a kind nobody knows", lambda d: signed_again({**d, "realms": [{"realm": "x"}]})),
    ("that is a list", lambda d: [d]),
    ("that is a number", lambda _: 1),
]


@pytest.mark.parametrize("make", [row[1] for row in NO_PLANS], ids=[row[0] for row in NO_PLANS])
def test_a_file_that_is_no_plan_is_refused(
    tmp_path: Path, document: dict[str, Any], make: Callable[[dict[str, Any]], Any]
) -> None:
    with pytest.raises(PlanFileError) as caught:
        read_plan(written(tmp_path, make(document)))
    assert caught.value.exit_code == REFUSED


@pytest.mark.parametrize(
    "octets",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"version": 1, "server": "\\ud800"}', b"realm: x"],
    ids=["empty", "cut off", "not UTF-8", "deep", "half a character", "YAML"],
)
def test_octets_that_are_no_plan_are_refused(tmp_path: Path, octets: bytes) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(octets)
    with pytest.raises(PlanFileError):
        read_plan(file)


def test_a_lone_surrogate_anywhere_is_no_plan(tmp_path: Path, document: dict[str, Any]) -> None:
    text = as_file(document).replace(SERVER, "\\ud800")
    file = tmp_path / "plan.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlanFileError):
        read_plan(file)


def test_every_refusal_ends_with_exit_code_3_and_its_own_code() -> None:
    kinds = PlanRefusedError.__subclasses__()
    assert {kind.exit_code for kind in kinds} == {REFUSED}
    assert len({kind.code for kind in kinds}) == len(kinds) == 5


def test_the_realm_of_a_survey_without_an_id_is_not_the_one_with(
    tmp_path: Path, document: dict[str, Any], desired: Desired, drifted: Live
) -> None:
    anew = surveyed(desired, replace(drifted, ids={}))
    with pytest.raises(RealmMovedError):
        require_unmoved(read_plan(written(tmp_path, document)), [anew])


def leaves(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where every single value of a JSON document stands."""
    members = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in members:
        if isinstance(value, dict | list) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def test_no_single_value_of_a_plan_can_be_another(
    tmp_path: Path, document: dict[str, Any], desired: Desired, drifted: Live
) -> None:
    """All but the policies' places, which choose what is read and are held to the rest."""
    now = surveyed(desired, drifted)
    _accept(tmp_path, document, now)
    count = 0
    for path in leaves(document):
        if path[0] in {"checksum", "policies"}:
            continue
        forged = json.loads(json.dumps(document))
        holder = forged
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = "edited"
        count += 1
        with pytest.raises(PlanRefusedError):
            _accept(tmp_path, signed_again(forged), now)
    assert count > 4 * len(now.desired.resources)


def _accept(folder: Path, document: dict[str, Any], now: Surveyed) -> None:
    read = read_plan(written(folder, document))
    require_server(read, SERVER)
    require_unmoved(read, [now])

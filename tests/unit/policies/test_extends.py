"""A policy that builds on a base: what wins, where values come from, what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from policies.commands import policy
from policies.errors import PolicyFileError, PolicyReferenceError
from policies.extends import MAX_CHAIN, MAX_FILES
from policies.loader import load_policies, load_portal, load_portals, references
from policies.model import PortalPolicy
from tests.unit.policies.test_model import ENVIRON, GRAIN

TEXT = (GRAIN / "policy.yaml").read_text(encoding="utf-8")
OWN = """\
extends: ../base.yaml
realm: other
password:
  length: 16
languages: [ru]
"""


def line_of(part: str, text: str = TEXT) -> int:
    """The line that `part` stands in."""
    return text[: text.index(part)].count("\n") + 1


def write(tmp_path: Path, files: dict[str, str]) -> Path:
    """The files below portals/; the policy's own folder."""
    for name, text in files.items():
        path = tmp_path / "portals" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "portals" / "other"


def load(tmp_path: Path, files: dict[str, str]) -> PortalPolicy:
    return load_portal(write(tmp_path, files), environ=ENVIRON)


def refusal(tmp_path: Path, files: dict[str, str]) -> str:
    with pytest.raises(PolicyFileError) as caught:
        load(tmp_path, files)
    return caught.value.message.replace(f"{tmp_path}/portals/", "")


def test_mappings_are_merged_and_lists_replaced_as_a_whole(tmp_path: Path) -> None:
    found = load(tmp_path, {"base.yaml": TEXT, "other/policy.yaml": OWN})
    assert (found.realm, found.password.length, found.password.digits) == ("other", 16, 1)
    assert found.languages == ("ru",)
    assert found.email.smtp.sender == "noreply@grain-receipts.example"
    assert found.folder == tmp_path / "portals" / "other"


def test_of_several_bases_the_later_one_wins_and_the_file_over_all(tmp_path: Path) -> None:
    files = {
        "base.yaml": TEXT,
        "strict.yaml": "password: {length: 20, digits: 2, special: 3}\n",
        "other/policy.yaml": OWN.replace("../base.yaml", "[../base.yaml, ../strict.yaml]"),
    }
    rules = load(tmp_path, files).password
    assert (rules.length, rules.digits, rules.special, rules.upper_case) == (16, 2, 3, 1)


def test_null_removes_what_was_inherited_from_any_base(tmp_path: Path) -> None:
    base = TEXT.replace("notice_hours: 0", "notice_hours: 5")
    files = {
        "base.yaml": base,
        "more.yaml": "agreement: {notice_hours: 7}\nevents: {retention_days: 40}\n",
        "other/policy.yaml": "extends: [../base.yaml, ../more.yaml]\n"
        "agreement: {notice_hours: null}\nevents:\npassword: null\n",
    }
    found = load(tmp_path, files)
    assert found.agreement.notice_hours == 0
    assert found.events.retention_days == 365
    assert found.password.history == 5


def test_null_cannot_remove_what_must_be_there(tmp_path: Path) -> None:
    said = refusal(tmp_path, {"base.yaml": TEXT, "other/policy.yaml": OWN + "portal: null\n"})
    assert said.startswith("other/policy.yaml:6:1: portal: required and not there: keys and values")


def test_null_without_a_base_removes_nothing(tmp_path: Path) -> None:
    said = refusal(
        tmp_path, {"other/policy.yaml": TEXT.replace("notice_hours: 0", "notice_hours:")}
    )
    assert "agreement.notice_hours: expected a number from 0 to 2160" in said


def test_a_base_may_build_on_another(tmp_path: Path) -> None:
    files = {
        "common/root.yaml": TEXT,
        "base.yaml": "extends: common/root.yaml\nsessions: {max_hours: 4, idle_minutes: 5}\n",
        "other/policy.yaml": OWN + "sessions: {idle_minutes: 6}\n",
    }
    found = load(tmp_path, files)
    assert (found.sessions.max_hours, found.sessions.idle_minutes) == (4, 6)
    assert found.theme == "tanba-grain-receipts"


def test_a_file_reference_belongs_to_the_file_it_stands_in(tmp_path: Path) -> None:
    files = {
        "common/secret.txt": "the-base's-secret\n",
        "other/secret.txt": "another-secret\n",
        "common/root.yaml": TEXT.replace("${env:GRAIN_RECEIPTS_SECRET}", "${file:secret.txt}"),
        "other/policy.yaml": OWN.replace("../base.yaml", "../common/root.yaml"),
    }
    secret = load(tmp_path, files).portal.secret
    assert secret.get_secret_value() == "the-base's-secret"


def test_a_mistake_in_a_base_names_the_bases_file_and_line(tmp_path: Path) -> None:
    base = TEXT.replace("sign_in: any", "sign_in: ani").replace(
        "digits: 1", "digits: 1\n  digit: 2"
    )
    own = OWN.replace("length: 16", "lenght: 16")
    said = refusal(tmp_path, {"base.yaml": base, "other/policy.yaml": own}).splitlines()
    assert [line.split(":")[0] for line in said] == ["other/policy.yaml", "base.yaml", "base.yaml"]
    assert "policy.yaml:4:3: password.lenght: unknown key; did you mean length?" in said[0]
    where = f"base.yaml:{line_of('digits: 1') + 1}:3: password.digit: unknown key"
    assert said[1] == f"{where}; did you mean digits?"
    assert "eds.sign_in: expected one of auth, sign, any; did you mean any?" in said[2]


def test_a_base_of_broken_yaml_is_named_without_what_follows_from_it(tmp_path: Path) -> None:
    said = refusal(tmp_path, {"base.yaml": "\x07", "other/policy.yaml": OWN + "thema: a\n"})
    assert said.splitlines() == [
        "other/policy.yaml:6:1: thema: unknown key; did you mean theme?",
        "base.yaml:1:1: an invisible character, U+0007",
    ]


def test_a_reference_of_a_base_that_leads_nowhere_names_the_base(tmp_path: Path) -> None:
    folder = write(tmp_path, {"base.yaml": TEXT, "other/policy.yaml": OWN})
    environ = {name: value for name, value in ENVIRON.items() if name != "TANBA_VERIFIER_URL"}
    line = line_of("verifier_url")
    with pytest.raises(PolicyReferenceError, match=rf"base\.yaml:{line}:17: .*TANBA_VERIFIER_URL"):
        load_portal(folder, environ=environ)


CHAIN = {f"{i}.yaml": f"extends: {i + 1}.yaml\n" for i in range(20)}
FAN = {f"{i}.yaml": f"extends: [{', '.join([f'{i + 1}.yaml'] * 9)}]\n" for i in range(6)}


@pytest.mark.parametrize(
    ("files", "extends", "said"),
    [
        ({}, "../none.yaml", "there is no such file: other/policy.yaml → none.yaml"),
        ({}, "policy.yaml", "a circle, it extends itself: other/policy.yaml → other/policy.yaml"),
        (
            {"a.yaml": "extends: b.yaml\n", "b.yaml": "extends: a.yaml\n"},
            "../a.yaml",
            "a circle, it extends itself: other/policy.yaml → a.yaml → b.yaml → a.yaml",
        ),
        (CHAIN, "../0.yaml", f"more than {MAX_CHAIN} files build on each other: other/policy"),
        (FAN, "../0.yaml", f"more than {MAX_FILES} files make one policy"),
        ({}, "../../outside.yaml", "a base stands in the policy tree"),
        ({}, "/etc/passwd.yaml", "a base stands in the policy tree"),
        ({}, "../link.yaml", "a symlink leads out of the policy tree"),
        ({}, "../away/outside.yaml", "a symlink leads out of the policy tree"),
        ({"folder.yaml/x": ""}, "../folder.yaml", "not a file"),
        ({}, "../planted-Secret-8c1f", "expected the path of a .yaml file"),
        ({}, "${env:BASE}.yaml", "a base is named by its path, not by a reference"),
        ({}, "[[../a.yaml]]", "expected the path of a .yaml file, or a list of them"),
        ({}, "7", "expected the path of a .yaml file, or a list of them"),
        ({}, "a" * 5000 + ".yaml", "there is no such file"),
        ({}, '"a\\0.yaml"', "expected the path of a .yaml file"),
        ({}, "../loop.yaml", "there is no such file"),
    ],
)
def test_what_cannot_be_a_base_is_refused_with_the_chain(
    tmp_path: Path, files: dict[str, str], extends: str, said: str
) -> None:
    (tmp_path / "outside.yaml").write_text(TEXT, encoding="utf-8")
    folder = write(tmp_path, {**files, "other/policy.yaml": OWN.replace("../base.yaml", extends)})
    (folder.parent / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder.parent / "away").symlink_to(tmp_path)
    (folder.parent / "loop.yaml").symlink_to(folder.parent / "loop.yaml")
    with pytest.raises(PolicyFileError) as caught:
        load_portal(folder, environ=ENVIRON)
    message = caught.value.message.replace(f"{tmp_path}/portals/", "")
    assert said in message
    assert "required and not there" not in message
    assert "planted-Secret-8c1f" not in message


def test_a_symlink_that_stays_in_the_tree_is_followed(tmp_path: Path) -> None:
    """Configuration mounted into a container is links to a versioned folder beside them."""
    folder = write(tmp_path, {"..data/base.yaml": TEXT, "other/policy.yaml": OWN})
    (folder.parent / "base.yaml").symlink_to(Path("..data") / "base.yaml")
    assert load_portal(folder, environ=ENVIRON).realm == "other"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = write(tmp_path, {"other/policy.yaml": OWN})
    os.mkfifo(folder.parent / "base.yaml")
    with pytest.raises(PolicyFileError, match="not a file"):
        load_portal(folder, environ=ENVIRON)


def test_a_wrong_name_of_the_key_is_told_apart(tmp_path: Path) -> None:
    said = refusal(tmp_path, {"other/policy.yaml": "extend: ../base.yaml\n" + TEXT})
    assert said == "other/policy.yaml:1:1: extend: unknown key; did you mean extends?"


def test_every_reference_is_found_through_the_bases(tmp_path: Path) -> None:
    own = OWN + "portal: {url: '${env:OTHER_URL}', redirect_paths: ['${env:WAY}']}\n"
    folder = write(tmp_path, {"base.yaml": TEXT, "other/policy.yaml": own})
    found = {reference.path: reference for reference in references(folder)}
    assert found["portal", "url"].text == "${env:OTHER_URL}"
    assert found["portal", "redirect_paths", 0].text == "${env:WAY}"
    assert found["portal", "secret"].place.file == folder.parent / "base.yaml"
    assert found["links", "instructions"].text == "${env:GRAIN_RECEIPTS_URL}/instructions"
    assert len(found) == 7


def test_the_mistakes_of_two_portals_are_named_at_once(tmp_path: Path) -> None:
    wrong = TEXT.replace("length: 12", "length: 1")
    folder = write(tmp_path, {"other/policy.yaml": wrong, "more/policy.yaml": wrong})
    with pytest.raises(PolicyFileError) as caught:
        load_portals([folder, folder.parent / "more"], environ=ENVIRON)
    assert len(caught.value.message.splitlines()) == 2


SHARED = TEXT.replace("realm: grain-receipts\n", "")


def test_a_base_among_the_policies_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"base.yaml": SHARED, "other/policy.yaml": OWN})
    given = sorted((tmp_path / "portals").iterdir())
    assert [path.name for path in given] == ["base.yaml", "other"]
    assert [portal.realm for portal in load_portals(given, environ=ENVIRON)] == ["other"]
    assert [policy.realm for policy in load_policies(given, environ=ENVIRON)] == ["other"]


@pytest.mark.parametrize(
    ("base", "own"),
    [
        (SHARED, OWN.replace("extends: ../base.yaml", "version: 1")),  # nobody's base
        (TEXT.replace("realm: grain-receipts", "realm: [one]"), OWN),  # a realm's, and wrong
    ],
    ids=["of nobody", "of a realm"],
)
def test_what_is_not_only_a_base_is_judged(tmp_path: Path, base: str, own: str) -> None:
    write(tmp_path, {"base.yaml": base, "other/policy.yaml": own})
    given = sorted((tmp_path / "portals").iterdir())
    with pytest.raises(PolicyFileError, match=r"base\.yaml"):
        load_policies(given, environ=ENVIRON)


def test_a_base_alone_is_judged(tmp_path: Path) -> None:
    write(tmp_path, {"base.yaml": SHARED, "other/policy.yaml": OWN})
    with pytest.raises(PolicyFileError, match="realm"):
        load_policies([tmp_path / "portals" / "base.yaml"], environ=ENVIRON)


def test_show_says_the_file_and_line_of_each_value(tmp_path: Path) -> None:
    folder = write(tmp_path, {"base.yaml": TEXT, "other/policy.yaml": OWN})
    result = CliRunner().invoke(policy, ["show", "--origins", str(folder)], env=ENVIRON)
    assert result.exit_code == 0, result.output
    lines = result.output.replace(f"{folder.parent}/", "").splitlines()
    assert "password.length: 16  # other/policy.yaml:4" in lines
    assert f"password.digits: 1  # base.yaml:{line_of('digits: 1')}" in lines
    assert "password.history: 5  # default" in lines
    assert 'languages: ["ru"]  # other/policy.yaml:5' in lines
    assert f'portal.secret: "**********"  # base.yaml:{line_of("secret: ")}' in lines
    assert "planted-secret" not in result.output


def test_the_origins_are_given_as_json_too(tmp_path: Path) -> None:
    folder = write(tmp_path, {"base.yaml": TEXT, "other/policy.yaml": OWN})
    arguments = ["show", "--origins", "--format", "json", str(folder)]
    found = json.loads(CliRunner().invoke(policy, arguments, env=ENVIRON).output)
    assert found["portals"][0]["password"]["length"] == 16
    assert found["origins"][0]["password.length"] == f"{folder}/policy.yaml:4"
    assert found["origins"][0]["sessions.max_hours"] == "default"


def test_a_name_of_keycloaks_own_at_the_top_is_shown_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\nrealm: shop\nsslRequired: all\n", encoding="utf-8")
    with pytest.raises(PolicyFileError) as caught:
        load_policies([file], environ={})
    assert "stands under raw, or in words under settings" in caught.value.message
    file.write_text(f"{TEXT}\nsslRequired: all\n", encoding="utf-8")
    with pytest.raises(PolicyFileError) as caught:
        load_policies([file], environ=ENVIRON)
    assert caught.value.message.endswith("stands under raw")


def test_a_folder_whose_policy_is_called_otherwise_says_so(tmp_path: Path) -> None:
    (tmp_path / "policy.yml").write_text("version: 1\nrealm: shop\n", encoding="utf-8")
    with pytest.raises(PolicyFileError, match=r"policy\.yml: is to be called policy\.yaml"):
        load_policies([tmp_path], environ={})
    (tmp_path / "policy.yml").rename(tmp_path / "policy.yaml")
    assert load_policies([tmp_path], environ={})[0].realm == "shop"

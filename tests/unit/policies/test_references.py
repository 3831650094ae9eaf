"""The attacks: a policy that reads the tool's own way into Keycloak, or shows a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policies.errors import PolicyError, PolicyFileError, PolicyReferenceError
from policies.loader import Policy, load_policy
from policies.references import OWN_VARIABLES, reads_file
from tests.conftest import ROOT
from tests.unit.provisioning.conftest import ENVIRON

OWN = f"{OWN_VARIABLES}CLIENT_SECRET"
PLANTED = "planted-operator-9c"
PORTALS = sorted((ROOT / "policies" / "portals").glob("*/policy.yaml"))


def plain(tmp_path: Path, text: str, **environ: str) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(f"version: 1\nrealm: back-office\n{text}\n", encoding="utf-8")
    return load_policy(path, environ={OWN: PLANTED, **environ})


@pytest.mark.parametrize(
    "text",
    [
        "texts: {ru: {doLogIn: '${env:%s}'}}",
        "texts: {ru: {doLogIn: 'a ${env:%s} b'}}",
        "settings: {display_name: '${env:%s}'}",
        "raw: {displayNameHtml: '${env:%s}'}",
        "raw: {attributes: {mine: '${env:%s}'}}",
        # Nor where a secret stands: whoever reads the client's secret would have the operator's.
        "clients: [{client_id: a, ways: [service], secret: '${env:%s}'}]",
        "raw: {clients: [{clientId: a, secret: '${env:%s}'}]}",
    ],
)
@pytest.mark.parametrize(
    "name", [OWN, f"{OWN_VARIABLES}PASSWORD", f"{OWN_VARIABLES}LATER", OWN.lower()]
)
def test_no_policy_reads_the_tools_own_variables(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(PolicyReferenceError, match=r":3:\d+: TANBA_KEYCLOAK_… are") as caught:
        plain(tmp_path, text % name, **{name: PLANTED})
    assert PLANTED not in str(caught.value)


def test_a_base_reads_no_more_than_the_policy_itself(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(f"settings: {{display_name: '${{env:{OWN}}}'}}\n")
    with pytest.raises(PolicyReferenceError, match=r"base\.yaml:1:"):
        plain(tmp_path, "extends: base.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "texts: {ru: {doLogIn: '${file:secret.txt}'}}",
        "settings: {display_name: '${file:secret.txt}'}",
        "settings: {display_name: 'a ${env:NAME} ${file:secret.txt}'}",
        "raw: {displayNameHtml: '${file:secret.txt}'}",
        "raw: {attributes: {mine: '${file:secret.txt}'}}",
        "raw: {clients: [{clientId: a, description: '${file:secret.txt}'}]}",
        "raw: {localizationTexts: {ru: {password: '${file:secret.txt}'}}}",
        "clients: [{client_id: a, ways: [service], name: '${file:secret.txt}'}]",
        "client_profiles: [{name: a, executors: [{executor: b, config: {c: '${file:s}'}}]}]",
    ],
)
def test_a_file_is_read_only_where_a_secret_is_expected(tmp_path: Path, text: str) -> None:
    for name in ("secret.txt", "s"):
        (tmp_path / name).write_text(PLANTED)
    with pytest.raises(PolicyFileError, match="a file is read only where a secret is") as caught:
        plain(tmp_path, text, NAME="b")
    assert PLANTED not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "clients: [{client_id: a, ways: [service], secret: '${file:secret.txt}'}]",
        "raw: {clients: [{clientId: a, secret: '${file:secret.txt}'}]}",
        "raw: {smtpServer: {password: '${file:secret.txt}'}}",
        "identity_providers: [{alias: a, provider: oidc, client_secret: '${file:secret.txt}'}]",
    ],
)
def test_a_secret_is_read_from_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret.txt").write_text(PLANTED)
    assert PLANTED not in repr(plain(tmp_path, text))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("path", ["/proc/self/environ", "link", "/proc/{pid}/environ"])
def test_no_policy_reads_the_runs_environment_as_a_file(tmp_path: Path, path: str) -> None:
    (tmp_path / "link").symlink_to("/proc/self/environ")
    path = path.format(pid=os.getpid())
    with pytest.raises(PolicyReferenceError, match="is the tool's own"):
        plain(tmp_path, f"clients: [{{client_id: a, ways: [service], secret: '${{file:{path}}}'}}]")


def test_no_policy_reads_the_files_of_the_tools_own_secrets(tmp_path: Path) -> None:
    (tmp_path / "operator").write_text(PLANTED)
    (tmp_path / "link").symlink_to(tmp_path / "operator")
    for name in ("operator", "link", "../" + tmp_path.name + "/operator"):
        text = f"clients: [{{client_id: a, ways: [service], secret: '${{file:{name}}}'}}]"
        with pytest.raises(PolicyError, match="is the tool's own"):
            plain(tmp_path, text, **{f"{OWN}_FILE": str(tmp_path / "operator")})


def test_a_circle_of_links_is_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(PolicyReferenceError, match="the file a cannot be read"):
        plain(tmp_path, "clients: [{client_id: a, ways: [service], secret: '${file:a}'}]")


@pytest.mark.parametrize("path", PORTALS, ids=lambda path: path.parent.name)
def test_the_portals_own_policies_need_none_of_it(path: Path) -> None:
    assert load_policy(path, environ=ENVIRON).realm == path.parent.name


@pytest.mark.parametrize(
    ("text", "reads"),
    [("${file:a}", True), ("a ${env:B} ${file:c}", True), ("$${file:a}", False), ("file:a", False)],
)
def test_what_is_no_reference_reads_no_file(text: str, reads: bool) -> None:  # noqa: FBT001
    assert reads_file(text) is reads

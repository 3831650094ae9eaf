"""Flows, bindings and required actions in an admin's words."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from policies.errors import PolicyFileError
from provisioning.resources import Kind
from tests.unit.provisioning.desired.conftest import SECRET, Declares


def test_a_flow_is_a_tree_of_steps(plain: Declares) -> None:
    desired = plain(
        "flows:\n"
        "  - alias: office\n"
        "    steps:\n"
        "      - {provider: auth-cookie, requirement: alternative}\n"
        "      - flow: forms\n"
        "        requirement: alternative\n"
        "        description: Typed\n"
        "        steps:\n"
        "          - {provider: auth-username-password-form, requirement: required}\n"
        "  - alias: registration\n"
        "    description: By a form\n"
        "    steps:\n"
        "      - flow: fields\n"
        "        requirement: required\n"
        "        form: registration-page-form\n"
        "        steps:\n"
        "          - provider: registration-recaptcha-action\n"
        "            requirement: disabled\n"
        "            config: {site.key: a, secret.key: '${env:SECRET}'}\n"
        "  - {alias: apps, of: clients, steps: [{provider: client-jwt, requirement: required}]}\n"
        "bindings: {browser: office, client_authentication: apps}\n"
    )
    assert desired.get(Kind.FLOW, "office") == {
        "description": "",
        "executions": (
            {"provider": "auth-cookie", "requirement": "ALTERNATIVE"},
            {
                "flow": "forms",
                "requirement": "ALTERNATIVE",
                "description": "Typed",
                "executions": (
                    {"provider": "auth-username-password-form", "requirement": "REQUIRED"},
                ),
            },
        ),
    }
    (fields,) = desired.get(Kind.FLOW, "registration")["executions"]
    assert (fields["type"], fields["provider"]) == ("form-flow", "registration-page-form")
    assert fields["executions"][0]["config"] == {"site.key": "a", "secret.key": SecretStr(SECRET)}
    assert desired.get(Kind.FLOW, "apps")["providerId"] == "client-flow"
    assert desired.get(Kind.REALM, "back-office") == {
        "browserFlow": "office",
        "clientAuthenticationFlow": "apps",
    }


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("requirement: required", r"a step is an authenticator \(provider\) or a flow"),
        ("provider: a, flow: b, requirement: required", "a step is an authenticator"),
        ("provider: a, requirement: required, steps: []", None),
        ("provider: a, requirement: required, form: f", "go with flow"),
        ("flow: a, requirement: required, config: {a: b}", "config goes with provider"),
        ("provider: a, requirement: REQUIRED", "did you mean required"),
        ("provider: a", r"flows\.0\.steps\.0\.requirement: required and not there"),
        ("provider: a, requirement: required, config: {secret.key: in-clear}", "by reference only"),
        ("provider: a, requirement: required, config: {a: [b]}", r"steps\.0\.config"),
        ("provider: a, requirement: required, config: text", r"steps\.0\.config"),
        ("flow: a, requirement: required, steps: [{provider: b}]", r"steps\.0\.steps\.0\.req"),
    ],
)
def test_a_step_that_cannot_be_meant_is_refused(
    plain: Declares, step: str, said: str | None
) -> None:
    text = f"flows: [{{alias: a, steps: [{{{step}}}]}}]\n"
    if said is None:
        assert plain(text).get(Kind.FLOW, "a")
        return
    with pytest.raises(PolicyFileError, match=said) as caught:
        plain(text)
    assert "in-clear" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("flows: [{alias: a, steps: []}]", r"flows\.0\.steps: expected a list with at least 1"),
        ("bindings: {brower: a}", "did you mean browser"),
        ("required_actions: [{alias: A}, {alias: A}]", "a required action is named twice"),
    ],
)
def test_a_section_that_cannot_be_meant_is_refused(plain: Declares, text: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        plain(f"{text}\n")


def test_a_required_action_says_who_is_asked(plain: Declares) -> None:
    desired = plain(
        "required_actions:\n"
        "  - {alias: CONFIGURE_TOTP, everybody: true, priority: 10}\n"
        "  - {alias: UPDATE_PASSWORD, enabled: false, config: {max_auth_age: '300'}}\n"
    )
    assert desired.get(Kind.REQUIRED_ACTION, "CONFIGURE_TOTP") == {
        "enabled": True,
        "defaultAction": True,
        "priority": 10,
    }
    assert desired.get(Kind.REQUIRED_ACTION, "UPDATE_PASSWORD") == {
        "enabled": False,
        "defaultAction": False,
        "config": {"max_auth_age": "300"},
    }

"""Flows: no password alone reaches the level `eds`, no account is joined to another."""

from __future__ import annotations

from typing import Any

from policies.model import PortalPolicy
from provisioning.desired import flows


def _providers(steps: Any) -> list[str]:
    found = []
    for step in steps:
        if isinstance(step, flows.Step):
            found.append(step.provider)
        else:
            found += _providers(step.steps)
    return found


def test_the_first_eds_sign_in_never_joins_an_account(grain_receipts: PortalPolicy) -> None:
    flow = flows.first_broker_login(grain_receipts)
    assert _providers(flow.steps) == ["idp-create-user-if-unique"]
    (step,) = flow.steps
    assert isinstance(step, flows.Step)
    assert step.config == {"require.password.update.after.registration": "true"}


def test_a_password_is_set_anew_by_the_letter_alone(grain_receipts: PortalPolicy) -> None:
    steps = flows.recovery(grain_receipts).steps
    assert _providers(steps) == [
        "reset-credentials-choose-user",
        "reset-credential-email",
        "reset-password",
    ]
    assert {step.requirement for step in steps} == {"REQUIRED"}


def test_the_level_eds_is_reached_through_the_broker_alone(grain_receipts: PortalPolicy) -> None:
    forms = flows.browser(grain_receipts).steps[2]
    assert isinstance(forms, flows.Subflow)
    password, eds, allow = forms.steps
    assert allow == flows.Step("allow-access-authenticator", "REQUIRED")
    assert isinstance(password, flows.Subflow)
    assert isinstance(eds, flows.Subflow)
    assert _providers(password.steps) == [
        "conditional-level-of-authentication",
        "auth-username-password-form",
    ]
    assert _providers(eds.steps) == [
        "conditional-level-of-authentication",
        "identity-provider-redirector",
    ]
    condition, redirector = eds.steps
    assert isinstance(condition, flows.Step)
    assert isinstance(redirector, flows.Step)
    assert condition.config == {"loa-condition-level": "2", "loa-max-age": "0"}
    assert redirector.requirement == "REQUIRED"
    assert redirector.config == {"defaultProvider": "eds"}


def test_other_steps_have_another_name_and_other_settings_do_not(
    grain_receipts: PortalPolicy,
) -> None:
    alias = flows.browser(grain_receipts).alias
    longer = grain_receipts.sessions.model_copy(update={"max_hours": 24})
    same_steps = flows.browser(grain_receipts.model_copy(update={"sessions": longer}))
    assert same_steps.alias == alias
    flow = flows.browser(grain_receipts)
    fewer = flows.Flow(flow.name, flow.description, flow.steps[1:])
    assert fewer.alias != alias


def test_names_hold_only_what_keycloak_takes(grain_receipts: PortalPolicy) -> None:
    for resource in flows.build(grain_receipts):
        assert not set(resource.key.name) & set("()[]{}<>/\\?#%;:\"'")

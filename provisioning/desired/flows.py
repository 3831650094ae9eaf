"""Authentication flows (checked on Keycloak 26.7: a password alone never gives `acr=eds`).

A flow's name ends in a digest of its steps: other steps make another flow, built beside the one in
use and then bound, so that people in the middle of a sign-in keep theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.model import PortalPolicy
from provisioning.desired.names import BROKER, LEVEL_BASIC, LEVEL_EDS
from provisioning.resources import Key, Kind, Resource


@dataclass(frozen=True, slots=True)
class Step:
    """One execution: an authenticator, its requirement and configuration."""

    provider: str
    requirement: str
    config: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Subflow:
    """Steps that stand or fall together."""

    name: str
    requirement: str
    steps: tuple[Step | Subflow, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """A top-level flow."""

    name: str
    description: str
    steps: tuple[Step | Subflow, ...]

    @property
    def alias(self) -> str:
        """Its name in Keycloak: what it is for, and a digest of its steps."""
        shape = json.dumps(_shape(self.steps), separators=(",", ":")).encode()
        return f"{self.name} {hashlib.sha256(shape).hexdigest()[:8]}"

    def resource(self) -> Resource:
        """As an object to plan."""
        body = {
            "description": self.description,
            "executions": tuple(_execution(step, self.alias) for step in self.steps),
        }
        return Resource(Key(Kind.FLOW, self.alias), body)


def browser(policy: PortalPolicy) -> Flow:
    """Sign-in by EDS or password; a request for the level `eds` goes through the broker."""
    forms = Subflow(
        "forms",
        "ALTERNATIVE",
        (
            Subflow(
                "password",
                "CONDITIONAL",
                (
                    _level(LEVEL_BASIC, max_age=_session_seconds(policy)),
                    Step("auth-username-password-form", "REQUIRED"),
                ),
            ),
            Subflow(
                "eds",
                "CONDITIONAL",
                (
                    _level(LEVEL_EDS, max_age=0),
                    Step("identity-provider-redirector", "REQUIRED", {"defaultProvider": BROKER}),
                ),
            ),
            # Who typed the right password while this flow was being bound finds both levels
            # reached and nothing left to do here; without this step that counts as failed.
            Step("allow-access-authenticator", "REQUIRED"),
        ),
    )
    steps = (
        Step("auth-cookie", "ALTERNATIVE"),
        Step("identity-provider-redirector", "ALTERNATIVE"),
        forms,
    )
    return Flow("tanba browser", "Sign-in by EDS or by e-mail and password", steps)


def first_broker_login(_policy: PortalPolicy) -> Flow:
    """The first EDS sign-in makes the account; it never joins one that is there already."""
    config = {"require.password.update.after.registration": "true"}
    steps = (Step("idp-create-user-if-unique", "REQUIRED", config),)
    return Flow("tanba first eds", "The first EDS sign-in is the registration", steps)


def post_broker_login(policy: PortalPolicy) -> Flow:
    """Back from the broker: both levels are reached."""
    allow = Step("allow-access-authenticator", "REQUIRED")
    basic = _level(LEVEL_BASIC, max_age=_session_seconds(policy))
    steps = (
        Subflow("level basic", "CONDITIONAL", (basic, allow)),
        Subflow("level eds", "CONDITIONAL", (_level(LEVEL_EDS, max_age=0), allow)),
    )
    return Flow("tanba after eds", "What an EDS sign-in has proven", steps)


def recovery(_policy: PortalPolicy) -> Flow:
    """A forgotten password is set anew by whoever opens the letter, and by nobody else.

    Keycloak's own flow for it does the same until somebody changes it by hand.
    """
    steps = tuple(
        Step(provider, "REQUIRED")
        for provider in (
            "reset-credentials-choose-user",
            "reset-credential-email",
            "reset-password",
        )
    )
    return Flow("tanba recovery", "A password set anew by the letter's link", steps)


def build(policy: PortalPolicy) -> tuple[Resource, ...]:
    """Every flow of ours."""
    flows = (
        browser(policy),
        first_broker_login(policy),
        post_broker_login(policy),
        recovery(policy),
    )
    return tuple(flow.resource() for flow in flows)


def _session_seconds(policy: PortalPolicy) -> int:
    return policy.sessions.max_hours * 3600


def _level(level: int, *, max_age: int) -> Step:
    config = {"loa-condition-level": str(level), "loa-max-age": str(max_age)}
    return Step("conditional-level-of-authentication", "REQUIRED", config)


def _shape(steps: tuple[Step | Subflow, ...]) -> list[Any]:
    return [s.provider if isinstance(s, Step) else [s.name, _shape(s.steps)] for s in steps]


def _execution(step: Step | Subflow, parent: str) -> dict[str, Any]:
    if isinstance(step, Step):
        body: dict[str, Any] = {"provider": step.provider, "requirement": step.requirement}
        return body | ({"config": dict(step.config)} if step.config else {})
    alias = f"{parent} {step.name}"
    executions = tuple(_execution(inner, alias) for inner in step.steps)
    return {"flow": alias, "requirement": step.requirement, "executions": executions}

"""Flows and brokers at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.properties.drawing import FILLED, FLAGS, SECRETS, Realm, part, some

FLOWS = ("sign-in one", "sign-in two")
BROKERS = ("partner", "partner-2")

_STEPS = ("auth-cookie", "auth-spnego", "identity-provider-redirector")


@st.composite
def _flows(draw: st.DrawFn, alias: str) -> list[dict[str, Any]]:
    """A flow with its subflow, as an export lists them: both at the top."""
    inner = f"{alias} forms"
    steps: list[dict[str, Any]] = [
        {"authenticator": step, "requirement": draw(st.sampled_from(("ALTERNATIVE", "DISABLED")))}
        for step in draw(some(_STEPS))
    ]
    steps.insert(
        draw(st.integers(0, len(steps))), {"flowAlias": inner, "requirement": "ALTERNATIVE"}
    )
    password = {"authenticator": "auth-username-password-form", "requirement": "REQUIRED"}
    otp = {
        "authenticator": "auth-otp-form",
        "requirement": draw(st.sampled_from(("REQUIRED", "DISABLED"))),
    }
    inside = [password, otp] if draw(st.booleans()) else [password]

    def flow(name: str, executions: list[dict[str, Any]], *, top: bool) -> dict[str, Any]:
        numbered = [{**step, "priority": 10 * n} for n, step in enumerate(executions)]
        return {
            "alias": name,
            "providerId": "basic-flow",
            "topLevel": top,
            "builtIn": False,
            "authenticationExecutions": numbered,
        }

    described = {"description": draw(FILLED)} if draw(st.booleans()) else {}
    return [flow(alias, steps, top=True) | described, flow(inner, inside, top=False)]


@st.composite
def _broker(draw: st.DrawFn, alias: str) -> dict[str, Any]:
    secret = draw(st.sampled_from([f"${{env:{variable}}}" for variable in SECRETS]))
    config = {
        "clientId": "tanba",
        "clientSecret": secret,
        "authorizationUrl": "https://partner.example/auth",
        "tokenUrl": "https://partner.example/token",
    }
    more = part({"enabled": FLAGS, "trustEmail": FLAGS, "displayName": FILLED})
    return {"alias": alias, "providerId": "oidc", "config": config} | draw(more)


@st.composite
def _broker_mapper(draw: st.DrawFn, alias: str) -> dict[str, Any]:
    return {
        "name": "to an attribute",
        "identityProviderAlias": alias,
        "identityProviderMapper": "oidc-user-attribute-idp-mapper",
        "config": {"claim": draw(FILLED), "user.attribute": "colour", "syncMode": "FORCE"},
    }


@st.composite
def ways_in(draw: st.DrawFn, flows: list[str]) -> Realm:
    """Those flows, and brokers."""
    ways: Realm = {}
    if flows:
        ways["authenticationFlows"] = [one for alias in flows for one in draw(_flows(alias))]
        if draw(st.booleans()):
            ways["browserFlow"] = draw(st.sampled_from(flows))
    brokers = draw(some(BROKERS))
    if brokers:
        ways["identityProviders"] = [draw(_broker(alias)) for alias in brokers]
        ways["identityProviderMappers"] = [
            draw(_broker_mapper(alias)) for alias in brokers if draw(st.booleans())
        ]
    return ways

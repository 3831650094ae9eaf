"""Flows that Tanba replaced, and a representation without some flows. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from provisioning.ownership import bindings
from provisioning.ownership_flows import finished_name
from provisioning.resources import Key, Kind, Live
from provisioning.state import ownership_of

_SET_ASIDE = re.compile(r" set aside \d+$")
Flows = Mapping[str, Mapping[str, Any]]


def is_left_over(alias: str, identity: str | None) -> bool:
    """Whether a flow of this name and internal id was replaced, or never became whole."""
    return bool(_SET_ASIDE.search(alias)) or finished_name(alias, identity) is not None


def replaced_flows(live: Live) -> frozenset[Key]:
    """Flows that Tanba set aside, left unfinished, or keeps for those who are in the middle of one.

    One that somebody bound again is none of them.
    """
    idle = ownership_of(live, at=None).idle
    bound = bindings(live.objects.items())
    return frozenset(
        key
        for key in live.objects
        if key.kind is Kind.FLOW
        and (is_left_over(key.name, live.ids.get(key)) or live.ids.get(key) in idle)
        and key.name not in bound
    )


def without_flows(realm: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """The realm without the top-level flows `gone`, the flows in them, and their settings.

    What another flow uses too stays.
    """
    flows: Flows = {flow["alias"]: flow for flow in realm["authenticationFlows"]}
    dropped = _reached(flows, gone)
    kept = _reached(flows, (alias for alias in flows if alias not in dropped))
    over = dropped - kept
    settings = _settings(flows, over) - _settings(flows, flows.keys() - over)
    return {
        **realm,
        "authenticationFlows": [
            flow for flow in realm["authenticationFlows"] if flow["alias"] not in over
        ],
        "authenticatorConfig": [
            config for config in realm["authenticatorConfig"] if config["alias"] not in settings
        ],
    }


def _reached(flows: Flows, aliases: Iterable[str]) -> set[str]:
    """The flows named and every flow in them."""
    reached, wanted = set[str](), [alias for alias in aliases if alias in flows]
    while wanted:
        alias = wanted.pop()
        if alias not in reached:
            reached.add(alias)
            steps = flows[alias].get("authenticationExecutions") or ()
            inner = (step.get("flowAlias") for step in steps)
            wanted += [name for name in inner if name in flows]
    return reached


def _settings(flows: Flows, aliases: Iterable[str]) -> set[str]:
    steps = (
        step for alias in aliases for step in flows[alias].get("authenticationExecutions") or ()
    )
    return {step["authenticatorConfig"] for step in steps if step.get("authenticatorConfig")}

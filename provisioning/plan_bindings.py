"""What must follow a flow that is built anew: whatever is bound to it, declared or not. Pure.

A flow with other steps is set aside under another name and a new one takes its name. Whoever is
bound to the old one stays with it until it is bound again; nobody but the plan would tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.own_objects import is_own
from provisioning.representation.clients import FLOW_OVERRIDES
from provisioning.resources import Body, Desired, Key, Kind, Live

_ASIDE = re.compile(r"(.+) set aside \d+\Z", re.DOTALL)
_REALM_BINDING = "Flow"
_PROVIDER_BINDINGS = frozenset({"firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"})


@dataclass(frozen=True, slots=True)
class Binding:
    """A value of an object that names a flow.

    `path`: its place in the body (`browserFlow`, `authenticationFlowBindingOverrides.browser`);
    `flow`: the alias that stands there.
    """

    path: str
    flow: str

    def said_in(self, body: Body) -> bool:
        """Whether a declaration names this place, be it to say that nothing is bound there."""
        name, _, use = self.path.partition(".")
        return name in body and (not use or body[name] is None or use in body[name])

    def put_into(self, body: Body, alias: str) -> Body:
        """A body with this place bound to a flow."""
        name, _, use = self.path.partition(".")
        return {**body, name: {**(body.get(name) or {}), use: alias} if use else alias}


def bindings(key: Key, body: Body) -> Iterator[Binding]:
    """Every value of an object's body that names a flow."""
    if key.kind is Kind.REALM:
        names = sorted(name for name in body if name.endswith(_REALM_BINDING))
    elif key.kind is Kind.IDENTITY_PROVIDER:
        names = sorted(_PROVIDER_BINDINGS & body.keys())
    else:
        names = []
    for name in names:
        if isinstance(body[name], str):
            yield Binding(name, body[name])
    if key.kind is Kind.CLIENT:
        overrides: Mapping[str, Any] = body.get(FLOW_OVERRIDES) or {}
        for use, flow in sorted(overrides.items()):
            if isinstance(flow, str):
                yield Binding(f"{FLOW_OVERRIDES}.{use}", flow)


def left_behind(
    desired: Desired, live: Live, rebuilt: frozenset[str]
) -> Iterator[tuple[Key, Binding, str]]:
    """Bindings in the realm that no policy names, and the flow each must be bound to.

    They are to a flow that is about to be rebuilt, or still to one that was set aside for a
    declared flow: by a run that stopped before it could bind again.
    """
    declared = {resource.key: resource.body for resource in desired.resources}
    for key, body in live.objects.items():
        if is_own(key):
            continue
        for binding in bindings(key, body):
            alias = _successor(binding.flow, declared, rebuilt)
            if alias is not None and not binding.said_in(declared.get(key, {})):
                yield key, binding, alias


def _successor(flow: str, declared: Mapping[Key, Body], rebuilt: frozenset[str]) -> str | None:
    if flow in rebuilt:
        return flow
    aside = _ASIDE.match(flow)
    return aside[1] if aside and Key(Kind.FLOW, aside[1]) in declared else None

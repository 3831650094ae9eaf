"""Components: key providers, client registration policies, user federation and what is below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from provisioning.connection import quoted
from provisioning.plan import Change
from provisioning.resources import Body, Key, wire
from provisioning.writers.bodies import body_of
from provisioning.writers.ids import ReferenceMissingError
from provisioning.writers.target import Target

_TWIN = re.compile(r" #\d+\Z")
_CONFIG = "config"


class Component:
    """A component. Its parent in the key is the provider type, in the body another component."""

    def write(self, target: Target, change: Change) -> None:
        if change.action == "create":
            self._create(target, change.key, body_of(change))
            return
        path = f"/components/{quoted(change.live_id or target.ids.of(change.key))}"
        if change.body is None:
            target.delete(path)
        else:
            self._update(target, path, target.get(path), change.body)

    def _create(self, target: Target, key: Key, body: Body) -> None:
        document = self._new(target, key, body)
        if "parentId" in document:
            # A new federation has mappers by itself; Keycloak would let a second one have the name.
            query = f"parent={quoted(document['parentId'])}&name={quoted(document['name'])}"
            for twin in target.get(f"/components?{query}"):
                self._update(target, f"/components/{quoted(twin['id'])}", twin, body)
                return
        target.post("/components", document)

    def _update(self, target: Target, path: str, live: Mapping[str, Any], body: Body) -> None:
        declared = {name: v for name, v in body.items() if name not in {_CONFIG, "parent"}}
        document = {**live, **wire(declared)}
        # Keys that a PUT does not carry stay, and with them secrets that we cannot read; a key
        # with no value goes.
        config = body.get(_CONFIG, {})
        if config is None:
            config = dict.fromkeys(live.get(_CONFIG) or ())
        document[_CONFIG] = {key: [] if v is None else wire(v) for key, v in config.items()}
        target.put(path, document)

    def _new(self, target: Target, key: Key, body: Body) -> dict[str, Any]:
        document = wire({name: value for name, value in body.items() if name != "parent"})
        document |= {
            "name": component_name(key, body, known=target.ids.knows),
            "providerType": key.parent,
        }
        if body.get("parent"):
            document["parentId"] = _above(target, key, str(body["parent"]))
        return dict(document)


def component_name(key: Key, body: Body, *, known: Callable[[Key], bool]) -> str:
    """Keycloak's name of a component that is to be created.

    A key's name begins with what the component is under (another component, or its subtype) and
    ends in a number when Keycloak holds one of the same name already (`known`). Pure.
    """
    name = key.name
    twin = _TWIN.search(name)
    if twin and known(Key(key.kind, name[: twin.start()], key.parent)):
        name = name[: twin.start()]
    above = body.get("parent") or body.get("subType")
    return name.removeprefix(f"{above}/") if above else name


def _above(target: Target, key: Key, parent: str) -> str:
    """The id of the component that another one is created under."""
    found = target.get(f"/components?name={quoted(parent)}")
    ids = [component["id"] for component in found]
    if len(ids) != 1:
        raise ReferenceMissingError(
            f"the realm has {len(ids) or 'no'} components called {parent}, under which {key.name} "
            "is declared",
            hint="There must be exactly one.",
        )
    return str(ids[0])

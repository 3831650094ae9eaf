"""The JSON Schema of `raw`: Keycloak's own fields, for editors that complete and underline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.model_raw import HIDDEN_ATTRIBUTES, is_secret
from policies.model_raw_fields import INNER, REFUSED, ROOT, Inner, fields

PREFIX = "Keycloak_"
_REFERENCE = {"$ref": "#/$defs/Reference"}
_KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "boolean": {"$ref": f"#/$defs/{PREFIX}boolean"},
    "number": {"$ref": f"#/$defs/{PREFIX}number"},
    "list": {"type": ["array", "null"]},
    "mapping": {"type": ["object", "null"]},
}
"""null is a value of every field: it unsets."""

_NOTHING = {"type": "null"}

Schema = dict[str, Any]


def definitions() -> dict[str, Schema]:
    """A definition for each of Keycloak's representations that `raw` may hold."""
    kinds = {"boolean": "boolean", "number": "integer"}
    scalars = {
        PREFIX + kind: {
            "title": f"A {kind} of Keycloak's",
            "anyOf": [{"type": json_type}, _REFERENCE, _NOTHING],
        }
        for kind, json_type in kinds.items()
    }
    return scalars | {PREFIX + shape: _shape(shape) for shape in fields()}


def raw_schema() -> Schema:
    """What stands under `raw`."""
    return {"$ref": f"#/$defs/{PREFIX}{ROOT}"}


def _shape(shape: str) -> Schema:
    known = fields()[shape].items()
    return {
        "title": f"Keycloak's own: {shape.replace('_', ' ')}",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: _field(shape, name, kind) for name, kind in known if (shape, name) not in REFUSED
        },
    }


def _field(shape: str, name: str, kind: str) -> Schema:
    if (shape, name) in INNER:
        return {"anyOf": [_inside(INNER[shape, name]), _NOTHING]}
    if kind == "text" and is_secret(name):
        return {"anyOf": [_REFERENCE, _NOTHING]}
    rule = dict(_KINDS[kind])
    if (shape, name) == (ROOT, "attributes"):
        rule["propertyNames"] = {"not": {"enum": sorted(HIDDEN_ATTRIBUTES)}}
    return rule


def _inside(inner: Inner) -> Schema:
    one = {"$ref": f"#/$defs/{PREFIX}{inner.shape}"}
    if inner.form == "one":
        return one
    several = {"type": "array", "items": one}
    if inner.form == "list":
        return several
    return {"type": "object", "additionalProperties": several}

"""The JSON Schema (2020-12) of a policy file, made of the model: for editors and reviewers.

Two forms of one thing: a policy that stands alone has every required key; one with `extends` is a
part, so nothing is required of it and `null` removes what was inherited. Values of lists are whole
in both. Where the model takes a value, it takes a reference to one.

`python -m policies.schema` writes the checked-in file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from policies.model import PORTAL_KEYS, PortalPolicy
from policies.model_realm import RealmPolicy
from policies.schema_raw import definitions, raw_schema

SHAPES = (PortalPolicy, RealmPolicy)
SCHEMA_FILE = Path(__file__).parent / "policy.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SAYS = ("title", "description", "default", "examples", "x-keycloak", "x-reason")
_REFERENCE = "Reference"
_PART = "PartOf"

_BASE_PATH = {"type": "string", "pattern": r"^[^/$].*\.ya?ml$"}
_EXTENDS = {
    "title": "Extends",
    "description": "The policies this one builds on, by paths relative to this file. Mappings are "
    "merged, lists replaced as a whole, null removes what was inherited; later ones win.",
    "examples": ["../base.yaml", ["../base.yaml", "../strict.yaml"]],
    "anyOf": [_BASE_PATH, {"type": "array", "items": _BASE_PATH}],
}

Schema = dict[str, Any]


def policy_schema() -> Schema:
    """The schema of policy.yaml, `extends` included: of a portal's, or of a plain realm's."""
    models: dict[str, Schema] = {}
    for model in SHAPES:
        made = model.model_json_schema(ref_template="#/$defs/{model}")
        del made["properties"]["folder"]
        models |= {**made.pop("$defs", {}), model.__name__: made}
    whole = {name: _whole(model) for name, model in models.items()}
    parts = {_PART + name: _part(model) for name, model in whole.items()}
    roots = [model.__name__ for model in SHAPES]
    for name in roots:
        for root in (whole[name], parts[_PART + name]):
            root["properties"] = {"extends": _EXTENDS, **root["properties"]}
            root["properties"]["raw"] = _as_raw(root["properties"]["raw"])
    used = sorted({n for root in roots for n in _used(parts, _PART + root, whole)})
    return {
        "$schema": _DIALECT,
        "title": "A policy",
        "description": "Everything declared for a portal of Tanba, or for a plain realm; see "
        "docs/policy.md.",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": _shaped(parts, _PART),
        "else": _shaped(whole, ""),
        "$defs": {
            _REFERENCE: {
                "title": "A reference",
                "description": "A value from the environment or from a file.",
                "type": "string",
                "pattern": r"\$\{(env|file):[^${}]+\}",
            },
            **whole,
            **{name: parts[name] for name in used},
            **definitions(),
        },
    }


def _as_raw(schema: Schema) -> Schema:
    """What is said of `raw`, with Keycloak's own fields; as null it removes what was inherited."""
    said = {key: schema[key] for key in _SAYS if key in schema}
    if "anyOf" not in schema:
        return {**said, **raw_schema()}
    return {**said, "anyOf": [raw_schema(), {"type": "null"}]}


def _shaped(models: dict[str, Schema], prefix: str) -> Schema:
    """A portal's policy where a key of portals alone stands; a part without one may be either."""
    refs: list[Schema] = [{"$ref": f"#/$defs/{prefix}{model.__name__}"} for model in SHAPES]
    portal, realm = refs
    realm_keys = models[prefix + SHAPES[1].__name__]["properties"].keys()
    own = sorted(realm_keys - models[prefix + SHAPES[0].__name__]["properties"].keys())
    otherwise: Schema = realm
    if prefix:
        either: Schema = {"anyOf": refs}
        otherwise = {"if": _any_of(own), "then": realm, "else": either} if own else either
    return {"if": _any_of(sorted(PORTAL_KEYS)), "then": portal, "else": otherwise}


def _any_of(keys: list[str]) -> Schema:
    return {"anyOf": [{"required": [key]} for key in keys]}


def rendered() -> str:
    """The schema as it is printed and checked in."""
    return json.dumps(policy_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _whole(model: Schema) -> Schema:
    properties = {
        name: _with_reference({"title": name.replace("_", " ").capitalize(), **value})
        for name, value in model["properties"].items()
    }
    return {**model, "properties": properties}


def _with_reference(schema: Schema) -> Schema:
    """A value of the kind, or a reference to one; a secret is a reference alone."""
    said = {key: schema[key] for key in _SAYS if key in schema}
    rule = {key: value for key, value in schema.items() if key not in said}
    reference = {"$ref": f"#/$defs/{_REFERENCE}"}
    if rule.get("format") == "password":
        return {**said, **reference}
    if "items" in rule:
        return {**said, **rule, "items": _with_reference(rule["items"])}
    if "anyOf" in rule:
        return {**said, "anyOf": [_with_reference(choice) for choice in rule["anyOf"]]}
    is_text_of_a_form = rule.get("type") == "string" and rule.keys() & {"pattern", "enum"}
    if is_text_of_a_form or (rule.get("type") in {"integer", "boolean"} and "const" not in rule):
        return {**said, "anyOf": [rule, reference]}
    return schema


def _part(model: Schema) -> Schema:
    """As one file of several may hold it: nothing is required, null removes."""
    properties = {name: _removable(value) for name, value in model["properties"].items()}
    return {k: v for k, v in model.items() if k != "required"} | {"properties": properties}


def _removable(schema: Schema) -> Schema:
    said = {key: schema[key] for key in _SAYS if key in schema}
    rule = {key: value for key, value in schema.items() if key not in said}
    target = str(rule.get("$ref", "")).rpartition("/")[2]
    if target and target != _REFERENCE:
        rule = {"$ref": f"#/$defs/{_PART}{target}"}
    if isinstance(rule.get("additionalProperties"), dict):
        rule["additionalProperties"] = _removable(rule["additionalProperties"])
    if "patternProperties" in rule:
        by_pattern = rule["patternProperties"].items()
        rule["patternProperties"] = {name: _removable(value) for name, value in by_pattern}
    choices = rule.get("anyOf", [rule])
    null = {"type": "null"}
    return {**said, "anyOf": [*(c for c in choices if c != null), null]}


def _used(parts: dict[str, Schema], root: str, whole: dict[str, Schema]) -> list[str]:
    """The parts that are reached from the root one: those inside lists are not."""
    found, waiting = [], [root]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.append(name)
        text = json.dumps(parts[name])
        waiting += [_PART + other for other in whole if f'"#/$defs/{_PART}{other}"' in text]
    return sorted(found)


if __name__ == "__main__":
    SCHEMA_FILE.write_text(rendered(), encoding="utf-8")
    click.echo(f"{SCHEMA_FILE.name} is written", err=True)

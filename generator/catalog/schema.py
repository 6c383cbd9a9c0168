"""The JSON Schema of blueprints, made from the catalog, so that an editor completes each module's inputs."""

from __future__ import annotations

from typing import Any

from generator.blueprint import budget, model, traffic
from generator.catalog.model import Input, Module
from generator.catalog.store import Catalog
from generator.catalog.types import Type, parse_type

Schema = dict[str, Any]
REFERENCE: Schema = {"type": "string", "pattern": r"\$\{[^{}]+\}", "description": "A reference: ${component.output}"}
UNSET: Schema = {"type": "null"}
PRIMITIVES = {"string": "string", "number": "number", "bool": "boolean"}


def blueprint_schema(catalog: Catalog) -> Schema:
    """Return the JSON Schema (draft 2020-12) of a blueprint over the modules of `catalog`."""
    modules = [catalog.modules[name] for name in sorted(catalog.modules)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tierform blueprint",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "extends": {"type": "string", "description": "The blueprint that this one builds on, by name or path."},
            "name": {"type": "string", "pattern": model.NAME.pattern, "description": "Prefix of all resource names."},
            "description": {"type": "string"},
            "region": {"type": "string", "pattern": model.REGION.pattern},
            "account_id": {"type": "string", "pattern": model.ACCOUNT.pattern},
            "tags": {"type": "object", "additionalProperties": {"type": "string"}},
            "objectives": _closed({name: {"type": "number", "exclusiveMinimum": 0} for name in model.OBJECTIVES}),
            "variables": _named({}),
            "locals": _named({}),
            "defaults": {"type": "object", "description": "Inputs that each component gets whose module has them."},
            "components": _named({"anyOf": [*(_component(module) for module in modules), _PARTIAL, UNSET]}),
            "outputs": _named({}),
            "waivers": _REFERRED,
            "traffic": _traffic(),
            "budget": _budget(),
        },
        "$defs": {"waivers": _WAIVERS},
    }


def _traffic() -> Schema:
    number = {"type": "number", "minimum": 0}
    curve = {"type": "array", "items": number, "minItems": traffic.HOURS, "maxItems": traffic.HOURS,
             "description": "Mean of each hour of a school day, from midnight on."}  # fmt: skip
    numbers = {name: {**number, "maximum": 1} if name in traffic.SHARES else number for name in traffic.NUMBERS}
    schema = _closed({traffic.CURVE: curve, **numbers, "viewers": {"enum": list(traffic.VIEWERS)}})
    return {**schema, "description": "The load that costs and objectives are derived from."}


def _budget() -> Schema:
    usd = {"type": "number", "exclusiveMinimum": 0, "description": "USD a month."}
    keys = {
        "commitment": {"enum": list(budget.TERMS), "description": "Commitments that monthly_usd counts on."},
        "given_usd": usd,
        "lines": {"type": "object", "additionalProperties": usd, "description": "What was planned, by component."},
        "parts": {"type": "object", "additionalProperties": {"type": "object"},
                  "description": "Values of the plan's resources, by type, that the given budget was planned for."},
    }  # fmt: skip
    return {**_closed(keys), "description": "What monthly_usd assumes, and the budget that was given."}


_REFERRED: Schema = {"$ref": "#/$defs/waivers"}
_WAIVERS: Schema = {
    "type": "object",
    "description": "Findings of the gate that are accepted, each with a name of its own.",
    "additionalProperties": {
        "anyOf": [
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "check": {"type": "string", "description": "Id of the check or policy."},
                    "address": {"type": "string", "description": "Address, in a component: within it; * is anything."},
                    "reason": {"type": "string", "description": "Why the finding is acceptable here."},
                    "owner": {"type": "string", "description": "Who answers for it."},
                    "when": {"enum": ["created", "deployed"], "description": "Only before, or after, it is there."},
                    "expires": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "Last day."},
                },
            },
            UNSET,
        ]
    },
}

# A component of an extended blueprint, sized here: its module is named there.
_PARTIAL: Schema = {
    "type": "object",
    "not": {"required": ["module"]},
    "additionalProperties": False,
    "properties": {"inputs": {"type": "object"}, "moved_from": {"type": ["string", "array"]}, "waivers": _REFERRED},
}


def _component(module: Module) -> Schema:
    schema = _closed(
        {
            "module": {"const": module.name},
            "inputs": _closed({item.name: _input(item) for item in module.inputs.values()}),
            "moved_from": {"type": ["string", "array"], "description": "The component's former name or names."},
            "waivers": _REFERRED,
        }
    )
    return {**schema, "required": ["module"]}


def _input(item: Input) -> Schema:
    schema: Schema = {"anyOf": [*_variants(parse_type(item.type)), UNSET]}
    if item.description:
        schema["description"] = item.description
    if not item.required and item.default is not None and "${" not in str(item.default):
        schema["default"] = item.default
    return schema


def _variants(kind: Type) -> list[Schema]:
    if kind.kind == "any":
        return [{}]
    return [_shape(kind), REFERENCE]


def _shape(kind: Type) -> Schema:
    if kind.kind in PRIMITIVES:
        return {"type": PRIMITIVES[kind.kind]}
    if kind.kind in ("list", "set", "tuple"):
        return {"type": "array", **({"items": {"anyOf": _variants(kind.element)}} if kind.element else {})}
    if kind.kind == "map":
        return {
            "type": "object",
            "additionalProperties": {"anyOf": [*_variants(kind.element), UNSET]} if kind.element else {},
        }
    return _closed({name: {"anyOf": [*_variants(inner), UNSET]} for name, inner, _optional in kind.attributes})


def _closed(properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _named(item: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": model.IDENTIFIER.pattern}, "additionalProperties": item}

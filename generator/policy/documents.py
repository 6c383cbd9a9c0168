"""IAM policy documents of a plan, whether written as JSON or made by `aws_iam_policy_document`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.policy.resources import Resource
from generator.policy.unknown import Unknown, UnknownValueError, known


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; each list may hold an Unknown, or be one. `principals` and `conditions` are as JSON has them."""

    effect: str
    actions: Any
    resources: Any
    not_actions: Any
    not_resources: Any
    principals: Any
    conditions: Any


def statements(resource: Resource, attribute: str) -> list[Statement]:
    """Return the statements of the policy document in an attribute; raises UnknownValueError if it cannot be read.

    A document that is unknown only because an ARN in it is, is read from the data source that makes it.
    """
    value = resource[attribute]
    if known(value):
        return [_from_json(item) for item in _parsed(value, attribute)] if value else []
    made = [item for item in resource.refers_to(attribute) if item.type == "aws_iam_policy_document"]
    if not made:
        value.get()
    return [_from_block(block) for document in made for block in _document(document)]


def _parsed(text: Any, attribute: str) -> list[Mapping[str, Any]]:
    """Return the statements of a JSON document; what is none cannot be judged, as what is not known cannot."""
    try:
        found = _list(json.loads(text).get("Statement", []))
    except (ValueError, TypeError, AttributeError):
        raise UnknownValueError(attribute) from None
    return [item for item in found if isinstance(item, Mapping)]


def _document(document: Resource) -> list[Mapping[str, Any]]:
    own = list(document.blocks("statement"))
    for argument in ("source_policy_documents", "override_policy_documents"):
        for other in document.refers_to(argument):
            if other.type == "aws_iam_policy_document":
                own += _document(other)
    return own


def _from_json(item: Mapping[str, Any]) -> Statement:
    return Statement(
        effect=item.get("Effect", "Allow"),
        actions=_list(item.get("Action")),
        resources=_list(item.get("Resource")),
        not_actions=_list(item.get("NotAction")),
        not_resources=_list(item.get("NotResource")),
        principals=item.get("Principal"),
        conditions=item.get("Condition") or {},
    )


def _from_block(block: Mapping[str, Any]) -> Statement:
    effect = block.get("effect")
    return Statement(
        effect="Allow" if effect is None else effect,
        actions=_list(block.get("actions")),
        resources=_list(block.get("resources")),
        not_actions=_list(block.get("not_actions")),
        not_resources=_list(block.get("not_resources")),
        principals=_principals(block.get("principals")),
        conditions=_conditions(block.get("condition")),
    )


def _principals(blocks: Any) -> Any:
    if not known(blocks) or not blocks:
        return blocks or None if known(blocks) else blocks
    if any(known(item["type"]) and item["type"] == "*" for item in blocks):
        return "*"
    return {item["type"]: item["identifiers"] for item in blocks}


def _conditions(blocks: Any) -> Any:
    if not known(blocks):
        return blocks
    found: dict[str, dict[str, Any]] = {}
    for item in blocks or []:
        found.setdefault(item["test"], {})[item["variable"]] = item["values"]
    return found


def _list(value: Any) -> Any:
    if value is None:
        return []
    return value if isinstance(value, (list, Unknown)) else [value]

"""Changes that harm nothing: whatever finds something in one of these raises a false alarm."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.strength.document import instances, replaced

Document = Mapping[str, Any]
TEXTS = ("description", "comment", "alarm_description", "name_tag")


def benign(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield harmless changes of a plan, with what was done."""
    yield "everything is there already", _applied(document)
    yield "another name", _renamed(document, "campshub360", "riverside")
    yield "another domain", _renamed(document, "example.com", "school.example.org")
    yield "another account", _renamed(document, "123456789012", "210987654321")
    yield "the resources in another order", _turned(document)
    for instance in instances(document):
        values = instance.planned["values"]
        for name in TEXTS:
            if isinstance(values.get(name), str):
                yield f"{instance.address}: another {name}", _with(document, instance, {name: "Says something else."})
        if isinstance(values.get("tags_all"), dict):
            tags = {"tags_all": {**values["tags_all"], "team": "campus"}}
            yield f"{instance.address}: one tag more", _with(document, instance, tags)


def _with(document: Document, instance: Any, values: Mapping[str, Any]) -> Document:
    change = instance.change["change"]
    return dict(
        replaced(
            document,
            {
                id(instance.planned): {**instance.planned, "values": {**instance.planned["values"], **values}},
                id(instance.change): {**instance.change, "change": {**change, "after": {**change["after"], **values}}},
            },
        )
    )


def _applied(document: Document) -> Document:
    """Return the plan as if nothing were to be done."""
    changes = [
        {**item, "change": {**item["change"], "actions": ["no-op"], "before": item["change"]["after"]}}
        if item["mode"] == "managed"
        else item
        for item in document["resource_changes"]
    ]
    return {**document, "resource_changes": changes}


def _renamed(document: Document, old: str, new: str) -> Document:
    result: Document = json.loads(json.dumps(document).replace(old, new))
    return result


def _turned(document: Document) -> Document:
    """Return the plan with the resources of each module the other way round."""

    def turn(module: Mapping[str, Any]) -> dict[str, Any]:
        turned = {**module, "resources": list(reversed(module.get("resources", [])))}
        if "child_modules" in module:
            turned["child_modules"] = [turn(child) for child in reversed(module["child_modules"])]
        return turned

    planned = document["planned_values"]
    return {
        **document,
        "planned_values": {**planned, "root_module": turn(planned["root_module"])},
        "resource_changes": list(reversed(document["resource_changes"])),
    }

"""Operators that take a feature out of a plan, so that it looks as Terraform would have planned it without."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.features.reading import Evidence, configured, written_references

# A step of a path: a key, an index, "*" for every element, or what an element of a list must have.
Step = str | int | dict[str, Any]
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutation:
    """One way to take a feature out; apply changes the evidence in place and raises LookupError if nothing is there."""

    text: str
    apply: Callable[[Evidence], None]


def drop(component: str, pattern: str) -> Mutation:
    """Drop all resources whose address in the component matches; * stands for anything."""

    def apply(evidence: Evidence) -> None:
        document = evidence.document
        gone = {planned["address"] for planned, _ in _instances(document, component, pattern)}
        module, configuration = _module(document, component), _call(document, component)["module"]
        module["resources"] = [item for item in module["resources"] if item["address"] not in gone]
        document["resource_changes"] = [item for item in document["resource_changes"] if item["address"] not in gone]
        blocks = {_block(address) for address in gone} - {_block(item["address"]) for item in module["resources"]}
        configuration["resources"] = [
            item for item in configuration["resources"] if f"module.{component}.{item['address']}" not in blocks
        ]

    return Mutation(f"drop {component} {pattern}", apply)


def change(component: str, pattern: str, *path: Step, to: Any) -> Mutation:
    """Give an attribute, known or unknown until now, another value."""

    def apply(evidence: Evidence) -> None:
        for planned, entry in _instances(evidence.document, component, pattern):
            for place in _places(planned, entry, path):
                for values in (planned["values"], entry["change"]["after"]):
                    _reach(values, place)[place[-1]] = copy.deepcopy(to)
                _forget(entry["change"]["after_unknown"], place)

    return Mutation(f"{component} {pattern}: {_written(path)} = {to!r}", apply)


def delete(component: str, pattern: str, *path: Step) -> Mutation:
    """Delete an attribute or an element of a list, known or unknown."""

    def apply(evidence: Evidence) -> None:
        for planned, entry in _instances(evidence.document, component, pattern):
            changed = entry["change"]
            for place in reversed(_places(planned, entry, path)):
                for values in (planned["values"], changed["after"], changed["after_unknown"]):
                    _forget(values, place)

    return Mutation(f"{component} {pattern}: delete {_written(path)}", apply)


def add(component: str, address: str, *, like: str, **values: Any) -> Mutation:
    """Add a resource that is like another of the same component but for these values; both without an index."""

    def apply(evidence: Evidence) -> None:
        [(planned, entry)] = copy.deepcopy(_instances(evidence.document, component, like))
        planned["address"] = entry["address"] = f"module.{component}.{address}"
        planned["values"].update(values)
        entry["change"]["after"].update(values)
        _module(evidence.document, component)["resources"].append(planned)
        evidence.document["resource_changes"].append(entry)
        block = copy.deepcopy(configured(evidence.document, component, re.sub(r"\[.*", "", like)))
        _call(evidence.document, component)["module"]["resources"].append({**block, "address": address})

    return Mutation(f"add {component} {address}", apply)


def redirect(component: str, argument: str, old: str, new: str | None = None) -> Mutation:
    """Let an argument of a module call refer to something else, or to nothing."""
    target = f"{component}.{argument}"
    return _rewired(target, old, new, lambda document: _call(document, component)["expressions"][argument])


def rewire(component: str, resource: str, argument: str, old: str, new: str | None = None) -> Mutation:
    """Let an argument of a resource refer to something else within its module, or to nothing."""

    def expression(document: dict[str, Any]) -> Any:
        return configured(document, component, resource)["expressions"][argument]

    return _rewired(f"{component} {resource} {argument}", old, new, expression)


def redirect_output(name: str, old: str, new: str | None = None) -> Mutation:
    """Let an output of the root module refer to something else, or to nothing."""
    return _rewired(
        f"output {name}", old, new, lambda document: document["configuration"]["root_module"]["outputs"][name]
    )


def answer(name: str, *path: str, to: Any) -> Mutation:
    """Give a part of an output of the root module another value."""

    def apply(evidence: Evidence) -> None:
        place = ("value", *path)
        _reach(evidence.document["planned_values"]["outputs"][name], place)[place[-1]] = to
        _reach(evidence.document["output_changes"][name], ("after", *path))[path[-1] if path else "after"] = to

    return Mutation(f"output {'.'.join((name, *path))} = {to!r}", apply)


def unset(component: str, argument: str, key: str) -> Mutation:
    """Take a key out of a map that a module call is given, in main.tf, and what it refers to out of the plan."""

    def apply(evidence: Evidence) -> None:
        value = str(evidence.calls[component][argument].pop(key))
        for reference in written_references(value):
            _replace_one(_call(evidence.document, component)["expressions"][argument]["references"], reference)

    return Mutation(f"{component}.{argument}: delete {key}", apply)


def source(component: str, to: str) -> Mutation:
    """Take a component's module from elsewhere."""

    def apply(evidence: Evidence) -> None:
        _call(evidence.document, component)["source"] = to
        evidence.calls[component]["source"] = to

    return Mutation(f"{component}: source = {to!r}", apply)


def _rewired(target: str, old: str, new: str | None, find: Callable[[dict[str, Any]], Any]) -> Mutation:
    def apply(evidence: Evidence) -> None:
        if not _replace(find(evidence.document), old, new):
            raise LookupError(f"{target} does not refer to {old}")

    return Mutation(f"{target}: {old} -> {new or 'nothing'}", apply)


def _replace(expression: Any, old: str, new: str | None) -> int:
    """Replace a reference and the parts of it that Terraform lists beside it; return how many were found."""
    if isinstance(expression, list):
        return sum(_replace(item, old, new) for item in expression)
    if not isinstance(expression, dict):
        return 0
    found = 0
    if "references" in expression:
        before = expression["references"]
        hit = [item == old or item.startswith((f"{old}.", f"{old}[")) for item in before]
        found = sum(hit)
        after = [new if is_hit else item for item, is_hit in zip(before, hit, strict=True)]
        expression["references"] = [item for item in after if item]
    return found + sum(_replace(value, old, new) for key, value in expression.items() if key != "references")


def _replace_one(found: list[str], reference: str) -> None:
    """Take one of possibly several equal references out, with the shorter forms that follow it."""
    place = found.index(reference)
    del found[place]
    while place < len(found) and reference.startswith(found[place]) and found[place] != reference:
        del found[place]


def _module(document: dict[str, Any], component: str) -> dict[str, Any]:
    modules = document["planned_values"]["root_module"]["child_modules"]
    [module] = [item for item in modules if item["address"] == f"module.{component}"]
    found: dict[str, Any] = module
    return found


def _call(document: dict[str, Any], component: str) -> dict[str, Any]:
    call: dict[str, Any] = document["configuration"]["root_module"]["module_calls"][component]
    return call


def _block(address: str) -> str:
    """Return the address without the key of an instance."""
    return re.sub(r"\[[^]]*\]$", "", address)


def _instances(document: dict[str, Any], component: str, pattern: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return planned resource and resource change of all that match the address; * stands for anything."""
    matches = re.compile(".*".join(re.escape(part) for part in f"module.{component}.{pattern}".split("*"))).fullmatch
    changes = {item["address"]: item for item in document["resource_changes"]}
    resources = _module(document, component)["resources"]
    found = [(item, changes[item["address"]]) for item in resources if matches(item["address"])]
    if not found:
        raise LookupError(f"{component} has no {pattern}")
    return found


def _places(planned: dict[str, Any], entry: dict[str, Any], path: tuple[Step, ...]) -> list[Place]:
    """Return where the path leads in a resource's values: to what is known, or will be."""
    places: list[tuple[Place, Any, Any]] = [((), planned["values"], entry["change"]["after_unknown"])]
    for step in path:
        places = [found for place, known, unknown in places for found in _step(place, known, unknown, step)]
    if not places:
        raise LookupError(f"{planned['address']} has no {_written(path)}")
    return [place for place, _, _ in places]


def _step(place: Place, known: Any, unknown: Any, step: Step) -> list[tuple[Place, Any, Any]]:
    if isinstance(known, list):
        wanted = [
            index for index, item in enumerate(known)
            if step in ("*", index) or (isinstance(step, dict) and step.items() <= item.items())
        ]  # fmt: skip
        later = unknown if isinstance(unknown, list) else []
        return [((*place, index), known[index], later[index] if index < len(later) else None) for index in wanted]
    later = unknown if isinstance(unknown, dict) else {}
    if isinstance(step, str) and isinstance(known, dict) and (step in known or step in later):
        return [((*place, step), known.get(step), later.get(step))]
    return []


def _reach(values: Any, place: tuple[str | int, ...]) -> Any:
    """Return what holds the last step of a place."""
    for step in place[:-1]:
        values = values[step]
    return values


def _forget(values: Any, place: Place) -> None:
    """Delete a place, if it is there."""
    for step in place[:-1]:
        if not (isinstance(values, dict) and step in values) and not (isinstance(values, list) and step < len(values)):
            return
        values = values[step]
    if isinstance(values, dict):
        values.pop(place[-1], None)
    elif isinstance(values, list) and place[-1] < len(values):
        del values[place[-1]]


def _written(path: tuple[Step, ...]) -> str:
    steps = [
        ",".join(f"{key}={value}" for key, value in step.items()) if isinstance(step, dict) else step for step in path
    ]
    return ".".join(map(str, steps))

"""A plan document in which one resource can be changed cheaply and everywhere it stands: only what is touched is copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Step = str | int
Path = tuple[Step, ...]


@dataclass(frozen=True)
class Instance:
    """A resource of a plan: where it is planned, how it changes, and its block in the configuration."""

    address: str
    type: str
    planned: Mapping[str, Any]
    change: Mapping[str, Any]
    block: Mapping[str, Any]


def instances(document: Mapping[str, Any]) -> Iterator[Instance]:
    """Yield the managed resources that the plan leaves, in the order of their addresses."""
    return _instances(document, "managed")


def pending_documents(document: Mapping[str, Any]) -> Iterator[Instance]:
    """Yield the policy documents that only the apply can complete, in the order of their addresses."""
    return (item for item in _instances(document, "data") if item.type == "aws_iam_policy_document")


def _instances(document: Mapping[str, Any], mode: str) -> Iterator[Instance]:
    changes = {item["address"]: item for item in document["resource_changes"] if item["mode"] == mode}
    root = document["configuration"]["root_module"]
    found = []
    for module, item in _planned(document["planned_values"]["root_module"], ()):
        if item["mode"] == mode and item["address"] in changes:
            block = _block(root, module, item)
            found.append(Instance(item["address"], item["type"], item, changes[item["address"]], block))
    yield from sorted(found, key=lambda instance: instance.address)


def _planned(module: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    for item in module.get("resources", []):
        yield names, item
    for child in module.get("child_modules", []):
        yield from _planned(child, (*names, child["address"].rsplit("module.", 1)[1].split("[")[0]))


def _block(root: Mapping[str, Any], names: tuple[str, ...], item: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in names:
        root = root.get("module_calls", {}).get(name, {}).get("module", {})
    wanted = f"{'data.' if item['mode'] == 'data' else ''}{item['type']}.{item['name']}"
    return next((block for block in root.get("resources", []) if block["address"] == wanted), {})


def replaced(document: Mapping[str, Any], swaps: Mapping[int, Any]) -> Any:
    """Return a copy of the document in which each object of `swaps`, by its id(), is what stands there; None drops it.

    What holds no such object is shared with the original.
    """

    def walk(node: Any) -> Any:
        if id(node) in swaps:
            return swaps[id(node)]
        if isinstance(node, dict):
            new = {key: walk(value) for key, value in node.items()}
            return node if all(new[key] is node[key] for key in node) else new
        if isinstance(node, list):
            fresh = [walk(item) for item in node]
            fresh = [item for item, old in zip(fresh, node, strict=True) if not (item is None and id(old) in swaps)]
            same = len(fresh) == len(node) and all(item is old for item, old in zip(fresh, node, strict=True))
            return node if same else fresh
        return node

    return {
        key: walk(value) if key in ("planned_values", "resource_changes", "configuration") else value
        for key, value in document.items()
    }


def put(values: Any, path: Path, value: Any) -> Any:
    """Return `values` with another value at `path`, sharing the rest; a missing step stays missing."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(values, dict):
        return {**values, step: put(values.get(str(step)), rest, value)}
    if isinstance(values, list) and isinstance(step, int) and step < len(values):
        return [put(item, rest, value) if index == step else item for index, item in enumerate(values)]
    return values


def cut(values: Any, path: Path) -> Any:
    """Return `values` without what stands at `path`, sharing the rest."""
    step, rest = path[0], path[1:]
    if isinstance(values, dict) and step in values:
        if not rest:
            return {key: item for key, item in values.items() if key != step}
        return {**values, step: cut(values[str(step)], rest)}
    if isinstance(values, list) and isinstance(step, int) and step < len(values):
        if not rest:
            return [item for index, item in enumerate(values) if index != step]
        return [cut(item, rest) if index == step else item for index, item in enumerate(values)]
    return values


def at(values: Any, path: Path) -> Any:
    """Return what stands at `path`, None if nothing does."""
    for step in path:
        if isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, list) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return None
    return values

"""Circles among references, by Terraform's own rule: through the inputs that an output really depends on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.blueprint.document import Node
from generator.blueprint.model import Blueprint
from generator.blueprint.references import Reference, ReferenceSyntaxError, Template, parse
from generator.catalog import Catalog
from generator.diagnostics import Mark, Problems

Edges = dict[str, list[str]]


def check(blueprint: Blueprint, catalog: Catalog, locals_: dict[str, Node], problems: Problems) -> None:
    """Report each circle of references once, at a place where it passes through the blueprint."""
    edges: Edges = {}
    marks: dict[str, Mark] = {}
    for name, node in locals_.items():
        edges[f"local.{name}"] = targets(node)
        marks[f"local.{name}"] = node.mark
    for component in blueprint.components.values():
        module = catalog.get(component.module)
        for name, node in component.inputs.items():
            edges[f"{component.name}:{name}"] = targets(node)
            marks[f"{component.name}:{name}"] = node.mark
        for output in module.outputs.values() if module else ():
            edges[f"{component.name}.{output.name}"] = [f"{component.name}:{name}" for name in output.inputs]
    for circle in circles(edges):
        start = next(name for name in circle if name in marks)
        path = " -> ".join([*circle, circle[0]]).replace(":", ".")
        remedy = "take one of these references out, or give that input a value of its own"
        problems.add(marks[start], f"references go round in a circle: {path}", remedy)


def targets(node: Node) -> list[str]:
    """Return the names (`component.output`, `local.name`) that the references in `node` point to."""
    return [f"{item.root}.{item.steps[0]}" for item in references(node) if item.steps]


def references(node: Node) -> Iterator[Reference]:
    """Yield every well-formed reference in `node`."""
    if isinstance(node.value, str):
        try:
            parsed = parse(node.value)
        except ReferenceSyntaxError:
            return
        if isinstance(parsed, Template):
            yield from parsed.references()
    children: Iterable[Node] = node.value if isinstance(node.value, list) else (item for _key, item in node.items())
    for child in children:
        yield from references(child)


def circles(edges: Edges) -> list[list[str]]:
    """Return the circles that a depth-first walk meets, each from where it is first entered."""
    done: set[str] = set()
    found: list[list[str]] = []

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            found.append(path[path.index(name) :])
            return
        if name in done or name not in edges:
            return
        for target in edges[name]:
            walk(target, [*path, name])
        done.add(name)

    for name in edges:
        walk(name, [])
    return found

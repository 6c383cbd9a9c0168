"""What a reference may name, and the type of what it names."""

from __future__ import annotations

import math

from generator.blueprint.document import Node
from generator.blueprint.model import Blueprint
from generator.blueprint.references import Reference, ReferenceSyntaxError, Template, parse
from generator.catalog import Catalog
from generator.catalog.types import ANY, Type, TypeSyntaxError, parse_type
from generator.compose.model import Value
from generator.diagnostics import Mark, Problems, nearest

PREDEFINED = ("name", "region", "objectives", "tags")
STRING, NUMBER, BOOL = Type("string"), Type("number"), Type("bool")


class Scope:
    """Resolves references against a blueprint's variables, locals and components."""

    def __init__(self, blueprint: Blueprint, catalog: Catalog, problems: Problems) -> None:
        self.blueprint = blueprint
        self.catalog = catalog
        self.problems = problems
        self.locals = predefined(blueprint) | blueprint.locals

    def value(self, node: Node) -> Value:
        """Return the node's value with its references parsed; a `${` that is none is reported."""
        if isinstance(node.value, dict):
            return {key: self.value(item) for key, item in node.value.items() if item.value is not None}
        if isinstance(node.value, list):
            return [self.value(item) for item in node.value]
        if isinstance(node.value, float) and not math.isfinite(node.value):
            self.problems.add(node.mark, f"{node.text} is too large for a number", "write a smaller number")
            return 0
        if not isinstance(node.value, str):
            return node.value
        try:
            return parse(node.value)
        except ReferenceSyntaxError as error:
            remedy = "write ${component.output}, ${var.name} or ${local.name}; $${ is a plain ${"
            self.problems.add(at(node, error.offset), str(error), remedy)
            return node.value

    def type_of(self, reference: Reference, mark: Mark) -> Type:
        """Return the type that the reference gives; an unknown name is reported and gives `any`."""
        if not reference.steps or not isinstance(reference.steps[0], str):
            remedy = "write ${component.output}, ${var.name} or ${local.name}"
            self.problems.add(mark, f'"${{{reference}}}" names no output', remedy)
            return ANY
        name = reference.steps[0]
        if reference.root == "var":
            found = self._variable(name, mark)
        elif reference.root == "local":
            found = self._local(name, mark)
        else:
            found = self._output(reference.root, name, mark)
        return descend(found, reference.steps[1:])

    def _variable(self, name: str, mark: Mark) -> Type:
        variable = self.blueprint.variables.get(name)
        if variable is None:
            self.problems.add(mark, f'there is no variable "{name}"', nearest(name, self.blueprint.variables))
            return ANY
        try:
            return parse_type(variable.type) if variable.type else node_type(variable.default)
        except TypeSyntaxError:
            return ANY  # reported where the variable is declared

    def _local(self, name: str, mark: Mark) -> Type:
        node = self.locals.get(name)
        if node is None:
            self.problems.add(mark, f'there is no local "{name}"', nearest(name, self.locals))
            return ANY
        return node_type(node)

    def _output(self, component: str, name: str, mark: Mark) -> Type:
        target = self.blueprint.components.get(component)
        if target is None:
            remedy = nearest(component, self.blueprint.components)
            self.problems.add(mark, f'there is no component "{component}"', remedy)
            return ANY
        module = self.catalog.get(target.module)
        if module is None:
            return ANY  # reported at the component
        output = module.outputs.get(name)
        if output is None:
            message = f'component "{component}" (module {module.name}) has no output "{name}"'
            self.problems.add(mark, message, nearest(name, module.outputs))
            return ANY
        return parse_type(output.type)


def predefined(blueprint: Blueprint) -> dict[str, Node]:
    """Return the locals that every blueprint has: its name, region, and, where given, objectives and tags."""
    optional = {"objectives": blueprint.objectives, "tags": blueprint.tags}
    given = {key: node for key, node in optional.items() if node is not None}
    return {"name": blueprint.name, "region": blueprint.region} | given


def node_type(node: Node | None) -> Type:
    """Return the type of a value as written; strings with references in them may be of any type."""
    if node is None or node.value is None:
        return ANY
    if isinstance(node.value, bool):
        return BOOL
    if isinstance(node.value, int | float):
        return NUMBER
    if isinstance(node.value, list):
        return Type("list", ANY)
    if isinstance(node.value, dict):
        return Type("object", attributes=tuple((key, node_type(item), False) for key, item in node.items()))
    try:
        parsed = parse(node.value)
    except ReferenceSyntaxError:
        return ANY
    return ANY if isinstance(parsed, Template) and parsed.alone() else STRING


def descend(kind: Type, steps: tuple[str | int, ...]) -> Type:
    """Return the type after taking `steps` into it; `any` where that cannot be told."""
    for step in steps:
        if kind.kind == "object" and isinstance(step, str):
            kind = kind.attribute(step) or ANY
        else:
            kind = kind.element or ANY
    return kind


def at(node: Node, offset: int) -> Mark:
    """Return the place `offset` characters into a string; the string's own place if it is a block of lines."""
    if node.style in ("|", ">"):
        return node.mark
    return Mark(node.mark.file, node.mark.line, node.mark.column + offset + len(node.style))

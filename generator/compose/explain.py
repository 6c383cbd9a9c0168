"""Which file set a value, what it replaced, and what the module says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from generator.blueprint.document import Node
from generator.blueprint.model import Blueprint, Component
from generator.catalog import Catalog, Module
from generator.compose.compose import given_inputs
from generator.diagnostics import UserError, nearest

SECTIONS = {"var": "variables", "local": "locals"}


def explain(path: str, blueprint: Blueprint, catalog: Catalog) -> list[str]:
    """Return lines that say where the value at `path` comes from: `component.input`, `component`, or a section's entry.

    Raises UserError for a path that leads nowhere.
    """
    first, *rest = path.split(".")
    component = blueprint.components.get(first)
    if component is None:
        return _section(first, rest, blueprint)
    module = catalog.get(component.module)
    if module is None:
        raise UserError(
            f'component "{first}": there is no module "{component.module}"', nearest(component.module, catalog.modules)
        )
    if not rest:
        return _component(component, module, blueprint)
    return _input(component, module, rest, blueprint)


def _section(first: str, rest: list[str], blueprint: Blueprint) -> list[str]:
    node = blueprint.root.get(SECTIONS.get(first, first))
    if node is None:
        known = [*blueprint.components, *(key for key, _node in blueprint.root.items())]
        raise UserError(f'there is no component or section "{first}"', nearest(first, known))
    path = ".".join([first, *rest])
    return list(_origin(path, _descend(node, rest, first)))


def _component(component: Component, module: Module, blueprint: Blueprint) -> list[str]:
    given = given_inputs(component, module, blueprint.defaults)
    lines = [f"{component.name}: module {module.name}, named at {component.module_mark}"]
    width = max(len(name) for name in module.inputs)
    for name, item in module.inputs.items():
        place = str(given[name].mark) if name in given else f"default of modules/{item.file}:{item.line}"
        value = _show(given[name].plain()) if name in given else _show(item.default)
        lines.append(f"  {name:<{width}}  {_shorten(value, 48):<48}  {place}")
    return lines


def _input(component: Component, module: Module, rest: list[str], blueprint: Blueprint) -> list[str]:
    name, *deeper = rest
    item = module.inputs.get(name)
    if item is None:
        message = f'component "{component.name}": module "{module.name}" has no input "{name}"'
        raise UserError(message, nearest(name, module.inputs))
    path = ".".join([component.name, *rest])
    node = given_inputs(component, module, blueprint.defaults).get(name)
    lines = []
    if node is None:
        lines.append(f"{path} = {_show(item.default)}" if not item.required else f"{path} is not set")
        lines.append("  set by     nothing in the blueprints: this is the module's default")
    else:
        lines += _origin(path, _descend(node, deeper, f"{component.name}.{name}"))
    lines.append(f"  module     modules/{item.file}:{item.line}  {' '.join(item.type.split())}")
    if item.description:
        lines.append(f"             {item.description}")
    return lines


def _origin(path: str, node: Node) -> Iterator[str]:
    yield f"{path} = {_show(node.plain())}"
    yield f"  set by     {node.mark}"
    former = node.overrides
    while former is not None:
        yield f"  replacing  {_shorten(_show(former.plain()), 60)}  {former.mark}"
        former = former.overrides


def _descend(node: Node, steps: list[str], path: str) -> Node:
    for step in steps:
        found = node.get(step)
        if isinstance(node.value, list) and step.isdigit() and int(step) < len(node.value):
            found = node.value[int(step)]
        if found is None:
            known = [key for key, _item in node.items()]
            raise UserError(f'"{path}" has no "{step}"', nearest(step, known))
        node, path = found, f"{path}.{step}"
    return node


def _show(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _shorten(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"

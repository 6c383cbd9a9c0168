"""Blueprints of a tree as what is rendered, judged and priced of them, each value with the files that set it."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from generator.affected.model import Kind
from generator.affected.modules import Modules
from generator.affected.tree import Tree
from generator.blueprint.document import Node, parse
from generator.blueprint.merge import CALIBRATION, SUFFIXES, merge
from generator.blueprint.model import Blueprint, Component, decode
from generator.diagnostics import BlueprintError, Problems

LIBRARY = "blueprints"
MODULES = "modules"


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a blueprint: how far a change of it reaches, itself as JSON, and the files that set its parts."""

    kind: Kind
    text: str
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A blueprint with all that it extends: its files, the given one first; its values by their keys; its modules.

    `error` says why it does not load, if it does not.
    """

    files: tuple[str, ...]
    values: dict[str, Value] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    error: str = ""


class Library:
    """The blueprints of one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.modules = Modules(tree)
        self._nodes: dict[str, Node] = {}
        self.files = {posixpath.splitext(posixpath.basename(path))[0]: path for path in self._available()}
        self._chains = {name: self._chain(path) for name, path in self.files.items()}

    def tiers(self) -> set[str]:
        """Return the names of the blueprints that no other extends."""
        return set(self.files) - {base for name in self.files for base in self.bases(name)}

    def bases(self, name: str) -> set[str]:
        """Return the names of the blueprints that `name` extends, as far as it can be read."""
        files = self._chains[name][0] if name in self._chains else ()
        return {posixpath.splitext(posixpath.basename(file))[0] for file in files[1:]}

    def broken(self) -> set[str]:
        """Return the names of the blueprints whose chain cannot be read to its end."""
        return {name for name, (_, _, error) in self._chains.items() if error}

    def load(self, name: str) -> Loaded:
        """Return the blueprint `name` of the library."""
        files, nodes, error = self._chains[name]
        if error:
            return Loaded(files, error=error)
        merged = nodes[-1]
        for node in reversed(nodes[:-1]):
            merged = merge(merged, node)
        problems = Problems()
        blueprint = decode(name, name, merged, problems)
        if problems.found or blueprint is None:
            return Loaded(files, error=_first(BlueprintError(problems.found)))
        modules = tuple(sorted({f"{MODULES}/{item.module}" for item in blueprint.components.values()}))
        return Loaded(files, dict(_values(blueprint, self.modules)), modules)

    def _available(self) -> Iterator[str]:
        for path in reversed(self._tree.under(LIBRARY)):  # where a name has two files, that with .yaml is taken
            direct = posixpath.dirname(path) == LIBRARY
            if direct and path.endswith(SUFFIXES) and posixpath.basename(path) != CALIBRATION:
                yield path

    def _chain(self, path: str) -> tuple[tuple[str, ...], list[Node], str]:
        files: list[str] = []
        nodes: list[Node] = []
        place: str | None = path
        try:
            while place is not None:
                files.append(place)
                nodes.append(self._node(place))
                place = self._extended(nodes[-1], place, files)
        except BlueprintError as error:
            return tuple(files), [], _first(error)
        except _NoChainError as error:
            return tuple(files), [], f"{files[-1]}: {error}"
        return tuple(files), nodes, ""

    def _node(self, path: str) -> Node:
        if path not in self._nodes:
            try:
                text = (self._tree.read(path) or b"").decode()
            except UnicodeDecodeError:
                raise _NoChainError("is not UTF-8 text") from None
            self._nodes[path] = parse(text, path)
        node = self._nodes[path]
        if not isinstance(node.value, dict):
            raise _NoChainError(f"a blueprint is a map, not a {node.kind()}")
        return node

    def _extended(self, node: Node, path: str, seen: list[str]) -> str | None:
        extends = node.get("extends")
        if extends is None:
            return None
        if not isinstance(extends.value, str):
            raise _NoChainError(f"`extends` names one blueprint, not a {extends.kind()}")
        found = self._find(extends.value, (posixpath.dirname(path), LIBRARY))
        if found is None:
            raise _NoChainError(f'there is no blueprint "{extends.value}" to extend')
        if found in seen:
            raise _NoChainError("blueprints extend one another in a circle")
        return found

    def _find(self, name: str, folders: Iterable[str]) -> str | None:
        for folder in folders:
            for candidate in (name, *(f"{name}{suffix}" for suffix in SUFFIXES)):
                path = posixpath.normpath(posixpath.join(folder, candidate))
                if path.endswith(SUFFIXES) and self._tree.read(path) is not None:
                    return path
        return None


class _NoChainError(Exception):
    """A blueprint that cannot be read, or extends what it cannot."""


def _first(error: BlueprintError) -> str:
    first, *more = error.diagnostics
    return f"{first.mark}: {first.message}" + (f" (and {len(more)} more faults)" if more else "")


def _values(blueprint: Blueprint, modules: Modules) -> Iterator[tuple[str, Value]]:
    """Yield all that a blueprint says, in the order in which it is rendered.

    An input that a component sets hides the default of the same name, and a default that no module takes is a fault:
    so both are given as each component gets them.
    """
    root = blueprint.root
    for key in ("name", "description", "region", "account_id", "tags", "objectives"):
        node = root.get(key)
        if node is not None and node.value is not None:
            yield key, _value(node)
    for key in ("variables", "locals", "outputs"):
        section = root.get(key)
        for name, node in section.items() if section else ():
            yield f"{key}.{name}", _declared(node)
    taken: set[str] = set()
    for component in blueprint.components.values():
        known = modules.variables(f"{MODULES}/{component.module}")
        defaults = {name: node for name, node in _entries(blueprint.defaults) if name in known}
        taken |= defaults.keys()
        yield from _component(component, defaults, root)
    for name, node in _entries(blueprint.defaults):
        if name not in taken:
            yield f"defaults.{name}", _value(node)
    yield from _beside(root)


def _component(component: Component, defaults: dict[str, Node], root: Node) -> Iterator[tuple[str, Value]]:
    where = f"components.{component.name}"
    yield f"{where}.module", Value(Kind.RENDER, component.module, frozenset({component.module_mark.file}))
    for name, node in (defaults | dict(_entries(component.inputs))).items():
        yield f"{where}.inputs.{name}", _value(node)
    if component.moved_from:
        yield f"{where}.moved_from", Value(Kind.RENDER, json.dumps(component.moved_from), frozenset())
    section = root.get("components")
    whole = section.get(component.name) if section else None
    for name, node in _entries(whole.get("waivers") if whole else None):
        yield f"{where}.waivers.{name}", _value(node, Kind.JUDGE)


def _beside(root: Node) -> Iterator[tuple[str, Value]]:
    """Yield what is not rendered."""
    for name, node in _entries(root.get("waivers")):
        yield f"waivers.{name}", _value(node, Kind.JUDGE)
    for key in ("traffic", "budget"):
        for name, node in _entries(root.get(key)):
            yield f"{key}.{name}", _value(node, Kind.PRICE)


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    for name, item in node.items() if node else ():
        if item.value is not None:
            yield name, item


def _value(node: Node, kind: Kind = Kind.RENDER) -> Value:
    return Value(kind, json.dumps(_plain(node)), frozenset(_files(node)))


def _declared(node: Node) -> Value:
    """Return a variable, local or output: a default that is null is not the same as none."""
    entries = {key: _plain(item) for key, item in node.items()} or _plain(node)
    return Value(Kind.RENDER, json.dumps(entries), frozenset(_files(node)))


def _plain(node: Node) -> Any:
    """Return a value as it is rendered: the entries of maps that are null are left out, as `Scope.value` does."""
    if isinstance(node.value, dict):
        return {key: _plain(item) for key, item in node.value.items() if item.value is not None}
    if isinstance(node.value, list):
        return [_plain(item) for item in node.value]
    return node.value


def _files(node: Node) -> Iterator[str]:
    yield node.mark.file
    parts = node.value.values() if isinstance(node.value, dict) else node.value if isinstance(node.value, list) else ()
    for part in parts:
        yield from _files(part)

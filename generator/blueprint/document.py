"""YAML with positions: every value keeps the file, line and column that it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from generator.diagnostics import BlueprintError, Diagnostic, Mark, Problems

Scalar = str | int | float | bool | None

PLAIN_TAGS = ("!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)$")
FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$")


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a blueprint: a scalar, a list of nodes or a map of nodes, and where it stands.

    `keys` marks the keys of a map; `text` is a scalar as written and `style` its YAML style ("", ', ", | or >);
    `overrides` is the node of an extended blueprint that this one replaced.
    """

    value: Scalar | list[Node] | dict[str, Node]
    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    text: str = ""
    style: str = ""
    overrides: Node | None = None

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield the entries of a map; nothing for any other node."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def get(self, key: str) -> Node | None:
        """Return the entry `key` of a map, or None."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def plain(self) -> Any:
        """Return the value without positions, as json or yaml would give it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def kind(self) -> str:
        """Return the name of the value's kind in the user's words."""
        names: dict[type, str] = {dict: "map", list: "list", str: "string", bool: "bool", type(None): "null"}
        return names.get(type(self.value), "number")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Composes YAML with plain scalars left as strings: what they mean is decided in `_scalar`."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


def load(path: Path, shown: str | None = None) -> Node:
    """Read the YAML file `path` into nodes; `shown` is its name in messages.

    Raises BlueprintError for a file that cannot be read, is no YAML, is empty, repeats a key or uses YAML tags.
    """
    name = shown or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (
            "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else (error.strerror or str(error)).lower()
        )
        raise BlueprintError([Diagnostic(Mark(name), f"cannot read the blueprint: {reason}")]) from None
    return parse(text, name)


def parse(text: str, name: str) -> Node:
    """Parse YAML `text` into nodes; `name` is the file in their marks."""
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        mark = Mark(name, place.line + 1, place.column + 1) if place else Mark(name)
        remedy = "indent with spaces; quote a value that holds ': ', '#', '{', '[' or '@'"
        raise BlueprintError([Diagnostic(mark, f"not valid YAML: {error.problem or error.context}", remedy)]) from None
    except yaml.YAMLError as error:
        message = f"not valid YAML: {str(error).splitlines()[0]}"
        raise BlueprintError([Diagnostic(Mark(name), message, "save it as UTF-8 text")]) from None
    if root is None:
        raise BlueprintError([Diagnostic(Mark(name), "the blueprint is empty", "start it with `extends:` or `name:`")])
    problems = Problems()
    node = _convert(root, name, problems, ())
    problems.raise_if_any()
    return node


def _convert(node: yaml.Node, name: str, problems: Problems, path: tuple[int, ...]) -> Node:
    mark = Mark(name, node.start_mark.line + 1, node.start_mark.column + 1)
    if node.tag not in PLAIN_TAGS:
        problems.add(mark, f'the YAML tag "{node.tag}" has no meaning in a blueprint', "remove the tag")
    if id(node) in path:
        problems.add(mark, "an alias refers to the value that it stands in", "write the value out")
        return Node(None, mark)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, mark)
    path = (*path, id(node))
    if isinstance(node, yaml.SequenceNode):
        return Node([_convert(item, name, problems, path) for item in node.value], mark)
    assert isinstance(node, yaml.MappingNode)  # noqa: S101 - there is no fourth kind
    return _map(node, mark, problems, path)


def _map(node: yaml.MappingNode, mark: Mark, problems: Problems, path: tuple[int, ...]) -> Node:
    values: dict[str, Node] = {}
    keys: dict[str, Mark] = {}
    for key_node, value_node in node.value:
        key_mark = Mark(mark.file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.add(key_mark, "a key must be a plain word", 'quote it if it holds "{" or "["')
            continue
        key = key_node.value
        if key in values:
            problems.add(key_mark, f'"{key}" is given twice (first on line {keys[key].line})', "remove one of the two")
            continue
        keys[key] = key_mark
        values[key] = _convert(value_node, mark.file, problems, path)
    return Node(values, mark, keys)


def _scalar(node: yaml.ScalarNode, mark: Mark) -> Node:
    text: str = node.value
    if node.style:
        return Node(text, mark, text=text, style=node.style)
    words: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}
    if text in words:
        return Node(words[text], mark, text=text)
    if INTEGER.match(text):
        return Node(int(text), mark, text=text)
    if FLOAT.match(text):
        return Node(float(text), mark, text=text)
    return Node(text, mark, text=text)

"""Does a value conform to an input's type? Stricter than Terraform: nothing is converted silently."""

from __future__ import annotations

from collections.abc import Callable

from generator.blueprint.document import Node
from generator.blueprint.references import Reference, ReferenceSyntaxError, Template, parse
from generator.catalog.types import Type
from generator.diagnostics import Mark, Problems, nearest

TypeOf = Callable[[Reference, Mark], Type]
SEQUENCES = ("list", "set", "tuple")
RECORDS = ("map", "object")
EXAMPLES = {
    "string": 'write a string, in quotes if it looks like a number or true/false: "{text}"',
    "number": "write a number without quotes",
    "bool": "write true or false, without quotes",
    "list": "write a list: one `- item` per line, or [a, b]",
    "map": "write a map: `key: value` lines, indented",
    "object": "write a map: `key: value` lines, indented",
}


def conform(node: Node, kind: Type, what: str, type_of: TypeOf, problems: Problems) -> None:
    """Report where the value `node` (called `what` in messages) does not conform to the type `kind`."""
    template = _template(node)
    if template is not None:
        _references(node, template, kind, what, type_of, problems)
    elif kind.kind == "any":
        _parts(node, kind, what, type_of, problems)
    elif kind.kind in SEQUENCES:
        _sequence(node, kind, what, type_of, problems)
    elif kind.kind in RECORDS:
        _record(node, kind, what, type_of, problems)
    elif node.kind() != kind.kind:
        _mismatch(node, kind, what, problems)


def compatible(given: Type, wanted: Type) -> bool:
    """Say whether Terraform could take a value of type `given` where `wanted` is asked for."""
    if "any" in (given.kind, wanted.kind):
        return True
    for family in (SEQUENCES, RECORDS):
        if given.kind in family or wanted.kind in family:
            same = given.kind in family and wanted.kind in family
            both = given.element is not None and wanted.element is not None
            return same and (not both or compatible(given.element, wanted.element))  # type: ignore[arg-type]
    return True  # strings, numbers and bools are converted by Terraform where their text allows it


def _template(node: Node) -> Template | None:
    if not isinstance(node.value, str):
        return None
    try:
        parsed = parse(node.value)
    except ReferenceSyntaxError:
        return None  # reported where the value is read
    return parsed if isinstance(parsed, Template) else None


def _references(node: Node, template: Template, kind: Type, what: str, type_of: TypeOf, problems: Problems) -> None:
    kinds = [type_of(reference, node.mark) for reference in template.references()]
    if template.alone():
        if not compatible(kinds[0], kind):
            message = f"{what} is a {kind.kind}, but ${{{template.alone()}}} gives a {kinds[0].kind}"
            problems.add(node.mark, message, f"refer to an output that is a {kind.kind}")
        return
    for reference, given in zip(template.references(), kinds, strict=True):
        if given.kind in (*SEQUENCES, *RECORDS):
            message = f"${{{reference}}} gives a {given.kind} and cannot stand inside a string"
            problems.add(node.mark, message, "refer to one element of it, for example ${component.output.key}")
    if kind.kind not in ("string", "any"):
        _mismatch(node, kind, what, problems)


def _sequence(node: Node, kind: Type, what: str, type_of: TypeOf, problems: Problems) -> None:
    if not isinstance(node.value, list):
        _mismatch(node, kind, what, problems)
        return
    for place, item in enumerate(node.value):
        if kind.element:
            conform(item, kind.element, f"{what}[{place}]", type_of, problems)


def _record(node: Node, kind: Type, what: str, type_of: TypeOf, problems: Problems) -> None:
    if not isinstance(node.value, dict):
        _mismatch(node, kind, what, problems)
        return
    if kind.element:
        for key, item in node.items():
            conform(item, kind.element, f"{what}.{key}", type_of, problems)
        return
    known = [name for name, _kind, _optional in kind.attributes]
    for key, item in node.items():
        attribute = kind.attribute(key)
        if attribute is None:
            problems.add(node.keys[key], f'{what} has no attribute "{key}"', nearest(key, known))
        elif item.value is not None:
            conform(item, attribute, f"{what}.{key}", type_of, problems)
    for name, _kind, optional in kind.attributes:
        if not optional and node.get(name) is None:
            problems.add(node.mark, f'{what} lacks its attribute "{name}"', f"add `{name}:`")


def _parts(node: Node, kind: Type, what: str, type_of: TypeOf, problems: Problems) -> None:
    for key, item in node.items():
        conform(item, kind, f"{what}.{key}", type_of, problems)
    for place, item in enumerate(node.value if isinstance(node.value, list) else []):
        conform(item, kind, f"{what}[{place}]", type_of, problems)


def _mismatch(node: Node, kind: Type, what: str, problems: Problems) -> None:
    name = "list" if kind.kind in SEQUENCES else kind.kind
    remedy = EXAMPLES[name].format(text=node.text or "…")
    problems.add(node.mark, f"{what} is a {kind.kind}, not a {node.kind()}", remedy)

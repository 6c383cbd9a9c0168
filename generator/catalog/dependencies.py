"""Which variables an output depends on: Terraform's own graph, followed inside a module.

Modules are wired in circles (the database admits the tasks' security group, the tasks get the database's address)
that are none to Terraform, because it orders variables, resources and outputs, not modules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

REFERENCE = re.compile(r"(?<![\w.\"/-])((?:data|ephemeral)\.\w+\.\w+|[a-z]\w*\.\w+)")

Graph = dict[str, set[str]]


def graph(blocks: dict[str, list[dict[str, Any]]]) -> Graph:
    """Return the nodes of a module (`var.x`, `local.x`, `aws_vpc.this`, `data.a.b`, `output.x`) and what each names."""
    found: Graph = {}
    for block in blocks.get("variable", []):
        for name, body in block.items():
            found[f"var.{name}"] = names(body.get("validation", [])) - {f"var.{name}"}
    for block in blocks.get("locals", []):
        for name, value in block.items():
            found[f"local.{name}"] = names(value)
    for kind, prefix in (("resource", ""), ("data", "data."), ("ephemeral", "ephemeral.")):
        for block in blocks.get(kind, []):
            found |= {f"{prefix}{address}": names(body) for address, body in _resources(block)}
    for block in blocks.get("output", []):
        for name, body in block.items():
            found[f"output.{name}"] = names({key: value for key, value in body.items() if key != "description"})
    return found


def _resources(block: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for resource, instances in block.items():
        for name, body in instances.items() if isinstance(instances, dict) else ():
            yield f"{resource}.{name}", body


def variables_behind(node: str, known: Graph) -> tuple[str, ...]:
    """Return the names of the variables that `node` depends on, directly or through others."""
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        for name in known.get(waiting.pop(), set()):
            if name in known and name not in seen:
                seen.add(name)
                waiting.append(name)
    return tuple(sorted(name.removeprefix("var.") for name in seen if name.startswith("var.")))


def names(value: Any) -> set[str]:
    """Return every `a.b` or `data.a.b` that the expressions in `value` mention."""
    return {name for text in _expressions(value) for name in REFERENCE.findall(text)}


def _expressions(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if "${" in value:
            yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _expressions(key)
            yield from _expressions(item)
    elif isinstance(value, list):
        for item in value:
            yield from _expressions(item)

"""The budget of a blueprint: which commitments it counts on, and what was planned to be spent, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.blueprint.document import Node
from generator.diagnostics import Mark, Problems, nearest

TERMS = ("none", "1yr", "3yr")


@dataclass(frozen=True, slots=True)
class Budget:
    """The assumptions behind the objective `monthly_usd`, and the plan that it is held against.

    `commitment` is the term of the Savings Plans and reservations that are counted on. `given_usd` is what was planned
    for a month, `lines` the part of it for each component, in USD; `parts` are what it was planned for: values of the
    plan's resources by their type, where they differ from what the blueprint has.
    """

    commitment: str = "none"
    given_usd: float | None = None
    lines: Mapping[str, float] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mark: Mark | None = None


KEYS = ("commitment", "given_usd", "lines", "parts")


def decode_budget(section: Node | None, problems: Problems) -> Budget | None:
    """Decode the map `budget` of a blueprint; None if there is none; faults go to `problems`."""
    if section is None or section.value is None:
        return None
    if not _is_map(section, "budget", problems):
        return None
    for key, mark in section.keys.items():
        if key not in KEYS:
            problems.add(mark, f'`budget` has no key "{key}"', nearest(key, KEYS))
    lines, given, parts = (section.get(key) for key in ("lines", "given_usd", "parts"))
    return Budget(
        commitment=_term(section.get("commitment"), problems),
        given_usd=_usd("given_usd", given, problems) if given else None,
        lines=_lines(lines, problems) if lines else {},
        parts=_parts(parts, problems) if parts else {},
        mark=section.mark,
    )


def _term(node: Node | None, problems: Problems) -> str:
    if node is None:
        return "none"
    if node.value not in TERMS:
        problems.add(node.mark, f"`commitment` is {node.text or node.kind()}, no term that AWS sells",
                     f"write one of {', '.join(TERMS)}")  # fmt: skip
        return "none"
    return str(node.value)


def _lines(node: Node, problems: Problems) -> dict[str, float]:
    if not _is_map(node, "lines", problems):
        return {}
    return {name: _usd(name, item, problems) for name, item in node.items()}


def _parts(node: Node, problems: Problems) -> dict[str, dict[str, Any]]:
    if not _is_map(node, "parts", problems):
        return {}
    return {
        type_: {name: value.plain() for name, value in item.items()}
        for type_, item in node.items()
        if _is_map(item, type_, problems)
    }


def _is_map(node: Node, name: str, problems: Problems) -> bool:
    if isinstance(node.value, dict):
        return True
    problems.add(node.mark, f"`{name}` is a map, not a {node.kind()}", f"write `{name}: {{...}}`")
    return False


def _usd(name: str, node: Node, problems: Problems) -> float:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        problems.add(node.mark, f"`{name}` is a number of USD a month above 0, not {node.text or node.kind()}",
                     f"write for example `{name}: 60`")  # fmt: skip
        return 0.0
    return float(value)

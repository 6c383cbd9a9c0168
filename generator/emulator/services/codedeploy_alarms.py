"""Which of a deployment's alarms are on: metric alarms as moto holds them, composite ones by their rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from generator.emulator.registry import Store, backend

COMPOSITE = "CompositeAlarm"
TOKEN = re.compile(r"""\s*(\(|\)|AND\b|OR\b|NOT\b|TRUE\b|FALSE\b|(?:ALARM|OK|INSUFFICIENT_DATA)\s*\([^)]*\))""")

StateOf = Callable[[str], str]


def active(store: Store, region: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return which of these alarms are in the state ALARM; one that does not exist is not."""
    return tuple(name for name in names if _state(store, region, name, frozenset()) == "ALARM")


def _state(store: Store, region: str, name: str, above: frozenset[str]) -> str:
    composite = store.resources["cloudwatch", COMPOSITE, region].get(name)
    if composite is not None:
        below = above | {name}
        if name in above or composite.get("StateValue") == "ALARM":
            return str(composite.get("StateValue"))
        return "ALARM" if holds(composite["AlarmRule"], lambda other: _state(store, region, other, below)) else "OK"
    alarm = backend("cloudwatch", region).alarms.get(name)
    return str(alarm.state_value) if alarm else ""


def holds(rule: str, state_of: StateOf) -> bool:
    """Say whether a composite alarm's rule is true; one that cannot be read is not."""
    tokens, end = [], 0
    while match := TOKEN.match(rule, end):
        tokens.append(match.group(1))
        end = match.end()
    try:
        value, rest = _either(tokens, state_of)
    except IndexError:
        return False
    return value and not rest and not rule[end:].strip()


def _either(tokens: list[str], state_of: StateOf) -> tuple[bool, list[str]]:
    value, rest = _both(tokens, state_of)
    while rest and rest[0] == "OR":
        other, rest = _both(rest[1:], state_of)
        value = value or other
    return value, rest


def _both(tokens: list[str], state_of: StateOf) -> tuple[bool, list[str]]:
    value, rest = _one(tokens, state_of)
    while rest and rest[0] == "AND":
        other, rest = _one(rest[1:], state_of)
        value = value and other
    return value, rest


def _one(tokens: list[str], state_of: StateOf) -> tuple[bool, list[str]]:
    first, rest = tokens[0], tokens[1:]
    if first == "NOT":
        value, rest = _one(rest, state_of)
        return not value, rest
    if first == "(":
        value, rest = _either(rest, state_of)
        return value, rest[1:]
    if first in {"TRUE", "FALSE"}:
        return first == "TRUE", rest
    state, _, name = first.partition("(")
    return state_of(name.rstrip(")").strip().strip("\"'").split(":alarm:")[-1]) == state.strip(), rest

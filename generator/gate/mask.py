"""What a plan marks as sensitive is not repeated in what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MASK = "(sensitive)"
SHORTEST = 4  # shorter values are in every text


def sensitive_texts(document: Mapping[str, Any]) -> list[str]:
    """Return the values that a plan JSON marks as sensitive, as texts, the longest first."""
    found: set[str] = set()
    for item in document.get("resource_changes", []):
        change = item.get("change", {})
        for state in ("before", "after"):
            found.update(_marked(change.get(state), change.get(f"{state}_sensitive")))
    declared = document.get("configuration", {}).get("root_module", {}).get("variables", {})
    for name, variable in document.get("variables", {}).items():
        if declared.get(name, {}).get("sensitive"):
            found.update(_marked(variable.get("value"), marks=True))
    return sorted((text for text in found if len(text) >= SHORTEST), key=lambda text: (-len(text), text))


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return `text` without the values in `secrets`, which come the longest first."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _marked(value: Any, marks: Any) -> Iterator[str]:
    """Yield the texts in `value` where `marks`, of the same shape or true, says that it is sensitive."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _marked(item, marks if marks is True else marks.get(key) if isinstance(marks, Mapping) else None)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            known = isinstance(marks, list) and index < len(marks)
            yield from _marked(item, marks if marks is True else marks[index] if known else None)
    elif marks is True and value is not None and not isinstance(value, bool):
        yield str(value)

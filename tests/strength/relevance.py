"""Which attributes matter, and for what, and what AWS refuses: relevance.yaml and refused.yaml, read."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.strength.operators import Mutant

CONCERNS = ("security", "availability", "cost", "data")
FILE = Path(__file__).with_name("relevance.yaml")
REFUSED = Path(__file__).with_name("refused.yaml")


@cache
def relevance() -> dict[tuple[str, str], tuple[str, str]]:
    """Return concern and reason by resource type and attribute; the concern is "none" where nothing hangs on it."""
    items: dict[str, list[dict[str, Any]]] = yaml.safe_load(FILE.read_bytes())
    return {
        (type_, attribute): (item["concern"], item["why"])
        for type_, entries in items.items()
        for item in entries
        for attribute in item["attributes"]
    }


@dataclass(frozen=True)
class About:
    """Which mutants a remark is about: type, attribute and operator are patterns, `text` a regular expression."""

    type: str
    attribute: str
    operator: str
    text: str
    why: str

    @classmethod
    def of(cls, item: Mapping[str, str]) -> About:
        """Return the remark that stands in a file."""
        assert set(item) <= {"type", "attribute", "operator", "text", "why"}, f"quote what has a comma: {item}"
        return cls(item["type"], item["attribute"], item.get("operator", "*"), item.get("text", ""), item["why"])

    def __call__(self, mutant: Mutant) -> bool:
        """Say whether it is about a mutant."""
        pairs = ((mutant.type, self.type), (mutant.attribute, self.attribute), (mutant.operator, self.operator))
        fits = all(fnmatch.fnmatchcase(value, pattern) for value, pattern in pairs)
        return fits and bool(re.search(self.text, mutant.id))


@cache
def _refused() -> list[About]:
    return [About.of(item) for item in yaml.safe_load(REFUSED.read_bytes())]


def refused(mutant: Mutant) -> str:
    """Return why AWS refuses a mutant, "" if nobody knows that it does."""
    return next((item.why for item in _refused() if item(mutant)), "")


def concern(type_: str, attribute: str) -> str:
    """Return the concern of an attribute; raises KeyError if nobody has decided."""
    return relevance()[type_, attribute][0]

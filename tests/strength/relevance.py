"""Which attributes matter, and for what, and what AWS refuses: relevance.yaml and refused.yaml, read."""

from __future__ import annotations

import fnmatch
import re
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


@cache
def _refused() -> list[dict[str, str]]:
    return list(yaml.safe_load(REFUSED.read_bytes()))


def refused(mutant: Mutant) -> str:
    """Return why the provider or AWS refuses a mutant, "" if nobody knows that it does."""
    return next((item["why"] for item in _refused() if _about(item, mutant)), "")


def _about(item: dict[str, str], mutant: Mutant) -> bool:
    keys = ((mutant.type, "type"), (mutant.attribute, "attribute"), (mutant.operator, "operator"))
    fits = all(fnmatch.fnmatchcase(value, item[key]) for value, key in keys)
    return fits and bool(re.search(item.get("text", ""), mutant.text))


def concern(type_: str, attribute: str) -> str:
    """Return the concern of an attribute; raises KeyError if nobody has decided."""
    return relevance()[type_, attribute][0]

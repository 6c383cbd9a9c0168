"""Which product of which of AWS's offer files has the price of a key of the book: read from offers.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from generator.diagnostics import UserError

FILE = Path(__file__).with_name("offers.yaml")
PAID = "paid"  # a step: the first that costs something
WHOLE = ""  # the place of an offer file of all regions
# How the fields of offers.yaml are called here.
_NAMES = {"from": "begin", "unit": "units"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must hold of the product, the term and the price that a row of the book takes over.

    `begin` is where the step of the price begins, or PAID; `per` how many of the file's unit the book's price is for.
    """

    key: str
    region: str
    offer: str
    place: str
    usages: frozenset[str]
    where: Mapping[str, str]
    units: frozenset[str]
    per: int
    begin: str
    term: Mapping[str, str]
    effective: bool

    def matches(self, attributes: Mapping[str, str]) -> bool:
        """Return whether a product with these attributes is the one, whatever its price."""
        return attributes.get("usagetype") in self.usages and all(
            attributes.get(name) == value for name, value in self.where.items()
        )


@dataclass(frozen=True, slots=True)
class Selector:
    """One entry of `selectors` in offers.yaml, whose head explains the fields."""

    key: str
    offer: str
    usage: str | list[str]
    units: list[str]
    where: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    term: Mapping[str, str] = field(default_factory=dict)
    begin: str | int = 0
    per: int = 1
    whole: bool = False
    effective: bool = False

    def values(self, key: str) -> dict[str, str] | None:
        """Return what the placeholders stand for in a key; None if the key is another's."""
        found = _pattern(self.key, tuple((name, tuple(known)) for name, known in self.names.items())).fullmatch(key)
        if not found:
            return None
        return {
            name: self.names[name][text] if name in self.names else text for name, text in found.groupdict().items()
        }

    def wanted(self, key: str, region: str, values: Mapping[str, str], prefixes: Mapping[str, list[str]]) -> Wanted:
        """Return what to look for. Raises UserError if the prefixes of the region are not known."""
        usages = [self.usage] if isinstance(self.usage, str) else self.usage
        if not self.whole and region not in prefixes:
            raise UserError(
                f"{key} in {region}: what the region's usage types begin with is not known",
                f"add {region} to the prefixes of {FILE.name}",
            )
        return Wanted(
            key, region, self.offer, WHOLE if self.whole else region,
            frozenset(
                _filled(usage, {**values, "prefix": prefix, "region": region})
                for usage in usages for prefix in prefixes.get(region, [""])
            ),
            {name: _filled(value, values) for name, value in self.where.items()},
            frozenset(unit.casefold() for unit in self.units), self.per, str(self.begin), self.term, self.effective,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offers:
    """All selectors, the usage-type prefixes of the regions, and why some keys are kept by hand."""

    selectors: tuple[Selector, ...]
    by_hand: Mapping[str, str]
    prefixes: Mapping[str, list[str]]

    def find(self, key: str, region: str) -> Wanted | str:
        """Return what to look for, or the reason why a key is kept by hand.

        Raises UserError if nothing is known of the key, or more than one thing.
        """
        found: list[Wanted | str] = [
            reason for pattern, reason in self.by_hand.items() if _pattern(pattern).fullmatch(key)
        ]
        for selector in self.selectors:
            values = selector.values(key)
            if values is not None:
                found.append(selector.wanted(key, region, values, self.prefixes))
        if len(found) != 1:
            raise UserError(
                f"{key} in {region}: {len(found) or 'no'} entries of {FILE.name} are for it",
                "let exactly one select its price, or list it once under by_hand with the reason",
            )
        return found[0]


@cache
def load_offers(file: Path = FILE) -> Offers:
    """Return the selectors of a file. Raises UserError naming the file and what is wrong with it."""
    try:
        document = yaml.safe_load(file.read_bytes())
        selectors = tuple(_selector(item) for item in document["selectors"])
        return Offers(selectors, dict(document["by_hand"]), dict(document["prefixes"]))
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{file} does not say where prices are: {error}", "take the one of the package") from None


def _selector(item: Mapping[str, Any]) -> Selector:
    selector = Selector(**{_NAMES.get(name, name): value for name, value in item.items()})
    if selector.begin != PAID:
        try:
            Decimal(str(selector.begin))
        except InvalidOperation:
            raise ValueError(f"{selector.key}: from is neither a number nor {PAID}") from None
    return selector


@cache
def _pattern(text: str, names: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> re.Pattern[str]:
    known = {name: "|".join(map(re.escape, values)) for name, values in names}
    parts = re.split(r"\{(\w+)\}", text)
    return re.compile(
        "".join(
            f"(?P<{part}>{known.get(part, '.+')})" if odd % 2 else re.escape(part) for odd, part in enumerate(parts)
        )
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], text)

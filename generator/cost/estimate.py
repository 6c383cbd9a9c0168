"""The estimate: every resource of a plan priced, free, or listed as unpriced; the sum of the lines is the total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from generator.cost.parts import RULES
from generator.cost.uses import Range, Setting, Unpriced, Use
from generator.cost.volumes import Volumes
from generator.policy import Plan, Resource
from generator.policy.unknown import UnknownValueError
from generator.prices.allowances import Allowance, allowances, charge
from generator.prices.book import Book, Price

FREE = Path(__file__).with_name("free.yaml")


@dataclass(frozen=True, slots=True)
class Line:
    """A use with its price; `usd` is a month's cost at the least, as expected, and at the most."""

    use: Use
    price: Price
    usd: Range

    @property
    def component(self) -> str:
        """Return the component that the resource is of, "" in the root module."""
        parts = self.use.address.split(".")
        return parts[1].split("[")[0] if parts[0] == "module" else ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan costs in a month."""

    region: str
    volumes: Volumes | None
    lines: tuple[Line, ...]
    free: Mapping[str, str]
    unpriced: tuple[Unpriced, ...]

    @property
    def total(self) -> Range:
        """Return the sum of all lines."""
        return total(self.lines)

    @property
    def fixed(self) -> Range:
        """Return the sum of what traffic leaves alone."""
        return total([line for line in self.lines if line.use.fixed])

    def by_component(self) -> dict[str, list[Line]]:
        """Return the lines of each component, the dearest component first."""
        groups: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            groups[line.component].append(line)
        return dict(sorted(groups.items(), key=lambda item: -total(item[1]).expected))


def total(lines: Sequence[Line]) -> Range:
    """Return the sum of lines."""
    return Range(
        sum(line.usd.low for line in lines),
        sum(line.usd.expected for line in lines),
        sum(line.usd.high for line in lines),
    )


@cache
def free_types() -> dict[str, str]:
    """Return why a type of resource costs nothing, by type."""
    reasons: dict[str, list[str]] = yaml.safe_load(FREE.read_bytes())
    return {type_: why for why, types in reasons.items() for type_ in types}


def estimate(plan: Plan, region: str, book: Book, setting: Setting) -> Estimate:
    """Return what the resources of a plan cost in a month in `region`.

    A price that the book does not have, and a value that only the apply will tell, leave the use unpriced, never free.
    """
    uses: list[Use] = []
    free: dict[str, str] = {}
    unpriced: list[Unpriced] = []
    for resource in sorted(plan.resources, key=lambda item: item.address):
        for found in _of(resource, setting, free):
            (uses if isinstance(found, Use) else unpriced).append(found)  # type: ignore[arg-type]
    lines, missing = price(uses, region, book)
    return Estimate(region, setting.volumes, lines, free, (*unpriced, *missing))


def _of(resource: Resource, setting: Setting, free: dict[str, str]) -> Iterator[Use | Unpriced]:
    rule = RULES.get(resource.type)
    if rule is None:
        if resource.type in free_types():
            free[resource.address] = free_types()[resource.type]
        else:
            yield Unpriced(resource.address, resource.type, "nobody has said what this type costs")
        return
    found: list[Use | Unpriced] = []
    try:
        found.extend(rule(resource, setting))
    except UnknownValueError as error:
        found.append(Unpriced(resource.address, resource.type, f"{error} is not known before the apply"))
    if not found:
        free[resource.address] = "it uses nothing that is charged"
    yield from found


def price(uses: Sequence[Use], region: str, book: Book) -> tuple[tuple[Line, ...], tuple[Unpriced, ...]]:
    """Return the uses with their prices, and those without; what is free in an account is taken off once."""
    known = allowances()
    spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    lines, missing = [], []
    for use in uses:
        found = book.find(use.key, region)
        if found is None:
            missing.append(Unpriced(use.address, use.key, f"the price book has no {use.key} in {region}"))
        else:
            lines.append(Line(use, found, _charged(use, found, known.get(use.key), spent[use.key])))
    return tuple(lines), tuple(missing)


def _charged(use: Use, price: Price, allowance: Allowance | None, spent: list[float]) -> Range:
    """Return what a use costs on top of what was `spent` of its key, to which it is added."""
    usd = []
    for place, amount in enumerate((use.amount.low, use.amount.expected, use.amount.high)):
        before = charge(spent[place], price, allowance)
        spent[place] += amount
        usd.append(charge(spent[place], price, allowance) - before)
    return Range(usd[0] * use.factor.low, usd[1] * use.factor.expected, usd[2] * use.factor.high)

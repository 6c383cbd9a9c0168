"""The budget of a blueprint beside what things cost, and beside what the parts cost that it was given for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from generator.blueprint.budget import Budget
from generator.cost.estimate import Estimate, total
from generator.cost.options import Document, changed

ROOT, ALL = "(root module)", "all"


@dataclass(frozen=True, slots=True)
class Budgeted:
    """What a month may cost, in USD, with commitments of a term counted on; `parts` prices what the given was for."""

    promised: float
    term: str = "none"
    given: Budget | None = None
    parts: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A component, or `ALL`: what was given for it, None if nothing was said, and what it costs in each estimate."""

    component: str
    given: float | None
    costs: tuple[float, ...]


def budgeted(promised: float | None, given: Budget | None, priced: Callable[[Document], Estimate],
             document: Document) -> Budgeted | None:  # fmt: skip
    """Return the budget of a blueprint with its parts priced; None if it promises none."""
    if promised is None:
        return None
    if given is None:
        return Budgeted(promised)
    parts = priced(having(document, given.parts)) if given.given_usd is not None else None
    return Budgeted(promised, given.commitment, given, parts)


def having(document: Document, parts: Mapping[str, Mapping[str, Any]]) -> Document:
    """Return a plan in which the resources of each type have these values."""
    for type_, values in parts.items():
        document = _having(document, type_, values)
    return document


def _having(document: Document, type_: str, given: Mapping[str, Any]) -> Document:
    return changed(document, type_, lambda values: {**values, **given})


def side_by_side(given: Budget, estimates: tuple[Estimate, ...]) -> list[Row]:
    """Return a row for each component, the dearest of the first estimate first, and one for all."""
    sums = [{name: total(lines).expected for name, lines in it.by_component().items()} for it in estimates]
    names = dict.fromkeys([*(name for sum_ in sums for name in sum_), *given.lines])
    rows = [Row(name or ROOT, given.lines.get(name), tuple(sum_.get(name, 0.0) for sum_ in sums)) for name in names]
    return [*rows, Row(ALL, given.given_usd, tuple(it.total.expected for it in estimates))]

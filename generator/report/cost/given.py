"""The given budget side by side with list prices, line by line, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import click

from generator.cost.budgeted import ALL, Budgeted, side_by_side
from generator.cost.estimate import Estimate
from generator.report.cost import usd

WIDTH, COLUMN = 16, 14
TITLES = ("given", "its parts", "as planned", "at cheapest")


def render(budget: Budgeted | None, planned: Estimate, cheapest: Estimate | None) -> Iterator[str]:
    """Yield the lines of the table; nothing where no budget was given."""
    if budget is None or budget.given is None or budget.parts is None:
        return
    estimates = (budget.parts, planned, *([cheapest] if cheapest else []))
    titles = TITLES[: len(estimates) + 1]
    yield click.style("The budget as given, and list prices, USD a month", bold=True)
    yield f"  {'':<{WIDTH}}" + "".join(f"{title:>{COLUMN}}" for title in titles)
    for row in side_by_side(budget.given, estimates):
        given = "-" if row.given is None else usd(row.given)
        cells = "".join(f"{text:>{COLUMN}}" for text in (given, *map(usd, row.costs)))
        yield click.style(f"  {row.component:<{WIDTH}}{cells}", bold=row.component == ALL)

"""What an estimate says, as table, JSON and Markdown; the words that all three share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, groupby

from generator.cost.estimate import Estimate, Line
from generator.cost.uses import Range, Unpriced


def usd(amount: float) -> str:
    """Return an amount of US dollars, to the cent."""
    return f"{amount:,.2f}"


def spread(range_: Range) -> str:
    """Return a range of US dollars, or the one amount that it is."""
    if f"{range_.low:.2f}" == f"{range_.high:.2f}":
        return usd(range_.expected)
    return f"{usd(range_.low)} to {usd(range_.high)}"


def merged(lines: Iterable[Line]) -> list[tuple[Line, int, Range, float]]:
    """Return lines of the same thing as one: the first, how many there are, their sum in USD, and the amount."""
    found = []
    ordered = sorted(lines, key=lambda line: (-line.usd.expected, line.use.what, line.use.key))
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in ordered:
        groups.setdefault((line.use.key, line.use.what), []).append(line)
    for items in groups.values():
        sum_ = Range(
            sum(it.usd.low for it in items), sum(it.usd.expected for it in items), sum(it.usd.high for it in items)
        )
        found.append((items[0], len(items), sum_, sum(it.use.amount.expected for it in items)))
    return sorted(found, key=lambda item: -item[2].expected)


def reasons(unpriced: Iterable[Unpriced]) -> list[tuple[str, list[str]]]:
    """Return what is unpriced by the reason: the reason, and the addresses."""
    ordered = sorted(unpriced, key=lambda item: (item.why, item.address))
    return [(why, [item.address for item in items]) for why, items in groupby(ordered, key=lambda item: item.why)]


def sources(estimate: Estimate) -> dict[str, int]:
    """Return the sources of the estimate's prices, numbered in the order in which the lines show them."""
    shown = (line.price.source for lines in estimate.by_component().values() for line, *_ in merged(lines))
    return {text: number for number, text in enumerate(dict.fromkeys(chain.from_iterable(shown)), 1)}


def origin(line: Line, numbers: Mapping[str, int]) -> str:
    """Return the status and date of a line's price, and the numbers of its sources."""
    cited = ", ".join(str(number) for number in sorted(numbers[text] for text in line.price.source))
    return f"{line.price.status} {line.price.as_of} [{cited}]"


def headline(name: str, estimate: Estimate) -> str:
    """Return the sum in one line."""
    total, fixed = estimate.total, estimate.fixed
    text = f"{name}: {usd(total.expected)} USD a month in {estimate.region}, {usd(fixed.expected)} whatever the traffic"
    return text if spread(total) == usd(total.expected) else f"{text}; {spread(total)} as tasks and Spot prices vary"

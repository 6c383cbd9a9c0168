"""Commitments as scenarios: what to reserve, for how long, what it saves and when it has paid; nothing is bought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.cost.estimate import Estimate, Line
from generator.cost.uses import HOURS
from generator.prices.book import Book, Price

MONTHS = {"1yr": 12, "3yr": 36}
PAYMENT = "no_upfront"


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment of `months` without upfront payment: USD a month on demand and committed, of what is always used."""

    what: str
    addresses: tuple[str, ...]
    months: int
    on_demand: float
    committed: float
    price: Price

    @property
    def saves(self) -> float:
        """Return what it saves in a month of full use."""
        return self.on_demand - self.committed

    @property
    def pays_after(self) -> float:
        """Return after how many months on demand would have cost more than the whole commitment."""
        return self.committed * self.months / self.on_demand if self.on_demand else float("inf")


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that can be committed to for one term, or a shorter one where no price of it is known.

    `lacking` is what the price book knows no commitment for.
    """

    term: str
    commitments: tuple[Commitment, ...]
    lacking: tuple[str, ...]

    @property
    def saves(self) -> float:
        """Return what it saves in a month."""
        return sum(item.saves for item in self.commitments)


def scenarios(estimate: Estimate, book: Book) -> tuple[Scenario, ...]:
    """Return the scenario of each term."""
    return tuple(_scenario(term, estimate, book) for term in MONTHS)


def _scenario(term: str, estimate: Estimate, book: Book) -> Scenario:
    found: list[Commitment] = []
    lacking: list[str] = []
    for item in (_tasks(term, estimate, book), *_hourly(term, estimate, book)):
        if isinstance(item, Commitment):
            found.append(item)
        elif item:
            lacking.append(item)
    return Scenario(term, tuple(item for item in found if item.saves > 0), tuple(lacking))


def _tasks(term: str, estimate: Estimate, book: Book) -> Commitment | str:
    """Return a Compute Savings Plan over the tasks on demand that always run."""
    lines = [line for line in estimate.lines if line.use.key.startswith("fargate.")]
    if not lines:
        return ""
    price = book.find(f"commitment.fargate.{term}_{PAYMENT}", estimate.region)
    if price is None:
        return "Compute Savings Plan"
    always = sum(line.usd.low for line in lines)
    addresses = tuple(dict.fromkeys(line.use.address for line in lines))
    return Commitment("Compute Savings Plan over the tasks that always run on demand", addresses, MONTHS[term], always,
                      always * (1 - price.usd), price)  # fmt: skip


def _hourly(term: str, estimate: Estimate, book: Book) -> Iterator[Commitment | str]:
    """Yield reserved instances and nodes: a price by the hour, whether it is used or not."""
    for line in estimate.lines:
        if line.use.key.startswith(("rds.postgres.", "elasticache.redis.", "elasticache.valkey.")):
            kind = "reserved instance" if line.use.key.startswith("rds.") else "reserved nodes"
            reserved = (_reserved(line, kind, it, estimate.region, book) for it in _terms(term))
            yield next(filter(None, reserved), f"{kind} of {line.use.what}")


def _terms(term: str) -> Iterator[str]:
    """Yield a term, and the shorter ones to be taken where the price book knows no price of it."""
    yield from (it for it in reversed(MONTHS) if MONTHS[it] <= MONTHS[term])


def _reserved(line: Line, kind: str, term: str, region: str, book: Book) -> Commitment | None:
    price = book.find(f"commitment.{line.use.key}.{term}_{PAYMENT}", region)
    if price is None:
        return None
    hours, years = line.use.amount.low, MONTHS[term] // 12
    what = f"{kind} for {years} year{'s'[: years - 1]}: {line.use.what}, {hours / HOURS:g} of them"
    return Commitment(what, (line.use.address,), MONTHS[term], line.usd.low, hours * price.usd, price)


def spend(estimate: Estimate, term: str, book: Book) -> float:
    """Return what is expected to be spent in a month, in USD, with all commitments of a term: none, 1yr or 3yr."""
    expected = estimate.total.expected
    return expected - (_scenario(term, estimate, book).saves if term in MONTHS else 0.0)

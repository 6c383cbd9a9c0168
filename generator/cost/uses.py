"""What the resources of a plan use in a month: amounts of things that the price book names, without prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator.cost.volumes import Volumes
from generator.policy import Resource

HOURS = 730  # of a month, as AWS counts them


@dataclass(frozen=True, slots=True)
class Range:
    """An amount at its least, as expected, and at its most."""

    low: float
    expected: float
    high: float

    @classmethod
    def of(cls, amount: float) -> Range:
        """Return an amount that does not vary."""
        return cls(amount, amount, amount)

    def times(self, factor: float) -> Range:
        """Return it multiplied by a factor."""
        return Range(self.low * factor, self.expected * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Use:
    """An amount of what `key` prices, in a month; `why` is its arithmetic, `fixed` whether traffic leaves it alone.

    Prices are multiplied by `factor`, in which the least and the most of a price that varies stand (Spot).
    """

    address: str
    what: str
    key: str
    amount: Range
    why: str
    fixed: bool = True
    factor: Range = Range(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Something that costs, of which the book or the traffic model does not know how much."""

    address: str
    type: str
    why: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What resources are looked at with: the monthly volumes, None without a traffic model, and what a vCPU serves."""

    volumes: Volumes | None
    requests_per_vcpu: float


Part = Iterator[Use | Unpriced]
Rule = Callable[[Resource, Setting], Part]


def hours(resource: Resource, what: str, key: str, count: float = 1) -> Use:
    """Return the use of something that is there all month, `count` times."""
    times = "" if count == 1 else f"{count:g} x "
    return Use(resource.address, what, key, Range.of(count * HOURS), f"{times}{HOURS} h")


def month(resource: Resource, what: str, key: str, count: float = 1, why: str = "") -> Use:
    """Return the use of something that is counted by the month."""
    return Use(resource.address, what, key, Range.of(count), why or f"{count:g} a month")


def traffic(resource: Resource, what: str, key: str, amount: float, why: str) -> Use:
    """Return a use that follows from the traffic."""
    return Use(resource.address, what, key, Range.of(amount), why, fixed=False)


def unstated(resource: Resource, what: str) -> Unpriced:
    """Return a use whose amount hangs on traffic that nobody states."""
    return Unpriced(resource.address, resource.type, f"{what} hang on traffic: no traffic model is given")

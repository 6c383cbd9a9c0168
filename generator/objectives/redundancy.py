"""Redundancy: k of n, tasks over zones on demand and on Spot, and events that interrupt a service now and then."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.diagnostics import UserError

YEAR_SECONDS = 365.25 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Events:
    """What interrupts a `share` of the requests `per_year` times for `seconds` each, such as a failover."""

    name: str
    per_year: float
    seconds: float
    share: float = 1.0

    def __post_init__(self) -> None:
        if self.per_year < 0 or self.seconds < 0 or not 0 <= self.share <= 1:
            raise UserError(f"{self.name}: events are counted from 0, for a share of the requests", "give 0 or more")

    def __str__(self) -> str:
        part = "" if self.share == 1 else f", for {100 * self.share:.4g} % of the requests"
        return f"{self.name}: {self.per_year:g} a year of {self.seconds:g} s{part}"


@dataclass(frozen=True, slots=True)
class ZoneTasks:
    """The tasks in one zone."""

    on_demand: int
    spot: int = 0


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks over zones, of which `needed` carry the load.

    Shares of the time: `zone` that a zone is up, `task` that a task in it is, `spot` that Spot has not taken back all
    its tasks in every zone at once, which a reclaim of capacity does.
    """

    zones: tuple[ZoneTasks, ...]
    needed: int
    zone: float
    task: float
    spot: float = 1.0

    def __post_init__(self) -> None:
        if not self.zones or self.needed < 0 or any(min(zone.on_demand, zone.spot) < 0 for zone in self.zones):
            raise UserError("tasks are counted from 0, in one zone at least", "give 0 or more")
        if not all(0 <= share <= 1 for share in (self.zone, self.task, self.spot)):
            raise UserError("a zone, a task or Spot is up for a share of the time from 0 to 1", "give such a share")

    @property
    def total(self) -> int:
        """Return the number of all tasks."""
        return sum(zone.on_demand + zone.spot for zone in self.zones)

    def __str__(self) -> str:
        spot = sum(zone.spot for zone in self.zones)
        return (
            f"{self.needed} of {self.total} tasks needed, {spot} of them Spot, in {len(self.zones)} zones; up: a zone "
            f"{100 * self.zone:.6g} %, a task {100 * self.task:.6g} %, Spot {100 * self.spot:.6g} % of the time"
        )


def spread(on_demand: int, spot: int, zones: int) -> tuple[ZoneTasks, ...]:
    """Return tasks spread over zones as ECS does: as evenly as can be, Spot where fewest are."""
    if zones < 1:
        raise UserError("tasks need a zone", "give 1 zone or more")
    first = [on_demand // zones + (zone < on_demand % zones) for zone in range(zones)]
    held, more = list(first), [0] * zones
    for _ in range(spot):
        zone = held.index(min(held))
        held[zone] += 1
        more[zone] += 1
    return tuple(ZoneTasks(*pair) for pair in zip(first, more, strict=True))


def at_least(needed: int, count: int, share: float) -> float:
    """Return the probability that `needed` of `count` are up, each for `share` of the time, and each by itself."""
    if needed <= 0:
        return 1.0
    return math.fsum(_binomial(count, share)[needed:])


def tasks_available(tasks: Tasks) -> float:
    """Return the share of the time in which enough tasks are up, over all states of zones and of Spot."""
    reclaimed = _enough([zone.on_demand for zone in tasks.zones], tasks)
    if not any(zone.spot for zone in tasks.zones):
        return reclaimed
    whole = _enough([zone.on_demand + zone.spot for zone in tasks.zones], tasks)
    return tasks.spot * whole + (1 - tasks.spot) * reclaimed


def events_available(events: Iterable[Events]) -> float:
    """Return the share of the time that no event interrupts, at most one at a time."""
    lost = math.fsum(event.per_year * event.seconds * event.share for event in events) / YEAR_SECONDS
    return max(0.0, 1 - lost)


def survives_zone(tasks: Tasks) -> bool:
    """Return whether enough tasks are left when the fullest zone is lost."""
    held = [zone.on_demand + zone.spot for zone in tasks.zones]
    return sum(held) - max(held) >= tasks.needed


def survives_reclaim(tasks: Tasks) -> bool:
    """Return whether the tasks on demand alone are enough."""
    return sum(zone.on_demand for zone in tasks.zones) >= tasks.needed


def _enough(counts: Sequence[int], tasks: Tasks) -> float:
    """Return the probability that enough are up of so many tasks in each zone."""
    total = [1.0]  # the probability of so many tasks up, over the zones so far
    for count in counts:
        up = [tasks.zone * part for part in _binomial(count, tasks.task)]
        up[0] += 1 - tasks.zone
        total = _convolved(total, up)
    return min(1.0, math.fsum(total[tasks.needed :]))


def _binomial(count: int, share: float) -> list[float]:
    return [math.comb(count, up) * share**up * (1 - share) ** (count - up) for up in range(count + 1)]


def _convolved(left: Sequence[float], right: Sequence[float]) -> list[float]:
    found = [0.0] * (len(left) + len(right) - 1)
    for at, one in enumerate(left):
        for beside, other in enumerate(right):
            found[at + beside] += one * other
    return found

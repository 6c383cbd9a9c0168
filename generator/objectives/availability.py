"""Availability of what users do: a static file, a cached read, an uncached read, a write; all as shares of the time.

Each journey has two figures that are never mixed. What SLAs carry is the product of the provider's commitments of all
that the journey needs: the only figure that may be called promised, and still a schedule of refunds, no probability.
What the model expects comes from redundancy, failovers and own faults; it assumes that causes are independent, which
regions, control planes and own deployments are not, so it is the best case of the causes that it names.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from generator.diagnostics import UserError
from generator.objectives.redundancy import Events, Tasks, events_available, tasks_available
from generator.objectives.sla import Commitment

MONTH_MINUTES = 30 * 24 * 60
KNOWN = "the SLA's figure: nothing better is known"


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a journey needs. `promised` is its SLA's share, None without an SLA; `expected` that of the model.

    `source` says where the SLA's figure is from, `basis` where the expected one is.
    """

    name: str
    promised: float | None
    expected: float
    source: str
    basis: str = KNOWN

    def __post_init__(self) -> None:
        for share in (self.expected, 1.0 if self.promised is None else self.promised):
            _checked(share, f"the availability of {self.name}")


@dataclass(frozen=True, slots=True)
class Edge:
    """The edge: `hit_share` of the cacheable reads need no origin; of the others `stale_share` have an expired copy.

    With `stale_if_error` the expired copy is served when the origin fails.
    """

    part: Part
    hit_share: float
    stale_share: float = 0.0
    stale_if_error: bool = True

    def __post_init__(self) -> None:
        _checked(self.hit_share, "the edge's hit share")
        _checked(self.stale_share, "the share of expired copies")

    def without_origin(self) -> float:
        """Return the share of cacheable reads that are answered while the origin is down."""
        stale = self.stale_share if self.stale_if_error else 0.0
        return self.hit_share + (1 - self.hit_share) * stale


@dataclass(frozen=True, slots=True)
class Cache:
    """The cache: hard where requests fail without it, or optional where they then ask the database.

    `hit_share` of the uncached reads are answered from it alone.
    """

    part: Part
    need: Literal["optional", "hard"] = "optional"
    hit_share: float = 0.0

    def __post_init__(self) -> None:
        _checked(self.hit_share, "the cache's hit share")
        if self.need not in ("optional", "hard"):
            raise UserError(f'a cache is not "{self.need}"', "write optional or hard")


@dataclass(frozen=True, slots=True)
class Boot:
    """What a task needs to start, and not afterwards, and why."""

    part: Part
    reason: str


@dataclass(frozen=True, slots=True)
class System:
    """What is deployed.

    `compute` is Fargate, `tasks` are what runs on it; `failovers` are the database's; `own` faults are those of
    deployments and migrations. A part whose faults `tasks` or `failovers` count has as `expected` what is left, or 1.
    `hard` is what every request to the origin needs besides. In the share `replacing` of the time tasks have to be
    started, and only then `boot` matters.
    """

    edge: Edge | None
    store: Part | None
    entry: Part
    compute: Part
    tasks: Tasks | None
    database: Part
    failovers: tuple[Events, ...] = ()
    cache: Cache | None = None
    own: tuple[Events, ...] = ()
    hard: tuple[Part, ...] = ()
    boot: tuple[Boot, ...] = ()
    replacing: float = 0.0

    def __post_init__(self) -> None:
        _checked(self.replacing, "the share of the time in which tasks are started")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part that steady traffic does not need, why, and the share of the time in which it is missed nevertheless."""

    name: str
    reason: str
    risk: float


@dataclass(frozen=True, slots=True)
class Journey:
    """The availability of what users do.

    `promised`: what SLAs carry, without conditions; None where a part has no SLA. `promised_if`: what they carry if
    `conditions` hold, which are measured and no SLA's. `expected`: what the model expects, and never a promise.
    """

    name: str
    promised: float | None
    promised_if: float | None
    conditions: tuple[str, ...]
    expected: float
    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    assumptions: tuple[str, ...]


def part_of(commitment: Commitment, expected: float | None = None, basis: str = KNOWN) -> Part:
    """Return what a service's SLA commits to as a part; `expected` with its `basis` where the model knows better."""
    share = commitment.share if expected is None else expected
    return Part(str(commitment), commitment.share, share, str(commitment.origin), basis)


def composite(shares: Iterable[float]) -> float:
    """Return the availability of parts of which every one is needed: their product."""
    return math.prod(shares)


def promise(parts: Iterable[Part]) -> float | None:
    """Return what SLAs carry of parts of which every one is needed; None where one has no SLA."""
    product = 1.0
    for part in parts:
        if part.promised is None:
            return None
        product *= part.promised
    return product


def minutes_down(available: float, minutes: float = MONTH_MINUTES) -> float:
    """Return the minutes of a month of 30 days in which something is down."""
    return (1 - available) * minutes


def journeys(system: System) -> tuple[Journey, ...]:
    """Return the availability of each journey of a system; of a static file only where there is a store."""
    found = [_static(system, system.store)] if system.store is not None else []
    return (*found, _cached_read(system), _uncached_read(system), _write(system))


def _static(system: System, store: Part) -> Journey:
    front = _front(system)
    parts = (*front, store)
    within = system.edge.without_origin() if system.edge else 0.0
    expected = composite(part.expected for part in front) * (within + (1 - within) * store.expected)
    return _journey("static file", system, parts, expected, _behind(system.edge, front, promise([store])))


def _cached_read(system: System) -> Journey:
    front, behind = _front(system), _needed(system)
    within = system.edge.without_origin() if system.edge else 0.0
    origin = _origin(system) * _read(system)
    expected = composite(part.expected for part in front) * (within + (1 - within) * origin)
    condition = _behind(system.edge, front, promise(behind))
    return _journey("cached read", system, (*front, *behind), expected, condition)


def _uncached_read(system: System) -> Journey:
    front = _front(system)
    expected = composite(part.expected for part in front) * _origin(system) * _read(system)
    return _journey("uncached read", system, (*front, *_needed(system)), expected, None)


def _write(system: System) -> Journey:
    front = _front(system)
    cache = system.cache.part.expected if system.cache is not None and system.cache.need == "hard" else 1.0
    expected = composite(part.expected for part in front) * _origin(system) * _database(system) * cache
    return _journey("write", system, (*front, *_needed(system)), expected, None)


def _journey(
    name: str, system: System, parts: tuple[Part, ...], expected: float, condition: tuple[float | None, str] | None
) -> Journey:
    promised = promise(parts)
    at_origin = name != "static file"
    return Journey(
        name=name,
        promised=promised,
        promised_if=condition[0] if condition else promised,
        conditions=(condition[1],) if condition else (),
        expected=expected,
        parts=parts,
        left_out=tuple(_left_out(boot, system.replacing) for boot in system.boot) if at_origin else (),
        assumptions=tuple(_assumptions(system)) if at_origin else (),
    )


def _front(system: System) -> tuple[Part, ...]:
    return (system.edge.part,) if system.edge is not None else ()


def _needed(system: System) -> tuple[Part, ...]:
    """Return what a request needs behind the edge by SLA: no hit share of the cache, which no SLA carries."""
    parts = (system.entry, system.compute, system.database, *system.hard)
    hard = system.cache is not None and system.cache.need == "hard"
    return (*parts, system.cache.part) if system.cache is not None and hard else parts


def _behind(edge: Edge | None, front: tuple[Part, ...], origin: float | None) -> tuple[float | None, str] | None:
    """Return what SLAs carry of cacheable reads if the edge answers its share, and that condition."""
    if edge is None:
        return None
    within = edge.without_origin()
    before = promise(front)
    carried = None if before is None or origin is None else before * (within + (1 - within) * origin)
    return carried, f"the edge answers {100 * within:.4g} % of them without the origin"


def _origin(system: System) -> float:
    """Return what the model expects of all that every request to the origin needs, but for its data."""
    parts = (system.entry.expected, system.compute.expected, *(part.expected for part in system.hard))
    tasks = tasks_available(system.tasks) if system.tasks is not None else 1.0
    return composite(parts) * tasks * events_available(system.own)


def _database(system: System) -> float:
    return system.database.expected * events_available(system.failovers)


def _read(system: System) -> float:
    """Return what the model expects of a read's data, from the cache or from the database."""
    database = _database(system)
    if system.cache is None:
        return database
    up, hits = system.cache.part.expected, system.cache.hit_share
    if system.cache.need == "hard":
        return up * (hits + (1 - hits) * database)
    return 1 - (1 - up * hits) * (1 - database)


def _left_out(boot: Boot, replacing: float) -> LeftOut:
    return LeftOut(boot.part.name, boot.reason, (1 - boot.part.expected) * replacing)


def _assumptions(system: System) -> Iterable[str]:
    for event in (*system.failovers, *system.own):
        yield str(event)
    if system.tasks is not None:
        yield str(system.tasks)
    if system.cache is not None:
        yield f"the cache is {system.cache.need}, and answers {100 * system.cache.hit_share:.4g} % of uncached reads"
    yield "causes are independent"


def _checked(share: float, what: str) -> float:
    if not 0 <= share <= 1:
        raise UserError(f"{what} is {share}, not a share", "give a number from 0 to 1: 0.999 for 99.9 %")
    return share

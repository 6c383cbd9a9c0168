"""Reads what instance classes, cache nodes and load balancers carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from generator.objectives.facts import Origin, Row, read

FILE = Path(__file__).with_name("limits.yaml")
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class DatabaseClass:
    """An instance class: vCPUs, memory in GiB, and the share of each vCPU that costs no credits (1: not burstable)."""

    name: str
    vcpu: float
    memory: float
    baseline: float
    origin: Origin

    @property
    def burstable(self) -> bool:
        """Return whether the class works on credits."""
        return self.baseline < 1

    @property
    def sustained(self) -> float:
        """Return the vCPUs that may be busy for ever without a charge."""
        return self.vcpu * self.baseline


@dataclass(frozen=True, slots=True)
class CacheClass:
    """A node type: memory in GiB, the shares of it to reserve by default and as AWS advises under load.

    `ops` and `peak` are operations per second that were measured; None where nobody did.
    """

    name: str
    vcpu: float
    memory: float
    reserved: float
    advised: float
    ops: float | None
    peak: float | None
    origin: Origin

    @property
    def usable(self) -> float:
        """Return the GiB for data, with the default reserve."""
        return self.memory * (1 - self.reserved)

    @property
    def usable_under_load(self) -> float:
        """Return the GiB for data, with the reserve that AWS advises for the size."""
        return self.memory * (1 - self.advised)


@dataclass(frozen=True, slots=True)
class Connections:
    """RDS's default of max_connections: one for every `bytes_each` of memory, at most `most`.

    `seen_share` of the class's memory is what the formula was seen to count.
    """

    bytes_each: float
    most: int
    seen_share: float
    origin: Origin

    def nominal(self, gib: float) -> int:
        """Return max_connections of a class with `gib` of memory, by the formula."""
        return min(int(gib * GIB / self.bytes_each), self.most)

    def planned(self, gib: float) -> int:
        """Return how many connections to count on, because RDS keeps a part of the memory."""
        return min(int(gib * self.seen_share * GIB / self.bytes_each), self.most)


@dataclass(frozen=True, slots=True)
class Queries:
    """Simple ORM queries per second and available vCPU of a database: a planning range."""

    low: float
    high: float
    origin: Origin


@dataclass(frozen=True, slots=True)
class Units:
    """What one LCU holds: new connections and rule evaluations a second, active connections, GB an hour."""

    new_connections: float
    active_connections: float
    gb_per_hour: float
    rule_evaluations: float
    free_rules: float
    origin: Origin


@dataclass(frozen=True, slots=True)
class ScalingFacts:
    """Target tracking: data points over and under the target before it acts, seconds of a point and of a start."""

    points_out: int
    points_in: int
    point_seconds: float
    task_start_low: float
    task_start_high: float
    origin: Origin


@dataclass(frozen=True, slots=True)
class Limits:
    """All of the file."""

    databases: Mapping[str, DatabaseClass]
    connections: Connections
    queries: Queries
    caches: Mapping[str, CacheClass]
    load_balancer: Units
    scaling: ScalingFacts


@cache
def limits(file: Path = FILE) -> Limits:
    """Return the limits. Raises UserError, with file and row, on a broken file.

    A class that is not in `databases` or `caches` is not known: callers say so, and guess nothing.
    """
    top = read(file)
    database, cache_ = top.row("database"), top.row("cache")
    reserved = cache_.row("reserved").share("share")
    return Limits(
        databases={name: _database(name, row) for name, row in database.row("classes").rows().items()},
        connections=_connections(database.row("max_connections")),
        queries=_queries(database.row("queries")),
        caches={name: _cache(name, row, reserved) for name, row in cache_.row("classes").rows().items()},
        load_balancer=_units(top.row("load_balancer")),
        scaling=_scaling(top.row("scaling")),
    )


def _database(name: str, row: Row) -> DatabaseClass:
    return DatabaseClass(name, row.number("vcpu"), row.number("memory"), row.share("baseline", 1.0), row.origin())


def _cache(name: str, row: Row, reserved: float) -> CacheClass:
    return CacheClass(
        name=name,
        vcpu=row.number("vcpu"),
        memory=row.number("memory"),
        reserved=reserved,
        advised=row.share("advised", reserved),
        ops=row.optional("ops"),
        peak=row.optional("peak"),
        origin=row.origin(),
    )


def _connections(row: Row) -> Connections:
    return Connections(row.number("bytes_each"), int(row.number("most")), row.share("seen_share"), row.origin())


def _queries(row: Row) -> Queries:
    return Queries(row.number("low"), row.number("high"), row.origin())


def _units(row: Row) -> Units:
    return Units(
        row.number("new_connections"),
        row.number("active_connections"),
        row.number("gb_per_hour"),
        row.number("rule_evaluations"),
        row.number("free_rules"),
        row.origin(),
    )


def _scaling(row: Row) -> ScalingFacts:
    return ScalingFacts(
        int(row.number("points_out")),
        int(row.number("points_in")),
        row.number("point_seconds"),
        row.number("task_start_low"),
        row.number("task_start_high"),
        row.origin(),
    )

"""What tasks, a database, a cache and a load balancer carry, and what a load asks of them.

Every result holds the numbers that it came from, so that a report can print each assumption. Rates are per second.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from generator.diagnostics import UserError

ROUNDING = 1e-9  # 2.0000000001 tasks are 2


@dataclass(frozen=True, slots=True)
class OriginCapacity:
    """`tasks` of `vcpu` carry `requests` per second, at `per_vcpu` for each vCPU, planned at `utilisation`."""

    tasks: int
    vcpu: float
    per_vcpu: float
    utilisation: float
    requests: float


@dataclass(frozen=True, slots=True)
class TasksNeeded:
    """How many `tasks` of `vcpu` carry `requests` per second at the origin, at the utilisation planned."""

    requests: float
    vcpu: float
    per_vcpu: float
    utilisation: float
    tasks: int


@dataclass(frozen=True, slots=True)
class EdgeShare:
    """The `share` of `promised` requests per second that the edge must answer, for `origin` to carry the rest."""

    promised: float
    origin: float
    share: float


@dataclass(frozen=True, slots=True)
class ConnectionUse:
    """Database connections: of tasks x processes x threads x `each`, `sets` of tasks at once (2 in a deployment)."""

    tasks: int
    processes: int
    threads: int
    each: float
    sets: float
    limit: int
    needed: int
    fits: bool


@dataclass(frozen=True, slots=True)
class DatabaseLoad:
    """Queries per second of requests that miss the cache, and the vCPUs these keep busy at best and at worst."""

    requests: float
    cache_share: float
    queries_each: float
    per_vcpu_low: float
    per_vcpu_high: float
    queries: float
    vcpu_low: float
    vcpu_high: float


@dataclass(frozen=True, slots=True)
class Credits:
    """A burstable class through a day: busy vCPUs by hour, `sustained` ones that cost nothing; the rest is charged.

    `surplus_hours` are vCPU-hours of `days` days: AWS sets a day's idle time off against its bursts, and charges what
    is over. `mean` and `peak` are busy vCPUs.
    """

    vcpu: float
    sustained: float
    days: float
    mean: float
    peak: float
    surplus_hours: float


@dataclass(frozen=True, slots=True)
class CacheUse:
    """What entries and operations ask of a node: GiB and operations per second, as shares of what it has.

    `ops_share` and `fits` are None where nobody measured the operations of the node.
    """

    entries: float
    entry_kb: float
    usable_gib: float
    ops: float
    ops_limit: float | None
    gib: float
    memory_share: float
    ops_share: float | None
    fits: bool | None


@dataclass(frozen=True, slots=True)
class BalancerUnits:
    """LCUs by dimension; the largest is charged."""

    new_connections: float
    active_connections: float
    gb_per_hour: float
    rule_evaluations: float
    units: float
    dimension: str


@dataclass(frozen=True, slots=True)
class Users:
    """Little's law: `users` who think for `think` seconds after an answer, and get it within `response` seconds."""

    users: float
    think: float
    response: float
    requests: float


def origin_capacity(tasks: int, vcpu: float, per_vcpu: float, utilisation: float) -> OriginCapacity:
    """Return what tasks carry. Raises UserError for a utilisation that is not above 0 and at most 1."""
    _planned(vcpu, per_vcpu, utilisation)
    return OriginCapacity(tasks, vcpu, per_vcpu, utilisation, tasks * vcpu * per_vcpu * utilisation)


def tasks_needed(requests: float, vcpu: float, per_vcpu: float, utilisation: float) -> TasksNeeded:
    """Return the fewest tasks that carry `requests` per second; 1 at least."""
    _planned(vcpu, per_vcpu, utilisation)
    exact = requests / (vcpu * per_vcpu * utilisation)
    return TasksNeeded(requests, vcpu, per_vcpu, utilisation, max(1, math.ceil(exact - ROUNDING)))


def edge_share_needed(promised: float, origin: float) -> EdgeShare:
    """Return the share that the edge must answer; 0 where the origin carries all."""
    return EdgeShare(promised, origin, max(0.0, 1 - origin / promised) if promised > 0 else 0.0)


def connection_use(
    tasks: int, processes: int, threads: int, limit: int, each: float = 1, sets: float = 1
) -> ConnectionUse:
    """Return how many connections `sets` times `tasks` open at most, against `limit` (max_connections)."""
    needed = math.ceil(tasks * processes * threads * each * sets - ROUNDING)
    return ConnectionUse(tasks, processes, threads, each, sets, limit, needed, needed <= limit)


def database_load(
    requests: float, cache_share: float, queries_each: float, per_vcpu_low: float, per_vcpu_high: float
) -> DatabaseLoad:
    """Return the queries of `requests` at the origin, of which `cache_share` ask the database nothing."""
    queries = requests * (1 - cache_share) * queries_each
    return DatabaseLoad(
        requests,
        cache_share,
        queries_each,
        per_vcpu_low,
        per_vcpu_high,
        queries,
        vcpu_low=queries / per_vcpu_high,
        vcpu_high=queries / per_vcpu_low,
    )


def credits_used(vcpu: float, sustained: float, busy: Sequence[float], days: float) -> Credits:
    """Return what a day of `busy` vCPUs, in equal parts of the day, costs in credits over `days` such days.

    No more than all `vcpu` are ever busy. Raises UserError for a day without parts.
    """
    if not busy:
        raise UserError("a day without hours uses no credits", "give the busy vCPUs of each hour")
    used = [min(max(part, 0.0), vcpu) for part in busy]
    mean = math.fsum(used) / len(used)
    return Credits(vcpu, sustained, days, mean, max(used), max(0.0, mean - sustained) * 24 * days)


def cache_use(entries: float, entry_kb: float, usable_gib: float, ops: float, ops_limit: float | None) -> CacheUse:
    """Return how full and how busy a node is, with `entries` of `entry_kb` (a thousand bytes each)."""
    gib = entries * entry_kb * 1000 / 1024**3
    memory = gib / usable_gib if usable_gib else math.inf
    share = None if ops_limit is None else ops / ops_limit if ops_limit else math.inf
    fits = False if memory > 1 else None if share is None else share <= 1
    return CacheUse(entries, entry_kb, usable_gib, ops, ops_limit, gib, memory, share, fits)


def balancer_units(
    *,
    connections: tuple[float, float],
    active: tuple[float, float],
    gb_per_hour: tuple[float, float],
    rules: tuple[float, float],
) -> BalancerUnits:
    """Return the LCUs of a load; each dimension as what there is, and what one unit holds."""
    found = {
        "new_connections": connections[0] / connections[1],
        "active_connections": active[0] / active[1],
        "gb_per_hour": gb_per_hour[0] / gb_per_hour[1],
        "rule_evaluations": rules[0] / rules[1],
    }
    dimension = max(found, key=lambda name: found[name])
    return BalancerUnits(**found, units=found[dimension], dimension=dimension)


def requests_of(users: float, think: float, response: float) -> Users:
    """Return how many requests per second `users` make."""
    return Users(users, think, response, users / _cycle(think, response))


def users_of(requests: float, think: float, response: float) -> Users:
    """Return how many users make `requests` per second."""
    return Users(requests * _cycle(think, response), think, response, requests)


def think_time(users: float, requests: float, response: float) -> Users:
    """Return the think time at which `users` make `requests` per second; below 0 they cannot, however fast they are."""
    if requests <= 0:
        raise UserError("users who make no request have no think time", "give requests per second above 0")
    return Users(users, users / requests - response, response, requests)


def gunicorn_processes(vcpu: float) -> int:
    """Return Gunicorn's documented starting point of worker processes: (2 x cores) + 1."""
    return 2 * max(1, math.ceil(vcpu)) + 1


def servers_of(vcpu: float, service: float) -> tuple[int, float]:
    """Return how many requests a task of `vcpu` works on at once, and the seconds each then takes.

    `service` is seconds of one whole vCPU: on half a vCPU one request takes twice as long, on 2.5 vCPUs three share.
    """
    if vcpu <= 0:
        raise UserError(f"a task cannot have {vcpu} vCPU", "give it more than 0")
    servers = max(1, math.ceil(vcpu - ROUNDING))
    return servers, service * servers / vcpu


def _cycle(think: float, response: float) -> float:
    if think + response <= 0:
        raise UserError("users who neither think nor wait make requests without end", "give a think time above 0")
    return think + response


def _planned(vcpu: float, per_vcpu: float, utilisation: float) -> None:
    if not 0 < utilisation <= 1:
        raise UserError(f"a utilisation of {utilisation} cannot be planned", "give more than 0 and at most 1")
    if vcpu <= 0 or per_vcpu <= 0:
        raise UserError(f"{vcpu} vCPU at {per_vcpu} requests per second carry nothing", "give more than 0 of both")

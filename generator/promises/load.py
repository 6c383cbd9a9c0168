"""Requests per second, users and response times: does the plan carry what is promised."""

from __future__ import annotations

import math
from collections.abc import Iterator

from generator.cost.parts.tasks import UTILISATION
from generator.objectives.capacity import (
    ConnectionUse,
    cache_use,
    connection_use,
    database_load,
    edge_share_needed,
    gunicorn_processes,
    origin_capacity,
    think_time,
)
from generator.objectives.limits import DatabaseClass, limits
from generator.objectives.queueing import Queue, percentile
from generator.promises.model import Answer, Verdict
from generator.promises.system import System

# Of the application: threads of a process; queries of a request that misses the cache, and how many miss; operations of
# the cache for a request; kB of a session. As the application contract and the blueprints' comments have them.
THREADS, QUERIES, CACHE_SHARE, OPERATIONS, SESSION_KB = 4, 3, 0.8, 6, 2
P95 = 0.95
NETWORK = 0.010  # seconds between the edge and the tasks of its region, there and back


def requests(system: System, promised: float) -> Answer:
    """Say whether the promised requests per second are answered, and by how large a share at the edge."""
    at_most = origin_capacity(system.fleet.most, system.vcpu, system.pace.requests_per_vcpu, UTILISATION)
    needed = edge_share_needed(promised, at_most.requests).share
    behind = 1 - system.volumes.share_at_tasks()
    limits_ = dict(_behind(system))
    figures = {
        "at the tasks": f"{at_most.tasks} tasks x {at_most.vcpu:g} vCPU x {at_most.per_vcpu:g} x {UTILISATION:.0%}"
        f" = {at_most.requests:,.0f} requests/s",
        "kept from the tasks": f"{needed:.1%} needed, {behind:.1%} assumed (edge and buckets)",
        **{name: text for name, (text, _) in limits_.items()},
    }
    short = [name for name, (_, good) in limits_.items() if not good]
    if needed > behind:
        says = f"{needed:.1%} of them must be answered before the tasks, and the traffic model has {behind:.1%}"
        return Answer("requests_per_second", f"{promised:,.0f}", Verdict.NOT_MET, says, figures, _assumed(system))
    if short:
        says = f"{', '.join(short)} would not do; a larger class would"
        return Answer("requests_per_second", f"{promised:,.0f}", Verdict.NOT_MET, says, figures, _assumed(system))
    says = f"met if at least {needed:.1%} are answered by the edge and S3, which alarms on the hit rate must watch"
    return Answer("requests_per_second", f"{promised:,.0f}", Verdict.MET_IF, says, figures, _assumed(system))


def _behind(system: System) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Yield what the database and the cache have to bear when the promised rate is reached."""
    rate = system.at_tasks
    if system.database:
        use = _connections(system, system.database)
        yield "database connections", (f"{use.needed} of {use.limit}, twice as many in a deployment", use.fits)
        load = database_load(rate, CACHE_SHARE, QUERIES, limits().queries.low, limits().queries.high)
        good = load.vcpu_high <= system.database.vcpu
        text = f"{load.queries:,.0f} queries/s: {load.vcpu_low:.2f} to {load.vcpu_high:.2f} vCPU"
        have = f"{system.database.vcpu:g} vCPU, {system.database.sustained:g} of them without credits"
        yield "database load", (f"{text} of {have}", good)
    if system.cache:
        users = system.volumes.traffic.requests_per_second
        entries = max(users) * 3600
        use_ = cache_use(entries, SESSION_KB, system.cache.usable, rate * OPERATIONS, system.cache.ops)
        known = "" if use_.ops_share is None else f", {use_.ops_share:.0%} of the operations measured"
        yield "cache", (f"{use_.memory_share:.0%} of its memory{known}", use_.fits is not False)


def _connections(system: System, database: DatabaseClass) -> ConnectionUse:
    limit = limits().connections.planned(database.memory)
    return connection_use(system.fleet.most, gunicorn_processes(system.vcpu), THREADS, limit)


def users(promised: float, rate: float) -> Answer:
    """Say how often each of the promised users asks at the promised rate."""
    pause = think_time(promised, rate, 0.1).think
    says = f"met if each asks no more than once every {pause + 0.1:.1f} seconds (Little's law)"
    return Answer("concurrent_users", f"{promised:,.0f}", Verdict.MET_IF, says, {"think time": f"{pause:.1f} s"})


def p95(system: System, promised: float) -> Answer:
    """Say how long 95 % of the requests at the tasks take at most, on an ordinary day and at the promised rate."""
    service = system.pace.service
    figures = {
        name: f"{rate:,.1f} requests/s, {tasks} tasks: {milliseconds(percentile_of(system, rate, tasks, service))}"
        for name, (rate, tasks) in moments(system).items()
    }
    worst = _worst(system, service) * 1000
    if worst > promised:
        says = f"at the tasks it is {milliseconds(worst / 1000)}; faster code, or more tasks, would do"
        return Answer("p95_ms", f"< {promised:g} ms", Verdict.NOT_MET, says, figures, _assumed(system))
    slowest = _slowest(system, promised / 1000) * 1000
    says = f"met if a request takes at most {slowest:.0f} ms of CPU ({service * 1000:.1f} assumed)"
    return Answer("p95_ms", f"< {promised:g} ms", Verdict.MET_IF, says, figures, _assumed(system))


def moments(system: System) -> dict[str, tuple[float, int]]:
    """Return requests per second and tasks of the moments that count."""
    return {
        "busiest hour": (max(system.volumes.day()), system.fleet.least),
        "promised rate, scaled": (system.at_tasks, system.fleet.most),
        "until scaling follows": (system.at_tasks, system.fleet.least),
    }


def _worst(system: System, service: float) -> float:
    """Return the 95th percentile in seconds at the worst moment, if a request takes `service` seconds of CPU."""
    return max(percentile_of(system, rate, tasks, service) for rate, tasks in moments(system).values())


def _slowest(system: System, promised: float) -> float:
    """Return how many seconds of CPU a request may take so that the promise is kept at every moment."""
    low, high = 0.0, promised
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _worst(system, middle) <= promised else (low, middle)
    return low


def percentile_of(system: System, rate: float, tasks: int, service: float) -> float:
    """Return the 95th percentile in seconds of M/M/c, c the vCPU of all tasks, and of the way there and back."""
    queue = Queue(rate, max(1, math.floor(tasks * system.vcpu)), service)
    return percentile(queue, P95) + NETWORK


def milliseconds(seconds: float) -> str:
    """Return a time in seconds as text in milliseconds."""
    return "without end" if math.isinf(seconds) else f"{seconds * 1000:.0f} ms"


def _assumed(system: System) -> tuple[str, ...]:
    return (
        f"a vCPU answers {system.pace.requests_per_vcpu:g} requests/s: {system.pace.source}",
        f"tasks are planned at {UTILISATION:.0%} of that",
        f"{CACHE_SHARE:.0%} of what a request reads is in the cache; the rest takes {QUERIES} queries",
        "M/M/c: one queue for all tasks; a load balancer comes near with least outstanding requests",
    )

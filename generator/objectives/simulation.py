"""A discrete-event simulation of the requests behind the edge: queueing, auto-scaling with its lag, the loss of a zone.

Requests arrive as a Poisson process whose rate changes by steps, wait in one queue for the vCPUs of all tasks, and are
worked on first come, first served. The same inputs and seed give the same answer to the last digit: arrivals and
work come from streams of their own, so that two runs that differ in servers only see the same requests.
Times are in seconds, rates per second.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

from generator.diagnostics import UserError
from generator.objectives.autoscaling import Scaling, Tracker
from generator.objectives.fleet import Fleet
from generator.objectives.workload import Profile, Service


@dataclass(frozen=True, slots=True)
class ZoneLoss:
    """A zone is lost at a time, and what its tasks work on fails, or is begun anew once elsewhere.

    Until the load balancer has noticed, `detection` later, a share of new requests still goes there: it fails, or with
    `retry` is sent a second time, which may again be to there. ECS then starts as many tasks in the other zones,
    `replacement` after they were missed; None: it does not, such as where no zone has room. `until`: the zone is back.
    """

    at: float
    zone: int = 0
    retry: bool = False
    detection: float = 45
    replacement: float | None = 75
    until: float = math.inf


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is simulated. Who waits longer than `timeout`, or finds `queue_limit` requests waiting, has failed."""

    profile: Profile
    service: Service
    seconds: float
    tasks: int
    servers_per_task: int
    zones: int = 3
    scaling: Scaling | None = None
    loss: ZoneLoss | None = None
    timeout: float = 30
    queue_limit: int | None = None
    point: float = 60
    seed: int = 1

    def __post_init__(self) -> None:
        if not (math.isfinite(self.seconds) and self.seconds > 0 and self.point > 0):
            raise UserError("a simulation takes more than 0 seconds, in points of more than 0", "give seconds above 0")
        if min(self.tasks, self.servers_per_task, self.zones) < 1:
            raise UserError("a simulation needs a task, a server in it, and a zone", "give 1 or more of each")
        if self.timeout < 0 or (self.queue_limit is not None and self.queue_limit < 0):
            raise UserError("a time-out or a queue limit is below 0", "give 0 or more")
        if self.loss is not None and not 0 <= self.loss.zone < self.zones:
            raise UserError(f"there is no zone {self.loss.zone} among {self.zones}", "count zones from 0")


@dataclass(frozen=True, slots=True)
class Point:
    """A minute of the run: what arrived, was answered and failed, its p95, its utilisation, its tasks at the end."""

    end: float
    requests: int
    answered: int
    failed: int
    p95: float
    utilisation: float
    tasks: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. Percentiles are of the answered requests; `tasks` says when their number changed."""

    requests: int
    answered: int
    failed: int
    mean: float
    p50: float
    p95: float
    p99: float
    utilisation: float
    tasks: tuple[tuple[float, int], ...]
    points: tuple[Point, ...]

    @property
    def failed_share(self) -> float:
        """Return the share of the requests that failed."""
        return self.failed / self.requests if self.requests else 0.0


def simulate(scenario: Scenario) -> Outcome:
    """Return what comes of a scenario. Requests that arrived in time are followed to their end."""
    return _Run(scenario).outcome()


def responses(scenario: Scenario) -> Iterator[tuple[Point, list[float]]]:
    """Yield each data point of a scenario with the response times of what was answered in it, in order."""
    return _Run(scenario).run()


def rank(ordered: Sequence[float], share: float) -> float:
    """Return the percentile by nearest rank of numbers in order; 0 of none."""
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)] if ordered else 0.0


class _Run:
    """One simulation: events in a heap, and between them requests in bulk."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.fleet = Fleet(scenario.servers_per_task, scenario.zones, scenario.timeout, scenario.queue_limit)
        self.fleet.add(scenario.tasks, 0.0)
        self.tracker = Tracker(scenario.scaling, scenario.tasks) if scenario.scaling else None
        self.streams = [Random(f"{scenario.seed}/{name}") for name in ("arrivals", "work", "routing")]  # noqa: S311
        self.changes = [(0.0, scenario.tasks)]
        self.busy, self.capacity, self.capacity_at = 0.0, 0.0, 0.0  # server seconds so far, and until when
        self.dead_share, self.dead_until = 0.0, 0.0
        self.astray = 0  # failed on their way to a lost zone
        self.events: list[tuple[float, int, str, float]] = []
        self.serial = 0
        if scenario.loss is not None:
            self.plan(scenario.loss.at, "lose", 0)
            self.plan(scenario.loss.until, "back", 0)

    def plan(self, time: float, event: str, value: float) -> None:
        self.serial += 1
        heappush(self.events, (time, self.serial, event, value))

    def outcome(self) -> Outcome:
        """Run to the end and return all of it as one answer."""
        points: list[Point] = []
        times: list[float] = []
        for point, answered in self.run():
            points.append(point)
            times += answered
        times.sort()
        return self.summary(times, points)

    def run(self) -> Iterator[tuple[Point, list[float]]]:
        """Run from data point to data point, then let what is left end."""
        begin = 0.0
        while begin < self.scenario.seconds:
            end = min(begin + self.scenario.point, self.scenario.seconds)
            yield self.point(begin, end)
            begin = end

    def point(self, begin: float, end: float) -> tuple[Point, list[float]]:
        """Run one data point; return it, and the response times in order."""
        busy, capacity, failed = self.busy, self.capacity, self.fleet.failed + self.astray
        arrived = self.span(begin, end)
        answered = self.fleet.settle(end)
        self.account(end)
        self.busy = self.fleet.busy(end)
        if end == self.scenario.seconds:
            answered += self.fleet.settle(math.inf)
        answered.sort()
        failed = self.fleet.failed + self.astray - failed
        # tasks that end their last work after they were stopped are busy, but no capacity
        used = min(1.0, (self.busy - busy) / (self.capacity - capacity)) if self.capacity > capacity else 0.0
        if self.tracker is not None and self.capacity > capacity:  # no tasks, no data: nothing is decided
            self.plan(end + self.tracker.scaling.delay, "decide", used)
        found = Point(end, arrived, len(answered), failed, rank(answered, 0.95), used, len(self.fleet.tasks))
        return found, answered

    def span(self, begin: float, end: float) -> int:
        """Serve what arrives in a data point, and let happen what does; return how many arrived."""
        arrivals = self.scenario.profile.draw(self.streams[0], begin, end)
        works = self.scenario.service.draw(self.streams[1], len(arrivals))
        first = 0
        while self.events and self.events[0][0] < end:
            time, _, event, value = heappop(self.events)
            last = bisect_left(arrivals, time, first)
            self.serve(arrivals[first:last], works[first:last])
            self.account(time)
            self.happen(time, event, value)
            first = last
        self.serve(arrivals[first:], works[first:])
        return len(arrivals)

    def serve(self, arrivals: list[float], works: list[float]) -> None:
        """Hand requests to the fleet, but for those that are sent to a zone whose loss nobody has noticed."""
        if arrivals and arrivals[0] < self.dead_until:
            lost, uniform = self.dead_share, self.streams[2].random
            kept = [at for at, time in enumerate(arrivals) if time >= self.dead_until or uniform() >= lost]
            self.astray += len(arrivals) - len(kept)
            arrivals, works = [arrivals[at] for at in kept], [works[at] for at in kept]
        self.fleet.serve(arrivals, works)

    def happen(self, now: float, event: str, value: float) -> None:
        """Let one event happen."""
        if event == "lose":
            self.lose(now)
        elif event == "back" and self.scenario.loss is not None:
            self.fleet.open_zones.add(self.scenario.loss.zone)
        elif event == "start":
            self.fleet.add(int(value), now)
        elif event == "decide" and self.tracker is not None:
            change = self.tracker.decide(now, value)
            if change > 0:
                self.plan(now + self.tracker.scaling.start, "start", change)
            elif change < 0:
                self.fleet.remove(-change, now)
        if self.changes[-1][1] != len(self.fleet.tasks):
            self.changes.append((now, len(self.fleet.tasks)))

    def lose(self, now: float) -> None:
        """Lose the zone, and have ECS replace its tasks."""
        loss = self.scenario.loss
        if loss is None:
            return
        before = len(self.fleet.tasks)
        gone = self.fleet.lose(loss.zone, now, loss.retry)
        share = gone / before if before else 0.0
        self.dead_share = share**2 if loss.retry else share
        self.dead_until = now + loss.detection
        if loss.replacement is not None and gone:
            self.plan(now + loss.detection + loss.replacement, "start", gone)

    def account(self, now: float) -> None:
        """Add up the server seconds that there were until now."""
        self.capacity += (now - self.capacity_at) * self.fleet.servers
        self.capacity_at = now

    def summary(self, times: list[float], points: list[Point]) -> Outcome:
        """Return all of it as one answer."""
        return Outcome(
            requests=sum(point.requests for point in points),
            answered=len(times),
            failed=self.fleet.failed + self.astray,
            mean=math.fsum(times) / len(times) if times else 0.0,
            p50=rank(times, 0.50),
            p95=rank(times, 0.95),
            p99=rank(times, 0.99),
            utilisation=min(1.0, self.busy / self.capacity) if self.capacity else 0.0,
            tasks=tuple(self.changes),
            points=tuple(points),
        )

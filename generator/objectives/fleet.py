"""The servers of a simulation: tasks in zones that take requests from one queue, first come, first served.

A request is given a server as soon as it arrives, because with one queue it is known which server is free first. What
still waits is taken back and planned anew when servers come or go.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from heapq import heapify, heapreplace

Job = tuple[float, int, float, float]  # end, server, start, arrival: sorts by when the server is free
Request = tuple[float, float]  # arrival, seconds of work


class Fleet:
    """Tasks, their servers, what they work on and what waits for them; times in seconds."""

    def __init__(self, each: int, zones: int, timeout: float, queue_limit: int | None) -> None:
        self.each, self.timeout, self.queue_limit = each, timeout, queue_limit
        self.open_zones = set(range(zones))
        self.tasks: dict[int, int] = {}  # task: zone
        self.failed = 0  # for good: refused, broken off, or waited too long
        self.worked = 0.0  # server seconds of what has ended
        self._heap: list[Job] = []
        self._jobs: list[Job] = []  # in the order of their starts
        self._late: list[Request] = []  # would wait too long, unless more servers come
        self._next = 0

    @property
    def servers(self) -> int:
        """Return how many servers take requests."""
        return len(self._heap)

    def serve(self, arrivals: Sequence[float], works: Sequence[float]) -> None:
        """Take requests that arrive later than all before, with the seconds that each takes."""
        heap, jobs, timeout = self._heap, self._jobs, self.timeout
        if not heap:
            self._late += zip(arrivals, works, strict=True)
            return
        add, replace = jobs.append, heapreplace
        full = self.queue_limit
        for time, work in zip(arrivals, works, strict=True):
            first = heap[0]
            start = first[0]
            if start <= time:
                job = (time + work, first[1], time, time)
            elif full is not None and (full == 0 or (len(jobs) >= full and jobs[-full][2] > time)):
                self.failed += 1
                continue
            elif start - time > timeout:
                self._late.append((time, work))
                continue
            else:
                job = (start + work, first[1], start, time)
            replace(heap, job)
            add(job)

    def add(self, count: int, now: float) -> None:
        """Start so many tasks at work, each in the zone that has fewest; none where every zone is lost."""
        if not self.open_zones or count <= 0:
            return
        waiting = self._take_back(now)
        for _ in range(count):
            held = Counter(self.tasks.values())
            self.tasks[self._next] = min(self.open_zones, key=lambda zone: (held[zone], zone))
            first = self._next * self.each
            self._heap += [(now, server, now, now) for server in range(first, first + self.each)]
            self._next += 1
        heapify(self._heap)
        self._plan(waiting, now)

    def remove(self, count: int, now: float) -> None:
        """Let so many tasks end what they work on and take nothing new, the youngest of the fullest zone first."""
        waiting = self._take_back(now)
        gone: set[int] = set()
        for _ in range(min(count, len(self.tasks))):
            held = Counter(self.tasks.values())
            task = max(self.tasks, key=lambda task: (held[self.tasks[task]], task))
            del self.tasks[task]
            gone.add(task)
        self._drop(gone)
        self._plan(waiting, now)

    def lose(self, zone: int, now: float, retry: bool) -> int:
        """Take a zone away with what its tasks work on, which fails or is begun anew; return how many tasks go."""
        waiting = self._take_back(now)
        gone = {task for task, place in self.tasks.items() if place == zone}
        self.tasks = {task: place for task, place in self.tasks.items() if place != zone}
        self.open_zones.discard(zone)
        broken = [job for job in self._jobs if job[0] > now and job[1] // self.each in gone]
        self._jobs = [job for job in self._jobs if job[0] <= now or job[1] // self.each not in gone]
        self.worked += sum(now - start for _, _, start, _ in broken)
        if retry:
            waiting += [(arrival, end - start) for end, _, start, arrival in broken]
        else:
            self.failed += len(broken)
        self._drop(gone)
        self._plan(sorted(waiting), now)
        return len(gone)

    def settle(self, now: float) -> list[float]:
        """Return the response times of the requests that have been answered since the last call."""
        done = [job for job in self._jobs if job[0] <= now]
        self._jobs = [job for job in self._jobs if job[0] > now]
        self.worked += sum([end - start for end, _, start, _ in done])
        kept = [late for late in self._late if late[0] + self.timeout > now]
        self.failed += len(self._late) - len(kept)
        self._late = kept
        return [end - arrival for end, _, _, arrival in done]

    def busy(self, now: float) -> float:
        """Return the server seconds of work since the beginning; call it after `settle`."""
        return self.worked + sum([now - job[2] for job in self._jobs if job[2] < now])

    def _take_back(self, now: float) -> list[Request]:
        """Return all that waits, in the order of arrival, and free the servers that were planned for it."""
        waiting: list[Request] = []
        free: dict[int, float] = {}
        while self._jobs and self._jobs[-1][2] > now:
            end, server, start, arrival = self._jobs.pop()
            waiting.append((arrival, end - start))
            free[server] = start
        if free:
            self._heap = [(free.get(job[1], job[0]), job[1], now, now) for job in self._heap]
            heapify(self._heap)
        waiting += [late for late in self._late if late[0] + self.timeout > now]
        self._late = [late for late in self._late if late[0] + self.timeout <= now]
        waiting.sort()
        return waiting

    def _plan(self, waiting: Iterable[Request], now: float) -> None:
        heap = self._heap
        for arrival, work in waiting:
            start = max(heap[0][0], now) if heap else math.inf
            if not heap or start - arrival > self.timeout:
                self._late.append((arrival, work))
                continue
            job = (start + work, heap[0][1], start, arrival)
            heapreplace(heap, job)
            self._jobs.append(job)

    def _drop(self, gone: set[int]) -> None:
        self._heap = [job for job in self._heap if job[1] // self.each not in gone]
        heapify(self._heap)

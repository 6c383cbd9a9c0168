"""Starts the processes that send the load, reads the server's CPU time around them, and adds up what they saw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.calibrate.cpu import cpu_seconds, machine_seconds
from generator.calibrate.model import Step, percentile
from generator.calibrate.order import Order
from generator.diagnostics import UserError

WARM = 0.2  # of a step: answers of its first part are not counted
TIMEOUT = 10.0  # seconds for one answer
STRAINED = 0.85  # of one CPU: a process that sends the load cannot have more
AHEAD = 0.02  # seconds from the word to the start
PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Trial:
    """One step, with what only its judge needs: the answers that were not 2xx, and whether a bound ended it.

    `strained` says that the processes that send the load had hardly any time left; `others` is how many CPUs further
    processes of the machine used, 0 where that cannot be seen.
    """

    step: Step
    statuses: tuple[tuple[str, int], ...]
    used_up: bool
    strained: bool
    others: float = 0.0


class Clients:
    """The processes of one step; leaving the context ends them, whatever happened."""

    def __init__(self, jobs: Sequence[dict[str, Any]]) -> None:
        self.jobs = jobs
        self.processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Clients:
        for job in self.jobs:
            try:
                self.processes.append(_spawn())
                self._tell(self.processes[-1], json.dumps(job))
            except BaseException:
                self.__exit__()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            with suppress(BrokenPipeError):
                process.communicate()

    def begin(self) -> float:
        """Wait until all are ready, then start them at once; return the moment, in seconds of the monotonic clock."""
        for process in self.processes:
            if self._line(process) != "ready":
                raise self._dead(process)
        start = time.monotonic() + AHEAD
        for process in self.processes:
            self._tell(process, repr(start))
        return start

    def wait(self, until: float) -> None:
        """Return at `until`, or earlier if all have ended."""
        while (left := until - time.monotonic()) > 0 and any(process.poll() is None for process in self.processes):
            time.sleep(min(left, 0.05))

    def results(self) -> list[dict[str, Any]]:
        """Return what each process saw, once it has."""
        found = []
        for process in self.processes:
            line = self._line(process)
            if not line:
                raise self._dead(process)
            found.append(json.loads(line))
        return found

    @staticmethod
    def _tell(process: subprocess.Popen[str], line: str) -> None:
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(BrokenPipeError):  # it died: reading from it says so
            process.stdin.write(line + "\n")
            process.stdin.flush()

    @staticmethod
    def _line(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        return process.stdout.readline().strip()

    @staticmethod
    def _dead(process: subprocess.Popen[str]) -> UserError:
        assert process.stderr is not None  # noqa: S101 - it is a pipe
        words = process.stderr.read().strip().splitlines()
        return UserError(f"a process that sends the load ended: {words[-1] if words else 'without a word'}",
                         "measure again; a machine without memory ends processes")  # fmt: skip


def _spawn() -> subprocess.Popen[str]:
    # A session of its own: Ctrl-C reaches this process alone, which ends the others.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "generator.calibrate.client"],
        env={**os.environ, "PYTHONPATH": str(PACKAGE)}, text=True, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def trial(order: Order, connections: int, rate: float | None = None) -> Trial:
    """Load the server for one slot of `order` and return what was seen.

    Without `rate` each connection sends its next request when it has the answer to the last one (a closed loop). With
    `rate`, in requests a second, they arrive at random whether or not others wait (an open loop).
    """
    jobs = _jobs(order, connections, rate)
    with Clients(jobs) as clients:
        begin = clients.begin()
        window = begin + order.slot * WARM
        clients.wait(window)
        before = _clock(order.pid)
        clients.wait(begin + order.slot)
        after = _clock(order.pid)
        results = clients.results()
    return summarise(
        results, connections, window, tuple(last - first for first, last in zip(before, after, strict=True))
    )


def _clock(pid: int | None) -> tuple[float, ...]:
    """Return the CPU seconds of the server and of the whole machine; nothing where they cannot be seen."""
    return () if pid is None else (cpu_seconds(pid), machine_seconds())


def _jobs(order: Order, connections: int, rate: float | None) -> list[dict[str, Any]]:
    """Return the jobs of all processes: not more of them than CPUs, connections and requests."""
    count = min(connections, os.cpu_count() or 1, order.share)
    target = order.target
    return [
        {
            "secure": target.secure, "loopback": target.loopback, "host": target.host, "port": target.port,
            "headers": order.headers, "mix": [(item.method, item.path, item.weight, item.body) for item in order.mix],
            "threads": connections // count + (number < connections % count), "seconds": order.slot,
            "warm": order.slot * WARM, "limit": order.share // count, "rate": rate and rate / count,
            "timeout": TIMEOUT, "seed": number,
        }
        for number in range(count)
    ]  # fmt: skip


def summarise(results: Sequence[dict[str, Any]], connections: int, window: float, used: Sequence[float]) -> Trial:
    """Return one trial of what all processes saw since `window`; `used` are CPU seconds of server and machine."""
    latencies = sorted(value for result in results for value in result["latencies"])
    statuses: Counter[str] = Counter()
    for result in results:
        statuses.update(result["statuses"])
    unanswered = sum(count for status, count in statuses.items() if status.startswith("0 "))
    seconds = max(result["ended"] for result in results) - window
    step = Step(
        concurrency=connections,
        seconds=round(max(seconds, 0.001), 3),
        requests=len(latencies),
        refused=sum(statuses.values()) - unanswered,
        unanswered=unanswered,
        p50_ms=percentile(latencies, 0.50),
        p95_ms=percentile(latencies, 0.95),
        p99_ms=percentile(latencies, 0.99),
        cpu_seconds=round(used[0], 3) if used else None,
    )
    spent = [result["cpu"] for result in results]
    others = used[1] - used[0] - sum(spent) if used else 0.0
    return Trial(
        step=step,
        statuses=tuple(statuses.most_common()),
        used_up=any(result["used_up"] for result in results),
        strained=max(spent) > STRAINED * step.seconds,
        others=others / step.seconds,
    )

"""One process of the load generator: threads with a connection each, until the time is over or the parent is gone.

Reads a job as one line of JSON, prints `ready`, reads the start as seconds of the monotonic clock, prints the result as
JSON. Imports as little as it can: every step starts it anew.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import select
import ssl
import sys
import threading
import time
from random import Random
from typing import Any

GRACE = 2.0  # seconds for the last answers
PAUSE = 0.05  # seconds after a request without answer: a server that refuses is not hammered
NO_ANSWER = 0
Sample = tuple[float, float, int, int]  # when it ended, seconds since it was due, index in the mix, status


class Load:
    """The threads of one process and what they have seen."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.mix: list[tuple[str, str, bytes | None]] = [
            (method, path, body.encode() or None) for method, path, _, body in job["mix"]
        ]
        self.weights = list(itertools.accumulate(weight for _, _, weight, _ in job["mix"]))
        self.headers = {"Accept": "application/json", "User-Agent": "tierform-calibrate", **dict(job["headers"])}
        self.rate: float | None = job["rate"]
        self.tickets = itertools.count()
        self.lock = threading.Lock()
        self.random = Random(job["seed"])  # noqa: S311 - the same mix every time, no secret
        self.stop = threading.Event()
        self.samples: list[Sample] = []
        self.begin = self.end = self.due = 0.0

    def start(self, begin: float) -> list[threading.Thread]:
        """Start the threads; they wait for `begin`."""
        self.begin = self.due = begin
        self.end = begin + self.job["seconds"]
        threads = [
            threading.Thread(target=self._work, args=(seed,), daemon=True) for seed in range(self.job["threads"])
        ]
        for thread in threads:
            thread.start()
        return threads

    def _work(self, seed: int) -> None:
        connection = self.connection()
        random = Random(f"{self.job['seed']}/{seed}")  # noqa: S311
        self._pause_until(self.begin)
        while (due := self._next_due()) is not None:
            at = random.choices(range(len(self.mix)), cum_weights=self.weights)[0]
            status = self._send(connection, at)
            now = time.monotonic()
            self.samples.append((now, now - due, at, status))
            if status == NO_ANSWER:
                self.stop.wait(PAUSE)
        connection.close()

    def _next_due(self) -> float | None:
        """Return when the next request is due, after waiting for it; None when there is none any more."""
        if self.stop.is_set() or next(self.tickets) >= self.job["limit"]:
            return None
        if self.rate is None:
            now = time.monotonic()
            return now if now < self.end else None
        with self.lock:
            self.due += self.random.expovariate(self.rate)
            due = self.due
        if due >= self.end:
            return None
        self._pause_until(due)
        return None if self.stop.is_set() else due

    def _pause_until(self, moment: float) -> None:
        while not self.stop.is_set() and (left := moment - time.monotonic()) > 0:
            self.stop.wait(left)

    def _send(self, connection: http.client.HTTPConnection, at: int) -> int:
        """Send a request and return the answer's status, or NO_ANSWER."""
        # A server may close an idle connection as a request is under way: what changes nothing is sent again, once.
        again = connection.sock is not None and self.mix[at][0] in ("GET", "HEAD", "OPTIONS")
        try:
            return self.ask(connection, at)
        except (ConnectionError, http.client.BadStatusLine):
            connection.close()
        except (OSError, http.client.HTTPException):
            connection.close()
            again = False
        if not again:
            return NO_ANSWER
        try:
            return self.ask(connection, at)
        except (OSError, http.client.HTTPException):
            connection.close()
            return NO_ANSWER

    def ask(self, connection: http.client.HTTPConnection, at: int) -> int:
        """Send the request `at` of the mix and read its answer whole; return the status."""
        method, path, body = self.mix[at]
        headers = {"Content-Type": "application/json", **self.headers} if body else self.headers
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection that opens itself; a proxy of the environment is not used."""
        host, port, timeout = self.job["host"], self.job["port"], self.job["timeout"]
        if not self.job["secure"]:
            return http.client.HTTPConnection(host, port, timeout=timeout)
        context = ssl.create_default_context()
        if self.job["loopback"]:  # a task's own certificate, which nobody checks
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)

    def result(self, cpu: float) -> dict[str, Any]:
        """Return what ended in the window between warm-up and end."""
        window = self.begin + self.job["warm"]
        seen = [sample for sample in list(self.samples) if window <= sample[0] <= self.end]
        statuses: dict[str, int] = {}
        for _, _, at, status in seen:
            if not 200 <= status < 300:
                key = f"{status} {self.mix[at][0]} {self.mix[at][1]}"
                statuses[key] = statuses.get(key, 0) + 1
        used_up = next(self.tickets) > self.job["limit"]
        return {
            "latencies": [round(seconds * 1000, 3) for _, seconds, _, status in seen if 200 <= status < 300],
            "statuses": statuses,
            "ended": max((sample[0] for sample in seen), default=window) if used_up else self.end,
            "used_up": used_up,
            "cpu": cpu,
        }


def wait(load: Load, moment: float, threads: list[threading.Thread]) -> None:
    """Return at `moment`, or earlier if all requests are sent; stop the load if the parent is gone."""
    while (left := moment - time.monotonic()) > 0 and any(thread.is_alive() for thread in threads):
        if select.select([sys.stdin], [], [], min(left, 0.1))[0]:
            load.stop.set()
            os._exit(1)  # nobody reads the result


def main() -> None:
    """Serve one job."""
    sys.setswitchinterval(0.0005)  # a thread whose answer is there must not wait for the others
    load = Load(json.loads(sys.stdin.readline()))
    print("ready", flush=True)
    threads = load.start(float(sys.stdin.readline()))
    wait(load, load.begin + load.job["warm"], threads)
    before = time.process_time()
    wait(load, load.end, threads)
    cpu = time.process_time() - before
    last = time.monotonic() + GRACE
    for thread in threads:
        thread.join(max(0.0, last - time.monotonic()))
    load.stop.set()
    print(json.dumps(load.result(cpu)), flush=True)
    os._exit(0)  # threads that still wait for an answer are daemons: not worth a word


if __name__ == "__main__":
    main()

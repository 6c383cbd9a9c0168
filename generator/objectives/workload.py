"""What arrives at the simulated origin: Poisson arrivals whose rate changes by steps, and the work of each."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Literal

from generator.diagnostics import UserError

Shape = Literal["exponential", "deterministic", "lognormal"]


@dataclass(frozen=True, slots=True)
class Service:
    """How long a server works on a request: `mean` seconds, spread by `shape`; `sigma` is that of a lognormal one."""

    mean: float
    shape: Shape = "exponential"
    sigma: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and self.mean > 0):
            raise UserError(f"a request cannot take {self.mean} seconds", "give it more than 0")
        if self.shape not in ("exponential", "deterministic", "lognormal"):
            raise UserError(f'no shape of service times is called "{self.shape}"',
                            "write exponential, deterministic or lognormal")  # fmt: skip

    def draw(self, random: Random, count: int) -> list[float]:
        """Return the seconds of `count` requests."""
        mean, log, uniform = self.mean, math.log, random.random
        if self.shape == "deterministic":
            return [mean] * count
        if self.shape == "exponential":
            return [-mean * log(1.0 - uniform()) for _ in range(count)]
        middle, sigma, exp, gauss = log(mean) - self.sigma**2 / 2, self.sigma, math.exp, random.gauss
        return [exp(gauss(middle, sigma)) for _ in range(count)]


@dataclass(frozen=True, slots=True)
class Profile:
    """The rate at the origin by steps: each second from which on so many requests arrive per second; the first is 0."""

    steps: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        times = [time for time, _ in self.steps]
        if not times or times[0] != 0 or times != sorted(set(times)):
            raise UserError("a profile's steps begin at second 0 and go on in order", "write ((0, 100), (600, 400))")
        if not all(math.isfinite(rate) and rate >= 0 for _, rate in self.steps):
            raise UserError("a profile's rates are numbers of 0 or more", "write ((0, 100), (600, 400))")

    def pieces(self, begin: float, end: float) -> list[tuple[float, float, float]]:
        """Return from `begin` to `end` every span of one rate: its begin, its end, its rate."""
        times = [time for time, _ in self.steps]
        first, last = bisect_right(times, begin) - 1, bisect_left(times, end)
        edges = [begin, *times[first + 1 : last], end]
        return [(edges[at], edges[at + 1], self.steps[first + at][1]) for at in range(len(edges) - 1)]

    def draw(self, random: Random, begin: float, end: float) -> list[float]:
        """Return the seconds of all arrivals from `begin` to `end`, in order."""
        found: list[float] = []
        for first, last, rate in self.pieces(begin, end):
            found += _poisson(random, first, last, rate)
        return found

    def scaled(self, share: float) -> Profile:
        """Return the profile of a part of the requests, such as those that the edge does not answer."""
        return Profile(tuple((time, rate * share) for time, rate in self.steps))


def constant(rate: float) -> Profile:
    """Return a profile of one rate."""
    return Profile(((0.0, rate),))


def _poisson(random: Random, begin: float, end: float, rate: float) -> list[float]:
    expected = rate * (end - begin)
    if expected <= 0:
        return []
    log, uniform = math.log, random.random
    found: list[float] = []
    last = begin
    while last < end:
        count = int(expected + 4 * math.sqrt(expected)) + 8  # once is nearly always enough
        times = list(accumulate([log(1.0 - uniform()) / -rate for _ in range(count)], initial=last))
        last = times[-1]
        found += times[1:]
    return found[: bisect_left(found, end)]

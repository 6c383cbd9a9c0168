"""What a calibration is: a rate per vCPU, and the measurement behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

UTILISATION = 0.65  # of the throughput at the knee: the load that plans count on
GROWTH = 0.05  # a step that adds less to the throughput adds nothing
FAILED = 0.01  # share of requests without a 2xx answer, above which a throughput says nothing
CPU = "cpu-seconds"
THROUGHPUT = "throughput"


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of the mix of requests; `weight` is relative to the others', `body` JSON."""

    method: str
    path: str
    weight: float = 1.0
    body: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Step:
    """What was seen in `seconds` at one load, the warm-up left out.

    `requests` had a 2xx answer, `refused` another, `unanswered` none. Milliseconds are those of 2xx answers, from the
    moment that a request was due. `cpu_seconds` is the server's CPU time, None where it cannot be seen.
    """

    concurrency: int
    seconds: float
    requests: int
    refused: int
    unanswered: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_seconds: float | None = None

    @property
    def rate(self) -> float:
        """Return 2xx answers a second."""
        return self.requests / self.seconds

    @property
    def failed_share(self) -> float:
        """Return the share of requests without a 2xx answer, from 0 to 1."""
        failed = self.refused + self.unanswered
        return failed / (self.requests + failed) if failed else 0.0

    @property
    def busy(self) -> float | None:
        """Return how many vCPU the server kept busy on average."""
        return None if self.cpu_seconds is None else self.cpu_seconds / self.seconds

    def per_vcpu(self, vcpu: float) -> float:
        """Return requests a second for each vCPU: of CPU time where it was seen, else of the server's `vcpu`."""
        return self.requests / self.cpu_seconds if self.cpu_seconds else self.rate / vcpu


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine that sent the requests, which on loopback is the server's, too."""

    cpus: int
    python: str
    system: str

    def __str__(self) -> str:
        return f"{self.cpus} CPUs, Python {self.python}, {self.system}"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a calibration was computed from.

    `steps` are closed loops of rising concurrency, `loaded` is the open loop at UTILISATION of the knee's throughput.
    `vcpu` is the server's, as the user said. `method` is `cpu-seconds` or `throughput`; `saturated` is false where the
    throughput still grew at the last step. `notes` are what to know before trusting it.
    """

    mix: tuple[Entry, ...]
    vcpu: float
    method: str
    saturated: bool
    knee: Step
    loaded: Step
    steps: tuple[Step, ...]
    machine: Machine
    notes: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """Return how many 2xx answers the rate and the p95 rest on."""
        return self.knee.requests + self.loaded.requests

    @property
    def failed_share(self) -> float:
        """Return the larger share of failed requests, at the knee or at the planned load."""
        return max(self.knee.failed_share, self.loaded.failed_share)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Requests a second that a vCPU answers at saturation, and `service_ms` of CPU that each takes.

    `how` says in a sentence how they were measured.
    """

    date: date
    requests_per_second_per_vcpu: float
    service_ms: float
    how: str
    measurement: Measurement

    @property
    def planned_per_vcpu(self) -> float:
        """Return the requests a second per vCPU that plans count on."""
        return self.requests_per_second_per_vcpu * UTILISATION

    def __str__(self) -> str:
        paths = ", ".join(str(entry) for entry in self.measurement.mix)
        return f"measured {self.date} with {paths}, {self.measurement.samples} samples, by {self.measurement.method}"


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest of the `ordered` values that `share` of them do not exceed; 0 of none."""
    if not ordered:
        return 0.0
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def find_knee(steps: Sequence[Step]) -> Step:
    """Return the sound step of least concurrency that comes within GROWTH of the highest throughput."""
    sound = [step for step in steps if step.failed_share <= FAILED]
    most = max(step.rate for step in sound)
    return next(step for step in sound if step.rate >= (1 - GROWTH) * most)


def rated(measurement: Measurement, today: date, how: str) -> Calibration:
    """Return the calibration that a measurement gives; the rate is rounded as it is written."""
    rate = _short(measurement.knee.per_vcpu(measurement.vcpu))
    return Calibration(today, rate, _short(1000 / rate), how, measurement)


def _short(number: float) -> float:
    """Return a number with its first five digits, however small it is."""
    return float(f"{number:.5g}")

"""Steps, trials and calibrations as a measurement could give them, and what must agree in a real one."""

from __future__ import annotations

from datetime import date

import pytest

from generator.calibrate.load import WARM, Trial
from generator.calibrate.model import CPU, UTILISATION, Calibration, Entry, Machine, Measurement, Step, rated


def step(concurrency: int, rate: float, failed: int = 0, cpu: float | None = None, seconds: float = 10) -> Step:
    return Step(concurrency, seconds, round(rate * seconds), failed, 0, 10, 20, 30, cpu)


def trial(of: Step, **more: object) -> Trial:
    statuses = (("503 GET /", of.refused),) if of.refused else ()
    return Trial(of, statuses, **{"used_up": False, "strained": False, **more})  # type: ignore[arg-type]


def calibration(method: str = CPU, cpu: float = 16.0) -> Calibration:
    """Return one with 2400 answers at the knee in so many CPU seconds."""
    seen = cpu if method == CPU else None
    steps = (step(1, 100, cpu=seen), step(2, 240, failed=3, cpu=seen), step(4, 241, cpu=seen))
    measurement = Measurement(
        mix=(Entry("GET", "/api/courses/", 3), Entry("POST", "/api/notes/", 0.5)),
        vcpu=2, method=method, saturated=True, knee=steps[1], loaded=step(32, 156, cpu=seen), steps=steps,
        machine=Machine(2, "3.11", "Linux x86_64"), notes=("one: two", "# three"),
    )  # fmt: skip
    return rated(measurement, date(2026, 11, 23), "by hand: a closed loop")


def consistent(found: Calibration) -> None:
    """Hold what must agree on any machine."""
    it = found.measurement
    assert found.service_ms * found.requests_per_second_per_vcpu == pytest.approx(1000, rel=0.001)
    assert found.planned_per_vcpu == pytest.approx(UTILISATION * found.requests_per_second_per_vcpu)
    assert it.knee in it.steps
    assert it.samples == it.knee.requests + it.loaded.requests
    assert all(0 < step.p50_ms <= step.p95_ms <= step.p99_ms for step in (*it.steps, it.loaded))
    for step in it.steps:
        # Little's law: half of the answers took p50 or longer, each on a connection, within the step.
        assert step.requests / 2 * step.p50_ms / 1000 <= step.concurrency * step.seconds / (1 - WARM)

"""The arithmetic of a calibration."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.calibrate.model import CPU, THROUGHPUT, Entry, Machine, Measurement, Step, find_knee, percentile, rated
from tests.calibrate.samples import step

MACHINE = Machine(2, "3.11.7", "Linux x86_64")


def measurement(knee: Step, vcpu: float, method: str) -> Measurement:
    return Measurement((Entry("GET", "/"),), vcpu, method, True, knee, step(32, 65), (knee,), MACHINE)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1, 100), (0.001, 1)])
def test_percentiles_are_values_that_were_seen(share: float, expected: float) -> None:
    assert percentile(range(1, 101), share) == expected


def test_no_values_have_the_percentile_0() -> None:
    assert percentile([], 0.95) == 0


@given(st.lists(st.floats(0, 1e6), min_size=1).map(sorted), st.floats(0.01, 1))
def test_a_percentile_is_not_exceeded_by_its_share(ordered: list[float], share: float) -> None:
    found = percentile(ordered, share)
    assert found in ordered
    assert sum(value <= found for value in ordered) >= share * len(ordered) - 1e-9


def test_the_knee_is_the_least_concurrency_near_the_highest_throughput() -> None:
    steps = [step(1, 100), step(2, 190), step(4, 196), step(8, 199), step(16, 180)]
    assert find_knee(steps).concurrency == 2


def test_a_step_with_failures_is_no_knee_however_fast_it_is() -> None:
    assert find_knee([step(1, 100), step(2, 150), step(4, 900, failed=500)]).concurrency == 2


def test_throughput_is_divided_by_the_servers_vcpu() -> None:
    found = rated(measurement(step(4, 240), 2, THROUGHPUT), date(2026, 11, 23), "so")
    assert (found.requests_per_second_per_vcpu, found.service_ms) == (120, 8.3333)
    assert found.planned_per_vcpu == pytest.approx(78)


def test_cpu_time_counts_where_it_was_seen_however_slow_the_machine_was() -> None:
    """2400 requests in 10 s took 16 s of CPU on 8 vCPU: 150 a CPU second, not 240 / 8."""
    found = rated(measurement(step(4, 240, cpu=16), 8, CPU), date(2026, 11, 23), "so")
    assert (found.requests_per_second_per_vcpu, found.service_ms) == (150, 6.6667)


@given(st.floats(1, 5000), st.floats(0.25, 64))
def test_service_time_and_rate_are_one_figure(rate: float, vcpu: float) -> None:
    found = rated(measurement(step(4, rate * vcpu), vcpu, THROUGHPUT), date(2026, 11, 23), "so")
    assert found.service_ms * found.requests_per_second_per_vcpu == pytest.approx(1000, rel=0.01)


def test_failures_are_shares_of_all_requests() -> None:
    assert step(1, 9, failed=10).failed_share == 0.1
    assert step(1, 9).failed_share == 0
    assert Step(1, 1, 0, 0, 0, 0, 0, 0).failed_share == 0

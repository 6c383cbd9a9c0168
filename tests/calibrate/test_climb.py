"""The climb over steps of concurrency, with servers that are curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from generator.calibrate.climb import climb, judge, line
from generator.calibrate.load import Trial, summarise
from generator.calibrate.model import CPU, THROUGHPUT, UTILISATION
from generator.calibrate.order import Order, place_order
from generator.diagnostics import UserError
from tests.calibrate.samples import step, trial


def order(**given: Any) -> Order:
    return place_order("http://127.0.0.1/", **{"vcpu": 2, **given})


class Curve:
    """A server whose throughput is a function of the concurrency."""

    def __init__(self, rate: Callable[[int], float], fails_from: int = 1000) -> None:
        self.rate = rate
        self.fails_from = fails_from
        self.asked: list[tuple[int, float | None]] = []

    def __call__(self, concurrency: int, rate: float | None) -> Trial:
        self.asked.append((concurrency, rate))
        failed = 2000 if rate is None and concurrency >= self.fails_from else 0
        return trial(step(concurrency, rate or self.rate(concurrency), failed))


def climbed(curve: Curve, **given: Any) -> tuple[Sequence[Trial], Trial]:
    return climb(order(**given), curve, lambda _: None)


def test_the_climb_ends_after_two_steps_without_growth_and_tries_the_planned_load() -> None:
    curve = Curve(lambda concurrency: min(100 * concurrency, 400))
    trials, loaded = climbed(curve)
    assert [item.step.concurrency for item in trials] == [1, 2, 4, 8, 16]
    assert curve.asked[-1] == (32, pytest.approx(400 * UTILISATION))
    assert loaded.step.rate == pytest.approx(260)
    found = judge(order(), trials, loaded)
    assert (found.knee.concurrency, found.saturated, found.method) == (4, True, THROUGHPUT)
    assert any("--pid" in note for note in found.notes)


def test_one_slow_step_does_not_end_the_climb() -> None:
    curve = Curve(lambda concurrency: {1: 100, 2: 90, 4: 300, 8: 310, 16: 305}[concurrency])
    trials, _ = climbed(curve)
    assert judge(order(), trials, trials[-1]).knee.concurrency == 4


def test_a_throughput_that_still_grows_is_said_to_be_unsaturated() -> None:
    trials, loaded = climbed(Curve(lambda concurrency: 10.0 * concurrency))
    found = judge(order(), trials, loaded)
    assert not found.saturated
    assert found.knee.concurrency == 64
    assert any("still grew at 64" in note for note in found.notes)


def test_a_server_that_breaks_down_is_measured_below() -> None:
    trials, loaded = climbed(Curve(lambda concurrency: 100.0 * concurrency, fails_from=4))
    found = judge(order(), trials, loaded)
    assert (found.knee.concurrency, len(found.steps)) == (2, 3)
    assert any("failed from 4 connections" in note for note in found.notes)


def test_a_server_that_fails_at_once_cannot_be_measured() -> None:
    with pytest.raises(UserError, match=r"failed at 1 connections, most of them GET /: 2000 were answered with 503"):
        climbed(Curve(lambda _: 100, fails_from=1))


def test_a_server_that_fails_at_the_planned_load_cannot_be_measured() -> None:
    def attempt(concurrency: int, rate: float | None) -> Trial:
        return trial(step(concurrency, 100, failed=0 if rate is None else 100))

    with pytest.raises(UserError, match=r"9\.1% of the requests failed"):
        climb(order(), attempt, lambda _: None)


def test_too_few_answers_say_nothing() -> None:
    with pytest.raises(UserError, match=r"40 answers in 10\.0 s") as raised:
        climbed(Curve(lambda _: 4))
    assert "--seconds" in raised.value.remedy


def test_cpu_time_gives_the_method_and_its_notes() -> None:
    given = order(pid=1)
    knee, last = step(2, 100, cpu=12), step(4, 101, cpu=12)
    loaded = trial(step(32, 65, cpu=8), others=1.3)
    found = judge(given, [trial(knee), trial(last)], loaded)
    assert found.method == CPU
    assert any("kept 1.20 of 2 vCPU busy" in note for note in found.notes)
    assert any("used 1.30 CPUs meanwhile" in note for note in found.notes)
    assert any("more than the 1" in note for note in judge(order(pid=1, vcpu=1), [trial(knee)], loaded).notes)
    assert "1.20 vCPU busy" in line(knee)


def test_a_process_that_used_no_cpu_is_not_the_server() -> None:
    with pytest.raises(UserError, match="used no CPU time"):
        judge(order(pid=1), [trial(step(2, 100, cpu=0))], trial(step(32, 65, cpu=0)))


def test_bounds_and_a_strained_generator_are_noted() -> None:
    found = judge(order(), [trial(step(2, 100), used_up=True, strained=True)], trial(step(32, 65)))
    assert any("--requests 200000 ended" in note for note in found.notes)
    assert any("send the load were busy" in note for note in found.notes)


def test_processes_are_added_up() -> None:
    def seen(latencies: list[float], statuses: dict[str, int], ended: float, cpu: float) -> dict[str, Any]:
        return {"latencies": latencies, "statuses": statuses, "ended": ended, "used_up": False, "cpu": cpu}

    results = [seen([5, 1, 3], {"503 GET /": 2, "0 GET /": 1}, 110, 9), seen([2, 4], {"503 GET /": 1}, 108, 1)]
    found = summarise(results, 6, 100, (12, 25))
    assert (found.step.requests, found.step.refused, found.step.unanswered) == (5, 3, 1)
    assert (found.step.seconds, found.step.p50_ms, found.step.p99_ms) == (10, 3, 5)
    assert found.step.failed_share == pytest.approx(4 / 9)
    assert (found.step.cpu_seconds, found.others) == (12, pytest.approx((25 - 12 - 10) / 10))
    assert found.statuses[0] == ("503 GET /", 3)
    assert found.strained


@pytest.mark.parametrize(("rate", "noted"), [(65, False), (58, False), (50, True)])
def test_a_queue_that_grew_at_the_planned_load_is_noted(rate: float, noted: bool) -> None:
    """65 requests/s for 10 s are 650, give or take 3 x 25."""
    found = judge(order(), [trial(step(2, 100))], trial(step(32, rate)))
    assert any("growing queue" in note for note in found.notes) == noted

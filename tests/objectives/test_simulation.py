"""The simulation against closed forms, within the error that its sample leaves, and against what must always hold."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.diagnostics import UserError
from generator.objectives.autoscaling import Scaling
from generator.objectives.queueing import Queue, erlang_b, mean_response, percentile
from generator.objectives.simulation import Scenario, ZoneLoss, rank, simulate
from generator.objectives.workload import Profile, Service, constant

RUNS = 16
ERRORS = 4.1  # of Student's t with 15 degrees of freedom: one run of the suite in a thousand, were the seeds not fixed
CALM = Scenario(constant(200), Service(0.01), seconds=60, tasks=3, servers_per_task=2, timeout=math.inf)


def agree(scenario, measure, exact, power):
    """The mean of independent runs is within its standard error of `exact`, and that error is below `power`."""
    found = [measure(simulate(replace(scenario, seed=seed))) for seed in range(RUNS)]
    error = statistics.stdev(found) / math.sqrt(RUNS)
    assert abs(statistics.fmean(found) - exact) <= ERRORS * error, (statistics.fmean(found), exact, error)
    assert error <= power * exact


def load(rho, servers, service=0.01, requests=20_000, **changes):
    rate = rho * servers / service
    return replace(CALM, profile=constant(rate), service=Service(service), seconds=requests / rate,
                   tasks=servers, servers_per_task=1, zones=1, **changes)  # fmt: skip


@pytest.mark.parametrize(
    ("rho", "servers", "requests"),
    # the busier, the longer one request is felt by those behind it, and the more of them it takes
    [(0.5, 1, 10_000), (0.7, 1, 20_000), (0.65, 6, 10_000), (0.8, 6, 20_000), (0.9, 6, 60_000), (0.8, 40, 20_000)],
)
def test_mean_and_p95_of_the_closed_form(rho, servers, requests):
    exact = Queue(rho * servers / 0.01, servers, 0.01)
    scenario = load(rho, servers, requests=requests)
    agree(scenario, lambda outcome: outcome.mean, mean_response(exact), 0.03)
    agree(scenario, lambda outcome: outcome.p95, percentile(exact, 0.95), 0.03)


def test_tasks_of_several_servers_share_one_queue():
    exact = Queue(480, 6, 0.01)
    scenario = replace(CALM, profile=constant(480), seconds=40)
    agree(scenario, lambda outcome: outcome.p99, percentile(exact, 0.99), 0.03)
    agree(scenario, lambda outcome: outcome.utilisation, 0.8, 0.005)


@pytest.mark.parametrize(("shape", "variation"), [("deterministic", 0.0), ("lognormal", math.exp(0.36) - 1)])
def test_other_service_times_by_pollaczek_and_khinchine(shape, variation):
    scenario = load(0.7, 1, service=0.01)
    scenario = replace(scenario, service=Service(0.01, shape, sigma=0.6))
    wait = 0.7 / 0.3 * 0.01 * (1 + variation) / 2
    agree(scenario, lambda outcome: outcome.mean, wait + 0.01, 0.03)


def test_no_place_to_wait_loses_what_erlang_says():
    agree(load(0.9, 4, queue_limit=0), lambda outcome: outcome.failed_share, erlang_b(4, 3.6), 0.02)


def test_a_queue_limit_of_one_server():
    # M/M/1 with room for 5: (1 - rho) rho^5 / (1 - rho^6) are refused
    refused = 0.2 * 0.8**5 / (1 - 0.8**6)
    agree(load(0.8, 1, queue_limit=4), lambda outcome: outcome.failed_share, refused, 0.05)


def test_overload_fails_what_cannot_be_served_and_keeps_the_rest_within_the_time_out():
    outcome = simulate(load(1.5, 6, requests=60_000, timeout=0.5))
    assert outcome.failed_share == pytest.approx(1 - 1 / 1.5, abs=0.01)
    assert outcome.utilisation > 0.99
    assert outcome.p50 > 0.45  # nearly all wait nearly as long as they bear
    endless = simulate(load(1.5, 6, requests=60_000))
    assert endless.failed == 0
    assert endless.p95 > 10 * outcome.p95 / 2


scenarios = st.builds(
    Scenario,
    profile=st.lists(st.floats(0, 120), min_size=1, max_size=4).map(
        lambda rates: Profile(tuple((70.0 * at, rate) for at, rate in enumerate(rates)))
    ),
    service=st.builds(Service, st.sampled_from([0.01, 0.05, 0.2]), st.sampled_from(["exponential", "deterministic"])),
    seconds=st.sampled_from([30, 200, 333.3]),
    tasks=st.integers(1, 6),
    servers_per_task=st.integers(1, 2),
    zones=st.integers(1, 3),
    scaling=st.none() | st.builds(
        Scaling, st.integers(0, 2), st.integers(2, 8), st.just(0.6), st.integers(1, 3), st.integers(1, 4),
        delay=st.sampled_from([0, 30, 90]), start=st.sampled_from([0, 75]), cooldown_out=st.just(0),
        cooldown_in=st.just(0),
    ),
    loss=st.none() | st.builds(
        ZoneLoss, st.floats(0, 200), retry=st.booleans(), detection=st.sampled_from([0, 20]),
        replacement=st.none() | st.just(30), until=st.sampled_from([math.inf, 250]),
    ),
    timeout=st.sampled_from([0, 0.3, 10, math.inf]),
    queue_limit=st.none() | st.integers(0, 20),
    seed=st.integers(0, 99),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(scenarios)
def test_no_request_is_lost_or_counted_twice(scenario):
    outcome = simulate(scenario)
    assert outcome.requests == outcome.answered + outcome.failed
    assert outcome.requests == sum(point.requests for point in outcome.points)
    assert outcome.answered == sum(point.answered for point in outcome.points)
    assert outcome.failed == sum(point.failed for point in outcome.points)
    assert 0 <= outcome.p50 <= outcome.p95 <= outcome.p99
    assert all(0 <= point.utilisation <= 1 and point.failed >= 0 for point in outcome.points)
    assert all(tasks >= 0 for _, tasks in outcome.tasks)
    assert [time for time, _ in outcome.tasks] == sorted(time for time, _ in outcome.tasks)
    assert simulate(scenario) == outcome


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.floats(10, 500), st.integers(0, 99))
def test_one_more_task_makes_nothing_slower(tasks, rate, seed):
    fewer = replace(CALM, profile=constant(rate), tasks=tasks, seconds=20, seed=seed)
    slow, fast = simulate(fewer), simulate(replace(fewer, tasks=tasks + 1))
    assert slow.requests == fast.requests
    for name in ("mean", "p50", "p95", "p99"):
        assert getattr(fast, name) <= getattr(slow, name) + 1e-9


def test_another_seed_is_another_run():
    assert simulate(CALM) == simulate(replace(CALM))
    assert simulate(CALM) != simulate(replace(CALM, seed=2))


LOSS = Scenario(constant(800), Service(0.01), seconds=900, tasks=6, servers_per_task=2, timeout=30,
                loss=ZoneLoss(300, detection=30, replacement=75))  # fmt: skip


def test_losing_a_zone_is_slower_until_its_tasks_are_replaced():
    outcome = simulate(LOSS)
    p95 = [point.p95 for point in outcome.points]
    assert outcome.tasks == ((0.0, 6), (300, 4), (405, 6))
    assert max(p95[5:7]) > 5 * max(p95[:5])  # 8 Erlangs on 8 servers
    assert max(p95[9:]) < 1.2 * max(p95[:5])
    calm = simulate(replace(LOSS, loss=None))
    assert calm.failed == 0
    assert calm.p95 < outcome.p95
    assert calm.requests == outcome.requests


def test_what_a_lost_zone_fails_and_what_a_retry_saves():
    failed = simulate(LOSS).failed
    third = 800 * 30 / 3  # a third of the requests of 30 s go where nobody answers
    assert failed == pytest.approx(third, rel=0.05)
    retried = simulate(replace(LOSS, loss=replace(LOSS.loss, retry=True))).failed
    assert retried == pytest.approx(third / 3, rel=0.08)
    known = simulate(replace(LOSS, loss=replace(LOSS.loss, detection=0)))
    assert 1 <= known.failed <= 4  # what its four servers worked on
    assert simulate(replace(LOSS, loss=replace(LOSS.loss, detection=0, retry=True))).failed == 0


def test_a_lost_zone_that_nothing_replaces_keeps_failing():
    stuck = replace(LOSS, profile=constant(1000), timeout=1, loss=replace(LOSS.loss, detection=0, replacement=None))
    last = simulate(stuck).points[-1]
    assert last.tasks == 4
    assert last.failed / last.requests == pytest.approx(1 - 0.8, abs=0.03)  # 10 Erlangs on 8 servers


def test_the_only_zone_and_its_return():
    alone = replace(LOSS, zones=1, profile=constant(100), loss=ZoneLoss(300, detection=0, replacement=60, until=330))
    outcome = simulate(alone)
    assert outcome.tasks == ((0.0, 6), (300, 0), (360, 6))
    assert outcome.points[5].utilisation == 0
    assert outcome.failed == pytest.approx(100 * 30, rel=0.1)  # who came in the first half minute waited too long


def test_scaling_out_lags_and_then_carries_the_load():
    rush = Scenario(Profile(((0, 200), (300, 900))), Service(0.01), seconds=1500, tasks=3, servers_per_task=2,
                    scaling=Scaling(3, 12, 0.65), timeout=20)  # fmt: skip
    outcome = simulate(rush)
    first, _ = next(change for change in outcome.tasks if change[1] > 3)
    assert first == 300 + 3 * 60 + 30 + 75  # three points, the metric's delay, a task's start
    assert outcome.failed > 0
    # wholly busy: 3 / 0.65 = 4.6; these work off what waited, wholly busy, too: 5 / 0.65 = 7.7
    assert [tasks for _, tasks in outcome.tasks] == [3, 5, 8]
    assert outcome.points[-1].p95 < 0.05
    still = simulate(replace(rush, scaling=None))
    assert still.failed > outcome.failed
    assert simulate(replace(rush, tasks=8)).failed == 0


def test_scaling_in_is_slow_and_fails_nobody():
    ebb = Scenario(Profile(((0, 700), (300, 100))), Service(0.01), seconds=2400, tasks=6, servers_per_task=2,
                   scaling=Scaling(3, 12, 0.65))  # fmt: skip
    outcome = simulate(ebb)
    assert outcome.tasks == ((0.0, 6), (1230, 3))  # fifteen minutes below, and the metric's delay
    assert outcome.failed == 0


def test_requests_follow_the_profile():
    outcome = simulate(replace(CALM, profile=Profile(((0, 100), (90, 0), (120, 500))), seconds=180))
    assert [point.requests for point in outcome.points] == pytest.approx([6000, 3000, 30000], rel=0.06)
    assert Profile(((0, 100), (90, 20))).scaled(0.05) == Profile(((0, 5), (90, 1)))
    assert Profile(((0, 1), (10, 2), (20, 3))).pieces(5, 20) == [(5, 10, 1), (10, 20, 2)]
    assert Profile(((0, 1), (10, 2), (20, 3))).pieces(10, 25) == [(10, 20, 2), (20, 25, 3)]


def test_nobody_comes():
    outcome = simulate(replace(CALM, profile=constant(0)))
    assert (outcome.requests, outcome.failed, outcome.mean, outcome.p95, outcome.failed_share) == (0, 0, 0, 0, 0)


def test_ranks():
    assert [rank([1, 2, 3, 4], share) for share in (0, 0.25, 0.26, 0.75, 1)] == [1, 1, 2, 3, 4]
    assert rank(list(range(1, 101)), 0.95) == 95


@pytest.mark.parametrize(
    "change",
    [
        {"seconds": 0},
        {"tasks": 0},
        {"zones": 0},
        {"timeout": -1},
        {"queue_limit": -1},
        {"point": 0},
        {"loss": ZoneLoss(1, zone=3)},
    ],
)
def test_what_cannot_be_simulated(change):
    with pytest.raises(UserError):
        replace(CALM, **change)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Service(0),
        lambda: Service(1, "uniform"),
        lambda: Profile(()),
        lambda: Profile(((1, 5),)),
        lambda: Profile(((0, 5), (0, 6))),
        lambda: Profile(((0, -5),)),
        lambda: Scaling(4, 3, 0.6),
        lambda: Scaling(1, 3, 0),
        lambda: Scaling(1, 3, 0.5, points_out=0),
        lambda: Scaling(1, 3, 0.5, start=-1),
    ],
)
def test_what_is_no_input(make):
    with pytest.raises(UserError):
        make()

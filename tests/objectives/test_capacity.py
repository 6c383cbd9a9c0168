"""What parts carry and what a load asks, by hand and against the published tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.diagnostics import UserError
from generator.objectives import capacity
from generator.objectives.limits import limits


@pytest.mark.parametrize(
    ("per_vcpu", "origin", "shares"), [(60, 234, (95.3, 97.1)), (120, 468, (90.6, 94.2)), (250, 975, (80.5, 87.8))]
)
def test_three_tasks_of_two_vcpu_and_what_the_edge_must_answer(per_vcpu, origin, shares):
    found = capacity.origin_capacity(tasks=3, vcpu=2, per_vcpu=per_vcpu, utilisation=0.65)
    assert found.requests == pytest.approx(origin)
    for promised, share in zip((5000, 8000), shares, strict=True):
        needed = capacity.edge_share_needed(promised, found.requests)
        assert round(100 * needed.share, 1) == share
        assert (needed.promised, needed.origin) == (promised, found.requests)


TIER_2 = {  # tasks of 2 vCPU for 15,000 and for 25,000 requests per second, by requests per vCPU and the edge's share
    (60, 0.90): (20, 33),
    (60, 0.95): (10, 17),
    (60, 0.98): (4, 7),
    (120, 0.90): (10, 17),
    (120, 0.95): (5, 9),
    (120, 0.98): (2, 4),
    (250, 0.90): (5, 8),
    (250, 0.95): (3, 4),
    (250, 0.98): (1, 2),
}


@pytest.mark.parametrize(("case", "tasks"), TIER_2.items())
def test_tasks_of_tier_two(case, tasks):
    per_vcpu, share = case
    found = tuple(
        capacity.tasks_needed(rate * (1 - share), vcpu=2, per_vcpu=per_vcpu, utilisation=0.65).tasks
        for rate in (15_000, 25_000)
    )
    assert found == tasks


def test_tasks_without_an_edge_and_without_a_load():
    assert capacity.tasks_needed(8000, 2, 120, 0.65).tasks == 52
    assert capacity.tasks_needed(156, 2, 120, 0.65).tasks == 1
    assert capacity.tasks_needed(0, 2, 120, 0.65).tasks == 1
    assert capacity.edge_share_needed(100, 468).share == 0
    assert capacity.edge_share_needed(0, 0).share == 0


@given(st.floats(1, 1e5), st.floats(0.25, 16), st.floats(1, 1000), st.floats(0.1, 1))
def test_the_tasks_needed_carry_the_load_and_one_less_does_not(requests, vcpu, per_vcpu, utilisation):
    tasks = capacity.tasks_needed(requests, vcpu, per_vcpu, utilisation).tasks
    assert capacity.origin_capacity(tasks, vcpu, per_vcpu, utilisation).requests >= requests * (1 - 1e-6)
    if tasks > 1:
        assert capacity.origin_capacity(tasks - 1, vcpu, per_vcpu, utilisation).requests < requests


def test_connections():
    of_4_gib = limits().connections.planned(4)
    found = capacity.connection_use(tasks=24, processes=4, threads=4, limit=of_4_gib)
    assert (found.needed, found.limit, found.fits) == (384, 413, True)
    twice = capacity.connection_use(tasks=24, processes=4, threads=4, limit=of_4_gib, sets=2)
    assert (twice.needed, twice.fits) == (768, False)
    assert capacity.connection_use(3, 5, 1, 15).fits
    assert not capacity.connection_use(3, 5, 1, 14).fits


def test_queries_of_tier_one():
    found = capacity.database_load(468, cache_share=0.8, queries_each=3, per_vcpu_low=1000, per_vcpu_high=2000)
    assert found.queries == pytest.approx(280.8)
    assert (found.vcpu_low, found.vcpu_high) == pytest.approx((0.1404, 0.2808))
    assert capacity.database_load(468, 0.5, 3, 1000, 2000).queries == pytest.approx(702)


def test_a_database_that_is_pinned_at_its_most():
    medium = limits().databases["db.t3.medium"]
    found = capacity.credits_used(medium.vcpu, medium.sustained, busy=[2.0] * 24, days=730 / 24)
    assert found.surplus_hours == pytest.approx((2 - 0.4) * 730)
    assert found.surplus_hours * 0.075 == pytest.approx(87.60)


def test_idle_hours_pay_for_busy_ones():
    day = [0.2] * 18 + [0.9] * 6  # 9 vCPU-hours; 9.6 are free
    assert capacity.credits_used(2, 0.4, day, 30).surplus_hours == 0
    over = capacity.credits_used(2, 0.4, [0.2] * 12 + [0.9] * 12, 30)
    assert over.surplus_hours == pytest.approx((13.2 - 9.6) * 30)
    assert (over.mean, over.peak) == pytest.approx((0.55, 0.9))
    assert capacity.credits_used(2, 0.4, [7], 1).mean == 2
    assert capacity.credits_used(2, 2, [2], 1).surplus_hours == 0
    with pytest.raises(UserError, match="without hours"):
        capacity.credits_used(2, 0.4, [], 30)


def test_a_cache():
    micro, large = limits().caches["cache.t3.micro"], limits().caches["cache.r7g.large"]
    found = capacity.cache_use(50_000, 2, micro.usable, ops=3000, ops_limit=micro.ops)
    assert found.gib == pytest.approx(0.0931, abs=1e-4)
    assert found.memory_share == pytest.approx(0.0931 / 0.375, abs=1e-3)
    assert found.ops_share == pytest.approx(3000 / 5984)
    assert found.fits is True
    assert capacity.cache_use(50_000, 2, micro.usable, 7500, micro.ops).fits is False
    assert capacity.cache_use(500_000, 2, micro.usable, 1, micro.ops).fits is False
    unmeasured = capacity.cache_use(50_000, 2, large.usable, 1e6, large.ops)
    assert (unmeasured.ops_share, unmeasured.fits) == (None, None)
    assert capacity.cache_use(50_000_000, 2, large.usable, 1, large.ops).fits is False


def test_load_balancer_units():
    unit = limits().load_balancer
    rate, answer = 8000, 2e-6  # 2 kB in GB
    found = capacity.balancer_units(
        connections=(100, unit.new_connections),
        active=(9000, unit.active_connections),
        gb_per_hour=(rate * answer * 3600, unit.gb_per_hour),
        rules=(0, unit.rule_evaluations),
    )
    assert found.units == found.gb_per_hour == pytest.approx(57.6)
    assert found.dimension == "gb_per_hour"
    assert (found.new_connections, found.active_connections, found.rule_evaluations) == (4, 3, 0)


def test_littles_law():
    assert capacity.requests_of(20_000, think=10, response=0).requests == 2000
    assert capacity.requests_of(50_000, think=10, response=0).requests == 5000
    assert capacity.think_time(20_000, 15_000, 0).think == pytest.approx(4 / 3)
    assert capacity.think_time(50_000, 25_000, 0.1).think == pytest.approx(1.9)
    assert capacity.think_time(10, 100, 0.2).think < 0
    for call in (lambda: capacity.requests_of(1, 0, 0), lambda: capacity.think_time(1, 0, 0)):
        with pytest.raises(UserError):
            call()


@given(st.floats(1, 1e6), st.floats(0, 100), st.floats(0.001, 10))
def test_users_make_the_requests_that_make_the_users(users, think, response):
    found = capacity.requests_of(users, think, response)
    assert capacity.users_of(found.requests, think, response).users == pytest.approx(users)
    assert capacity.think_time(users, found.requests, response).think == pytest.approx(think, abs=1e-6)


@pytest.mark.parametrize(("vcpu", "processes"), [(0.25, 3), (1, 3), (2, 5), (4, 9)])
def test_gunicorns_starting_point(vcpu, processes):
    assert capacity.gunicorn_processes(vcpu) == processes


@pytest.mark.parametrize(
    ("vcpu", "servers", "service"), [(0.5, 1, 0.02), (1, 1, 0.01), (2, 2, 0.01), (2.5, 3, 0.012), (16, 16, 0.01)]
)
def test_servers_of_a_task_keep_its_capacity(vcpu, servers, service):
    found = capacity.servers_of(vcpu, 0.01)
    assert found == (servers, pytest.approx(service))
    assert found[0] / found[1] == pytest.approx(vcpu / 0.01)


@pytest.mark.parametrize("wrong", [(1, 2, 120, 0), (1, 2, 120, 1.1), (1, 0, 120, 0.5), (1, 2, 0, 0.5)])
def test_what_cannot_be_planned(wrong):
    for call in (capacity.origin_capacity, capacity.tasks_needed):
        with pytest.raises(UserError):
            call(*wrong)
    with pytest.raises(UserError):
        capacity.servers_of(0, 1)

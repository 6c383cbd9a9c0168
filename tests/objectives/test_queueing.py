"""M/M/c in closed form, against the published table, special cases and numeric integration."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.diagnostics import UserError
from generator.objectives.queueing import (
    Queue,
    erlang_b,
    erlang_c,
    mean_response,
    mean_wait,
    most_arrivals,
    percentile,
    response_tail,
    split,
    wait_tail,
)

RHO = (0.50, 0.65, 0.80, 0.90, 0.95)
TABLE = {  # p95 of M/M/6 in ms, by the mean service time in ms
    4: (12, 13, 15, 24, 43),
    8: (24, 26, 31, 48, 86),
    16: (49, 51, 62, 95, 171),
    25: (76, 80, 97, 149, 267),
    40: (122, 128, 155, 238, 428),
}
SEPARATE = {8: 63, 16: 127, 25: 198}  # the same servers as three M/M/2 at 0.80

queues = st.builds(
    lambda servers, rho, service: Queue(rho * servers / service, servers, service),
    st.integers(1, 64),
    st.floats(0.01, 0.99),
    st.floats(0.001, 2),
)


def queue(rho: float, servers: int, service: float) -> Queue:
    return Queue(rho * servers / service, servers, service)


@pytest.mark.parametrize(("service", "row"), TABLE.items())
def test_the_table_of_six_servers(service, row):
    assert tuple(round(1000 * percentile(queue(rho, 6, service / 1000), 0.95)) for rho in RHO) == row


@pytest.mark.parametrize(("service", "p95"), SEPARATE.items())
def test_three_separate_queues_of_two(service, p95):
    one = split(queue(0.80, 6, service / 1000), 3)
    assert one.servers == 2
    assert one.utilisation == pytest.approx(0.80)
    assert round(1000 * percentile(one, 0.95)) == p95


def test_one_server_by_hand():
    one = Queue(arrivals=8, servers=1, service=0.1)  # rho 0.8: mean 0.1 / 0.2, and exponential with that mean
    assert erlang_b(1, 0.8) == pytest.approx(0.8 / 1.8)
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert mean_response(one) == pytest.approx(0.5)
    assert mean_wait(one) == pytest.approx(0.4)
    for seconds in (0.01, 0.3, 2.0):
        assert response_tail(one, seconds) == pytest.approx(math.exp(-2 * seconds))
        assert wait_tail(one, seconds) == pytest.approx(0.8 * math.exp(-2 * seconds))
    assert percentile(one, 0.95) == pytest.approx(math.log(20) / 2)


def test_two_servers_by_hand():
    # 1.5 Erlangs: B = 1.125 / (1 + 1.5 + 1.125) = 9/29, C = B / (1 - 0.75 (1 - B)) = 9/14
    assert erlang_b(2, 1.5) == pytest.approx(9 / 29)
    assert erlang_c(2, 1.5) == pytest.approx(9 / 14)


def test_theta_equal_to_mu_and_its_neighbours():
    even = Queue(arrivals=5, servers=6, service=1)  # drain 6 - 5 = 1 = mu
    waits = erlang_c(6, 5)
    for seconds in (0.1, 1, 5, 40):
        exact = math.exp(-seconds) * (1 - waits + waits * (1 + seconds))
        assert response_tail(even, seconds) == pytest.approx(exact, rel=1e-13)
        for near in (1e-15, 1e-12, 1e-9, 1e-6):
            beside = Queue(5 * (1 + near), 6, 1)
            assert response_tail(beside, seconds) == pytest.approx(exact, rel=40 * near * (1 + seconds) + 1e-12)


def test_more_than_the_servers_carry_never_settles():
    for rho in (1.0, 1.5):
        full = queue(rho, 4, 0.02)
        assert not full.stable
        assert percentile(full, 0.5) == mean_wait(full) == mean_response(full) == math.inf
        assert response_tail(full, 1e9) == wait_tail(full, 1e9) == 1.0
        assert erlang_c(4, 4 * rho) == 1.0


def test_nobody_comes():
    idle = Queue(0, 3, 0.5)
    assert mean_wait(idle) == 0
    assert percentile(idle, 0.95) == pytest.approx(0.5 * math.log(20))


@given(queues, st.floats(0.05, 0.999))
def test_the_percentile_is_the_tails_inverse(one, share):
    assert response_tail(one, percentile(one, share)) == pytest.approx(1 - share, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(queues)
def test_the_mean_is_the_tails_integral(one):
    last, steps = percentile(one, 1 - 1e-9), 4000
    width = last / steps
    total = sum(response_tail(one, (at + 0.5) * width) for at in range(steps)) * width
    assert total == pytest.approx(mean_response(one), rel=2e-3)


@given(queues, st.floats(0.5, 0.99))
def test_more_servers_are_never_slower_and_one_queue_is_never_worse_than_two(one, share):
    more = Queue(one.arrivals, one.servers + 1, one.service)
    assert percentile(more, share) <= percentile(one, share) * (1 + 1e-9)
    twice = Queue(2 * one.arrivals, 2 * one.servers, one.service)
    assert percentile(twice, share) <= percentile(split(twice, 2), share) * (1 + 1e-9)
    assert split(twice, 2) == one


@given(queues, queues)
def test_the_most_arrivals_keep_the_percentile(one, other):
    bound = 3.5 * one.service + other.service  # above ln 20 services, which an idle system takes
    most = most_arrivals(one.servers, one.service, 0.95, bound)
    assert percentile(Queue(most, one.servers, one.service), 0.95) <= bound * (1 + 1e-6)
    assert percentile(Queue(most * 1.001, one.servers, one.service), 0.95) > bound * (1 - 1e-6)


def test_a_bound_that_an_idle_system_misses():
    assert most_arrivals(6, 0.040, 0.95, 0.100) == 0


@pytest.mark.parametrize("wrong", [(-1, 1, 1), (1, 0, 1), (1, 1, 0), (math.nan, 1, 1), (1, 1, math.inf)])
def test_what_is_no_queue(wrong):
    with pytest.raises(UserError):
        Queue(*wrong)


def test_what_cannot_be_split_or_is_no_percentile():
    with pytest.raises(UserError, match="no 4 equal queues"):
        split(Queue(1, 6, 1), 4)
    with pytest.raises(UserError, match="no percentile"):
        percentile(Queue(1, 6, 1), 95)

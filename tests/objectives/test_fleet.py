"""The fleet, which plans ahead, against one that lets every event happen in its turn; and auto-scaling by data points."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.objectives.autoscaling import Scaling, Tracker
from generator.objectives.fleet import Fleet


class Plain:
    """First come, first served, with a queue that is looked at whenever something happens."""

    def __init__(self, timeout):
        self.timeout, self.idle, self.running, self.waiting = timeout, 0, [], []
        self.answered, self.failed = [], 0

    def until(self, now):
        while self.running and min(self.running)[0] <= now:
            end, arrival = min(self.running)
            self.running.remove((end, arrival))
            self.answered.append(end - arrival)
            self.idle += 1
            self.begin(end)
        self.begin(now)

    def begin(self, now):
        while self.waiting:
            arrival, work = self.waiting[0]
            if now - arrival > self.timeout:
                self.waiting.pop(0)
                self.failed += 1
            elif self.idle:
                self.waiting.pop(0)
                self.idle -= 1
                self.running.append((now + work, arrival))
            else:
                return


@settings(max_examples=200, deadline=None)
@given(
    requests=st.lists(st.tuples(st.floats(0.01, 2), st.floats(0.05, 3)), max_size=60),
    more=st.lists(st.tuples(st.floats(0, 60), st.integers(1, 3)), max_size=4),
    timeout=st.sampled_from([0.0, 1.0, 4.0, math.inf]),
)
def test_servers_that_come_take_what_waits(requests, more, timeout):
    fleet, plain = Fleet(each=1, zones=2, timeout=timeout, queue_limit=None), Plain(timeout)
    arrivals, now = [], 0.0
    for gap, work in requests:
        now += gap
        arrivals.append((now, "request", work))
    for time, kind, value in sorted([*arrivals, (0.0, "add", 1), *((time, "add", count) for time, count in more)]):
        plain.until(time)
        if kind == "add":
            fleet.add(value, time)
            plain.idle += value
        else:
            fleet.serve([time], [value])
            plain.waiting.append((time, value))
        plain.begin(time)
    plain.until(1e6)
    found = sorted(fleet.settle(1e6))
    assert fleet.failed == plain.failed
    assert found == pytest.approx(sorted(plain.answered), abs=1e-9)
    assert len(found) + fleet.failed == len(requests)


def test_tasks_are_spread_over_zones():
    fleet = Fleet(each=2, zones=3, timeout=1, queue_limit=None)
    fleet.add(7, 0)
    assert sorted(fleet.tasks.values()) == [0, 0, 0, 1, 1, 2, 2]
    assert fleet.servers == 14
    fleet.remove(1, 1)
    assert sorted(fleet.tasks.values()) == [0, 0, 1, 1, 2, 2]
    assert fleet.lose(1, 2, retry=False) == 2
    assert fleet.servers == 8
    fleet.add(2, 3)
    assert sorted(fleet.tasks.values()) == [0, 0, 0, 2, 2, 2]
    fleet.remove(9, 4)
    assert (fleet.tasks, fleet.servers) == ({}, 0)


def test_what_is_broken_off_waits_with_the_others_in_the_order_of_arrival():
    fleet = Fleet(each=1, zones=2, timeout=100, queue_limit=None)
    fleet.add(2, 0)
    fleet.serve([1, 2, 3], [10, 10, 10])  # the third waits until 11
    fleet.lose(0, 5, retry=True)
    # Server 0 had the first. Server 1 ends the second at 12, then begins the first anew, and the third at 22.
    assert sorted(fleet.settle(1e6)) == [12 - 2, 22 - 1, 32 - 3]
    assert fleet.failed == 0


def test_a_task_that_is_stopped_ends_its_work():
    fleet = Fleet(each=1, zones=1, timeout=100, queue_limit=None)
    fleet.add(2, 0)
    fleet.serve([0, 0, 0], [4, 6, 1])
    fleet.remove(1, 1)
    assert sorted(fleet.settle(1e6)) in ([4, 5, 6], [4, 6, 7])  # the third waits for the server that stays
    assert fleet.busy(1e6) == pytest.approx(11)


def test_work_is_counted_as_it_is_done():
    fleet = Fleet(each=1, zones=1, timeout=100, queue_limit=None)
    fleet.add(1, 0)
    fleet.serve([1, 2], [4, 4])
    assert fleet.settle(3) == []
    assert fleet.busy(3) == 2
    assert fleet.settle(6) == [4]
    assert fleet.busy(6) == 5
    fleet.lose(0, 7, retry=False)
    assert (fleet.busy(7), fleet.failed) == (6, 1)


RULE = Scaling(2, 10, 0.6, points_out=3, points_in=5, margin=0.9, cooldown_out=60, cooldown_in=300, start=75)


def decisions(points, desired=4, rule=RULE, step=60):
    tracker = Tracker(rule, desired)
    return [tracker.decide(step * at, point) for at, point in enumerate(points)]


def test_out_after_three_points_in_a_row():
    assert decisions([0.9, 0.9, 0.5, 0.9, 0.9, 0.9]) == [0, 0, 0, 0, 0, 2]  # 4 x 0.9 / 0.6 = 6
    assert decisions([0.601] * 3) == [0, 0, 1]
    assert decisions([0.6] * 9) == [0] * 9


def test_no_further_step_until_the_tasks_are_there_and_a_cooldown_is_over():
    assert decisions([0.9] * 6) == [0, 0, 2, 0, 0, 3]  # 75 + 60 s after the third point; 6 x 0.9 / 0.6 = 9
    assert decisions([1.0] * 9, desired=8) == [0, 0, 2, 0, 0, 0, 0, 0, 0]  # 10 at most


def test_in_after_more_points_and_well_below():
    assert decisions([0.2] * 5) == [0, 0, 0, 0, -2]  # 4 x 0.2 / 0.6 = 1.3: 2
    assert decisions([0.55] * 9) == [0] * 9  # above 0.9 x 0.6
    assert decisions([0.2, 0.2, 0.2, 0.2, 0.5]) == [0] * 5  # 4 x 0.5 / 0.6 = 3.3: 4
    assert decisions([0.01] * 12, desired=9, rule=Scaling(0, 10, 0.6, points_in=5)) == [0] * 4 + [-8] + [0] * 7


def test_bounds_hold_from_the_first_point_on():
    assert decisions([0.5], desired=1) == [1]
    assert decisions([0.5], desired=12) == [-2]

"""The course of a deployment as a pure function: what is true however rarely somebody looks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.emulator.services.codedeploy_alarms import holds
from generator.emulator.services.codedeploy_configs import PREDEFINED, shift_of
from generator.emulator.services.codedeploy_machine import (
    EVENTS,
    Observed,
    Picture,
    Plan,
    Shift,
    State,
    advance,
    events,
    picture,
    status,
)

CALM = Observed()
CANARY = Plan(shift=Shift(10, 90, 5), test_route=True, wait_minutes=10)
SHIFTS = [
    ("ECSAllAtOnce", {0: 100}),
    ("ECSCanary10Percent5Minutes", {0: 10, 4.9: 10, 5: 100}),
    ("ECSCanary10Percent15Minutes", {0: 10, 14.9: 10, 15: 100}),
    ("ECSLinear10PercentEvery1Minutes", {0: 10, 1: 20, 8.9: 90, 9: 100}),
    ("ECSLinear10PercentEvery3Minutes", {0: 10, 2.9: 10, 3: 20, 27: 100}),
]


@pytest.mark.parametrize(("name", "weights"), SHIFTS)
def test_traffic_moves_as_the_configuration_says(name: str, weights: dict[float, int]) -> None:
    shift = shift_of(PREDEFINED[f"CodeDeployDefault.{name}"])
    assert {minutes: shift.weight(minutes * 60) for minutes in weights} == weights
    assert shift.weight(shift.seconds()) == 100
    assert shift.seconds() == 0 or shift.weight(shift.seconds() - 1) < 100


def test_one_look_shows_what_many_show() -> None:
    often = State()
    for second in range(0, 2000, 7):
        often = advance(CANARY, often, second, CALM)
    once = advance(CANARY, State(), 2000, CALM)
    assert often.ended == once.ended
    assert often.entered == once.entered
    assert once.ended is not None
    assert once.ended.status == "Succeeded"
    assert [name for name, how, _, _ in events(CANARY, once) if how == "Succeeded"] == list(EVENTS)


def test_an_alarm_counts_from_when_it_was_set() -> None:
    started = advance(CANARY, State(), 100, CALM)
    late = advance(CANARY, started, 5000, Observed(alarms=("5xx",)))
    assert late.ended is not None
    assert (late.ended.status, late.ended.at) == ("Stopped", 100)
    assert picture(CANARY, late, 5000) == Picture("running", test=True, weight=10)
    rollback = Plan(rollback=True)
    assert status(advance(rollback, State(), 100, Observed(alarms=("5xx",)))) == "Succeeded"


def test_tasks_that_start_late_delay_what_follows() -> None:
    waiting = advance(CANARY, State(), 200, Observed(unhealthy="no image"))
    assert picture(CANARY, waiting, 200) == Picture("pending", test=False, weight=0)
    done = advance(CANARY, waiting, 5000, CALM)
    assert done.since("AfterInstall") == 200
    failed = advance(CANARY, waiting, 5000, Observed(unhealthy="no image"))
    assert failed.ended is not None
    assert (failed.ended.code, failed.ended.at) == ("TIMEOUT", 306)


def test_what_has_no_test_listener_skips_its_events() -> None:
    plan = replace(CANARY, test_route=False)
    shown = {name: how for name, how, _, _ in events(plan, advance(plan, State(), 2000, CALM))}
    assert {name for name, how in shown.items() if how == "Skipped"} == {"AllowTestTraffic", "AfterAllowTestTraffic"}


def test_the_original_can_be_kept() -> None:
    plan = replace(CANARY, terminate=False)
    assert picture(plan, advance(plan, State(), 2000, CALM), 2000) == Picture("running", test=True, weight=100)


RULES = [
    ("ALARM(a)", True),
    ('ALARM("b")', False),
    ("ALARM(b) OR ALARM(a) AND OK(b)", True),
    ("NOT (ALARM(a) OR ALARM(b))", False),
    ("ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)", True),
    ("TRUE AND NOT FALSE", True),
    ("ALARM(a) AND", False),
    ("nonsense", False),
]


@pytest.mark.parametrize(("rule", "expected"), RULES)
def test_rules_of_composite_alarms(rule: str, expected: bool) -> None:
    assert holds(rule, {"a": "ALARM", "b": "OK"}.__getitem__) is expected

"""p95 by simulation: it agrees with the closed form, and says for how long a step or a lost zone breaks the promise."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.blueprint.traffic import Traffic
from generator.cost.parts.tasks import Fleet
from generator.cost.volumes import Volumes
from generator.objectives.autoscaling import Scaling
from generator.objectives.simulation import ZoneLoss
from generator.policy import Plan
from generator.promises.crosscheck import checked, cross_check, reactions
from generator.promises.load import p95
from generator.promises.model import Answer, Pace, Verdict
from generator.promises.simulated import LOSS_AT, Reactions, Simulation, lose, simulation, steady, step
from generator.promises.system import System, read
from tests.conftest import Planned, Tierform, plan_json
from tests.promises.test_promises import blueprint, values

PACE = Pace(20, "a test")  # 50 ms of CPU for a request
SCALING = Scaling(3, 9, 0.6)
LOSS = ZoneLoss(LOSS_AT)
PROMISED = 0.4


def system(hour: float, peak: float, least: int = 3, most: int = 9, *, vcpu: float = 2, zones: int = 3) -> System:
    """Return tasks that meet `hour` requests per second all day and `peak` as promised."""
    volumes = Volumes(Traffic((hour,) * 24, 0.0, bucket_share=0.0), peak)
    return System(Fleet(least, most, (), least, 0.0), vcpu, zones, None, True, 0, None, 0, False, volumes, PACE)


def answer(it: System, promised: float = PROMISED, **how: Any) -> tuple[Answer, Answer, Simulation]:
    """Return the closed form's answer, the same with the simulation's, and what that found."""
    found = simulation(it, replace(Reactions(SCALING, LOSS), **how), promised)
    closed = p95(it, promised * 1000)
    return closed, checked(closed, found), found


@pytest.mark.parametrize(("load", "tasks"), [(0.3, 3), (0.65, 3), (0.65, 9), (0.85, 3)])
@pytest.mark.parametrize("seed", [1, 2])
def test_steady_p95_agrees_with_the_closed_form_within_the_error_it_states(load: float, tasks: int, seed: int) -> None:
    rate = load * tasks * 2 * PACE.requests_per_vcpu
    found = steady(system(rate, rate), rate, tasks, PROMISED, seed)
    assert abs(found.simulated - found.closed) <= 2 * found.error  # 95 % of runs are within the error itself
    assert found.error <= (0.02 if load < 0.8 else 0.08) * found.closed  # busy queues forget slowly
    assert found.difference == pytest.approx(found.simulated / found.closed - 1)
    assert found.kept


def test_p95_of_hardly_any_load_is_that_of_the_work_alone() -> None:
    # 3.00 times the mean of an exponential time, 50 ms, and 10 ms on the way: 160 ms.
    found = steady(system(0.5, 0.5), 0.5, 3, PROMISED)
    assert found.closed == pytest.approx(math.log(20) * 0.05 + 0.01)
    assert found.simulated == pytest.approx(0.16, abs=0.005)
    half = steady(system(0.5, 0.5, vcpu=0.5), 0.5, 3, PROMISED)  # on half a vCPU the same work takes twice as long
    assert half.simulated == pytest.approx(math.log(20) * 0.1 + 0.01, rel=0.03)


def test_what_never_settles_is_not_met() -> None:
    _, simulated, found = answer(system(10, 500))  # of 360 that 18 vCPU answer
    late = found.steady["promised rate, scaled"]
    assert math.isinf(late.difference)
    assert not late.kept
    assert not found.step.ended
    assert simulated.verdict is Verdict.NOT_MET
    assert "at the promised rate, scaled (" in simulated.says
    assert "ever again after the step" in simulated.says
    assert "more the longer it lasts" in simulated.figures["simulated promised rate"]


def test_a_step_that_the_fewest_tasks_carry_breaks_nothing() -> None:
    found = step(system(10, 60), SCALING, PROMISED)
    assert (found.rates, found.broken, found.failed, found.ended) == ((10, 60), 0, 0, True)
    assert found.tasks == (3, 3, 3)


def test_a_step_beyond_them_is_broken_until_scaling_has_followed() -> None:
    it = system(10, 150)  # 7.5 Erlangs on 6 vCPU
    found = step(it, SCALING, PROMISED)
    # 3 data points, 30 s until they are known, 75 s to start, and what waited is worked off
    assert 3 * 60 + 30 + 75 < found.broken <= 600
    assert found.ended
    assert found.p95 > 10
    assert found.tasks == (3, 3, 9)  # wholly busy: 3 / 0.6 = 5 at first, and from there 5 / 0.6 = 9
    closed, simulated, _ = answer(it)
    assert closed.verdict is Verdict.NOT_MET
    assert f"not kept for {found.broken:.0f} s after the step to the promised rate" in simulated.says
    assert not step(it, None, PROMISED).ended


@settings(max_examples=5, deadline=None)
@given(st.floats(70, 300), st.sampled_from([0, 30, 90]), st.sampled_from([30, 60, 120]), st.integers(1, 9))
def test_slower_scaling_makes_a_step_no_better(peak: float, delay: float, later: float, seed: int) -> None:
    it = system(10, peak)
    fast, slow = (
        step(it, replace(SCALING, delay=delay, start=start), PROMISED, seed) for start in (30.0, 30.0 + later)
    )
    assert slow.broken >= fast.broken
    assert slow.p95 >= fast.p95 - 1e-9
    assert slow.missed >= fast.missed - 1e-9


def test_a_step_is_worse_the_slower_tasks_start() -> None:
    it = system(10, 123)  # 6.15 Erlangs on 6 vCPU: nobody waits so long as to give up
    found = [step(it, replace(SCALING, start=start), PROMISED) for start in (0.0, 75.0, 240.0)]
    assert found[0].broken < found[1].broken < found[2].broken
    assert found[0].p95 < found[1].p95 < found[2].p95


def test_a_lost_zone_fails_its_share_until_it_is_noticed() -> None:
    found = lose(system(12, 12), replace(LOSS, detection=45), PROMISED)  # 0.6 Erlangs on 6 vCPU: the rest carries it
    assert (found.broken, found.ended, found.tasks) == (45, True, (3, 2, 3))
    assert found.failed == pytest.approx(1 / 3, abs=0.05)
    assert found.p95 == pytest.approx(0.16, abs=0.02)
    unnoticed = lose(system(12, 12), replace(LOSS, detection=0), PROMISED)
    assert unnoticed.broken <= 15  # what was under way


def test_losing_a_zone_without_head_room_is_reported_as_broken() -> None:
    tight, roomy = system(90, 90), system(90, 90, least=6)  # 4.5 Erlangs on 6 vCPU, and on 12
    closed, simulated, found = answer(tight)
    assert closed.verdict is Verdict.MET_IF
    assert found.loss.broken > 45 + 75  # not before the tasks are replaced
    assert found.loss.p95 > PROMISED
    assert f"not kept for {found.loss.broken:.0f} s after the loss of a zone" in simulated.says
    assert simulated.verdict is Verdict.MET_IF  # it is kept again
    assert f"kept again after {found.loss.broken:.0f} s" in simulated.figures["simulated loss of a zone"]
    assert lose(roomy, LOSS, PROMISED).broken == 45
    assert lose(roomy, LOSS, PROMISED).p95 < PROMISED


def test_a_zone_that_nothing_replaces_is_not_met() -> None:
    _, simulated, found = answer(system(90, 90, zones=1))
    assert not found.loss.ended
    assert found.loss.failed == 1
    assert simulated.verdict is Verdict.NOT_MET
    assert "not kept again" in simulated.figures["simulated loss of a zone"]


def test_a_promise_that_is_kept_throughout_says_so() -> None:
    _, simulated, _ = answer(system(12, 12), loss=replace(LOSS, detection=0), promised=2)
    assert simulated.verdict is Verdict.MET_IF
    assert "kept through a step of the load and the loss of a zone, too" in simulated.says


def test_the_same_seed_gives_the_same_figures() -> None:
    it, how = system(30, 40), Reactions(SCALING, LOSS)
    found = simulation(it, how, PROMISED, 7)
    assert found == simulation(it, how, PROMISED, 7)
    other = steady(it, 30, 3, PROMISED, 8)
    assert other.simulated != found.steady["busiest hour"].simulated
    assert other.closed == found.steady["busiest hour"].closed


def test_nobody_comes() -> None:
    _, simulated, found = answer(system(0, 0))
    assert found.steady == {}
    assert simulated.verdict is Verdict.MET_IF


def test_how_the_plan_reacts_is_read_from_it(planned: Callable[[str], Planned]) -> None:
    document = plan_json(planned("tier1").folder)
    traffic = blueprint("tier1").traffic
    assert traffic

    def how(*edits: Callable[[dict[str, Any]], None]) -> Reactions:
        edited = copy.deepcopy(document)
        for edit in edits:
            edit(edited)
        plan = Plan(edited)
        return reactions(plan, read(plan, Volumes(traffic, 1), PACE))

    assert how() == Reactions(Scaling(3, 9, 0.6), ZoneLoss(LOSS_AT, detection=45))
    slow = values("aws_lb_target_group", health_check=[{"interval": 30, "unhealthy_threshold": 5}])
    assert how(slow).loss.detection == 150
    assert how(values("aws_appautoscaling_target", max_capacity=3)).scaling is None
    unsaid = values("aws_appautoscaling_policy", target_tracking_scaling_policy_configuration=[])
    assert how(unsaid).scaling == Scaling(3, 9, 0.65)
    kept = cross_check((), Plan(document), traffic, {"requests_per_second": 1.0})
    assert kept == ()  # nothing is promised of p95


def test_the_command_simulates_if_it_is_told_to(tierform: Tierform, planned: Callable[[str], Planned]) -> None:
    file = str(planned("tier1").folder / "plan.json")
    assert "simulated" not in tierform("objectives", file).out
    ran = tierform("objectives", file, "--simulate")
    assert ran.code == 1
    for text in ("simulated busiest hour", "simulated promised rate", "simulated step of the load",
                 "kept again after 45 s", "simulated with seed 1", "the closed form"):  # fmt: skip
        assert text in ran.out
    [document] = json.loads(tierform("objectives", file, "--simulate", "--json").out)
    [found] = [item for item in document["objectives"] if item["objective"] == "p95_ms"]
    assert "simulated loss of a zone" in found["figures"]
    assert found["verdict"] == "met if"
    assert "not kept for 45 s after the loss of a zone" in found["says"]

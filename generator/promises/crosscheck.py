"""The answer about p95, with what a simulation of the same plan says of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from generator.blueprint.traffic import Traffic
from generator.cost.parts.tasks import UTILISATION
from generator.cost.volumes import Volumes
from generator.objectives.autoscaling import Scaling
from generator.objectives.simulation import ZoneLoss
from generator.policy import Plan, Resource, known
from generator.policy.unknown import UnknownValueError
from generator.promises.load import milliseconds
from generator.promises.model import PLANNED, Answer, Pace, Verdict
from generator.promises.simulated import (
    FINE,
    LOSS_AT,
    METRIC,
    SEED,
    Reactions,
    Simulation,
    Steady,
    Transient,
    simulation,
)
from generator.promises.system import System, read

OBJECTIVE = "p95_ms"
TRACKING = ("target_tracking_scaling_policy_configuration", 0)
METRIC_TYPE = (*TRACKING, "predefined_metric_specification", 0, "predefined_metric_type")


def cross_check(
    answers: Sequence[Answer], plan: Plan, traffic: Traffic, promises: Mapping[str, float], pace: Pace = PLANNED
) -> tuple[Answer, ...]:
    """Return what `check` has answered, the answer about p95 with what the simulation says of it."""
    if OBJECTIVE not in promises:
        return tuple(answers)
    system = read(plan, Volumes(traffic, promises.get("requests_per_second", 0.0)), pace)
    found = simulation(system, reactions(plan, system), promises[OBJECTIVE] / 1000, SEED)
    return tuple(checked(item, found) if item.objective == OBJECTIVE else item for item in answers)


def checked(answer: Answer, found: Simulation) -> Answer:
    """Return an answer with the simulation's figures; what never comes back to what is promised makes it not met."""
    breaks = list(_breaks(found))
    lasting = not all(it.kept for it in found.steady.values()) or not (found.step.ended and found.loss.ended)
    verdict = Verdict.NOT_MET if lasting else answer.verdict
    says = "simulated, it is kept through a step of the load and the loss of a zone, too"
    if breaks:
        says = f"simulated, it is not kept {', nor '.join(breaks)}"
    return replace(
        answer,
        verdict=verdict,
        says=f"{answer.says}; {says}",
        figures={**answer.figures, **dict(_figures(found))},
        assumptions=(*answer.assumptions, *_assumed(found)),
    )


def _breaks(found: Simulation) -> Iterator[str]:
    for name, it in found.steady.items():
        if not it.kept:
            yield f"at the {name} ({milliseconds(it.simulated)})"
    for name, event in (("the step to the promised rate", found.step), ("the loss of a zone", found.loss)):
        if event.broken:
            until = f"for {event.broken:.0f} s after" if event.ended else "ever again after"
            yield f"{until} {name} ({milliseconds(event.p95)} at worst, {event.missed:.0%} late or failed)"


def _figures(found: Simulation) -> Iterator[tuple[str, str]]:
    for name, it in found.steady.items():
        yield f"simulated {name.removesuffix(', scaled')}", _steady(it)
    low, high = found.step.rates
    yield "simulated step of the load", f"{low:,.1f} to {high:,.1f} requests/s: {_transient(found.step)}"
    yield "simulated loss of a zone", f"{found.loss.rates[0]:,.1f} requests/s: {_transient(found.loss)}"


def _steady(it: Steady) -> str:
    text = f"{milliseconds(it.simulated)} +- {it.error * 1000:.1f}"
    if math.isinf(it.closed):
        return f"{text}, and more the longer it lasts"
    return f"{text}, {abs(it.difference):.1%} {'above' if it.difference > 0 else 'below'} the closed form"


def _transient(it: Transient) -> str:
    before, fewest, most = it.tasks
    tasks = f"{before} tasks" if fewest == most == before else f"{before} tasks, then {fewest} to {most}"
    failed = f", {it.failed:.0%} fail" if it.failed >= 0.005 else ""
    back = f"kept again after {it.broken:.0f} s" if it.ended else "not kept again"
    back = back if it.broken else "kept throughout"
    return f"{tasks}: {milliseconds(it.p95)} at worst{failed}, {back}"


def _assumed(found: Simulation) -> Iterator[str]:
    loss, scaling = found.reactions.loss, found.reactions.scaling
    yield (f"simulated with seed {found.seed}: Poisson arrivals, exponential times of service; +- is a 95 % interval;"
           f" at worst: of {METRIC:.0f} s after a step, of {FINE:.0f} s after a loss")  # fmt: skip
    if scaling:
        lag = scaling.points_out * METRIC + scaling.delay + scaling.start
        yield (f"scaling follows {lag:.0f} s after a step: {scaling.points_out} data points of {METRIC:.0f} s above"
               f" {scaling.target:.0%}, known {scaling.delay:.0f} s later, and {scaling.start:.0f} s for a task to"
               " start")  # fmt: skip
    else:
        yield "nothing scales: the number of tasks is fixed"
    yield (f"a lost zone is noticed after {loss.detection:.0f} s, until when its share of requests fails, and its tasks"
           f" are replaced {loss.replacement or 0:.0f} s later in the others, which have room")  # fmt: skip


def reactions(plan: Plan, system: System) -> Reactions:
    """Return how a plan scales by CPU and how soon its load balancer notices a lost zone, else the models' defaults."""
    loss = ZoneLoss(LOSS_AT)
    groups = plan.of("aws_lb_target_group")
    noticed = max((_health(item) for item in groups), default=0.0)
    return Reactions(_scaling(plan, system), replace(loss, detection=noticed or loss.detection))


def _scaling(plan: Plan, system: System) -> Scaling | None:
    fleet = system.fleet
    if fleet.most <= fleet.least:
        return None
    found = Scaling(fleet.least, fleet.most, UTILISATION)
    for policy in plan.of("aws_appautoscaling_policy"):
        if _at(policy, *METRIC_TYPE) == "ECSServiceAverageCPUUtilization":
            target = _number(policy, *TRACKING, "target_value", otherwise=found.target * 100) / 100
            out = _number(policy, *TRACKING, "scale_out_cooldown", otherwise=found.cooldown_out)
            back = _number(policy, *TRACKING, "scale_in_cooldown", otherwise=found.cooldown_in)
            return replace(found, target=target, cooldown_out=out, cooldown_in=back)
    return found


def _health(group: Resource) -> float:
    """Return the seconds after which a target that does not answer is out of use."""
    check = ("health_check", 0)
    return _number(group, *check, "interval") * _number(group, *check, "unhealthy_threshold")


def _number(resource: Resource, *path: str | int, otherwise: float = 0.0) -> float:
    """Return a number of a plan, or `otherwise` where it is not set or not known."""
    value = _at(resource, *path)
    return float(value) if isinstance(value, int | float) else otherwise


def _at(resource: Resource, *path: str | int) -> object:
    """Return a value of a plan, None where it is not set or not known."""
    try:
        value = resource.at(*path)
    except UnknownValueError:
        return None
    return value if known(value) else None

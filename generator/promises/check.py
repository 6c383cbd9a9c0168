"""All promises of a blueprint, held against its plan."""

from __future__ import annotations

from collections.abc import Mapping

from generator.blueprint.traffic import Traffic
from generator.cost.volumes import Volumes
from generator.policy import Plan
from generator.promises import load, uptime
from generator.promises.model import PLANNED, Answer, Pace
from generator.promises.system import read


def check(plan: Plan, traffic: Traffic, promises: Mapping[str, float], pace: Pace = PLANNED) -> tuple[Answer, ...]:
    """Return an answer to each promise that is about load or uptime. Raises UserError if the plan has no tasks."""
    rate = promises.get("requests_per_second", 0.0)
    system = read(plan, Volumes(traffic, rate), pace)
    answers = []
    if rate:
        answers.append(load.requests(system, rate))
    if rate and "concurrent_users" in promises:
        answers.append(load.users(promises["concurrent_users"], rate))
    if "p95_ms" in promises:
        answers.append(load.p95(system, promises["p95_ms"]))
    if "availability" in promises:
        answers.append(uptime.availability(system, promises["availability"]))
    return tuple(answers)

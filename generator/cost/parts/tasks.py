"""Fargate tasks: how many run through the day, on demand and on Spot."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator.cost.uses import HOURS, Part, Range, Setting, Unpriced, Use
from generator.cost.volumes import DAYS, Volumes
from generator.policy import Resource, known

UTILISATION = 0.65  # of a task's capacity, beyond which auto-scaling adds one
WEEKDAYS = 5 / 7
# Of the on-demand price: Spot is "up to 70 % off", which the book's price is; half the price is a careful assumption.
SPOT_OF_ON_DEMAND, SPOT_AT_MOST = 0.3, 0.5
DAILY = re.compile(r"cron\((\d+) (\d+) (?:\?|\*) \* (\S+) \*\)")


@dataclass(frozen=True, slots=True)
class Floor:
    """From `hour` on (0 to 24, of weekdays only or of every day) scaling keeps at least `tasks`."""

    hour: float
    tasks: int
    weekdays: bool


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many tasks a service may have, and how they are bought."""

    least: int
    most: int
    floors: tuple[Floor, ...]
    base: int
    spot: float

    def on_demand(self, tasks: float) -> float:
        """Return how many of `tasks` run on demand."""
        above = max(0.0, tasks - self.base)
        return tasks - above * self.spot

    def floor(self, hour: int, *, weekday: bool) -> int:
        """Return what scaling keeps in an hour of the day: the last scheduled action before it decides."""
        fitting = [item for item in self.floors if weekday or not item.weekdays]
        before = [item for item in fitting if item.hour <= hour]
        last = max(before or fitting, key=lambda item: item.hour, default=None)
        return last.tasks if last else self.least


def fleet(service: Resource) -> Fleet:
    """Return the fleet of a service; without auto-scaling it has as many tasks as are wanted."""
    wanted = service["desired_count"]
    count = int(wanted) if known(wanted) and wanted else 1
    targets = [it for it in service.plan.of("aws_appautoscaling_target") if it["service_namespace"] == "ecs"]
    base, spot = _strategy(service)
    if not targets:
        return Fleet(count, count, (), base, spot)
    [target, *_] = targets
    floors = tuple(
        floor for action in service.plan.of("aws_appautoscaling_scheduled_action") if (floor := _floor(action))
    )
    return Fleet(int(target["min_capacity"] or 0), int(target["max_capacity"] or count), floors, base, spot)


def _strategy(service: Resource) -> tuple[int, float]:
    """Return how many tasks are always on demand, and which share of the others is Spot."""
    blocks = service.blocks("capacity_provider_strategy")
    if not blocks:
        return 0, 0.0
    base = sum(int(item.get("base") or 0) for item in blocks if item["capacity_provider"] != "FARGATE_SPOT")
    weights = {str(item["capacity_provider"]): float(item.get("weight") or 0) for item in blocks}
    total = sum(weights.values())
    return base, weights.get("FARGATE_SPOT", 0.0) / total if total else 0.0


def _floor(action: Resource) -> Floor | None:
    match = DAILY.fullmatch(str(action["schedule"]))
    least = action.at("scalable_target_action", 0, "min_capacity")
    if match is None or not known(least) or least is None:
        return None
    return Floor(int(match[2]) + int(match[1]) / 60, int(least), match[3] == "MON-FRI")


def task_hours(it: Fleet, size: float, volumes: Volumes | None, per_vcpu: float) -> Range:
    """Return the hours of tasks in a month: at the floor, as the traffic asks, and at the most; `size` in vCPU."""
    low = sum(it.floor(hour, weekday=True) * WEEKDAYS + it.floor(hour, weekday=False) * (1 - WEEKDAYS)
              for hour in range(24)) * DAYS  # fmt: skip
    high = float(it.most * HOURS)
    if volumes is None:
        return Range(low, low, high)
    capacity = size * per_vcpu * UTILISATION
    school = volumes.traffic.school_days
    expected = sum(
        max(it.floor(hour, weekday=True), _needed(rate, capacity)) * school
        + max(it.floor(hour, weekday=False), _needed(rate * volumes.traffic.other_days, capacity)) * (DAYS - school)
        for hour, rate in enumerate(volumes.day())
    )
    extra = max(0, _needed(volumes.peak_at_tasks(), capacity) - it.least)
    expected += extra * volumes.traffic.peak_minutes / 60
    return Range(min(low, expected), min(expected, high), max(high, expected))


def _needed(rate: float, capacity: float) -> int:
    return math.ceil(rate / capacity) if capacity else 0


def size(task: Resource) -> tuple[float, float, str]:
    """Return a task's vCPU, its memory in GB, and "arm" or "x86"."""
    cpu, memory = float(task["cpu"] or 0) / 1024, float(task["memory"] or 0) / 1024
    blocks = task.blocks("runtime_platform")
    arm = bool(blocks) and blocks[0].get("cpu_architecture") == "ARM64"
    return cpu, memory, "arm" if arm else "x86"


def service(resource: Resource, setting: Setting) -> Part:
    """Yield what the tasks of a service use."""
    tasks = [item for item in resource.refers_to("task_definition") if item.type == "aws_ecs_task_definition"]
    if not tasks:
        yield Unpriced(resource.address, resource.type, "its task definition is none of the plan")
        return
    if known(launch := resource["launch_type"]) and launch == "EC2":
        yield Unpriced(resource.address, resource.type, "its tasks run on instances, which are priced by themselves")
        return
    cpu, memory, kind = size(tasks[0])
    it = fleet(resource)
    total = task_hours(it, cpu, setting.volumes, setting.requests_per_vcpu)
    for market, share in _shares(it, total):
        if share.high:
            yield from _bought(resource, market, kind, share, (cpu, memory))


def _shares(it: Fleet, total: Range) -> Iterator[tuple[str, Range]]:
    parts = [it.on_demand(hours / HOURS) * HOURS for hours in (total.low, total.expected, total.high)]
    yield "fargate", Range(*parts)
    yield "fargate_spot", Range(total.low - parts[0], total.expected - parts[1], total.high - parts[2])


def _bought(resource: Resource, market: str, kind: str, hours: Range, each: tuple[float, float]) -> Iterator[Use]:
    word = "on Spot" if market == "fargate_spot" else "on demand"
    factor = Range(1, 1, SPOT_AT_MOST / SPOT_OF_ON_DEMAND) if market == "fargate_spot" else Range.of(1)
    for name, amount in zip(("vcpu", "gb"), each, strict=True):
        unit = "vCPU" if name == "vcpu" else "GB"
        why = f"{hours.expected / HOURS:.2f} tasks x {amount:g} {unit} x {HOURS} h"
        yield Use(resource.address, f"tasks {word}, {unit}", f"{market}.{kind}.{name}", hours.times(amount), why,
                  factor=factor)  # fmt: skip


RULES = {"aws_ecs_service": service}

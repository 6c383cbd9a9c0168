"""Auto-scaling stays within what the tier promises."""

from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

FLOOR = {"tier1": 3, "tier2": 3}
CEILING = {"tier1": 12, "tier2": 48}
# Fewest tasks that scaling must be able to reach: tier 2 takes 9 when the edge answers 95 of 100, twice that in a peak.
PEAK = {"tier1": 6, "tier2": 18}
HIGHEST = 100
TARGET, ACTION = "aws_appautoscaling_target", "aws_appautoscaling_scheduled_action"
DIMENSION = "ecs:service:DesiredCount"
PLACE = "scalable_target_action"


@policy(
    id="TIER_AWS_042",
    title="Auto-scaling has room above its floor, and both stay within what the tier promises",
    severity=Severity.HIGH,
    why="A floor too low leaves a zone without tasks, no room means no scaling, and no ceiling a bill without end.",
    remedy="set `min_capacity` to a task for each zone at least, and `max_capacity` above it but within the budget",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
    resources=["aws_ecs_service", TARGET, ACTION],
    unknown=rejected("bounds are literals"),
)
def bounded(resource: Resource) -> Iterator[Fault]:
    """Refuse services that do not scale, and bounds that let them vanish or grow for ever."""
    if resource.type == "aws_ecs_service":
        if resource.plan.tier and not any(_scales(item, resource) for item in resource.plan.of(TARGET)):
            yield Fault(f"nothing scales it: no {TARGET} refers to it")
    elif resource["service_namespace"] != "ecs":
        return
    elif resource.type == TARGET:
        yield from _bounds(resource, resource["min_capacity"], resource["max_capacity"])
        for name, suspended in resource.block("suspended_state").items():
            if suspended:
                yield Fault(f"its scaling is off: {name}", f"suspended_state[0].{name}")
    else:
        yield from _scheduled(resource)


def _scales(target: Resource, service: Resource) -> bool:
    """Say whether a target is the number of a service's tasks: by name where that is known, else by reference."""
    if target["service_namespace"] != "ecs" or target["scalable_dimension"] != DIMENSION:
        return False
    named, own = target["resource_id"], service["name"]
    if known(named) and known(own):
        return bool(named and str(named).endswith(f"/{own}"))
    return any(item is service for item in target.refers_to("resource_id"))


def _bounds(resource: Resource, least: int | None, most: int | None) -> Iterator[Fault]:
    floor = FLOOR.get(resource.plan.tier, 2)
    if (least or 0) < floor:
        yield Fault(f"the floor is {least or 0}, not {floor} or more", "min_capacity")
    if not most or most <= (least or 0):
        yield Fault(f"there is no room between {least} and {most}", "max_capacity")
    elif most > CEILING.get(resource.plan.tier, HIGHEST):
        yield Fault(f"the ceiling is {most}", "max_capacity")
    elif most < PEAK.get(resource.plan.tier, 0):
        yield Fault(f"the ceiling of {most} leaves no room for a peak", "max_capacity")


def _scheduled(action: Resource) -> Iterator[Fault]:
    block = action.block(PLACE)
    least, most = (_number(block.get(name)) for name in ("min_capacity", "max_capacity"))
    if least is not None and least < FLOOR.get(action.plan.tier, 2):
        yield Fault(f"it lowers the floor to {least}", f"{PLACE}[0].min_capacity")
    if least is not None and most is not None and most <= least:
        yield Fault(f"it leaves no room between {least} and {most}", f"{PLACE}[0].max_capacity")
    if most is not None and most > CEILING.get(action.plan.tier, HIGHEST):
        yield Fault(f"it raises the ceiling to {most}", f"{PLACE}[0].max_capacity")
    if most is not None and most < PEAK.get(action.plan.tier, 0):
        yield Fault(f"it leaves no room for a peak above {most}", f"{PLACE}[0].max_capacity")
    if least is None and most is None:
        yield Fault("it changes nothing", PLACE)
    yield from _comes(action)


def _comes(action: Resource) -> Iterator[Fault]:
    """Ask for a schedule; in a tier, for one that comes again and again at the school's own time."""
    schedule = str(action["schedule"] or "")
    if not schedule or "2099" in schedule:
        yield Fault("it never comes", "schedule")
    elif action.plan.tier and schedule.startswith("at("):
        yield Fault("it comes once", "schedule")
    elif action.plan.tier and schedule.startswith("cron(") and not action["timezone"]:
        yield Fault("its hours are those of UTC, not of the school", "timezone")
    if action.plan.tier and action["end_time"]:
        yield Fault("it comes to an end", "end_time")


def _number(value: Any) -> int | None:
    """Return a capacity, which the provider keeps as a text; None where it is not set."""
    return None if value in (None, "") else int(value)

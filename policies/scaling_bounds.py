"""Auto-scaling stays within what the tier promises."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

FLOOR = {"tier1": 3, "tier2": 3}
CEILING = {"tier1": 12, "tier2": 48}
HIGHEST = 100


@policy(
    id="TIER_AWS_042",
    title="Auto-scaling has room above its floor, and both stay within what the tier promises",
    severity=Severity.HIGH,
    why="A floor too low leaves a zone without tasks, no room means no scaling, and no ceiling a bill without end.",
    remedy="set `min_capacity` to a task for each zone at least, and `max_capacity` above it but within the budget",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
    resources=["aws_ecs_service", "aws_appautoscaling_target", "aws_appautoscaling_scheduled_action"],
    unknown=rejected("bounds are literals"),
)
def bounded(resource: Resource) -> Iterator[Fault]:
    """Refuse services that do not scale, and bounds that let them vanish or grow for ever."""
    if resource.type == "aws_ecs_service":
        if resource.plan.tier and not any(
            _scales(item, resource) for item in resource.plan.of("aws_appautoscaling_target")
        ):
            yield Fault("nothing scales it: no aws_appautoscaling_target refers to it")
    elif resource.type == "aws_appautoscaling_target":
        if resource["service_namespace"] == "ecs":
            yield from _bounds(resource, resource["min_capacity"], resource["max_capacity"])
    else:
        yield from _scheduled(resource)


def _scales(target: Resource, service: Resource) -> bool:
    if any(item is service for item in target.refers_to("resource_id")):
        return True
    named = target["resource_id"]
    return bool(known(named) and named and known(service["name"]) and str(named).endswith(f"/{service['name']}"))


def _bounds(resource: Resource, least: int | None, most: int | None) -> Iterator[Fault]:
    floor = FLOOR.get(resource.plan.tier, 2)
    if (least or 0) < floor:
        yield Fault(f"the floor is {least or 0}, not {floor} or more", "min_capacity")
    if not most or most <= (least or 0):
        yield Fault(f"there is no room between {least} and {most}", "max_capacity")
    elif most > CEILING.get(resource.plan.tier, HIGHEST):
        yield Fault(f"the ceiling is {most}", "max_capacity")
    elif resource.plan.tier and most < 2 * floor:
        yield Fault(f"the ceiling of {most} leaves no room for a peak", "max_capacity")


def _scheduled(action: Resource) -> Iterator[Fault]:
    if action["service_namespace"] != "ecs":
        return
    block = action.block("scalable_target_action")
    least, most = (
        int(block[name]) if block.get(name) not in (None, "") else None for name in ("min_capacity", "max_capacity")
    )
    if least is not None and least < FLOOR.get(action.plan.tier, 2):
        yield Fault(f"it lowers the floor to {least}", "scalable_target_action[0].min_capacity")
    if least is not None and most is not None and most <= least:
        yield Fault(f"it leaves no room between {least} and {most}", "scalable_target_action[0].max_capacity")
    if most is not None and most > CEILING.get(action.plan.tier, HIGHEST):
        yield Fault(f"it raises the ceiling to {most}", "scalable_target_action[0].max_capacity")
    if least is None and most is None:
        yield Fault("it changes nothing", "scalable_target_action")
    if not action["schedule"] or "2099" in str(action["schedule"]):
        yield Fault("it never comes", "schedule")

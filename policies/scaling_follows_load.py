"""Tasks come and go with CPU, memory and, in tier 2, requests and the school day."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

CPU, MEMORY = "ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization"
REQUESTS = ("ALBRequestCountPerTarget", "RequestCountPerTarget")
LEAST, MOST = 20, 85
LONGEST = 900
PLACE = "target_tracking_scaling_policy_configuration"


@policy(
    id="TIER_AWS_043",
    title="Tasks are scaled by CPU and by memory, in tier 2 also by requests and by the hour",
    severity=Severity.HIGH,
    why="What is not scaled by falls behind: memory fills up while the CPU idles, and peaks come faster than averages.",
    remedy="give the scalable target a TargetTrackingScaling `aws_appautoscaling_policy` for each, at 20 to 85 percent",
    source="https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html",
    resources=["aws_appautoscaling_target", "aws_appautoscaling_policy"],
    unknown=rejected("metrics and target values are literals; what a policy scales is judged by reference"),
)
def follows_load(resource: Resource) -> Iterator[Fault]:
    """Refuse targets without the policies that they need, and policies that never act."""
    if resource["service_namespace"] != "ecs":
        return
    if resource.type == "aws_appautoscaling_policy":
        yield from _acts(resource)
        return
    own = [item for item in resource.plan.of("aws_appautoscaling_policy") if _is_of(item, resource)]
    metrics = {metric for item in own for metric in _metrics(item)}
    for metric, what in ((CPU, "CPU"), (MEMORY, "memory")):
        if metric not in metrics:
            yield Fault(f"no policy scales it by {what}")
    if resource.plan.tier == "tier2":
        if not metrics & set(REQUESTS):
            yield Fault("no policy scales it by requests")
        actions = [item for item in resource.plan.of("aws_appautoscaling_scheduled_action") if _is_of(item, resource)]
        if len(actions) < 2:
            yield Fault("it does not follow the school day: there are not two scheduled actions")


def _is_of(item: Resource, target: Resource) -> bool:
    """Say whether a policy or an action is about a target, by reference or by the same resource id."""
    if any(found is target for found in item.refers_to("resource_id")):
        return True
    own, other = item["resource_id"], target["resource_id"]
    return bool(known(own) and known(other) and own and own == other)


def _metrics(item: Resource) -> Iterator[str]:
    for block in item.blocks(PLACE):
        for chosen in block.get("predefined_metric_specification") or []:
            yield str(chosen.get("predefined_metric_type"))
        for custom in block.get("customized_metric_specification") or []:
            yield str(custom.get("metric_name"))
            for metric in custom.get("metrics") or []:
                for stat in metric.get("metric_stat") or []:
                    yield from (str(found.get("metric_name")) for found in stat.get("metric") or [])


def _acts(item: Resource) -> Iterator[Fault]:
    if item["policy_type"] != "TargetTrackingScaling":
        return
    blocks = item.blocks(PLACE)
    if not blocks:
        yield Fault("it does not say what it tracks", PLACE)
        return
    yield from _tracks(blocks[0], set(_metrics(item)))
    yield from _reacts(blocks[0])
    if not known(item["resource_id"]) and not item.refers_to("resource_id"):
        yield Fault("it scales nothing of this plan", "resource_id")


def _tracks(block: Mapping[str, Any], metrics: set[str]) -> Iterator[Fault]:
    """Refuse metrics that say nothing, and values of them that are never or always met."""
    if not metrics - {"None", ""}:
        yield Fault("it tracks no metric", PLACE)
    value = block.get("target_value")
    if metrics & {CPU, MEMORY} and not LEAST <= (value or 0) <= MOST:
        yield Fault(f"it tracks {value} percent, not {LEAST} to {MOST}", f"{PLACE}[0].target_value")
    if metrics & set(REQUESTS) and not 100 <= (value or 0) <= 60_000:
        yield Fault(f"it tracks {value} requests for each task and minute", f"{PLACE}[0].target_value")
    for custom in block.get("customized_metric_specification") or []:
        listed = custom.get("metrics") or []
        if listed and sum(bool(metric.get("return_data")) for metric in listed) != 1:
            yield Fault("its metric math returns no result, or several", f"{PLACE}[0].customized_metric_specification")


def _reacts(block: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse policies that add only, or that come too late."""
    if block.get("disable_scale_in"):
        yield Fault("what it adds is never taken away", f"{PLACE}[0].disable_scale_in")
    for name in ("scale_in_cooldown", "scale_out_cooldown"):
        if (block.get(name) or 0) > LONGEST:
            yield Fault(f"it waits {block.get(name)} seconds between steps", f"{PLACE}[0].{name}")

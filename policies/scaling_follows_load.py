"""Tasks come and go with CPU, memory and, in tier 2, requests and the school day."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

CPU, MEMORY = "ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization"
REQUESTS = {"ALBRequestCountPerTarget", "RequestCountPerTarget"}
LEAST, MOST = 20, 80
# In a tier half of what is paid for is to be used; a task of 2 vCPU answers 9,360 requests a minute as planned.
PAID = 50
OUR_REQUESTS, ANY_REQUESTS = (6_000, 20_000), (100, 60_000)
SHORTEST, LONGEST = 60, 900
# Pupils sign in within minutes: a tier cannot wait longer for more tasks than AWS does by itself.
SOONEST = 300
DIMENSION = "ecs:service:DesiredCount"
POLICY, ACTION = "aws_appautoscaling_policy", "aws_appautoscaling_scheduled_action"
PLACE = "target_tracking_scaling_policy_configuration"
CUSTOM = f"{PLACE}[0].customized_metric_specification"


@policy(
    id="TIER_AWS_043",
    title="Tasks are scaled by CPU and by memory, in tier 2 also by requests and by the hour",
    severity=Severity.HIGH,
    why="What is not scaled by falls behind: memory fills up while the CPU idles, and peaks come faster than averages.",
    remedy="give the scalable target a TargetTrackingScaling `aws_appautoscaling_policy` for each, at 20 to 80 percent",
    source="https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html",
    resources=["aws_appautoscaling_target", POLICY, ACTION],
    unknown=rejected("metrics and target values are literals; what a policy scales is judged by reference"),
)
def follows_load(resource: Resource) -> Iterator[Fault]:
    """Refuse targets without the policies that they need, and policies that never act."""
    if resource["service_namespace"] != "ecs":
        if resource.plan.tier and "service/" in str(resource["resource_id"]):
            yield Fault("a service of ECS is not scaled in another namespace", "service_namespace")
        return
    if resource.type == "aws_appautoscaling_target":
        yield from _scaled(resource)
        return
    if resource.type == POLICY:
        yield from _acts(resource)
    targets = resource.plan.of("aws_appautoscaling_target")
    if resource["scalable_dimension"] != DIMENSION or (targets and not any(_is_of(resource, it) for it in targets)):
        if not known(resource["resource_id"]) and not resource.expressions.get("resource_id", {}).get("references"):
            bool(resource["resource_id"])
        yield Fault("it scales nothing of this plan", "resource_id")


def _scaled(target: Resource) -> Iterator[Fault]:
    """Ask for a policy for each metric, and in tier 2 for a floor that follows the school day."""
    own = [item for item in target.plan.of(POLICY) if _is_of(item, target)]
    metrics = {metric for item in own for metric in _metrics(item)}
    for metric, what in ((CPU, "CPU"), (MEMORY, "memory")):
        if metric not in metrics:
            yield Fault(f"no policy scales it by {what}")
    if target.plan.tier != "tier2":
        return
    if not metrics & REQUESTS:
        yield Fault("no policy scales it by requests")
    actions = [item for item in target.plan.of(ACTION) if _is_of(item, target)]
    floors = [int(item.block("scalable_target_action").get("min_capacity") or 0) for item in actions]
    if len(actions) < 2:
        yield Fault("it does not follow the school day: there are not two scheduled actions")
    elif max(floors) <= (target["min_capacity"] or 0) or len(set(floors)) < 2:
        yield Fault("it does not follow the school day: no scheduled action raises its floor, or none lowers it")
    if len({item["timezone"] for item in actions}) > 1:
        yield Fault("its scheduled actions are of different time zones")


def _is_of(item: Resource, target: Resource) -> bool:
    """Say whether a policy or an action is about a target: by the resource id where that is known, or by reference."""
    own, other = item["resource_id"], target["resource_id"]
    if known(own) and known(other):
        return bool(own and own == other)
    return any(found is target for found in item.refers_to("resource_id"))


def _metrics(item: Resource) -> Iterator[str]:
    """Yield the names of the metrics that a policy tracks; one that does not track has none."""
    if item["policy_type"] != "TargetTrackingScaling":
        return
    for block in item.blocks(PLACE):
        for chosen in _blocks(block, "predefined_metric_specification"):
            yield str(chosen.get("predefined_metric_type"))
        for custom in _blocks(block, "customized_metric_specification"):
            yield str(custom.get("metric_name"))
            yield from (str(metric.get("metric_name")) for metric, _ in _measured(custom))


def _blocks(block: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the blocks within a block."""
    return [item for item in block.get(name) or [] if item is not None]


def _measured(custom: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield each metric of a metric math, with its statistic."""
    for part in _blocks(custom, "metrics"):
        for stat in _blocks(part, "metric_stat"):
            for metric in _blocks(stat, "metric"):
                yield metric, str(stat.get("stat"))


def _acts(item: Resource) -> Iterator[Fault]:
    if item["policy_type"] != "TargetTrackingScaling":
        return
    blocks = item.blocks(PLACE)
    if not blocks:
        yield Fault("it does not say what it tracks", PLACE)
        return
    yield from _tracks(blocks[0], set(_metrics(item)), ours=bool(item.plan.tier))
    yield from _reacts(blocks[0], ours=bool(item.plan.tier))
    for custom in _blocks(blocks[0], "customized_metric_specification"):
        yield from _calculates(custom)


def _tracks(block: Mapping[str, Any], metrics: set[str], *, ours: bool) -> Iterator[Fault]:
    """Refuse metrics that say nothing, and values of them that are never or always met."""
    if not metrics - {"None", ""}:
        yield Fault("it tracks no metric", PLACE)
    value = block.get("target_value")
    least = PAID if ours else LEAST
    if metrics & {CPU, MEMORY} and not least <= (value or 0) <= MOST:
        yield Fault(f"it tracks {value} percent, not {least} to {MOST}", f"{PLACE}[0].target_value")
    fewest, most = OUR_REQUESTS if ours else ANY_REQUESTS
    if metrics & REQUESTS and not fewest <= (value or 0) <= most:
        yield Fault(f"it tracks {value} requests for each task and minute", f"{PLACE}[0].target_value")


def _calculates(custom: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse metric math without one result, of metrics that are not there, or of a mixture."""
    parts = _blocks(custom, "metrics")
    if parts and sum(bool(part.get("return_data")) for part in parts) != 1:
        yield Fault("its metric math returns no result, or several", CUSTOM)
    ids = {part.get("id") for part in parts}
    for part in parts:
        used = set(re.findall(r"\b[a-z]\w*", str(part.get("expression") or "")))
        if used - ids:
            yield Fault(f"its metric math has no {', '.join(sorted(used - ids))}", CUSTOM)
        if not used and not part.get("expression") and not _blocks(part, "metric_stat"):
            yield Fault(f"its metric math does not say what {part.get('id')} is", CUSTOM)
    measured = [(metric, stat) for metric, stat in _measured(custom)]
    if not any(metric.get("metric_name") in REQUESTS for metric, _ in measured):
        return
    for metric, stat in measured:
        if metric.get("metric_name") not in REQUESTS or metric.get("namespace") != "AWS/ApplicationELB":
            yield Fault(f"it adds {metric.get('namespace')} {metric.get('metric_name')} to requests", CUSTOM)
        elif stat != "Sum":
            yield Fault(f"it counts requests by their {stat}", CUSTOM)
        if not any(item.get("name") == "TargetGroup" for item in _blocks(metric, "dimensions")):
            yield Fault("it counts the requests of no target group", CUSTOM)


def _reacts(block: Mapping[str, Any], *, ours: bool) -> Iterator[Fault]:
    """Refuse policies that add only, that come too late, or that take away what they have just added."""
    if block.get("disable_scale_in"):
        yield Fault("what it adds is never taken away", f"{PLACE}[0].disable_scale_in")
    for name, most in (("scale_in_cooldown", LONGEST), ("scale_out_cooldown", SOONEST if ours else LONGEST)):
        if (block.get(name) or 0) > most:
            yield Fault(f"it waits {block.get(name)} seconds between steps", f"{PLACE}[0].{name}")
    rest = block.get("scale_in_cooldown")
    if rest is not None and rest < SHORTEST:
        yield Fault(f"{rest} seconds after a step it takes tasks away", f"{PLACE}[0].scale_in_cooldown")

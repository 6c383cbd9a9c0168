"""A deployment stops and goes back when an alarm of the plan goes off."""

from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

# What a version that fails shows at the load balancer.
BAD_VERSION = {"HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "TargetResponseTime", "UnHealthyHostCount"}
ALARMS = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")


@policy(
    id="TIER_AWS_093",
    title="Deployments stop at alarms of the plan and roll back",
    severity=Severity.HIGH,
    why="A deployment that no alarm stops replaces every task with a version that fails.",
    remedy="name alarms in `alarm_configuration`, enable it, and roll back on DEPLOYMENT_STOP_ON_ALARM",
    source="https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-groups-configure-advanced-options.html",
    resources=["aws_codedeploy_deployment_group"],
    unknown=rejected("names of alarms are literals of the blueprint; a reference to an alarm is followed"),
)
def stops(group: Resource) -> Iterator[Fault]:
    """Refuse a deployment group without alarms, with unknown ones, or one that carries on."""
    block = group.block("alarm_configuration")
    if not block or not block.get("enabled"):
        yield Fault("no alarm stops a deployment", "alarm_configuration")
    else:
        yield from _named(group, block.get("alarms"))
        if group.plan.tier:
            yield from _covered(group, block.get("alarms"))
        if block.get("ignore_poll_alarm_failure"):
            yield Fault("it carries on if no alarm can be read", "alarm_configuration[0].ignore_poll_alarm_failure")
    rollback = group.block("auto_rollback_configuration")
    events = rollback.get("events") or []
    if not rollback or not rollback.get("enabled") or "DEPLOYMENT_STOP_ON_ALARM" not in events:
        yield Fault("it stays at the version that an alarm stopped", "auto_rollback_configuration")


def _covered(group: Resource, names: Any) -> Iterator[Fault]:
    """Ask for each alarm of the load balancer that a bad version makes go off."""
    if not known(names):
        return
    for alarm in group.plan.of("aws_cloudwatch_metric_alarm"):
        name = alarm["alarm_name"]
        if known(name) and name not in names and _metrics(alarm) & BAD_VERSION:
            yield Fault(f"it does not stop at {name}", "alarm_configuration[0].alarms")


def _metrics(alarm: Resource) -> set[str]:
    """Return the metrics of an alarm, its own and those that it calculates with."""
    queries = [metric for query in alarm.blocks("metric_query") for metric in query.get("metric") or []]
    return {str(item) for item in (alarm["metric_name"], *(it.get("metric_name") for it in queries)) if known(item)}


def _named(group: Resource, names: Any) -> Iterator[Fault]:
    """Ask that each alarm is one of the plan."""
    place = "alarm_configuration[0].alarms"
    alarms = [alarm["alarm_name"] for alarm in group.plan.of(*ALARMS)]
    if not known(names):
        if not any(item.type in ALARMS for item in group.refers_to("alarm_configuration", 0, "alarms")):
            bool(names)
        return
    if not names:
        yield Fault("it names no alarm", place)
    for name in names or []:
        if known(name) and name not in [alarm for alarm in alarms if known(alarm)] and all(map(known, alarms)):
            yield Fault(f"there is no alarm {name} in this plan", place)

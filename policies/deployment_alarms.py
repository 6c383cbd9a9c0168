"""A deployment stops and goes back when an alarm of the plan goes off."""

from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

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
        if block.get("ignore_poll_alarm_failure"):
            yield Fault("it carries on if no alarm can be read", "alarm_configuration[0].ignore_poll_alarm_failure")
    rollback = group.block("auto_rollback_configuration")
    events = rollback.get("events") or []
    if not rollback or not rollback.get("enabled") or "DEPLOYMENT_STOP_ON_ALARM" not in events:
        yield Fault("it stays at the version that an alarm stopped", "auto_rollback_configuration")


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

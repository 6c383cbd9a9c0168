"""A composite alarm hangs on alarms that exist."""

import re
from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

ALARMS = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
CALL = re.compile(r"\b(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*[\"']?([^\"')]+?)[\"']?\s*\)")


@policy(
    id="TIER_AWS_085",
    title="A composite alarm's rule names alarms of the plan",
    severity=Severity.MEDIUM,
    why="A rule on an alarm that does not exist, or on none, never changes: the alarm to wake someone for is silent.",
    remedy="write `alarm_rule` from the `alarm_name` of the alarms that it shall follow",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html",
    resources=["aws_cloudwatch_composite_alarm"],
    unknown=rejected("the names of alarms are literals of the blueprint; a reference to an alarm is followed"),
)
def follows(composite: Resource) -> Iterator[Fault]:
    """Refuse a rule that names no alarm, or one that is not planned."""
    rule = composite["alarm_rule"]
    if not known(rule) and any(item.type in ALARMS for item in composite.refers_to("alarm_rule")):
        return
    calls = CALL.findall(rule or "") if rule else []
    if not any(state == "ALARM" for state, _ in calls):
        yield Fault("it goes off with no alarm", "alarm_rule")
    for _, name in calls:
        if not any(_is(alarm, name) for alarm in composite.plan.of(*ALARMS) if alarm is not composite):
            yield Fault(f"there is no alarm {name} in this plan", "alarm_rule")


def _is(alarm: Resource, name: str) -> bool:
    """Say whether an alarm has a name, or the ARN that ends in it."""
    own = alarm["alarm_name"]
    return known(own) and own in (name, name.rpartition(":alarm:")[2])

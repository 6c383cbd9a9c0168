"""An alarm that goes off does something: it tells a topic that somebody has subscribed to, or acts by itself."""

from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

ACTING = ("aws_appautoscaling_policy", "aws_autoscaling_policy", "aws_lambda_function", "aws_ssm_document")


@policy(
    id="TIER_AWS_082",
    title="Alarms have actions that somebody hears of",
    severity=Severity.HIGH,
    why="An alarm without an enabled action, or on a topic without a subscriber, goes off and nobody knows.",
    remedy="set `alarm_actions` to a topic with an `aws_sns_topic_subscription` and leave `actions_enabled` on",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
    resources=["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"],
    unknown=rejected("a topic of the plan is found by reference; an action that leads to none may be none"),
)
def heard(alarm: Resource) -> Iterator[Fault]:
    """Refuse an alarm whose actions are off, missing, or heard by nobody."""
    enabled = alarm["actions_enabled"]
    if known(enabled) and enabled is False:
        yield Fault("its actions are switched off", "actions_enabled")
    actions = alarm["alarm_actions"]
    if known(actions) and not actions:
        yield Fault("it has no action for when it goes off", "alarm_actions")
        return
    # Only where the apply decides does the reference count: a known action is what it says.
    decided = known(actions) and all(known(item) for item in actions)
    found = [] if decided else alarm.refers_to("alarm_actions")
    topics = [item for item in found if item.type == "aws_sns_topic"] + _named(alarm, actions)
    for topic in dict.fromkeys(topics):
        if not _subscribed(topic):
            yield Fault(f"nobody has subscribed to its topic {topic.address}", "alarm_actions")
    if not topics and not any(item.mode == "data" or item.type in ACTING for item in found):
        yield from _elsewhere(actions)
    if not known(enabled):
        bool(enabled)


def _named(alarm: Resource, actions: Any) -> list[Resource]:
    """Return the plan's topics that known ARNs name."""
    arns = [item for item in actions if known(item)] if known(actions) else []
    topics = alarm.plan.of("aws_sns_topic")
    return [
        topic for topic in topics
        if any(arn in topic.identities or arn.rpartition(":")[2] in topic.identities for arn in arns if ":sns:" in arn)
    ]  # fmt: skip


def _elsewhere(actions: Any) -> Iterator[Fault]:
    """Take an ARN of another stack or of an action of AWS for one that works; nothing else."""
    for action in actions:
        if not str(action).startswith("arn:"):
            yield Fault(f"{action} is no action of an alarm", "alarm_actions")


def _subscribed(topic: Resource) -> bool:
    subscriptions = topic.plan.pointing_to(topic, "aws_sns_topic_subscription", "topic_arn")
    return any(not known(item["endpoint"]) or item["endpoint"] for item in subscriptions)

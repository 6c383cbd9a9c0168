"""Alert topics are encrypted by a key that their publishers may use, and somebody has subscribed to them."""

import re
from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# AWS's own key lets no service of AWS publish: what CloudWatch sends is lost.
OWN = "alias/aws/sns"
# What an endpoint looks like, by protocol; plain HTTP is none, as an alert says what is weak.
SPOKEN = {
    "email": r"[^@\s]+@[^@\s]+",
    "email-json": r"[^@\s]+@[^@\s]+",
    "sms": r"\+?[\d\s().-]+",
    "https": r"https://\S+",
    "lambda": r"arn:[^:]+:lambda:\S+",
    "sqs": r"arn:[^:]+:sqs:\S+",
    "application": r"arn:[^:]+:sns:\S+",
    "firehose": r"arn:[^:]+:firehose:\S+",
}
# Who answers for a tier is reached by mail, or by the address of a service for those on call.
IN_TIERS = ("email", "https")


@policy(
    id="TIER_AWS_086",
    title="Alert topics are encrypted by a key of ours and have a subscriber whom each message reaches",
    severity=Severity.MEDIUM,
    why="A topic without a subscriber tells nobody; without a key of ours alerts lie open or, under AWS's, are lost.",
    remedy="set `kms_master_key_id` to a key of ours and add an `aws_sns_topic_subscription` with a `protocol` such as "
    "email and an `endpoint` of its kind",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    resources=["aws_sns_topic", "aws_sns_topic_subscription"],
    unknown=rejected("a key of the plan is found by reference; one that is not may be none"),
)
def reaches(resource: Resource) -> Iterator[Fault]:
    """Refuse a topic that nobody hears, in clear, or under a key of no use, and a subscription that leads nowhere."""
    if resource.type == "aws_sns_topic":
        yield from _heard(resource)
    else:
        yield from _delivered(resource)


def _delivered(subscription: Resource) -> Iterator[Fault]:
    """Refuse an endpoint that the protocol cannot reach."""
    endpoint, protocol = subscription["endpoint"], subscription["protocol"]
    if protocol not in SPOKEN:
        yield Fault(f"{protocol} is no protocol for an alert", "protocol")
    elif known(endpoint) and not re.fullmatch(SPOKEN[protocol], str(endpoint or "")):
        yield Fault(f"{protocol} does not reach {endpoint or 'an empty endpoint'}", "endpoint")
    elif subscription.plan.tier in TIERS and protocol not in IN_TIERS:
        yield Fault(f"{protocol}: a tier's alerts go by {' or '.join(IN_TIERS)}", "protocol")


def _heard(topic: Resource) -> Iterator[Fault]:
    """Judge subscribers and key of a topic."""
    subscriptions = topic.plan.pointing_to(topic, "aws_sns_topic_subscription", "topic_arn")
    if not any(_hears(item) for item in subscriptions):
        yield Fault(f"nobody has subscribed to it{'' if not subscriptions else ' with an endpoint'}")
    key = topic["kms_master_key_id"]
    if not known(key) and any("kms" in found.type for found in topic.refers_to("kms_master_key_id")):
        return
    if not key:
        yield Fault("it is not encrypted", "kms_master_key_id")
    elif str(key).endswith(OWN):
        yield Fault("CloudWatch cannot publish under AWS's own key", "kms_master_key_id")


def _hears(subscription: Resource) -> bool:
    """Say whether a subscription has an endpoint that gets every message."""
    endpoint, protocol = subscription["endpoint"], subscription["protocol"]
    spoken = not known(protocol) or protocol in SPOKEN
    return spoken and (not known(endpoint) or bool(endpoint))

"""Alert topics are encrypted by a key that their publishers may use, and somebody has subscribed to them."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

# AWS's own key lets no service of AWS publish: what CloudWatch sends is lost.
OWN = "alias/aws/sns"
SPOKEN = ("email", "email-json", "sms", "https", "lambda", "sqs", "application", "firehose")


@policy(
    id="TIER_AWS_086",
    title="Alert topics are encrypted by a key of ours and have a subscriber",
    severity=Severity.MEDIUM,
    why="A topic without a subscriber tells nobody; without a key of ours alerts lie open or, under AWS's, are lost.",
    remedy="set `kms_master_key_id` to a key of ours and add an `aws_sns_topic_subscription` with an endpoint",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    resources=["aws_sns_topic"],
    unknown=rejected("a key of the plan is found by reference; one that is not may be none"),
)
def reaches(topic: Resource) -> Iterator[Fault]:
    """Refuse a topic that nobody hears, in clear, or under a key that services cannot use."""
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

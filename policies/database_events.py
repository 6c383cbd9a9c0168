"""What happens to a database is told: failovers, failures, full storage."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# Categories without which an outage passes in silence, anywhere and in a tier of ours; without a list one gets all.
NEEDED = ("availability", "failover", "failure", "low storage")
OURS = (*NEEDED, "deletion", "recovery")


@policy(
    id="TIER_AWS_088",
    title="The events of each database go to a topic with a subscriber",
    severity=Severity.MEDIUM,
    why="A failover, a failed backup or full storage is told by RDS once; who has not subscribed never hears of it.",
    remedy="add an `aws_db_event_subscription` that is enabled, covers the database, its failures and failovers, and "
    "names a topic with a subscription",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.html",
    resources=["aws_db_instance"],
    unknown=rejected("identifiers of databases are literals of the blueprint; a reference to a database is followed"),
)
def told(database: Resource) -> Iterator[Fault]:
    """Ask for a subscription on the database in which nothing is wrong, or say what is wrong with those there are."""
    found = [item for item in database.plan.of("aws_db_event_subscription") if _covers(item, database)]
    if not found:
        yield Fault("no event subscription covers it")
    faults = [list(_wrong(item)) for item in found]
    if found and all(faults):
        yield from faults[0]


def _covers(subscription: Resource, database: Resource) -> bool:
    """Say whether a subscription is on databases: on all of them, or on this one."""
    if subscription["source_type"] not in (None, "", "db-instance"):
        return False
    sources = subscription["source_ids"]
    if known(sources) and all(known(item) for item in sources or []):
        return not sources or any(item in database.identities for item in sources)
    return subscription.points_to(database, "source_ids") or bool(sources)


def _wrong(subscription: Resource) -> Iterator[Fault]:
    if subscription["enabled"] is not None and not subscription["enabled"]:
        yield Fault(f"the event subscription {subscription.address} is switched off")
    yield from _selection(subscription)
    target = subscription["sns_topic"]
    if known(target) and not target:
        yield Fault(f"the event subscription {subscription.address} has no topic")
        return
    topics = [item for item in subscription.plan.of("aws_sns_topic") if subscription.points_to(item, "sns_topic")]
    for topic in topics:
        if not topic.plan.pointing_to(topic, "aws_sns_topic_subscription", "topic_arn"):
            yield Fault(f"nobody has subscribed to the topic {topic.address} of its events")
    if not topics:
        bool(target)


def _selection(subscription: Resource) -> Iterator[Fault]:
    """Refuse a list of categories that leaves one out without which an outage passes in silence."""
    categories = subscription["event_categories"]
    needed = OURS if subscription.plan.tier in TIERS else NEEDED
    missing = [name for name in needed if name not in categories] if categories else []
    if missing:
        yield Fault(f"the event subscription {subscription.address} leaves out {', '.join(missing)}")

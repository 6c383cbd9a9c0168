"""Logs are kept long enough to look back, not for ever, under a key of ours; no service makes a log group by itself."""

from collections.abc import Iterator

from generator.policy import Fault, Plan, Resource, Severity, known, policy, rejected

# Fewest and most days, by tier; of a plan of no tier, what any team would keep.
DAYS = {"tier1": (30, 90), "tier2": (30, 180)}
ANY_DAYS = (7, 3653)
# Who went where on the network is asked long after: an intruder is found in months, not in days.
FLOW_DAYS = {"tier1": (60, 180), "tier2": (60, 365)}


@policy(
    id="TIER_AWS_080",
    title="Log groups have a retention within the tier's bounds and a key of ours",
    severity=Severity.MEDIUM,
    why="Without a retention logs are kept and paid for ever; with too short a one an incident can no longer be read.",
    remedy="set `retention_in_days` within the tier's bounds and `kms_key_id` to a key of ours, and make the log "
    "groups that a service would otherwise make by itself",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    resources=["aws_cloudwatch_log_group", "aws_db_instance", "aws_elasticache_replication_group"],
    unknown=rejected("the retention is a literal of the blueprint; the key is judged by what it refers to"),
)
def retained(resource: Resource) -> Iterator[Fault]:
    """Refuse a log group without bounds or key, and logs that go to a group which is not planned."""
    if resource.type == "aws_cloudwatch_log_group":
        yield from _kept(resource)
        yield from _encrypted(resource)
    elif resource.type == "aws_db_instance":
        yield from _exported(resource)
    else:
        yield from _delivered(resource)


def _kept(group: Resource) -> Iterator[Fault]:
    """Compare the retention with the tier's bounds; 0 and nothing mean for ever."""
    days = group["retention_in_days"]
    flows = group.plan.pointing_to(group, "aws_flow_log", "log_destination")
    least, most = (FLOW_DAYS if flows else DAYS).get(group.plan.tier, ANY_DAYS)
    if not days:
        yield Fault("its logs are kept for ever", "retention_in_days")
    elif not least <= days <= most:
        yield Fault(f"its logs are kept for {days} days; {least} to {most} are right", "retention_in_days")


def _encrypted(group: Resource) -> Iterator[Fault]:
    """Ask for a key of ours: the one that AWS owns cannot be revoked or watched."""
    key = group["kms_key_id"]
    if not known(key) and any("kms" in found.type for found in group.refers_to("kms_key_id")):
        return
    if not key:
        yield Fault("it has no key of ours", "kms_key_id")


def _exported(database: Resource) -> Iterator[Fault]:
    """Ask for the log group of each export: RDS makes a missing one by itself, kept for ever."""
    kinds = database["enabled_cloudwatch_logs_exports"] or []
    if not known(database["identifier"]) and database.plan.pointing_to(database, "aws_cloudwatch_log_group", "name"):
        return
    for kind in kinds:
        wanted = f"/aws/rds/instance/{database['identifier']}/{kind}"
        if wanted not in _groups(database.plan):
            place = "enabled_cloudwatch_logs_exports"
            yield Fault(f"{wanted} is not planned: RDS makes it, to be kept for ever", place)


def _delivered(cache: Resource) -> Iterator[Fault]:
    """Ask for the log groups that the cache's logs go to, unless another stack has them."""
    for index, block in enumerate(cache.blocks("log_delivery_configuration")):
        place = ("log_delivery_configuration", index, "destination")
        elsewhere = any(found.mode == "data" for found in cache.refers_to(*place))
        if block.get("destination_type") != "cloudwatch-logs" or elsewhere:
            continue
        name = block.get("destination")
        if not known(name) and any(_is_group(found) for found in cache.refers_to(*place)):
            continue
        if name not in _groups(cache.plan):
            path = f"log_delivery_configuration[{index}].destination"
            yield Fault(f"the log group {name} is not planned, and so has no retention", path)


def _is_group(resource: Resource) -> bool:
    return resource.type == "aws_cloudwatch_log_group"


def _groups(plan: Plan) -> list[str]:
    """Return the names of the planned log groups, as far as they are known."""
    return [group["name"] for group in plan.of("aws_cloudwatch_log_group") if known(group["name"])]

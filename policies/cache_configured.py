"""The cache evicts what is worth least when it is full, and tells what it does."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, policy, rejected

EVICTING = ("volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-ttl")
# The logs without which a slow or failing cache cannot be explained: anywhere, and in a tier of ours as well.
LOGS, OUR_LOGS = ("slow-log",), ("slow-log", "engine-log")


@policy(
    id="TIER_AWS_073",
    title="Caches evict what is worth least, and deliver their logs",
    severity=Severity.MEDIUM,
    why="A full cache that evicts nothing refuses to write, and nobody sees which commands were slow.",
    remedy="set the parameter `maxmemory-policy` to `volatile-lru` or another of lru, lfu and ttl, and add a "
    "`log_delivery_configuration` for slow-log and engine-log",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html",
    resources=["aws_elasticache_parameter_group", "aws_elasticache_replication_group"],
    unknown=rejected("parameters and logs are literals of the blueprint"),
)
def configured(resource: Resource) -> Iterator[Fault]:
    """Refuse a cache that stops when it is full, or says nothing."""
    if resource.type == "aws_elasticache_parameter_group":
        yield from _parameters(resource)
        return
    blocks = resource.blocks("log_delivery_configuration")
    kinds = [block.get("log_type") for block in blocks]
    for kind in OUR_LOGS if resource.plan.tier in TIERS else LOGS:
        if kind not in kinds:
            yield Fault(f"it does not deliver its {kind}", "log_delivery_configuration")
    for index, block in enumerate(blocks):
        path = ("log_delivery_configuration", index, "destination")
        if not resource.refers_to(*path) and not block.get("destination"):
            yield Fault("a log is delivered nowhere", f"log_delivery_configuration[{index}].destination")


def _parameters(group: Resource) -> Iterator[Fault]:
    """Judge what happens when the memory is full; what is not set is volatile-lru, with a quarter in reserve."""
    for index, parameter in enumerate(group.blocks("parameter")):
        name, value, place = parameter.get("name"), parameter.get("value"), f"parameter[{index}].value"
        if name == "maxmemory-policy" and value not in EVICTING:
            what = "refuses to write" if value == "noeviction" else "evicts at random"
            yield Fault(f"{value}: a full cache {what}", place)
        if name == "reserved-memory-percent" and not 10 <= int(value) <= 50:
            yield Fault(f"{value} % of the memory in reserve: a snapshot needs 10 to 50", place)

"""The cache lives on when a node or a zone is lost, and its data can be brought back."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# Fewest and most nodes of a shard, by tier: a primary and one to fail over to, in tier 2 one in each zone.
NODES = {"tier1": (2, 3), "tier2": (3, 6)}
ANY_NODES = (2, 6)
# Fewest days that snapshots are kept, by tier.
DAYS = {"tier1": 7, "tier2": 14}
ANY_DAYS = 1
MOST_DAYS = 35
SHARDS = 3


@policy(
    id="TIER_AWS_071",
    title="Caches fail over to a node in another zone, and keep snapshots",
    severity=Severity.HIGH,
    why="A cache of one node or one zone takes all sessions with it, and the database gets the whole load at once.",
    remedy="set `num_cache_clusters` to 2 (tier 2: 3) or more, `automatic_failover_enabled` and `multi_az_enabled` to "
    "true, and `snapshot_retention_limit` to 7 (tier 2: 14) or more",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
    resources=["aws_elasticache_replication_group", "aws_elasticache_cluster"],
    unknown=rejected("nodes and snapshots are literals of the blueprint"),
)
def survives(cache: Resource) -> Iterator[Fault]:
    """Refuse a cache that one failure stops or empties."""
    if cache.type == "aws_elasticache_cluster":
        yield from _single(cache)
        return
    if "global_replication_group_id" not in cache.expressions:
        yield from _nodes(cache)
    if not cache["automatic_failover_enabled"]:
        yield Fault("no node takes over when the primary fails", "automatic_failover_enabled")
    if not cache["multi_az_enabled"]:
        yield Fault("its nodes may be in one zone", "multi_az_enabled")
    zones = cache["preferred_cache_cluster_azs"]
    if known(zones) and zones and all(map(known, zones)) and len(set(zones)) == 1:
        yield Fault(f"all its nodes are in {zones[0]}", "preferred_cache_cluster_azs")
    days = cache["snapshot_retention_limit"]
    least = DAYS.get(cache.plan.tier, ANY_DAYS)
    if not days:
        yield Fault("it keeps no snapshots", "snapshot_retention_limit")
    elif days > MOST_DAYS:
        yield Fault(f"ElastiCache keeps snapshots for {MOST_DAYS} days at most", "snapshot_retention_limit")
    elif days < least:
        yield Fault(f"it keeps snapshots for {days} days; {least} is the least", "snapshot_retention_limit")


def _single(cluster: Resource) -> Iterator[Fault]:
    """Judge a cluster outside a replication group: only Memcached may have several nodes then."""
    if not known(cluster["replication_group_id"]) or cluster["replication_group_id"]:
        return
    if cluster["engine"] != "memcached":
        yield Fault("a single node: nothing takes over when it fails; use a replication group", "engine")
    elif (cluster["num_cache_nodes"] or 1) < 2 or cluster["az_mode"] != "cross-az":
        yield Fault("all its nodes fail together", "az_mode")


def _nodes(cache: Resource) -> Iterator[Fault]:
    """Compare the nodes of a shard with the bounds, and the number of shards with what a tier needs."""
    modes = cache["cluster_mode"]
    mode = modes[0] if known(modes) and isinstance(modes, list) and modes else {}
    attribute, nodes = "num_cache_clusters", 1
    for name, holder, own in (
        ("num_cache_clusters", cache.values, 0),
        ("number_cache_clusters", cache.values, 0),
        ("replicas_per_node_group", cache.values, 1),
        ("replicas_per_node_group", mode, 1),
    ):
        value = holder.get(name)
        if (known(value) and value is not None) or (not known(value) and name in cache.expressions):
            attribute, nodes = name, value + own if known(value) else value.get()
            break
    least, most = NODES.get(cache.plan.tier, ANY_NODES)
    if not least <= nodes <= most:
        yield Fault(f"it has {nodes} nodes; {least} to {most} are right", attribute)
    shards = cache["num_node_groups"]
    if cache.plan.tier in TIERS and known(shards) and shards and shards > SHARDS:
        yield Fault(f"it has {shards} shards; {SHARDS} are more than the tier needs", "num_node_groups")

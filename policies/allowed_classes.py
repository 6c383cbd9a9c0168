"""Databases and caches are of a class that the tier can pay for and that carries its load."""

import re
from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, policy, rejected

# In tier 1 credits carry the peaks, and more does not fit its budget; in tier 2 twice the memory, for its connections.
CLASSES = {
    "tier1": {
        "db": ("db.t3.medium", "db.t4g.medium"),
        "cache": ("cache.t3.micro", "cache.t4g.micro", "cache.t3.small", "cache.t4g.small"),
    },
    "tier2": {
        "db": ("db.t3.large", "db.t4g.large", "db.m6g.large", "db.m7g.large"),
        "cache": ("cache.t3.small", "cache.t4g.small", "cache.t3.medium", "cache.t4g.medium"),
    },
}
ARGUMENTS = {
    "aws_db_instance": "instance_class",
    "aws_rds_cluster": "db_cluster_instance_class",
    "aws_rds_cluster_instance": "instance_class",
    "aws_elasticache_replication_group": "node_type",
    "aws_elasticache_cluster": "node_type",
}
PREVIOUS = ("t1", "t2", "m1", "m2", "m3", "m4", "c1", "r3", "r4")


@policy(
    id="TIER_AWS_069",
    title="Databases and caches are of a class that the tier allows",
    severity=Severity.MEDIUM,
    why="A class that is too big breaks the budget; one that is too small runs out of memory, connections or credits.",
    remedy="set `instance_class` or `node_type` to a class of the tier's list, none of a previous generation",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html",
    resources=list(ARGUMENTS),
    unknown=rejected("a class is a literal of the blueprint"),
)
def allowed(store: Resource) -> Iterator[Fault]:
    """Refuse a class that is not on the tier's list, or without one, an absurd one."""
    argument = ARGUMENTS[store.type]
    if _decided_elsewhere(store, argument):
        return
    label = store[argument]
    if not label:
        yield Fault("it names no class", argument)
        return
    listed = CLASSES.get(store.plan.tier, {}).get(label.split(".")[0], ())
    if store.plan.tier in CLASSES:
        if label not in listed:
            right = ", ".join(listed) or "db... or cache..."
            yield Fault(f"{label} is not a class of {store.plan.tier}; {right} are", argument)
        return
    family, size = [*label.split(".")[1:], "", ""][:2]
    if family in PREVIOUS:
        yield Fault(f"{label} is of a previous generation, slower and dearer", argument)
    number = re.match(r"(\d+)xlarge", size)
    if (number and int(number[1]) >= 4) or size == "metal":
        yield Fault(f"{label} is bigger than what any tier needs", argument)


def _decided_elsewhere(store: Resource, argument: str) -> bool:
    """Say whether the class is that of a cluster's instances, a replication group or a global datastore."""
    if store.type == "aws_rds_cluster":
        return argument not in store.expressions and not (store.values.get(argument) or None)
    if argument in store.expressions or not store.expressions:
        return False
    return any(name in store.expressions for name in ("replication_group_id", "global_replication_group_id"))

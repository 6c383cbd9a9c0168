"""Each database lives on when a zone is lost."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected


@policy(
    id="TIER_AWS_061",
    title="Each database has a standby in another zone",
    severity=Severity.HIGH,
    why="A database in one zone is down with its zone, and until somebody has restored it from a backup.",
    remedy="set `multi_az = true`, or give an Aurora cluster two instances or more in different zones",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html",
    resources=["aws_db_instance", "aws_rds_cluster"],
    unknown=rejected("whether there is a standby is a literal of the blueprint"),
)
def survives(database: Resource) -> Iterator[Fault]:
    """Refuse a primary without a standby; a replica may fail, its source goes on."""
    if database.type == "aws_rds_cluster":
        yield from _cluster(database)
    elif not _replica(database) and not database["multi_az"]:
        yield Fault("it has no standby in another zone", "multi_az")


def _cluster(cluster: Resource) -> Iterator[Fault]:
    """Count an Aurora cluster's instances; RDS itself spreads a Multi-AZ cluster, which names a class, over zones."""
    if cluster["db_cluster_instance_class"]:
        return
    instances = [item for item in cluster.plan.of("aws_rds_cluster_instance") if _member(item, cluster)]
    if not instances and cluster["global_cluster_identifier"]:
        return  # a secondary of a global database may wait without instances
    if len(instances) < 2:
        yield Fault(f"the cluster has {len(instances)} instances; nothing takes over when one fails")
        return
    zones = [item["availability_zone"] for item in instances]
    if all(known(zone) and zone for zone in zones) and len(set(zones)) == 1:
        yield Fault(f"all its instances are in {zones[0]}")


def _member(instance: Resource, cluster: Resource) -> bool:
    """Say whether an instance is one of the cluster's, by reference or by name."""
    if instance.points_to(cluster, "cluster_identifier"):
        return True
    names = (instance["cluster_identifier"], cluster["cluster_identifier"])
    return all(known(name) and bool(name) for name in names) and names[0] == names[1]


def _replica(database: Resource) -> bool:
    """Say whether a database follows another; a source that only the apply will tell is one that is written."""
    source = database["replicate_source_db"]
    return bool(source) if known(source) else "replicate_source_db" in database.expressions

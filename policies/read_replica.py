"""Tier 2's database has a read replica that can take over its readers, in another zone."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

LOGIN = "iam_database_authentication_enabled"
SIZES = ("micro", "small", "medium", "large", "xlarge")


@policy(
    id="TIER_AWS_070",
    title="The database has a read replica in another zone, of no smaller class",
    severity=Severity.HIGH,
    why="Without one, reports slow down what users wait for; a smaller one falls behind and takes fewer connections.",
    remedy="add an `aws_db_instance` whose `replicate_source_db` is the primary's identifier, of its class, and leave "
    "`availability_zone` out",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html",
    resources=["aws_db_instance"],
    tiers=("tier2",),
    unknown=rejected("a replica refers to its source; a zone that RDS chooses is another than the primary's"),
)
def replicated(database: Resource) -> Iterator[Fault]:
    """Refuse a primary without a replica, and replicas that are too small or in the primary's zone only."""
    if _written(database, "replicate_source_db"):
        if not any(_follows(database, item) for item in database.plan.of("aws_db_instance")):
            yield from _stranger(database)
        return
    replicas = [
        item for item in database.plan.of("aws_db_instance") if item is not database and _follows(item, database)
    ]
    if not replicas:
        yield Fault("it has no read replica")
        return
    for replica in replicas:
        if _rank(replica) < _rank(database):
            yield Fault(f"the replica {replica.address} is of a smaller class", "instance_class")
        if database[LOGIN] and not replica[LOGIN]:
            yield Fault(f"the replica {replica.address} does not take IAM's tokens, unlike the database", LOGIN)
    zones = [replica["availability_zone"] for replica in replicas if _written(replica, "availability_zone")]
    own = database["availability_zone"] if _written(database, "availability_zone") else None
    if len(zones) == len(replicas) and len(set(zones)) == 1 and own in (None, zones[0]):
        yield Fault("all its replicas are in one zone, which is its own or may become so", "availability_zone")


def _written(database: Resource, argument: str) -> bool:
    """Say whether an argument is set; a zone that the plan does not choose is RDS's, and moves with a failover."""
    if argument == "availability_zone" and database.action not in ("create", "replace"):
        return False
    value = database[argument]
    if known(value):
        return bool(value)
    expression = database.expressions.get(argument)
    return expression is not None and (argument != "availability_zone" or bool(database.refers_to(argument)))


def _follows(replica: Resource, source: Resource) -> bool:
    """Say whether a database is a replica of another: by a value if it is known, else by reference."""
    value = replica["replicate_source_db"]
    if known(value):
        return bool(value) and value in source.identities
    return replica.points_to(source, "replicate_source_db")


def _stranger(replica: Resource) -> Iterator[Fault]:
    """Refuse a source that the plan does not have, unless it is an ARN: that of another region, or of elsewhere."""
    value = replica["replicate_source_db"]
    if known(value) and not str(value).startswith("arn:"):
        yield Fault(f"it follows {value}, which this plan does not have", "replicate_source_db")


def _rank(database: Resource) -> tuple[int, int]:
    """Return a number of a class's size that can be compared."""
    size = (database["instance_class"] or "").rsplit(".", 1)[-1]
    digits = size.removesuffix("xlarge")
    if digits.isdigit():
        return len(SIZES), int(digits)
    return (SIZES.index(size) if size in SIZES else 0), 0

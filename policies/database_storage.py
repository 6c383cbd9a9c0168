"""Each database's disk is of the right kind, big enough to grow, and not bigger or faster than it must be."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

TYPES = ("gp3",)
# Provisioned speed is a decision of its own in a plan that is not ours; gp2 and magnetic disks are never a good one.
ANY_TYPES = ("gp3", "io1", "io2")
# Fewest and most GiB to begin with, and most to grow to, in a tier; of a plan of no tier, what is absurd.
SIZES, GROWN = (20, 200), 1000
ANY_SIZES, ANY_GROWN = (5, 16384), 65536
# What gp3 includes: operations and MiB per second below 400 GiB, and from there on.
INCLUDED = {"iops": (3000, 12000), "storage_throughput": (125, 500)}


@policy(
    id="TIER_AWS_068",
    title="Databases begin with a small gp3 disk that grows by itself",
    severity=Severity.MEDIUM,
    why="A full disk stops the database; a disk that is too big or too fast is paid every month and never shrinks.",
    remedy='set `storage_type = "gp3"`, a small `allocated_storage` and a `max_allocated_storage` above it, for a '
    "replica its source's, and leave `iops` and `storage_throughput` out",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.StorageTypes.html",
    resources=["aws_db_instance"],
    unknown=rejected("sizes are literals of the blueprint"),
)
def fits(database: Resource) -> Iterator[Fault]:
    """Refuse a disk of the wrong kind or size, and one that cannot grow."""
    ours = database.plan.tier in TIERS
    kind = database["storage_type"]
    if not known(kind) and "storage_type" not in database.expressions:
        kind = "gp2"
    if not kind or kind not in (TYPES if ours else ANY_TYPES):
        yield Fault(f"{kind or 'gp2'} is slower or dearer than gp3", "storage_type")
    if database["dedicated_log_volume"] and ours:
        yield Fault("a disk of its own for the log is paid as a second database's", "dedicated_log_volume")
    size = database["allocated_storage"]
    if not known(size) and "allocated_storage" not in database.expressions:
        size = None
    yield from _size(database, size)
    for source in database.refers_to("replicate_source_db"):
        if source.type == "aws_db_instance" and known(source["allocated_storage"]):
            size = size or source["allocated_storage"]
        if (database["max_allocated_storage"] or 0) < (source["max_allocated_storage"] or 0):
            yield Fault(f"it is full before its source {source.address} is, and stops", "max_allocated_storage")
    yield from _growth(database, size)
    if ours:
        yield from _speed(database, size)


def _size(database: Resource, size: int | None) -> Iterator[Fault]:
    """Compare the size with the bounds; a replica and a restored database have their source's."""
    least, most = SIZES if database.plan.tier in TIERS else ANY_SIZES
    if database.plan.tier in TIERS and database.action != "create":
        most = GROWN  # a disk that has grown stays as it is
    if size and not least <= size <= most:
        yield Fault(f"it begins with {size} GiB; {least} to {most} are right", "allocated_storage")


def _growth(database: Resource, size: int | None) -> Iterator[Fault]:
    """Ask for room to grow, by more than the tenth that RDS adds at once, but not without end."""
    limit = database["max_allocated_storage"]
    most = GROWN if database.plan.tier in TIERS else ANY_GROWN
    if not limit:
        yield Fault("its disk does not grow by itself", "max_allocated_storage")
    elif size and limit < size * 1.1:
        yield Fault(f"its disk cannot grow beyond {limit} GiB, of which it begins with {size}", "max_allocated_storage")
    elif limit > most:
        yield Fault(f"its disk may grow to {limit} GiB; {most} is the most", "max_allocated_storage")


def _speed(database: Resource, size: int | None) -> Iterator[Fault]:
    """Refuse speed that is paid extra; what is left out, RDS decides."""
    for argument, (small, big) in INCLUDED.items():
        value = database[argument]
        included = big if size and size >= 400 else small
        if known(value) and value and value > included:
            yield Fault(f"{value} is more than the {included} that gp3 includes", argument)

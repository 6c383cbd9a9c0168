"""Each database can be brought back: to any point of the last days, and after it was deleted."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# Fewest days back that a database can be restored to, by tier.
DAYS = {"tier1": 7, "tier2": 14}
ANY_DAYS = 7
# RDS keeps no automated backups longer than this.
MOST = 35


@policy(
    id="TIER_AWS_064",
    title="Each database is backed up for as long as its tier promises, and leaves a snapshot when it goes",
    severity=Severity.CRITICAL,
    why="What was lost before the oldest backup, or with a database that left no snapshot, cannot be brought back.",
    remedy="set `backup_retention_period` to 7 (tier 2: 14) or more, `skip_final_snapshot = false` with a "
    "`final_snapshot_identifier`, `delete_automated_backups = false` and `copy_tags_to_snapshot = true`; for a "
    "replica, `skip_final_snapshot = true`",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
    resources=["aws_db_instance", "aws_rds_cluster"],
    unknown=rejected("how backups are kept is a literal of the blueprint"),
)
def backed_up(database: Resource) -> Iterator[Fault]:
    """Refuse backups that are too few, or that go with the database; a replica's data are its source's."""
    if _replica(database):
        if not database["copy_tags_to_snapshot"]:
            yield Fault("its snapshots carry no tags", "copy_tags_to_snapshot")
        if database.plan.tier in TIERS and not database["skip_final_snapshot"]:
            yield Fault("it cannot be deleted: RDS makes no last snapshot of a replica", "skip_final_snapshot")
        return
    yield from _retention(database)
    if database["skip_final_snapshot"]:
        yield Fault("deleted, it leaves no last snapshot", "skip_final_snapshot")
    elif not database["final_snapshot_identifier"]:
        yield Fault("its last snapshot has no name, so that deleting it fails", "final_snapshot_identifier")
    if database["delete_automated_backups"] in (None, True):
        yield Fault("deleted, it takes its automated backups along", "delete_automated_backups")
    if not database["copy_tags_to_snapshot"]:
        yield Fault("its snapshots carry no tags: nobody sees whose they are", "copy_tags_to_snapshot")


def _retention(database: Resource) -> Iterator[Fault]:
    """Compare the retention with the tier's bound; what is left out is a day, or none."""
    days = database["backup_retention_period"]
    least = DAYS.get(database.plan.tier, ANY_DAYS)
    if not known(days) and "backup_retention_period" not in database.expressions and database.expressions:
        days = None
    if not days:
        yield Fault("it has no automated backups", "backup_retention_period")
    elif days > MOST:
        yield Fault(f"RDS keeps backups for {MOST} days at most, not for {days}", "backup_retention_period")
    elif days < least:
        yield Fault(f"it can be restored to the last {days} days only; {least} is the least", "backup_retention_period")


def _replica(database: Resource) -> bool:
    """Say whether a database follows another; a source that only the apply will tell is one that is written."""
    source = database["replicate_source_db"]
    return bool(source) if known(source) else "replicate_source_db" in database.expressions

"""Databases and caches are kept up to date, in a window of their own, under parameters of ours."""

import re
from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# The windows that must not meet, and the argument that names the parameter group.
WINDOWS = {
    "aws_db_instance": "backup_window",
    "aws_rds_cluster": "preferred_backup_window",
    "aws_elasticache_replication_group": "snapshot_window",
}
PARAMETERS = {
    "aws_db_instance": "parameter_group_name",
    "aws_rds_cluster": "db_cluster_parameter_group_name",
    "aws_elasticache_replication_group": "parameter_group_name",
}
GROUPS = ("aws_db_parameter_group", "aws_rds_cluster_parameter_group", "aws_elasticache_parameter_group")
# The oldest major version whose standard support goes on; older ones get no fixes or cost extra.
OLDEST = {"postgres": 14, "aurora-postgresql": 14, "mysql": 8, "aurora-mysql": 8, "redis": 6}
OLD_AUTHORITIES = ("rds-ca-2015", "rds-ca-2019")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, WEEK = 24 * 60, 7 * 24 * 60


@policy(
    id="TIER_AWS_067",
    title="Databases and caches get fixes, in a window apart from that of their backups",
    severity=Severity.MEDIUM,
    why="An engine without fixes is broken into through known holes; a change made at once interrupts all who use it.",
    remedy="leave `auto_minor_version_upgrade` on and `apply_immediately` off, choose a supported `engine_version`, a "
    "parameter group of that version, and windows that do not meet",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html",
    resources=[*WINDOWS, "aws_rds_cluster_instance"],
    unknown=rejected(
        "versions and windows are literals of the blueprint; what is left out AWS chooses without conflict"
    ),
)
def up_to_date(store: Resource) -> Iterator[Fault]:
    """Refuse what keeps fixes away, interrupts at once, or lets two windows meet."""
    if store["auto_minor_version_upgrade"] in (False, "false"):
        yield Fault("it gets no fixes by itself", "auto_minor_version_upgrade")
    if store["apply_immediately"]:
        yield Fault("changes interrupt it at once, not in the maintenance window", "apply_immediately")
    if store["allow_major_version_upgrade"]:
        yield Fault("it may go to another major version, which cannot be taken back", "allow_major_version_upgrade")
    authority = store["ca_cert_identifier"]
    if known(authority) and authority in OLD_AUTHORITIES:
        yield Fault(f"certificates of {authority} are not valid any more", "ca_cert_identifier")
    if store.type in WINDOWS:
        yield from _version(store)
        yield from _parameters(store, PARAMETERS[store.type])
        yield from _windows(store, WINDOWS[store.type])


def _left_out(store: Resource, attribute: str) -> bool:
    """Say whether an attribute is not set, or computed because it is not written."""
    value = store[attribute]
    return not value if known(value) else attribute not in store.expressions


def _follows(store: Resource) -> bool:
    """Say whether another one decides on the version: a replica's source, a global datastore's primary."""
    followed = ("replicate_source_db", "replication_source_identifier", "global_replication_group_id")
    return any(not _left_out(store, name) for name in followed)


def _version(store: Resource) -> Iterator[Fault]:
    """Refuse a version that AWS would choose, and one that is too old."""
    if _follows(store):
        return
    if _left_out(store, "engine_version"):
        if store.plan.tier in TIERS:
            yield Fault("it has no version: AWS chooses the newest, whatever the application can do", "engine_version")
        return
    oldest = OLDEST.get(store["engine"] or "", 0)
    major = re.match(r"\d+", str(_value(store, "engine_version")))
    if major and int(major[0]) < oldest:
        yield Fault(f"version {store['engine_version']} is out of support; {oldest} is the oldest", "engine_version")


def _value(store: Resource, attribute: str) -> object:
    """Return a value that must be known."""
    value = store[attribute]
    return value if known(value) else value.get()


def _parameters(store: Resource, argument: str) -> Iterator[Fault]:
    """Ask for a parameter group of ours, of the family of the engine's version."""
    groups = [found for found in store.refers_to(argument) if found.type in GROUPS]
    name = store[argument]
    if not groups and not _left_out(store, argument):
        _value(store, argument)
    if _left_out(store, argument) or (known(name) and str(name).startswith("default.")):
        yield Fault("it runs with the parameters of AWS, which cannot be changed", argument)
        return
    version = store["engine_version"]
    for group in groups:
        family = group["family"]
        number = re.search(r"[\d.]+$", family) if known(family) and family else None
        if number and known(version) and version and not f"{version}.".startswith(f"{number[0]}."):
            yield Fault(f"its parameters are for {family}, not for version {version}", argument)


def _windows(store: Resource, daily: str) -> Iterator[Fault]:
    """Compare the window of backups with that of maintenance, if both are set."""
    weekly = "preferred_maintenance_window" if daily.startswith("preferred") else "maintenance_window"
    if _left_out(store, daily) or _left_out(store, weekly):
        return
    backup = _daily(str(_value(store, daily)))
    maintenance = _weekly(str(_value(store, weekly)))
    if not backup:
        yield Fault(f"{store[daily]} is no window", daily)
    elif not maintenance:
        yield Fault(f"{store[weekly]} is no window", weekly)
    elif _meet(backup, maintenance):
        yield Fault(f"backups at {store[daily]} meet the maintenance at {store[weekly]}", weekly)


def _daily(window: str) -> tuple[int, int] | None:
    """Return begin and length of a window such as 02:00-03:00 in minutes."""
    match = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", window)
    if not match:
        return None
    first, minute, last, end = map(int, match.groups())
    begin = first * 60 + minute
    return begin, (last * 60 + end - begin) % DAY


def _weekly(window: str) -> tuple[int, int] | None:
    """Return begin and length of a window such as sun:03:30-sun:04:30 in minutes of the week."""
    match = re.fullmatch(r"([a-z]{3}):(\d\d:\d\d)-([a-z]{3}):(\d\d:\d\d)", window.lower())
    if not match or not {match[1], match[3]} <= set(DAYS):
        return None
    begin, end = (
        DAYS.index(day) * DAY + int(at[:2]) * 60 + int(at[3:]) for day, at in (match.group(1, 2), match.group(3, 4))
    )
    return begin, (end - begin) % WEEK


def _meet(daily: tuple[int, int], weekly: tuple[int, int]) -> bool:
    """Say whether a window of each day and one of a week have a minute in common."""
    begin, length = weekly
    for day in range(7):
        start = day * DAY + daily[0]
        if (begin - start) % WEEK < daily[1] or (start - begin) % WEEK < length:
            return True
    return False

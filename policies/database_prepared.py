"""A database of a tier has what the application and its operators count on: a name, logins by IAM, parameters."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

ON = ("1", "on", "true")


@dataclass(frozen=True)
class Setting:
    """What a parameter must be: one of `words`, containing them, or a number from `least` to `most`."""

    why: str
    words: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    def holds(self, value: str) -> bool:
        """Say whether a value will do."""
        if self.words:
            return any(part.strip().lower() in self.words for part in value.split(","))
        return value.isdigit() and self.least <= int(value) <= self.most


# Milliseconds. A request of the application lasts up to 60 s; a transaction that idles longer only holds locks.
# Statements below 300 ms are ordinary ones, which would fill the log; users notice those above a second.
POSTGRES = {
    "idle_in_transaction_session_timeout": Setting(
        "what a lost client has locked stays locked", least=60_000, most=300_000
    ),
    "log_connections": Setting("nobody sees who came", ON),
    "log_disconnections": Setting("nobody sees who left", ON),
    "log_lock_waits": Setting("nobody sees what waits for what", ON),
    "log_min_duration_statement": Setting(
        "the log shows none of the slow statements, or all the ordinary ones", least=300, most=1_000
    ),
    "pg_stat_statements.track": Setting("the load of statements is not counted", ("all", "top")),
    "shared_preload_libraries": Setting("the load of statements is not counted", ("pg_stat_statements",)),
}
# What PostgreSQL reads when it starts: RDS refuses to change it at once.
STATIC = ("shared_preload_libraries",)


@policy(
    id="TIER_AWS_056",
    title="Databases have a name, take logins by IAM, show what is slow and end what is stuck",
    severity=Severity.MEDIUM,
    why="A stuck transaction holds its locks for ever, nobody sees which statements are slow, people share a password.",
    remedy="set `db_name` and `iam_database_authentication_enabled = true`, and in the parameter group the parameters "
    "of logging, `pg_stat_statements` and `idle_in_transaction_session_timeout` as the module has them",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.html",
    resources=["aws_db_instance", "aws_db_parameter_group"],
    unknown=rejected("names and parameters are literals"),
)
def prepared(resource: Resource) -> Iterator[Fault]:
    """Judge the databases of a tier; what others need, they know."""
    if resource.plan.tier not in TIERS:
        return
    if resource.type == "aws_db_instance":
        yield from _entered(resource)
    elif str(resource["family"] or "").startswith("postgres"):
        yield from _parameters(resource)


def _entered(database: Resource) -> Iterator[Fault]:
    """Ask for logins by IAM and a database by name; a replica, and what comes from a snapshot, have their source's."""
    if not database["iam_database_authentication_enabled"]:
        yield Fault("who looks into it needs its password", "iam_database_authentication_enabled")
    copied = any(_written(database, name) for name in ("replicate_source_db", "snapshot_identifier"))
    restored = any(database.blocks(name) for name in ("restore_to_point_in_time", "s3_import"))
    if not copied and not restored and not _written(database, "db_name"):
        yield Fault("there is no database to connect to", "db_name")


def _written(database: Resource, argument: str) -> bool:
    """Say whether an argument is set; one that only the apply will tell is, if it is written."""
    value = database[argument]
    return bool(value) if known(value) else argument in database.expressions


def _parameters(group: Resource) -> Iterator[Fault]:
    """Compare the parameters with those that are needed."""
    blocks = group.blocks("parameter")
    places = {str(item.get("name")): index for index, item in enumerate(blocks)}
    for name, setting in POSTGRES.items():
        if name not in places:
            yield Fault(f"it leaves {name} to AWS: {setting.why}", "parameter")
            continue
        block, place = blocks[places[name]], f"parameter[{places[name]}]"
        if not setting.holds(str(block.get("value"))):
            yield Fault(f"{name} is {block.get('value')}: {setting.why}", f"{place}.value")
        if name in STATIC and block.get("apply_method") != "pending-reboot":
            yield Fault(f"RDS refuses to change {name} at once", f"{place}.apply_method")

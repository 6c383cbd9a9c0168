"""A database of a tier has what the application and its operators count on: a database by name, and parameters."""

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
POSTGRES = {
    "idle_in_transaction_session_timeout": Setting(
        "what a lost client has locked stays locked", least=60_000, most=300_000
    ),
    "log_connections": Setting("nobody sees who came", ON),
    "log_disconnections": Setting("nobody sees who left", ON),
    "log_lock_waits": Setting("nobody sees what waits for what", ON),
    "log_min_duration_statement": Setting("slow statements are not logged", least=100, most=2_000),
    "pg_stat_statements.track": Setting("the load of statements is not counted", ("all", "top")),
    "shared_preload_libraries": Setting("the load of statements is not counted", ("pg_stat_statements",)),
}


@policy(
    id="TIER_AWS_056",
    title="Databases have a name to connect to, and parameters that show what is slow and end what is stuck",
    severity=Severity.MEDIUM,
    why="Without them a stuck transaction holds its locks for ever, and nobody sees which statements are slow or wait.",
    remedy="set `db_name`, and in the parameter group the parameters of logging, `pg_stat_statements` and "
    "`idle_in_transaction_session_timeout` as the module has them",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.html",
    resources=["aws_db_instance", "aws_db_parameter_group"],
    unknown=rejected("names and parameters are literals"),
)
def prepared(resource: Resource) -> Iterator[Fault]:
    """Judge the databases of a tier; what others need, they know."""
    if resource.plan.tier not in TIERS:
        return
    if resource.type == "aws_db_instance":
        yield from _named(resource)
    elif str(resource["family"] or "").startswith("postgres"):
        yield from _parameters(resource)


def _named(database: Resource) -> Iterator[Fault]:
    """Ask for a database by name; a replica, and what comes from a snapshot, have their source's."""
    copied = [database.expressions.get(name) for name in ("replicate_source_db", "snapshot_identifier")]
    restored = [name for name in ("restore_to_point_in_time", "s3_import") if database.blocks(name)]
    if not any(copied) and not restored and known(database["db_name"]) and not database["db_name"]:
        yield Fault("there is no database to connect to", "db_name")


def _parameters(group: Resource) -> Iterator[Fault]:
    """Compare the parameters with those that are needed."""
    places = {str(item.get("name")): index for index, item in enumerate(group.blocks("parameter"))}
    blocks = group.blocks("parameter")
    for name, setting in POSTGRES.items():
        if name not in places:
            yield Fault(f"it leaves {name} to AWS: {setting.why}", "parameter")
        elif not setting.holds(str(blocks[places[name]].get("value"))):
            value = blocks[places[name]].get("value")
            yield Fault(f"{name} is {value}: {setting.why}", f"parameter[{places[name]}].value")

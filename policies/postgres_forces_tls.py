"""PostgreSQL answers by TLS only."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

GROUPS = ("aws_db_parameter_group", "aws_rds_cluster_parameter_group")
# The parameter that forces TLS, by the start of the engine's or family's name.
PARAMETER = {
    "postgres": "rds.force_ssl",
    "aurora-postgresql": "rds.force_ssl",
    "mysql": "require_secure_transport",
    "mariadb": "require_secure_transport",
    "aurora-mysql": "require_secure_transport",
}
ON = ("1", "on", "true")


@policy(
    id="TIER_AWS_015",
    title="Databases answer by TLS only",
    severity=Severity.HIGH,
    why="A client that is not told to use TLS sends its password and what it reads in clear through the network.",
    remedy="set the parameter `rds.force_ssl` to 1 (of MySQL and MariaDB `require_secure_transport`) in each parameter "
    "group, and name the group in the database",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html",
    resources=[*GROUPS, "aws_db_instance"],
    unknown=rejected("a parameter is a literal of the module"),
)
def forced(resource: Resource) -> Iterator[Fault]:
    """Judge a parameter group, and ask a database for one of the plan."""
    if resource.type in GROUPS:
        yield from _group(resource)
    else:
        yield from _database(resource)


def _group(group: Resource) -> Iterator[Fault]:
    """Ask for the parameter that forces TLS, and for no other that weakens it."""
    family = str(group["family"] or "").rstrip("0123456789.")
    name = PARAMETER.get(family)
    if name is None:
        return
    values = {str(item.get("name")).lower(): item.get("value") for item in group.blocks("parameter")}
    if group.type == "aws_db_parameter_group" and family.startswith("aurora") and name not in values:
        return
    if name not in values:
        yield Fault(f"it leaves {name} to AWS", "parameter")
    elif str(values[name]).lower() not in ON:
        yield Fault(f"{name} is {values[name]}: it answers in clear as well", "parameter")
    oldest = values.get("ssl_min_protocol_version")
    if oldest is not None and str(oldest) not in ("TLSv1.2", "TLSv1.3"):
        yield Fault(f"it takes {oldest}", "parameter")


def _database(database: Resource) -> Iterator[Fault]:
    """Ask a database for a parameter group that is not AWS's, which cannot be changed."""
    engine = database["engine"]
    if known(engine) and engine and engine not in PARAMETER:
        return
    group = database["parameter_group_name"]
    found = [item for item in database.refers_to("parameter_group_name") if item.type in GROUPS]
    if not known(group) and not found:
        group.get()
    if known(group) and (not group or str(group).startswith("default.")):
        yield Fault("its parameters are AWS's, in which TLS is not ours to force", "parameter_group_name")

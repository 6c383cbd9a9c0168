"""Each database tells what it does: logs, the load by statement, the metrics of its operating system."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected, statements

# The log exports of an engine, by the beginning of its name: needed anywhere, and in a tier of ours as well.
EXPORTS = {
    "aurora-postgresql": (("postgresql",), ()),
    "postgres": (("postgresql",), ("upgrade",)),
    "aurora-mysql": (("error",), ()),
    "mysql": (("error",), ("slowquery",)),
    "mariadb": (("error",), ("slowquery",)),
}
MONITORING = "AmazonRDSEnhancedMonitoringRole"
INTERVALS = (1, 5, 10, 15, 30, 60)


@policy(
    id="TIER_AWS_066",
    title="Databases export their logs and are watched closely",
    severity=Severity.MEDIUM,
    why="Without logs, the load by statement and the metrics of the system, nobody sees why a database is slow.",
    remedy="set `enabled_cloudwatch_logs_exports`, `performance_insights_enabled = true` and a `monitoring_interval` "
    "of 1 to 60 s, with a `monitoring_role_arn` that has AmazonRDSEnhancedMonitoringRole",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.html",
    resources=["aws_db_instance", "aws_rds_cluster", "aws_rds_cluster_instance"],
    unknown=rejected("what is watched is a literal of the blueprint; the role is judged by what it refers to"),
)
def watched(database: Resource) -> Iterator[Fault]:
    """Refuse a database, replicas not excepted, that leaves out logs or metrics."""
    if database.type != "aws_rds_cluster_instance":
        yield from _exports(database)
    if database.type == "aws_rds_cluster":
        return
    if not database["performance_insights_enabled"]:
        yield Fault("nothing tells which statements make the load", "performance_insights_enabled")
    days = database["performance_insights_retention_period"]
    if known(days) and days and days > 7 and database.plan.tier in TIERS:
        yield Fault(
            f"keeping the load for {days} days costs extra; 7 are free", "performance_insights_retention_period"
        )
    interval = database["monitoring_interval"]
    if not interval:
        yield Fault("the metrics of its operating system are not collected", "monitoring_interval")
    elif interval not in INTERVALS:
        yield Fault(f"RDS has no interval of {interval} s", "monitoring_interval")
    else:
        yield from _role(database)


def _exports(database: Resource) -> Iterator[Fault]:
    """Compare the exports with those that the engine has; a replica's engine is its source's."""
    engine = database["engine"]
    if not known(engine) or not engine:
        sources = [item for item in database.refers_to("replicate_source_db") if item.type == "aws_db_instance"]
        engine = sources[0]["engine"] if sources else ""
    exports = database["enabled_cloudwatch_logs_exports"] or []
    always, ours = next(
        (both for name, both in EXPORTS.items() if known(engine) and str(engine).startswith(name)), ((), ())
    )
    missing = [kind for kind in (*always, *(ours if database.plan.tier in TIERS else ())) if kind not in exports]
    if missing or not exports:
        yield Fault(f"it does not export its logs: {', '.join(missing) or 'none'}", "enabled_cloudwatch_logs_exports")


def _role(database: Resource) -> Iterator[Fault]:
    """Ask for a role that RDS may take, and that may write metrics, as far as the plan has it."""
    role = database["monitoring_role_arn"]
    roles = [found for found in database.refers_to("monitoring_role_arn") if found.type == "aws_iam_role"]
    if not known(role) and not roles and "monitoring_role_arn" in database.expressions:
        role.get()
    if (not known(role) and not roles) or (known(role) and not role):
        yield Fault("it has no role to write its metrics with", "monitoring_role_arn")
    for found in roles:
        if found.mode == "managed" and not _allowed(found):
            yield Fault(f"the role {found.address} may not write metrics", "monitoring_role_arn")
        if found.mode == "managed" and not _trusted(found):
            yield Fault(f"RDS may not take the role {found.address}", "monitoring_role_arn")


def _allowed(role: Resource) -> bool:
    """Say whether a role has the policy that AWS made for it, or one of its own."""
    plan = role.plan
    attached = plan.pointing_to(role, "aws_iam_role_policy_attachment", "role")
    arns = [item["policy_arn"] for item in attached]
    arns += (role["managed_policy_arns"] if known(role["managed_policy_arns"]) else None) or []
    return any(not known(arn) or str(arn).endswith(MONITORING) for arn in arns) or bool(
        plan.pointing_to(role, "aws_iam_role_policy", "role")
    )


def _trusted(role: Resource) -> bool:
    """Say whether RDS's monitoring may take a role."""
    for statement in statements(role, "assume_role_policy"):
        principals = statement.principals
        services = principals.get("Service") if isinstance(principals, dict) else None
        listed = services if isinstance(services, list) else [services]
        if statement.effect == "Allow" and "monitoring.rds.amazonaws.com" in listed:
            return True
    return False

"""A VPC resolves names, logs all of its traffic, and has a default security group that lets nothing through."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

INTERVALS = (60, 600)
RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_security_group_rule")


@policy(
    id="TIER_AWS_011",
    title="VPCs log all traffic, resolve names and have an empty default security group",
    severity=Severity.MEDIUM,
    why="Without flow logs nobody knows who talked to whom; in an open default group all that names none is together.",
    remedy='add an `aws_flow_log` with `traffic_type = "ALL"` and a destination, an `aws_default_security_group` '
    "without rules, and set `enable_dns_support` and `enable_dns_hostnames`",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
    resources=["aws_vpc"],
    unknown=rejected("what is logged is a literal, and of which network a reference"),
)
def watched(vpc: Resource) -> Iterator[Fault]:
    """Judge a VPC and what is beside it."""
    if str(vpc["enable_dns_support"]).lower() == "false":
        yield Fault("names are not resolved in it", "enable_dns_support")
    if str(vpc["enable_dns_hostnames"]).lower() != "true":
        yield Fault("private names of endpoints are not resolved in it", "enable_dns_hostnames")
    logs = vpc.plan.pointing_to(vpc, "aws_flow_log", "vpc_id")
    if not logs:
        yield Fault("no flow log is kept of it")
    for log in logs:
        yield from _log(log)
    groups = vpc.plan.pointing_to(vpc, "aws_default_security_group", "vpc_id")
    if not groups:
        yield Fault("its default security group lets all members reach each other")
    for group in groups:
        yield from _empty(vpc, group)


def _log(log: Resource) -> Iterator[Fault]:
    """Ask a flow log for all traffic, soon, and a place."""
    if log["traffic_type"] != "ALL":
        yield Fault(f"{log.address} keeps {log['traffic_type']} only")
    interval = log["max_aggregation_interval"] or 600
    if int(interval) not in INTERVALS:
        yield Fault(f"{log.address} gathers for {interval} seconds")
    places = [log[name] for name in ("log_destination", "log_group_name")]
    if all(known(place) and not place for place in places):
        yield Fault(f"{log.address} goes nowhere")
    kind, role = log["log_destination_type"] or "cloud-watch-logs", log["iam_role_arn"]
    if kind == "cloud-watch-logs" and known(role) and not role:
        yield Fault(f"{log.address} may not write: it has no role")


def _empty(vpc: Resource, group: Resource) -> Iterator[Fault]:
    """Refuse rules in a default security group, inline or apart."""
    for way in ("ingress", "egress"):
        if (known(group[way]) or way in group.expressions) and group[way]:
            yield Fault(f"{group.address} has rules: {way}")
    for kind in RULES:
        for rule in vpc.plan.of(kind):
            if rule.points_to(group, "security_group_id"):
                yield Fault(f"{rule.address} opens the default security group")

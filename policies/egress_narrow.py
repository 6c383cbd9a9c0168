"""Security groups let out what is needed: data stores nothing, the others no port to everywhere but HTTPS."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

SINGLE, LEGACY = "aws_vpc_security_group_egress_rule", "aws_security_group_rule"
# What answers, and never calls.
STORES: dict[str, str] = {
    "aws_db_instance": "vpc_security_group_ids",
    "aws_rds_cluster": "vpc_security_group_ids",
    "aws_elasticache_replication_group": "security_group_ids",
    "aws_elasticache_cluster": "security_group_ids",
}
RANGES = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks")
WEB, ALL = (443,), ("-1", "all")
NARROWEST = {4: 8, 6: 16}


@policy(
    id="TIER_AWS_004",
    title="Databases and caches send nothing, and others send to everywhere by HTTPS only",
    severity=Severity.HIGH,
    why="Whoever breaks into a task or a database takes the data out by any port that is open to everywhere.",
    remedy="drop the egress rules of databases and caches, and name in the others the group or prefix list that is "
    "called, and its port",
    source="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_network_protection_create_layers.html",
    resources=["aws_security_group", "aws_default_security_group"],
    unknown=rejected("where a group may send is written in the module"),
)
def narrow(group: Resource) -> Iterator[Fault]:
    """Judge each egress rule of a group, in whichever style."""
    if _translates(group):
        return
    store = any(group.plan.pointing_to(group, kind, argument) for kind, argument in STORES.items())
    for place, attribute, rule in _rules(group):
        if store:
            yield Fault(f"{place}: a data store may send", attribute)
        else:
            yield from _everywhere(place, attribute, rule)


def _translates(group: Resource) -> bool:
    """Say whether the group is a NAT instance's: it sends what others may send."""
    plan = group.plan
    places: list[tuple[str, tuple[str | int, ...]]] = [
        ("aws_network_interface", ("security_groups",)), ("aws_instance", ("vpc_security_group_ids",)),
    ]  # fmt: skip
    for kind, path in places:
        for holder in plan.pointing_to(group, kind, *path):
            check = holder["source_dest_check"]
            if known(check) and check in (False, "false"):
                return True
    return False


def _rules(group: Resource) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield where each egress rule of the group is, and what it says."""
    if known(group["egress"]) or "egress" in group.expressions:
        for index, block in enumerate(group.blocks("egress")):
            yield f"egress[{index}]", f"egress[{index}]", block
    for rule in group.plan.pointing_to(group, SINGLE, "security_group_id"):
        yield rule.address, "", rule.values
    for rule in group.plan.pointing_to(group, LEGACY, "security_group_id"):
        if rule["type"] == "egress":
            yield rule.address, "", rule.values


def _everywhere(place: str, attribute: str, rule: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse a rule to everywhere by another port than HTTPS's, and one by all ports to whatever it is."""
    protocol = str(rule.get("ip_protocol", rule.get("protocol"))).lower()
    first, last = rule.get("from_port"), rule.get("to_port")
    if protocol in ALL or (protocol in ("tcp", "udp", "6", "17") and first != last):
        yield Fault(f"{place}: it may send by all ports or many", attribute)
        return
    for name in RANGES:
        value = rule.get(name)
        for cidr in value if isinstance(value, list) else [value]:
            if (
                not (known(cidr) and cidr is None)
                and _wide(cidr)
                and (first not in WEB or protocol not in ("tcp", "6"))
            ):
                yield Fault(f"{place}: it may send to {cidr} by {protocol} {first}", attribute)


def _wide(cidr: Any) -> bool:
    """Say whether a range is too wide to name anybody; what is no range can be sent nowhere."""
    try:
        network = ip_network(str(cidr).strip(), strict=False)
    except ValueError:
        return False
    return network.prefixlen < NARROWEST[network.version]

"""No security group lets the whole internet in, in whichever style its rules are written."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

GROUPS = ("aws_security_group", "aws_default_security_group")
SINGLE, LEGACY = "aws_vpc_security_group_ingress_rule", "aws_security_group_rule"
# Two halves of the internet are the internet: a range with a shorter prefix than these is too wide to mean anybody.
NARROWEST = {4: 8, 6: 16}
LISTS = ("cidr_blocks", "ipv6_cidr_blocks")
# What an address range of a plan's own network hangs on.
OWN_RANGES = ("aws_vpc", "aws_subnet", "aws_vpc_ipv4_cidr_block_association")


@policy(
    id="TIER_AWS_002",
    title="No security group lets in the whole internet",
    severity=Severity.CRITICAL,
    why="What listens behind the rule is found by scanners within minutes, around CloudFront and its firewall.",
    remedy="set `referenced_security_group_id` or `prefix_list_id` in place of `0.0.0.0/0` and `::/0`",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    resources=[*GROUPS, SINGLE, LEGACY],
    unknown=rejected("a range that nobody can read before the apply may be any"),
)
def not_anywhere(resource: Resource) -> Iterator[Fault]:
    """Refuse rules, inline or apart, whose source is the internet."""
    if resource.type in GROUPS:
        yield from _inline(resource)
    elif resource.type == SINGLE:
        yield from _sources(resource, resource.values, ("cidr_ipv4", "cidr_ipv6"), "")
        yield from _prefixes(resource, "prefix_list_id")
    elif resource["type"] == "ingress":
        yield from _sources(resource, resource.values, LISTS, "")
        yield from _prefixes(resource, "prefix_list_ids")


def _inline(group: Resource) -> Iterator[Fault]:
    """Judge the rules written in the group; where none is written, AWS tells after the apply which there are."""
    if not known(group["ingress"]) and "ingress" not in group.expressions:
        return
    for index, block in enumerate(group.blocks("ingress")):
        yield from _sources(group, block, LISTS, f"ingress[{index}].")
        yield from _prefixes(group, "ingress", index, "prefix_list_ids")


def _sources(resource: Resource, rule: Mapping[str, Any], names: tuple[str, ...], place: str) -> Iterator[Fault]:
    """Refuse the ranges of a rule that hold everybody."""
    for name in names:
        value = rule.get(name)
        if not known(value) and _own(resource, name, place):
            continue
        for cidr in value if isinstance(value, list) else [value]:
            if not known(cidr) and _own(resource, name, place):
                continue
            if cidr and _anywhere(cidr):
                yield Fault(f"it lets in {cidr}", f"{place}{name}")


def _own(resource: Resource, name: str, place: str) -> bool:
    """Say whether an unknown range is that of a network in the plan."""
    path = ("ingress", int(place[8:-2]), name) if place else (name,)
    found = resource.refers_to(*path)
    return bool(found) and all(item.type in OWN_RANGES for item in found)


def _anywhere(cidr: Any) -> bool:
    """Say whether a range is too wide to name anybody; what is none cannot be let in."""
    try:
        network = ip_network(str(cidr).strip(), strict=False)
    except ValueError:
        return False
    return network.prefixlen < NARROWEST[network.version]


def _prefixes(resource: Resource, *path: str | int) -> Iterator[Fault]:
    """Refuse a prefix list of the plan that holds everybody."""
    for found in resource.refers_to(*path):
        if found.type != "aws_ec2_managed_prefix_list" or found.mode == "data":
            continue
        entries = found["entry"]
        for entry in (entries if known(entries) else None) or []:
            if known(entry) and known(entry.get("cidr")) and _anywhere(entry.get("cidr") or ""):
                yield Fault(f"its prefix list {found.address} holds {entry['cidr']}", ".".join(map(str, path)))

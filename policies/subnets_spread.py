"""Subnets of each kind are in several zones, within their VPC and apart; public ones give no addresses away."""

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_network
from itertools import combinations

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

ZONES = {"tier1": 2, "tier2": 3}
ANY_ZONES = 2


@policy(
    id="TIER_AWS_012",
    title="Subnets of each kind are in several zones, inside their VPC, and give no public address away",
    severity=Severity.HIGH,
    why="What stands in one zone fails with it, and an address given away unasked puts a machine on the internet.",
    remedy="make public, private and database subnets in two zones (tier 2: three) each, in blocks of the VPC that do "
    "not overlap, with `map_public_ip_on_launch = false`",
    source="https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_fault_isolation_multiaz_region_system.html",
    resources=["aws_vpc", "aws_subnet"],
    unknown=rejected("zones and blocks are literals of the module"),
)
def spread(resource: Resource) -> Iterator[Fault]:
    """Judge one subnet, and all of a VPC together."""
    if resource.type == "aws_subnet":
        if str(resource["map_public_ip_on_launch"]).lower() == "true":
            yield Fault("what starts in it gets a public address", "map_public_ip_on_launch")
        zones = [resource[name] for name in ("availability_zone", "availability_zone_id")]
        if resource.plan.tier in TIERS and all(known(zone) and not zone for zone in zones):
            yield Fault("AWS chooses its zone, which may be that of another", "availability_zone")
        return
    subnets = resource.plan.pointing_to(resource, "aws_subnet", "vpc_id")
    yield from _blocks(resource, subnets)
    kinds: dict[str, list[Resource]] = defaultdict(list)
    for subnet in subnets:
        kinds[_kind(subnet)].append(subnet)
    needed = ZONES.get(resource.plan.tier, ANY_ZONES)
    for kind, members in kinds.items():
        yield from _zones(kind, members, needed)
    for kind in ("public", "private", "isolated") if resource.plan.tier in TIERS else ():
        if not kinds[kind]:
            yield Fault(f"it has no {kind} subnet")


def _zones(kind: str, subnets: list[Resource], needed: int) -> Iterator[Fault]:
    """Ask for several zones, where the plan says which."""
    named = [subnet[name] for subnet in subnets for name in ("availability_zone", "availability_zone_id")]
    zones = {zone for zone in named if known(zone) and zone}
    if len(zones) >= needed or not any(not known(zone) or zone for zone in named):
        return
    for zone in named:
        if not known(zone):
            zone.get()
    yield Fault(f"its {kind} subnets are in {len(zones)} zones, not {needed}")


def _blocks(vpc: Resource, subnets: list[Resource]) -> Iterator[Fault]:
    """Ask for blocks inside the VPC's, none over another."""
    if known(vpc["cidr_block"]) and not vpc["cidr_block"]:
        return
    whole = ip_network(str(vpc["cidr_block"]), strict=False)
    if not whole.is_private:
        yield Fault(f"{whole} is somebody else's", "cidr_block")
    further = bool(vpc.plan.of("aws_vpc_ipv4_cidr_block_association"))
    blocks = []
    for subnet in subnets:
        if not known(subnet["cidr_block"]) or subnet["cidr_block"]:
            blocks.append((subnet.address, ip_network(str(subnet["cidr_block"]), strict=False)))
    for address, block in blocks:
        if not further and (
            block.version != whole.version or not (block.overlaps(whole) and block.prefixlen >= whole.prefixlen)
        ):
            yield Fault(f"{address} is outside of it: {block}")
    for (one, first), (other, second) in combinations(blocks, 2):
        if first.version == second.version and first.overlaps(second):
            yield Fault(f"{one} and {other} overlap")


def _kind(subnet: Resource) -> str:
    """Say which way leads out of a subnet: public, private (through something that translates) or isolated."""
    plan = subnet.plan
    kind = "isolated"
    for association in plan.pointing_to(subnet, "aws_route_table_association", "subnet_id"):
        for table in plan.of("aws_route_table"):
            if not association.points_to(table, "route_table_id"):
                continue
            if _public(table, "route") or any(
                _public(route, "gateway_id") for route in plan.pointing_to(table, "aws_route", "route_table_id")
            ):
                return "public"
            if table["route"] or plan.pointing_to(table, "aws_route", "route_table_id"):
                kind = "private"
    return kind


def _public(holder: Resource, argument: str) -> bool:
    """Say whether a route, or one of a route table's own, goes to an internet gateway."""
    value = holder[argument]
    gateways = [block.get("gateway_id") for block in value or []] if argument == "route" and known(value) else [value]
    return any(known(item) and str(item).startswith("igw-") for item in gateways) or any(
        found.type == "aws_internet_gateway" for found in holder.refers_to(argument)
    )

"""Databases and caches stand in private subnets of several zones, and have no public address."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

# How many zones a subnet group spans at least, by tier.
ZONES = {"tier1": 2, "tier2": 3}
ANY_ZONES = 2
GROUPS = ("aws_db_subnet_group", "aws_elasticache_subnet_group")
# The argument by which each takes a subnet group; without it AWS takes the default VPC's, which is public.
ATTACHED = {
    "aws_db_instance": "db_subnet_group_name",
    "aws_rds_cluster": "db_subnet_group_name",
    "aws_elasticache_replication_group": "subnet_group_name",
    "aws_elasticache_cluster": "subnet_group_name",
}


@policy(
    id="TIER_AWS_062",
    title="Databases and caches stand in private subnets of several zones, without a public address",
    severity=Severity.CRITICAL,
    why="A database with a public address is one password away from anybody, and subnets of one zone fail together.",
    remedy="set `publicly_accessible = false`, and name a security group and a subnet group of private subnets in two "
    "zones (tier 2: three)",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
    resources=[*GROUPS, *ATTACHED, "aws_rds_cluster_instance"],
    unknown=rejected("subnets are referred to, and their zones are known when the plan is made"),
)
def private(resource: Resource) -> Iterator[Fault]:
    """Refuse a public address, a missing subnet group, and groups of public subnets or of too few zones."""
    if resource.type in GROUPS:
        yield from _group(resource)
        return
    if resource["publicly_accessible"]:
        yield Fault("it gets a public address", "publicly_accessible")
    argument = ATTACHED.get(resource.type)
    if argument and not _elsewhere(resource):
        yield from _attached(resource, argument)
    if argument:
        yield from _guarded(resource)


def _elsewhere(resource: Resource) -> bool:
    """Say whether what the resource follows, a primary or a replication group, decides on the subnets."""
    followed = "replication_group_id" if resource.type == "aws_elasticache_cluster" else "replicate_source_db"
    return not known(resource[followed]) or bool(resource[followed])


def _guarded(resource: Resource) -> Iterator[Fault]:
    """Ask for a security group: without one AWS takes the default one, in which all that names none is together."""
    argument = "security_group_ids" if resource.type.startswith("aws_elasticache") else "vpc_security_group_ids"
    groups = resource[argument]
    member = resource.type == "aws_elasticache_cluster" and _elsewhere(resource)
    if known(groups) and not groups and not member:
        yield Fault("it has no security group of its own", argument)


def _attached(resource: Resource, argument: str) -> Iterator[Fault]:
    name = resource[argument]
    if not known(name):
        if any(found.type in GROUPS for found in resource.refers_to(argument)):
            return
        if argument in resource.expressions or not resource.expressions:
            name.get()
    if not known(name) or not name or name == "default":
        yield Fault("it has no subnet group of its own, and so stands in the default VPC", argument)


def _group(group: Resource) -> Iterator[Fault]:
    """Judge a group's subnets: those it refers to, or as many as are written."""
    subnets = _subnets(group)
    listed = group["subnet_ids"]
    needed = ZONES.get(group.plan.tier, ANY_ZONES)
    if not subnets:
        if len(set(filter(known, listed or []))) < needed and all(map(known, listed or [])):
            yield Fault(f"its subnets are in fewer than {needed} zones", "subnet_ids")
        return
    for subnet in subnets:
        if subnet["map_public_ip_on_launch"] or _to_the_internet(subnet):
            yield Fault(f"the subnet {subnet.address} is public", "subnet_ids")
    zones = [subnet["availability_zone"] for subnet in subnets]
    if len({zone for zone in zones if known(zone) and zone}) < needed:
        for zone in zones:
            if not known(zone):
                zone.get()
        yield Fault(f"its subnets are in fewer than {needed} zones", "subnet_ids")


def _subnets(group: Resource) -> list[Resource]:
    """Return the subnets of a group that the plan knows; once their ids are known, those with the ids."""
    found = [item for item in group.refers_to("subnet_ids") if item.type == "aws_subnet"]
    listed = group["subnet_ids"]
    if not known(listed) or not all(map(known, listed or [])):
        return found
    everywhere = dict.fromkeys([*found, *group.plan.of("aws_subnet")])
    return [item for item in everywhere if known(item["id"]) and item["id"] in (listed or [])]


def _to_the_internet(subnet: Resource) -> bool:
    """Say whether a route table of the subnet has a route to an internet gateway."""
    plan = subnet.plan
    for association in plan.pointing_to(subnet, "aws_route_table_association", "subnet_id"):
        for table in plan.of("aws_route_table"):
            if not association.points_to(table, "route_table_id"):
                continue
            routes = plan.pointing_to(table, "aws_route", "route_table_id")
            if _public(table, "route") or any(_public(route, "gateway_id") for route in routes):
                return True
    return False


def _public(holder: Resource, argument: str) -> bool:
    """Say whether a route, or one of a route table's own, goes to an internet gateway."""
    value = holder[argument]
    gateways = [block["gateway_id"] for block in value or []] if argument == "route" and known(value) else [value]
    return any(known(item) and str(item).startswith("igw-") for item in gateways) or any(
        found.type == "aws_internet_gateway" for found in holder.refers_to(argument)
    )

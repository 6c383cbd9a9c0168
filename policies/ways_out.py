"""Private subnets go out through a NAT of their own zone, those of data not at all, and tasks are in private ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

ANYWHERE = ("0.0.0.0/0", "::/0")
NAT, GATEWAY, INTERFACE = "aws_nat_gateway", "aws_internet_gateway", "aws_network_interface"
DATA = ("aws_db_subnet_group", "aws_elasticache_subnet_group")
# What must have no address on the internet, and where it names its subnets.
INSIDE: dict[str, tuple[str | int, ...]] = {
    "aws_ecs_service": ("network_configuration", 0, "subnets"),
    "aws_lambda_function": ("vpc_config", 0, "subnet_ids"),
    "aws_lb": ("subnets",),
    "aws_vpc_endpoint": ("subnet_ids",),
}
TARGETS = (
    "gateway_id", "nat_gateway_id", "network_interface_id", "transit_gateway_id", "vpc_endpoint_id", "instance_id",
    "egress_only_gateway_id", "vpc_peering_connection_id", "carrier_gateway_id", "local_gateway_id", "core_network_arn",
)  # fmt: skip
# The tiers in which each zone goes out by itself.
NAT_PER_ZONE = ("tier2",)


@dataclass(frozen=True)
class Route:
    """One route of a table: who says it, where to, by what that the plan makes, and by which arguments.

    `unread` are targets that neither a value nor a reference tells.
    """

    at: str
    default: bool
    found: tuple[Resource, ...]
    arguments: tuple[str, ...]
    literal: tuple[str, ...]
    unread: tuple[Any, ...]


@policy(
    id="TIER_AWS_013",
    title="Private subnets go out through the NAT of their zone, and those of data not at all",
    severity=Severity.HIGH,
    why="A private subnet with a way to the internet gateway is public; one with NAT in another zone fails with it.",
    remedy="route `0.0.0.0/0` of private tables to the `nat_gateway_id` of their zone, have no such route in tables of "
    "data, and put tasks with `assign_public_ip = false` in private subnets",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
    resources=["aws_route_table", NAT, "aws_ecs_service"],
    unknown=rejected("subnets and gateways are found by reference"),
)
def out(resource: Resource) -> Iterator[Fault]:
    """Judge a route table, a NAT gateway, or where tasks stand."""
    if resource.type == NAT:
        yield from _gateway(resource)
    elif resource.type == "aws_ecs_service":
        yield from _tasks(resource)
    else:
        yield from _table(resource)


def _table(table: Resource) -> Iterator[Fault]:
    """Judge a table by what stands in its subnets."""
    routes, subnets = list(_routes(table)), _subnets(table)
    yield from (Fault(f"{route.at} leads nowhere") for route in routes if not route.arguments)
    if _held(subnets, DATA, ("subnet_ids",)):
        for route in routes:
            if route.default or any(item.type in (NAT, GATEWAY) for item in route.found):
                yield Fault(f"{route.at} leads from databases to the internet")
        _readable(routes)
        return
    inside = [subnet for subnet in subnets if _inside(subnet)]
    if inside:
        yield from _private(table, routes, inside)


def _private(table: Resource, routes: list[Route], inside: list[Resource]) -> Iterator[Fault]:
    """Ask for a way out of private subnets, and for none that leads in."""
    for route in routes:
        if _public(route):
            yield Fault(f"{route.at} leads from private subnets to the internet gateway")
    if not any(route.default for route in routes) and any(_tasks_in(subnet) for subnet in inside):
        yield Fault("nothing leads out of it")
    for route in routes:
        yield from _same_zone(table, route, inside)
        for item in route.found if route.default else ():
            if item.type == NAT and item["connectivity_type"] == "private":
                yield Fault(f"{route.at} leads to {item.address}, which has no way to the internet")
            if item.type == INTERFACE and table.plan.tier and not _addressed(item):
                yield Fault(f"{route.at} leads to {item.address}, which has no public address")
    _readable(routes)


def _addressed(interface: Resource) -> bool:
    """Say whether a network interface has an address that the internet answers to."""
    plan = interface.plan
    return bool(
        plan.pointing_to(interface, "aws_eip", "network_interface")
        or plan.pointing_to(interface, "aws_eip_association", "network_interface_id")
    )


def _readable(routes: list[Route]) -> None:
    """Leave the verdict open if a route may lead anywhere."""
    for route in routes:
        for value in route.unread:
            bool(value)


def _same_zone(table: Resource, route: Route, subnets: list[Resource]) -> Iterator[Fault]:
    """Ask in tier 2 for a NAT in the zone of each subnet."""
    if not route.default or table.plan.tier not in NAT_PER_ZONE or "egress_only_gateway_id" in route.arguments:
        return
    gateways = [item for item in route.found if item.type == NAT]
    if not gateways and "nat_gateway_id" not in route.arguments:
        yield Fault(f"{route.at} leads out through no NAT gateway")
        return
    zones = [where["availability_zone"] for item in gateways for where in _places(item)]
    for subnet in subnets:
        zone = subnet["availability_zone"]
        if gateways and known(zone) and zone and all(map(known, zones)) and zone not in zones:
            yield Fault(f"{subnet.address} goes out through another zone")


def _places(gateway: Resource) -> list[Resource]:
    """Return the subnet of a NAT gateway."""
    return [subnet for subnet in gateway.plan.of("aws_subnet") if gateway.points_to(subnet, "subnet_id")]


def _routes(table: Resource) -> Iterator[Route]:
    """Yield the routes of a table, its own and those apart."""
    own = table["route"]
    for index, block in enumerate(table.blocks("route") if known(own) else []):
        given = {name: block.get(name) for name in TARGETS}
        names = tuple(name for name, value in given.items() if not known(value) or value)
        found = tuple(item for name in names for item in table.refers_to("route", index, name))
        later = [given[name] for name in names if not known(given[name])]
        ends = [block.get(name) for name in ("cidr_block", "ipv6_cidr_block")]
        literal = tuple(str(value) for value in given.values() if known(value) and value)
        unread = () if found else tuple(later)
        yield Route(f"route[{index}]", any(known(e) and e in ANYWHERE for e in ends), found, names, literal, unread)
    for route in table.plan.pointing_to(table, "aws_route", "route_table_id"):
        names = tuple(name for name in TARGETS if not known(route[name]) or route[name])
        found = tuple(item for name in names for item in route.refers_to(name))
        ends = [route["destination_cidr_block"], route["destination_ipv6_cidr_block"]]
        literal = tuple(str(route[name]) for name in names if known(route[name]))
        unread = () if found else tuple(route[name] for name in names if not known(route[name]))
        yield Route(route.address, any(known(e) and e in ANYWHERE for e in ends), found, names, literal, unread)


def _public(route: Route) -> bool:
    return any(item.type == GATEWAY for item in route.found) or any(to.startswith("igw-") for to in route.literal)


def _subnets(table: Resource) -> list[Resource]:
    """Return the subnets that a table is associated with."""
    plan = table.plan
    associations = plan.pointing_to(table, "aws_route_table_association", "route_table_id")
    return [
        subnet for subnet in plan.of("aws_subnet") if any(item.points_to(subnet, "subnet_id") for item in associations)
    ]


def _held(subnets: list[Resource], kinds: tuple[str, ...], path: tuple[str | int, ...]) -> bool:
    """Say whether a group of some kind has one of the subnets."""
    return any(holder.points_to(subnet, *path) for subnet in subnets for holder in subnet.plan.of(*kinds))


def _inside(subnet: Resource) -> bool:
    """Say whether something stands in a subnet that must not be on the internet."""
    for kind, path in INSIDE.items():
        for holder in subnet.plan.of(kind):
            if kind == "aws_lb" and not (known(holder["internal"]) and holder["internal"]):
                continue
            if holder.points_to(subnet, *path):
                return True
    return False


def _tasks_in(subnet: Resource) -> bool:
    return _held([subnet], ("aws_ecs_service",), INSIDE["aws_ecs_service"])


def _gateway(gateway: Resource) -> Iterator[Fault]:
    """Ask a NAT gateway for a public subnet, an address, and in tier 2 a zone of its own."""
    if gateway["connectivity_type"] == "private":
        return
    address = gateway["allocation_id"]
    if known(address) and not address:
        yield Fault("it has no address", "allocation_id")
    elif not known(address) and not any(item.type == "aws_eip" for item in gateway.refers_to("allocation_id")):
        yield Fault("its address is none of the plan", "allocation_id")
    places = _places(gateway)
    for subnet in places:
        tables = [item for item in subnet.plan.of("aws_route_table") if subnet in _subnets(item)]
        if not any(_public(route) for table in tables for route in _routes(table)):
            yield Fault(f"{subnet.address} has no way to the internet", "subnet_id")
    if gateway.plan.tier in NAT_PER_ZONE:
        zones = [zone for subnet in places if known(zone := subnet["availability_zone"])]
        for other in gateway.plan.of(NAT):
            if other is not gateway and any(item["availability_zone"] in zones for item in _places(other)):
                yield Fault(f"{other.address} is in the same zone", "subnet_id")


def _tasks(service: Resource) -> Iterator[Fault]:
    """Ask for tasks without a public address, in subnets without an internet gateway."""
    config = service.block("network_configuration")
    if str(config.get("assign_public_ip")).lower() == "true":
        yield Fault("its tasks get public addresses", "network_configuration[0].assign_public_ip")
    path = INSIDE["aws_ecs_service"]
    subnets = [item for item in service.plan.of("aws_subnet") if service.points_to(item, *path)]
    for subnet in subnets:
        tables = [item for item in subnet.plan.of("aws_route_table") if subnet in _subnets(item)]
        if any(_public(route) for table in tables for route in _routes(table)):
            yield Fault(f"its tasks stand in {subnet.address}, which is public", "network_configuration[0].subnets")
    if config and not subnets and not known(config.get("subnets")):
        config["subnets"].get()

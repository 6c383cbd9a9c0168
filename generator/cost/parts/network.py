"""Ways in, out and between: load balancer, NAT, addresses, endpoints, instances, and traffic between zones."""

from __future__ import annotations

from generator.cost.uses import Part, Setting, Unpriced, hours, month, traffic, unstated
from generator.policy import Resource, known


def load_balancer(resource: Resource, setting: Setting) -> Part:
    """Yield the hours and the capacity units of an application load balancer, and its public addresses."""
    kind = resource["load_balancer_type"]
    if known(kind) and kind not in (None, "", "application"):
        yield Unpriced(resource.address, resource.type, f"the price of a {kind} load balancer is not in the book")
        return
    yield hours(resource, "load balancer", "alb.hour")
    if not resource["internal"]:
        subnets = resource["subnets"]
        zones = len(subnets) if known(subnets) and subnets else len(resource.refers_to("subnets")) or 2
        yield hours(resource, "public addresses of the load balancer", "ipv4.hour", zones)
    if setting.volumes is None:
        yield unstated(resource, "capacity units")
        return
    amount = setting.volumes.lcu_hours()
    why = f"{setting.volumes.origin / 1e6:.1f} M requests reach it"
    yield traffic(resource, "capacity units", "alb.lcu", amount, why)


def nat_gateway(resource: Resource, setting: Setting) -> Part:
    """Yield the hours of a NAT gateway, and its share of what tasks fetch."""
    yield hours(resource, "NAT gateway", "nat.hour")
    if setting.volumes is None:
        yield unstated(resource, "gigabytes through NAT")
        return
    gateways = len(resource.plan.of("aws_nat_gateway"))
    total = setting.volumes.traffic.outbound_gb
    yield traffic(resource, "gigabytes through NAT", "nat.gb", total / gateways, f"{total:g} GB / {gateways} gateways")


def address(resource: Resource, _setting: Setting) -> Part:
    """Yield the hours of a public IPv4 address."""
    yield hours(resource, "public IPv4 address", "ipv4.hour")


def endpoint(resource: Resource, setting: Setting) -> Part:
    """Yield the hours of an interface endpoint in its zones; a gateway endpoint is free."""
    if resource["vpc_endpoint_type"] in (None, "", "Gateway"):
        yield hours(resource, "gateway endpoint", "gateway_endpoint.hour")
        return
    subnets = resource["subnet_ids"]
    zones = len(subnets) if known(subnets) and subnets else len(resource.refers_to("subnet_ids")) or 1
    yield hours(resource, "interface endpoint", "endpoint.hour", zones)
    if setting.volumes is None:
        yield unstated(resource, "gigabytes through the endpoint")


def instance(resource: Resource, _setting: Setting) -> Part:
    """Yield the hours of an instance and its disk."""
    yield hours(resource, f"instance {resource['instance_type']}", f"ec2.{resource['instance_type']}")
    for block in resource.blocks("root_block_device"):
        size = block.get("volume_size")
        if known(size) and size:
            yield month(resource, "disk", "ebs.gp3_gb", float(size), f"{size:g} GB")


def vpc(resource: Resource, setting: Setting) -> Part:
    """Yield what crosses zones: tasks with the database and the cache, half of it in each direction."""
    if setting.volumes is None:
        yield unstated(resource, "gigabytes between zones")
        return
    subnets = [item["availability_zone"] for item in resource.plan.of("aws_subnet")]
    zones = len({str(zone) for zone in subnets if known(zone)})
    share = (zones - 1) / zones if zones else 0.0
    # Each gigabyte is charged where it leaves and where it comes in.
    amount = setting.volumes.data_gb * share * 2
    yield traffic(resource, "gigabytes between zones", "transfer.zone_gb", amount,
                  f"{setting.volumes.data_gb:.1f} GB x {share:.2f} to another zone x 2 directions")  # fmt: skip


def egress_only(resource: Resource, _setting: Setting) -> Part:
    """Yield the hours of an egress-only internet gateway, which are free."""
    yield hours(resource, "egress-only internet gateway", "egress_only.hour")


RULES = {
    "aws_lb": load_balancer,
    "aws_alb": load_balancer,
    "aws_nat_gateway": nat_gateway,
    "aws_eip": address,
    "aws_vpc_endpoint": endpoint,
    "aws_instance": instance,
    "aws_vpc": vpc,
    "aws_egress_only_internet_gateway": egress_only,
}

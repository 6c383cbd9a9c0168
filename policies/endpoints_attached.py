"""S3 is reached from private subnets through a gateway endpoint, and other endpoints answer by their usual names."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected, statements

GATEWAY_SERVICES = (".s3", ".dynamodb")
ENDPOINT, TABLE = "aws_vpc_endpoint", "aws_route_table"


@policy(
    id="TIER_AWS_017",
    title="S3 is reached through a gateway endpoint, and endpoints are attached to what uses them",
    severity=Severity.MEDIUM,
    why="Without it each image layer and each file goes through NAT, which costs more and is one more way out.",
    remedy="add an `aws_vpc_endpoint` of type Gateway for S3 whose `route_table_ids` are those of all private and "
    "database subnets, and give interface endpoints subnets, a security group and `private_dns_enabled = true`",
    source="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html",
    resources=["aws_vpc", ENDPOINT],
    unknown=rejected("services are literals, and tables are found by reference"),
)
def attached(resource: Resource) -> Iterator[Fault]:
    """Ask for an endpoint in each VPC of our tiers, and judge those that there are."""
    if resource.type == "aws_vpc":
        found = resource.plan.pointing_to(resource, ENDPOINT, "vpc_id")
        if resource.plan.tier in TIERS and not any(_gateway(item) and _service(item).endswith(".s3") for item in found):
            yield Fault("S3 is reached through NAT only")
        return
    yield from _policy(resource)
    if _gateway(resource):
        yield from _tables(resource)
    elif resource["vpc_endpoint_type"] == "Interface":
        yield from _interface(resource)


def _gateway(endpoint: Resource) -> bool:
    return (endpoint["vpc_endpoint_type"] or "Gateway") == "Gateway"


def _service(endpoint: Resource) -> str:
    return str(endpoint["service_name"] or "")


def _tables(endpoint: Resource) -> Iterator[Fault]:
    """Ask for all route tables of subnets that have no internet gateway."""
    if not _service(endpoint).endswith(GATEWAY_SERVICES):
        yield Fault(f"{_service(endpoint)} has no gateway endpoint", "service_name")
    plan = endpoint.plan
    beside = plan.pointing_to(endpoint, "aws_vpc_endpoint_route_table_association", "vpc_endpoint_id")
    listed = endpoint["route_table_ids"]
    if known(listed) and not listed and not beside:
        yield Fault("no subnet reaches it", "route_table_ids")
        return
    for table in plan.of(TABLE):
        if not _used(table) or _public(table) or not _together(endpoint, table):
            continue
        joined = any(item.points_to(table, "route_table_id") for item in beside)
        if not joined and not endpoint.points_to(table, "route_table_ids"):
            yield Fault(f"{table.address} does not lead to it", "route_table_ids")


def _together(endpoint: Resource, table: Resource) -> bool:
    """Say whether an endpoint and a table are of one VPC."""
    return any(
        endpoint.points_to(vpc, "vpc_id") and table.points_to(vpc, "vpc_id") for vpc in endpoint.plan.of("aws_vpc")
    )


def _used(table: Resource) -> bool:
    return bool(table.plan.pointing_to(table, "aws_route_table_association", "route_table_id"))


def _public(table: Resource) -> bool:
    """Say whether a table has a route to an internet gateway."""
    routes = [
        (table, "route"),
        *((item, "gateway_id") for item in table.plan.pointing_to(table, "aws_route", "route_table_id")),
    ]
    for holder, argument in routes:
        value = holder[argument]
        if any(found.type == "aws_internet_gateway" for found in holder.refers_to(argument)):
            return True
        named = [block.get("gateway_id") for block in value or []] if argument == "route" and known(value) else [value]
        if any(known(item) and str(item).startswith("igw-") for item in named):
            return True
    return False


def _interface(endpoint: Resource) -> Iterator[Fault]:
    """Ask for the service's usual name, for subnets and for a security group."""
    if str(endpoint["private_dns_enabled"]).lower() != "true" and _service(endpoint).startswith("com.amazonaws."):
        yield Fault("who asks by the service's usual name goes around it", "private_dns_enabled")
    for name in ("subnet_ids", "security_group_ids"):
        if known(endpoint[name]) and not endpoint[name]:
            yield Fault(f"it has no {name}", name)


def _policy(endpoint: Resource) -> Iterator[Fault]:
    """Refuse a policy that lets outsiders in by name; without one AWS lets all of the network through."""
    if known(endpoint["policy"]) and not endpoint["policy"]:
        return
    for statement in statements(endpoint, "policy"):
        if statement.effect == "Allow" and statement.not_actions:
            yield Fault("its policy allows whatever it does not name", "policy")

"""A load balancer stands in several zones, logs who asks for what and refuses requests that are not well formed."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# In how many zones a load balancer stands at least, by tier.
ZONES = {"tier1": 2, "tier2": 3}
ANY_ZONES = 2
DATA = ("aws_db_subnet_group", "aws_elasticache_subnet_group")
DESYNC = ("defensive", "strictest")
# Up to this many seconds an idle connection may be kept; CloudFront waits no longer than 120 for an origin.
LONGEST_IDLE = 120


@policy(
    id="TIER_AWS_005",
    title="Load balancers stand in several zones, log and refuse malformed requests",
    severity=Severity.HIGH,
    why="A load balancer of one zone fails with it; headers that servers read differently smuggle requests through.",
    remedy="set `subnets` of two zones (tier 2: three), `drop_invalid_header_fields = true`, `desync_mitigation_mode` "
    "to `defensive` or `strictest`, and `access_logs` with a bucket and `enabled = true`",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
    resources=["aws_lb", "aws_alb"],
    unknown=rejected("subnets are referred to, and the rest is literal"),
)
def kept(balancer: Resource) -> Iterator[Fault]:
    """Judge an application load balancer; a network one has neither headers nor access logs of requests."""
    kind = balancer["load_balancer_type"] or "application"
    if kind != "application" and balancer.plan.tier in TIERS:
        yield Fault(f"it is a {kind} load balancer: it knows no hosts and no paths", "load_balancer_type")
    yield from _zones(balancer)
    if balancer.plan.tier in TIERS:
        yield from _of_a_tier(balancer)
    if kind != "application":
        return
    if str(balancer["drop_invalid_header_fields"]).lower() != "true":
        yield Fault("it hands invalid headers on", "drop_invalid_header_fields")
    mode = balancer["desync_mitigation_mode"] or "defensive"
    if mode not in DESYNC:
        yield Fault(f"{mode} lets requests through that servers read differently", "desync_mitigation_mode")
    idle = balancer["idle_timeout"] or 60
    if int(idle) > LONGEST_IDLE:
        yield Fault(f"it keeps idle connections for {idle} seconds", "idle_timeout")
    if balancer["xff_header_processing_mode"] == "preserve":
        yield Fault("a caller may write what address it comes from", "xff_header_processing_mode")
    yield from _logs(balancer)


def _of_a_tier(balancer: Resource) -> Iterator[Fault]:
    """Ask for subnets with a way out, and for a way out of a zone that ails."""
    if str(balancer["enable_zonal_shift"]).lower() != "true":
        yield Fault("its traffic cannot be shifted away from a zone that ails", "enable_zonal_shift")
    data = [item for group in balancer.plan.of(*DATA) for item in group.refers_to("subnet_ids")]
    if any(item in data for item in balancer.refers_to("subnets") if item.type == "aws_subnet"):
        yield Fault("it stands in the subnets of data, where only databases and caches belong", "subnets")


def _logs(balancer: Resource) -> Iterator[Fault]:
    """Ask for access logs, on and with a bucket."""
    logs = balancer.block("access_logs")
    if not logs or str(logs.get("enabled")).lower() != "true":
        yield Fault("it logs no requests", "access_logs")
        return
    bucket = logs.get("bucket")
    if not known(bucket) and balancer.refers_to("access_logs", 0, "bucket"):
        return
    if not bucket:
        yield Fault("its logs have no bucket", "access_logs[0].bucket")


def _zones(balancer: Resource) -> Iterator[Fault]:  # noqa: C901 - one branch for each way of naming subnets
    """Ask for subnets in as many zones as the tier promises."""
    needed = ZONES.get(balancer.plan.tier, ANY_ZONES)
    listed = balancer["subnets"]
    mapped = balancer["subnet_mapping"]
    argument = "subnet_mapping" if known(mapped) and mapped and not (known(listed) and listed) else "subnets"
    path = (argument, 0, "subnet_id") if argument == "subnet_mapping" else (argument,)
    subnets = [item for item in balancer.refers_to(*path) if item.type == "aws_subnet"]
    if known(listed) and not listed and argument == "subnets":
        yield Fault("it stands in no subnet", "subnets")
        return
    if known(listed) and listed and all(map(known, listed)):
        ids = {item["id"]: item for item in balancer.plan.of("aws_subnet") if known(item["id"])}
        if not all(item in ids for item in listed):
            if len(set(listed)) < needed:
                yield Fault(f"it stands in fewer than {needed} zones", argument)
            return
        subnets = [ids[item] for item in listed]
    if not subnets:
        if argument == "subnet_mapping" and len(balancer.blocks("subnet_mapping")) < needed:
            yield Fault(f"it stands in fewer than {needed} zones", argument)
        elif not known(listed):
            listed.get()
        return
    zones = [item["availability_zone"] for item in subnets]
    if len({zone for zone in zones if known(zone) and zone}) < needed:
        for zone in zones:
            if not known(zone):
                zone.get()
        yield Fault(f"it stands in fewer than {needed} zones", argument)

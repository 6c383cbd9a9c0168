"""Each name of a distribution is an alias record that points to it, and no record leads around it."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

DISTRIBUTION, RECORD = "aws_cloudfront_distribution", "aws_route53_record"
# The zone of all distributions' names, the same for everybody.
CLOUDFRONT_ZONE, CLOUDFRONT_DOMAIN = "Z2FDTNDATAQYW2", ".cloudfront.net"
BALANCERS = ("aws_lb", "aws_alb", "aws_elb")
# Shorter, each visit waits for DNS; longer, a wrong record stays for days.
SHORTEST, LONGEST = 60, 86400


@policy(
    id="TIER_AWS_034",
    title="DNS alias records point to the distribution",
    severity=Severity.HIGH,
    why="A name without a record is not found; one that points past CloudFront goes around its firewall and its TLS.",
    remedy="add for each of `aliases` records of type A and AAAA whose `alias` has the `domain_name` and the "
    "`hosted_zone_id` of the `aws_cloudfront_distribution`",
    source="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-cloudfront-distribution.html",
    resources=[RECORD, DISTRIBUTION],
    unknown=rejected("names are literals, and what they point to is a reference"),
)
def pointed(resource: Resource) -> Iterator[Fault]:
    """Judge a record, and ask of a distribution that there is one for each of its names."""
    if resource.type == DISTRIBUTION:
        yield from _named(resource)
    elif resource.blocks("alias"):
        yield from _alias(resource)
    else:
        yield from _plain(resource)


def _named(distribution: Resource) -> Iterator[Fault]:
    """Ask for records of each name of a distribution, unless the plan has nothing to do with DNS."""
    records = distribution.plan.of(RECORD)
    if distribution.plan.tier not in TIERS and not records:
        return
    kinds = ("A", "AAAA") if str(distribution["is_ipv6_enabled"]).lower() == "true" else ("A",)
    mine = [item for item in records if _leads_to(item, distribution)]
    for name in distribution["aliases"] or []:
        for kind in kinds:
            if not any(_same(item["name"], name) and item["type"] == kind for item in mine):
                yield Fault(f"{name} has no alias record of type {kind} that points to it", "aliases")


def _leads_to(record: Resource, distribution: Resource) -> bool:
    if not known(record["alias"]) or not record["alias"]:
        return False
    name, domain = record.at("alias", 0, "name"), distribution["domain_name"]
    if known(name) and known(domain) and name and domain:
        return bool(name == domain)
    found = record.refers_to("alias", 0, "name")
    if not known(name) and not found:
        name.get()
    return distribution in found


def _same(one: object, other: object) -> bool:
    return str(one).rstrip(".").lower() == str(other).rstrip(".").lower()


def _alias(record: Resource) -> Iterator[Fault]:
    """Judge an alias of the site; one to another service's name is that one's own affair."""
    found = record.refers_to("alias", 0, "name")
    name, zone = record.at("alias", 0, "name"), record.at("alias", 0, "zone_id")
    distributed = record.plan.of(DISTRIBUTION)
    if not known(name) and not found:
        name.get()
    elsewhere = known(name) and ".elb." in str(name)
    if distributed and (elsewhere or any(item.type in BALANCERS for item in found)):
        yield Fault("it points past the distribution, to the load balancer", "alias[0].name")
    if not known(name) and found and not any(item.type in (DISTRIBUTION, *BALANCERS) for item in found):
        yield Fault(f"it points to {found[0].address}", "alias[0].name")
    distributes = any(item.type == DISTRIBUTION for item in found)
    if not distributes and not (known(name) and str(name).endswith(CLOUDFRONT_DOMAIN)):
        return
    if str(record.at("alias", 0, "evaluate_target_health")).lower() == "true":
        yield Fault("a distribution has no health that Route 53 could evaluate", "alias[0].evaluate_target_health")
    if known(zone) and zone != CLOUDFRONT_ZONE:
        yield Fault(f"{zone} is not the zone of distributions", "alias[0].zone_id")
    if not known(zone) and not any(item.type == DISTRIBUTION for item in record.refers_to("alias", 0, "zone_id")):
        yield Fault("its zone is not that of the distribution", "alias[0].zone_id")


def _plain(record: Resource) -> Iterator[Fault]:
    """Refuse a record that leads around the distribution, and a time to live out of bounds."""
    kind = record["type"]
    distributed = record.plan.of(DISTRIBUTION)
    names = {name for item in distributed for name in item["aliases"] or []} if distributed else set()
    if known(kind) and kind in ("A", "AAAA", "CNAME") and any(_same(record["name"], name) for name in names):
        yield Fault(f"it leads around the distribution, to {record['records']}", "records")
    ttl = record["ttl"]
    if ttl is None or not SHORTEST <= int(ttl) <= LONGEST:
        yield Fault(f"it may be remembered for {ttl} seconds, not {SHORTEST} to {LONGEST}", "ttl")

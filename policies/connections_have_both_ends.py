"""What a security group of a tier lets in, the other lets out, and the other way round; tasks reach AWS by HTTPS."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

GROUP = "aws_security_group"
INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
OTHER = {INGRESS: EGRESS, EGRESS: INGRESS}
OWN, CALLED = "security_group_id", "referenced_security_group_id"
PLACE = ("network_configuration", 0, "security_groups")
BALANCERS = (("aws_lb", ("security_groups",)), ("aws_alb", ("security_groups",)))


@policy(
    id="TIER_AWS_020",
    title="Connections between security groups are allowed at both ends, and tasks, load balancers and NAT have theirs",
    severity=Severity.HIGH,
    why="A connection that one group lets out and the other does not let in is refused, and shows as a time-out.",
    remedy="give each rule that names a group its counterpart in that group, tasks an egress rule for HTTPS, load "
    "balancers one to their tasks, and NAT instances an ingress rule",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    resources=[GROUP],
    unknown=rejected("groups are judged by reference, ports are literals"),
)
def answered(group: Resource) -> Iterator[Fault]:
    """Judge the rules of a group of a tier that name another one."""
    if group.plan.tier not in TIERS or _otherwise(group):
        return
    for kind in OTHER:
        for rule in _rules(group, kind):
            others = _called(rule)
            if others and not any(_matched(rule, group, other) for other in others):
                way = "lets in" if kind == EGRESS else "lets out"
                names = " or ".join(other.address for other in others)
                yield Fault(f"{rule.address} has no counterpart: {names} {way} nothing at that port")
    yield from _held(group)


def _otherwise(group: Resource) -> bool:
    """Say whether a group has rules of another kind: written into it, or the older ones; those are not judged."""
    inline = any(group.expressions.get(name) for name in ("ingress", "egress"))
    return inline or bool(group.plan.pointing_to(group, "aws_security_group_rule", OWN))


def _called(rule: Resource) -> list[Resource]:
    """Return the group that a rule names; all that may be it, where a map of groups is the reference."""
    groups = rule.plan.of(GROUP)
    value = rule[CALLED]
    if known(value):
        return [group for group in groups if value and value in group.identities]
    found = rule.refers_to(CALLED)
    return [group for group in groups if any(group is item for item in found)]


def _rules(group: Resource, kind: str) -> list[Resource]:
    return group.plan.pointing_to(group, kind, OWN)


def _matched(rule: Resource, group: Resource, other: Resource) -> bool:
    """Say whether the other group has a rule about this one at the same ports."""
    return _otherwise(other) or any(
        _ports(item) == _ports(rule) and any(group is found for found in _called(item))
        for item in _rules(other, OTHER[rule.type])
    )


def _ports(rule: Resource) -> tuple[object, ...]:
    return rule["ip_protocol"], rule["from_port"], rule["to_port"]


def _held(group: Resource) -> Iterator[Fault]:
    """Ask what a group must let through by what has it: a service, a load balancer, a NAT instance."""
    plan = group.plan
    out = _rules(group, EGRESS)
    if plan.pointing_to(group, "aws_ecs_service", *PLACE) and not any(_https(rule) for rule in out):
        yield Fault("its tasks cannot fetch images, secrets or anything else by HTTPS")
    for kind, path in BALANCERS:
        if plan.pointing_to(group, kind, *path) and not out:
            yield Fault("its load balancer reaches no task")
    for interface in plan.pointing_to(group, "aws_network_interface", "security_groups"):
        checked = interface["source_dest_check"]
        if known(checked) and not checked and not _rules(group, INGRESS):
            yield Fault("its NAT instance takes nothing that it could translate")


def _https(rule: Resource) -> bool:
    first, last = rule["from_port"], rule["to_port"]
    protocol = str(rule["ip_protocol"])
    return protocol in ("-1", "all") or (protocol in ("tcp", "6") and (first or 0) <= 443 <= (last or 0))

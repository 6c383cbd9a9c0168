"""Load balancers, tasks, databases and caches let in who calls them, at the port that they listen on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

GROUPS = ("aws_security_group", "aws_default_security_group")
SINGLE, LEGACY = "aws_vpc_security_group_ingress_rule", "aws_security_group_rule"
BALANCERS, LISTENERS = ("aws_lb", "aws_alb"), ("aws_lb_listener", "aws_alb_listener")
# Where each type names its security groups.
ATTACHED: dict[str, tuple[str | int, ...]] = {
    "aws_lb": ("security_groups",),
    "aws_alb": ("security_groups",),
    "aws_ecs_service": ("network_configuration", 0, "security_groups"),
    "aws_db_instance": ("vpc_security_group_ids",),
    "aws_rds_cluster": ("vpc_security_group_ids",),
    "aws_elasticache_replication_group": ("security_group_ids",),
    "aws_elasticache_cluster": ("security_group_ids",),
}
# What may call a database or a cache.
WORKLOADS: dict[str, tuple[str | int, ...]] = {
    "aws_ecs_service": ("network_configuration", 0, "security_groups"),
    "aws_ecs_task_set": ("network_configuration", 0, "security_groups"),
    "aws_lambda_function": ("vpc_config", 0, "security_group_ids"),
    "aws_instance": ("vpc_security_group_ids",),
    "aws_launch_template": ("vpc_security_group_ids",),
}
ENGINE_PORTS = {"postgres": 5432, "aurora-postgresql": 5432, "mysql": 3306, "mariadb": 3306, "aurora-mysql": 3306,
                "redis": 6379, "valkey": 6379, "memcached": 11211}  # fmt: skip
# The group that CloudFront makes for the VPC origins of an account.
ORIGINS_GROUP = "CloudFront-VPCOrigins-Service-SG"
PREFIX_LISTS = ("aws_ec2_managed_prefix_list", "aws_prefix_list")
ORIGIN_FACING = ("com.amazonaws.global.cloudfront.origin-facing", "com.amazonaws.global.ipv6.cloudfront.origin-facing")


@dataclass(frozen=True)
class Rule:
    """One ingress rule, in whichever style: who wrote it, what it says, and the references of its sources."""

    at: str
    says: dict[str, Any]
    groups: tuple[Resource, ...]
    lists: tuple[Resource, ...]


@dataclass(frozen=True)
class Callers:
    """The groups of all that may call something: those that the plan makes or reads, and the ids that are known."""

    groups: list[Resource]
    ids: set[str]

    @property
    def some(self) -> bool:
        """Say whether the plan tells of any."""
        return bool(self.groups or self.ids)

    def has(self, group: Resource) -> bool:
        """Say whether a group is one of them."""
        return group in self.groups or (known(group["id"]) and group["id"] in self.ids)


@policy(
    id="TIER_AWS_003",
    title="Load balancers, tasks, databases and caches let in only their callers, at their ports",
    severity=Severity.CRITICAL,
    why="A range or a port too many lets what else runs in the network talk to them, around what should be between.",
    remedy="set `referenced_security_group_id` to the caller's group (at the load balancer `prefix_list_id` to "
    "CloudFront's) and `from_port` and `to_port` to the port that is listened on",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    resources=list(ATTACHED),
    unknown=rejected("a caller is a reference, or a prefix list that is read when the plan is made"),
)
def callers_only(target: Resource) -> Iterator[Fault]:
    """Judge each rule of each group of what is called."""
    if target["load_balancer_type"] in ("network", "gateway"):
        return
    if target.type == "aws_ecs_service" and not target.blocks("network_configuration"):
        return
    groups = _groups(target, ATTACHED[target.type])
    if not groups and not _named(target):
        if not target["replicate_source_db"] and not target["replication_group_id"]:
            yield Fault("it has no security group of its own", _attribute(target))
        return
    rules = [rule for group in groups for rule in _rules(group)]
    if groups and not rules and not (target.type == "aws_ecs_service" and not target.blocks("load_balancer")):
        yield Fault("its security group lets nobody in")
    ports = _ports(target)
    for rule in rules:
        yield from _sources(target, rule)
        yield from _range(rule, ports)
    if target.type in BALANCERS and groups:
        yield from _reached(target, rules)


def _attribute(target: Resource) -> str:
    return str(ATTACHED[target.type][-1])


def _named(target: Resource) -> bool:
    """Say whether groups are named that the plan does not make."""
    value = target.at(*ATTACHED[target.type])
    return not known(value) or bool(value)


def _groups(holder: Resource, path: tuple[str | int, ...]) -> list[Resource]:
    """Return the security groups of a resource, as far as the plan makes them."""
    value = holder.at(*path)
    if known(value) and not value:
        return []
    return [group for group in holder.plan.of(*GROUPS) if holder.points_to(group, *path)]


def _rules(group: Resource) -> Iterator[Rule]:
    """Yield the ingress rules of a group: inline, apart, and of the older style."""
    if known(group["ingress"]) or "ingress" in group.expressions:
        for index, block in enumerate(group.blocks("ingress")):
            yield Rule(
                f"{group.address}: ingress[{index}]",
                dict(block),
                _referred(group, "ingress", index, "security_groups"),
                _referred(group, "ingress", index, "prefix_list_ids"),
            )
    for rule in group.plan.pointing_to(group, SINGLE, "security_group_id"):
        yield Rule(
            rule.address,
            dict(rule.values),
            _referred(rule, "referenced_security_group_id"),
            _referred(rule, "prefix_list_id"),
        )
    for rule in group.plan.pointing_to(group, LEGACY, "security_group_id"):
        if rule["type"] == "ingress":
            yield Rule(
                rule.address,
                dict(rule.values),
                _referred(rule, "source_security_group_id"),
                _referred(rule, "prefix_list_ids"),
            )


def _referred(resource: Resource, *path: str | int) -> tuple[Resource, ...]:
    """Return what an argument refers to; once ids are known, also the groups that have them."""
    found = dict.fromkeys(resource.refers_to(*path))
    value = resource.at(*path) if known(resource[str(path[0])]) else None
    listed = value if known(value) and isinstance(value, list) else [value]
    for group in resource.plan.of(*GROUPS):
        if known(group["id"]) and any(known(item) and item and item == group["id"] for item in listed):
            found[group] = None
    return tuple(found)


def _strangers(rule: Rule, callers: Callers | None) -> Iterator[Fault]:
    """Refuse groups that do not call the target, and what is no group at all."""
    if rule.groups and not any(group.type in GROUPS for group in rule.groups):
        yield Fault(f"{rule.at}: {rule.groups[0].address} is no security group")
    for group in rule.groups:
        if group.type in GROUPS and callers and not callers.has(group) and not _of_origins(group):
            yield Fault(f"{rule.at}: {group.address} is not the group of a caller")
    yield from _ids(rule, callers)


def _ids(rule: Rule, callers: Callers | None) -> Iterator[Fault]:
    """Refuse a group that is written as an id, and that no caller has."""
    judged = {group["id"] for group in rule.groups if known(group["id"])}
    for name in ("referenced_security_group_id", "source_security_group_id", "security_groups"):
        value = rule.says.get(name)
        listed: list[Any] = value if known(value) and isinstance(value, list) else [value]
        for item in listed:
            if not known(item):
                if not rule.groups:
                    item.get()
            elif item and callers and callers.some and item not in judged | callers.ids:
                yield Fault(f"{rule.at}: {item} is not the group of a caller")


def _of_origins(group: Resource) -> bool:
    """Say whether a group that the plan reads is that of VPC origins."""
    return group.mode == "data" and bool(group["name"] == ORIGINS_GROUP)


def _reached(balancer: Resource, rules: list[Rule]) -> Iterator[Fault]:
    """Ask that CloudFront gets in at the port of each VPC origin that the plan makes of a load balancer."""
    place = ("vpc_origin_endpoint_config", 0)
    for origin in balancer.plan.pointing_to(balancer, "aws_cloudfront_vpc_origin", *place, "arn"):
        port = origin.at(*place, "https_port")
        open_to = [rule for rule in rules if rule.says.get("from_port") == port]
        if not any(_cloudfront(rule) for rule in open_to):
            yield Fault(f"CloudFront does not get in at port {port}")


def _cloudfront(rule: Rule) -> bool:
    """Say whether a rule is for CloudFront, by its prefix list or its group."""
    return any(found["name"] in ORIGIN_FACING for found in rule.lists) or any(map(_of_origins, rule.groups))


def _sources(target: Resource, rule: Rule) -> Iterator[Fault]:
    """Refuse ranges, the group itself, and groups that do not call the target."""
    for name in ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks"):
        value = rule.says.get(name)
        if not known(value) or value:
            yield Fault(f"{rule.at}: it lets in a range of addresses ({name})")
    if rule.says.get("self"):
        yield Fault(f"{rule.at}: all that has the group lets each other in")
    lists = [rule.says.get(name) for name in ("prefix_list_id", "prefix_list_ids")]
    if any(not known(item) or item for item in lists):
        yield from _lists(target, rule)
    yield from _strangers(rule, _callers(target))


def _lists(target: Resource, rule: Rule) -> Iterator[Fault]:
    """Let a prefix list in at a load balancer only, and only CloudFront's."""
    if target.type not in BALANCERS:
        yield Fault(f"{rule.at}: it lets in a list of ranges")
    for found in rule.lists:
        name = found["name"]
        if found.type in PREFIX_LISTS and known(name) and name not in ORIGIN_FACING:
            yield Fault(f"{rule.at}: its prefix list {name} is not CloudFront's")
    if not rule.lists and target.type in BALANCERS:
        yield Fault(
            f"{rule.at}: its prefix list is written as an id, which may be anybody's; read CloudFront's by name"
        )


def _callers(target: Resource) -> Callers | None:
    """Return the groups that may call the target; None where the plan does not tell."""
    plan = target.plan
    if target.type == "aws_ecs_service":
        if not target.blocks("load_balancer"):
            return None
        found = _held([(item, ("security_groups",)) for item in plan.of(*BALANCERS)])
        return found if found.some else None
    if target.type in BALANCERS and plan.tier not in TIERS:
        return None  # elsewhere a load balancer may have callers of any kind
    return _held([(holder, path) for kind, path in WORKLOADS.items() for holder in plan.of(kind)])


def _held(holders: list[tuple[Resource, tuple[str | int, ...]]]) -> Callers:
    """Return the groups that some resources have."""
    groups: list[Resource] = []
    ids: set[str] = set()
    for holder, path in holders:
        value = holder.at(*path)
        if known(value) and not value:
            continue
        groups += [item for item in (*_groups(holder, path), *holder.refers_to(*path)) if item.type in GROUPS]
        if known(value) and isinstance(value, list):
            ids |= {item for item in value if known(item) and item}
    return Callers(groups, ids)


def _ports(target: Resource) -> set[int]:
    """Return the ports that the target listens on; none if the plan does not tell."""
    if target.type in BALANCERS:
        listeners = target.plan.pointing_to(target, LISTENERS[0], "load_balancer_arn")
        listeners += target.plan.pointing_to(target, LISTENERS[1], "load_balancer_arn")
        return {int(item["port"]) for item in listeners if item["port"]}
    if target.type == "aws_ecs_service":
        return {int(item["container_port"]) for item in target.blocks("load_balancer") if item.get("container_port")}
    if not known(target["port"]) or target["port"]:
        return {int(target["port"])}
    engine = target["engine"]
    port = ENGINE_PORTS.get(engine) if known(engine) and engine else None
    return {port} if port else set()


def _range(rule: Rule, ports: set[int]) -> Iterator[Fault]:
    """Ask for TCP, at one of the ports that are listened on."""
    protocol = rule.says.get("ip_protocol", rule.says.get("protocol"))
    if str(protocol).lower() not in ("tcp", "6"):
        yield Fault(f"{rule.at}: it lets in protocol {protocol}")
        return
    first, last = rule.says.get("from_port"), rule.says.get("to_port")
    if first != last or (ports and first not in ports):
        wanted = ", ".join(map(str, sorted(ports))) or "one port"
        yield Fault(f"{rule.at}: it lets in ports {first} to {last}, not {wanted}")

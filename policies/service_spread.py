"""An ECS service keeps enough tasks in enough zones, and keeps them while a new version comes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

TASKS = {"tier1": 3, "tier2": 6}
ZONES = {"tier1": 3, "tier2": 3}
ON_DEMAND = {"tier1": 2, "tier2": 3}
TOO_MANY = 50
DATA = ("aws_db_subnet_group", "aws_elasticache_subnet_group")
TARGET_GROUPS = ("aws_lb_target_group", "aws_alb_target_group")
ONE_OFF = ("migrate", "collectstatic")  # tasks that the application contract names
PROVIDERS = "capacity_provider_strategy"


@policy(
    id="TIER_AWS_040",
    title="A service has tasks in several zones, some of them never on Spot, and keeps them during a deployment",
    severity=Severity.HIGH,
    why="With one task, one zone or Spot alone, a single loss takes the application down.",
    remedy="set `desired_count` of two or more, subnets of several zones, a `capacity_provider_strategy` with a base "
    "on FARGATE, `deployment_minimum_healthy_percent = 100` and, in a tier, `propagate_tags`",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html",
    resources=["aws_ecs_service"],
    unknown=rejected("counts and percentages are literals; subnets and groups are judged by reference"),
)
def spread(service: Resource) -> Iterator[Fault]:
    """Refuse a service that one loss, or one deployment, takes down."""
    if service["scheduling_strategy"] == "DAEMON":
        if service.plan.tier:
            yield Fault("it has a task for each instance, and Fargate has no instances", "scheduling_strategy")
        return
    yield from _count(service)
    yield from _deployment(service)
    yield from _balanced(service)
    yield from _network(service)
    yield from _capacity(service)
    if service["enable_execute_command"]:
        yield Fault("anyone who may call ECS gets a shell in its tasks", "enable_execute_command")
    if service.plan.tier:
        yield from _of_a_tier(service)


def _count(service: Resource) -> Iterator[Fault]:
    wanted, count = _bound(service, TASKS, 2), service["desired_count"]
    if count is None or count < wanted:
        yield Fault(f"{count or 0} tasks are wanted, not {wanted} or more", "desired_count")
    targets = [item for item in service.plan.of("aws_appautoscaling_target") if item["service_namespace"] == "ecs"]
    most = max((item["max_capacity"] or 0 for item in targets), default=0) or TOO_MANY
    if count and count > most:
        yield Fault(f"{count} tasks are wanted, more than scaling may have: {most}", "desired_count")


def _bound(service: Resource, by_tier: Mapping[str, int], least: int) -> int:
    """Return what the tier asks of a new service; of one that runs, scaling and deployments decide, not the plan."""
    return by_tier.get(service.plan.tier, least) if service.action == "create" else least


def _deployment(service: Resource) -> Iterator[Fault]:
    least, most = service["deployment_minimum_healthy_percent"], service["deployment_maximum_percent"]
    if (100 if least is None else least) < 100:
        yield Fault(f"a deployment may leave {least} % of the tasks", "deployment_minimum_healthy_percent")
    if (200 if most is None else most) <= 100:
        yield Fault("a deployment cannot start new tasks before it stops old ones", "deployment_maximum_percent")
    if (200 if most is None else most) > 200:
        yield Fault(f"a deployment may start {most} % of the tasks", "deployment_maximum_percent")


def _balanced(service: Resource) -> Iterator[Fault]:
    """Ask that traffic comes to the tasks, and not before they have started."""
    balancers = service.blocks("load_balancer")
    if not balancers and not service.blocks("service_connect_configuration"):
        yield Fault("no load balancer knows its tasks", "load_balancer")
    for index, block in enumerate(balancers):
        yield from _target_group(service, index, block)
    grace = service["health_check_grace_period_seconds"]
    if balancers and not (45 if service.plan.tier else 10) <= (grace or 0) <= 300:
        yield Fault("new tasks get no time to start, or many minutes to be broken", "health_check_grace_period_seconds")


def _target_group(service: Resource, index: int, block: Mapping[str, Any]) -> Iterator[Fault]:
    """Ask that a known group has a value, and an unknown one is a group of the plan."""
    place, group = f"load_balancer[{index}].target_group_arn", block.get("target_group_arn")
    found = service.refers_to("load_balancer", index, "target_group_arn")
    if known(group):
        if not group and not block.get("elb_name"):
            yield Fault("it registers its tasks with no target group", place)
    elif found and not any(item.type in TARGET_GROUPS for item in found):
        yield Fault("what it registers its tasks with is no target group", place)
    listening = [_listening(item) for item in service.refers_to("task_definition")]
    named = (block.get("container_name"), block.get("container_port"))
    if listening and not any(ports is None or named in ports for ports in listening):
        yield Fault(f"no container {named[0]} listens at port {named[1]}", f"load_balancer[{index}].container_port")


def _listening(task: Resource) -> set[tuple[Any, Any]] | None:
    """Return the containers of a task definition with their ports, None where they are not known."""
    text = task["container_definitions"]
    if not known(text):
        return None
    try:
        return {
            (item.get("name"), port.get("containerPort"))
            for item in json.loads(text)
            for port in item.get("portMappings") or []
        }
    except (ValueError, TypeError, AttributeError):
        return None


def _network(service: Resource) -> Iterator[Fault]:
    place = "network_configuration"
    if not service.blocks(place):
        yield Fault("it says nothing of its network", place)
        return
    block = service.block(place)
    if block.get("assign_public_ip"):
        yield Fault("its tasks get public addresses", f"{place}[0].assign_public_ip")
    yield from _zones(service, block.get("subnets"))
    groups = block.get("security_groups")
    if not groups if known(groups) else not service.refers_to(place, 0, "security_groups"):
        yield Fault("it has no security group of its own", f"{place}[0].security_groups")


def _zones(service: Resource, given: Any) -> Iterator[Fault]:
    """Ask for subnets in several zones, none of them public or of data."""
    place = "network_configuration[0].subnets"
    wanted = ZONES.get(service.plan.tier, 2)
    if known(given) and len(set(map(str, filter(known, given or [])))) + _unknown(given) < wanted:
        yield Fault(f"its tasks have {len(given or [])} subnets, not one in each of {wanted} zones", place)
        return
    referred = service.refers_to("network_configuration", 0, "subnets")
    subnets = [item for item in referred if item.type == "aws_subnet"]
    zones = {str(it["availability_zone"]) if known(it["availability_zone"]) else it.address for it in subnets}
    if len(zones) < wanted and (subnets or not known(given)):
        yield Fault(f"its tasks stand in {len(zones)} zones, not {wanted}", place)
    if any(known(it["map_public_ip_on_launch"]) and it["map_public_ip_on_launch"] for it in subnets):
        yield Fault("its tasks stand in public subnets", place)
    data = [item for group in service.plan.of(*DATA) for item in group.refers_to("subnet_ids")]
    if service.plan.tier and any(item in data for item in subnets):
        yield Fault("its tasks stand in the subnets of data, which have no way out", place)


def _unknown(given: Any) -> int:
    return sum(not known(item) for item in given or [])


def _capacity(service: Resource) -> Iterator[Fault]:
    blocks = service.blocks(PROVIDERS)
    strategy = {str(item["capacity_provider"]): item.get("base") or 0 for item in blocks}
    wanted = _bound(service, ON_DEMAND, 1)
    if not strategy:
        if service["launch_type"] not in ("FARGATE", "EC2") and service.plan.tier:
            yield Fault("it does not say what its tasks run on", PROVIDERS)
        return
    if ("FARGATE_SPOT" in strategy or service.plan.tier) and strategy.get("FARGATE", 0) < wanted:
        yield Fault(f"fewer than {wanted} tasks are always on demand", PROVIDERS)
    elif service.action == "create" and strategy.get("FARGATE", 0) > (service["desired_count"] or 0):
        yield Fault("more tasks are always on demand than there are", PROVIDERS)
    if service.plan.tier and service.action == "create" and "FARGATE_SPOT" not in strategy:
        yield Fault("none of its tasks may be Spot, which the tier's budget rests on", PROVIDERS)
    if not any(item.get("weight") for item in blocks):
        yield Fault("nothing runs the tasks above the base: all weights are 0", PROVIDERS)


def _of_a_tier(service: Resource) -> Iterator[Fault]:
    """Ask for what both tiers promise beyond what any service needs."""
    families = [str(item["family"]) for item in service.plan.of("aws_ecs_task_definition") if known(item["family"])]
    for name in ONE_OFF:
        if families and not any(family.endswith(f"-{name}") for family in families):
            yield Fault(f"no task definition is for {name}, which runs before a new version")
    launch = service["launch_type"]
    if known(launch) and launch not in (None, "", "FARGATE"):
        yield Fault(f"its tasks run on {launch}, not on Fargate", "launch_type")
    if service["propagate_tags"] not in ("SERVICE", "TASK_DEFINITION"):
        yield Fault("its tasks carry no tags: no budget counts them", "propagate_tags")
    if service["availability_zone_rebalancing"] != "ENABLED":
        yield Fault("after a zone comes back its tasks stay in the others", "availability_zone_rebalancing")
    for name, kind in (("cluster", "aws_ecs_cluster"), ("task_definition", "aws_ecs_task_definition")):
        value = service[name]
        if not any(item.type == kind for item in service.refers_to(name)) and (not known(value) or not value):
            yield Fault(f"its {name} is none of this plan", name)

"""An ECS service keeps enough tasks in enough zones, and keeps them while a new version comes."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

TASKS = {"tier1": 3, "tier2": 6}
ZONES = {"tier1": 3, "tier2": 3}
ON_DEMAND = {"tier1": 1, "tier2": 2}
TOO_MANY = 50
SPOT = ("tier2",)


@policy(
    id="TIER_AWS_040",
    title="A service has tasks in several zones, some of them never on Spot, and keeps them during a deployment",
    severity=Severity.HIGH,
    why="With one task, one zone or Spot alone, a single loss takes the application down.",
    remedy="set `desired_count` of two or more, subnets of several zones, a `capacity_provider_strategy` with a base "
    "on FARGATE, and `deployment_minimum_healthy_percent = 100`",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html",
    resources=["aws_ecs_service"],
    unknown=rejected("counts and percentages are literals; subnets and groups are judged by reference"),
)
def spread(service: Resource) -> Iterator[Fault]:
    """Refuse a service that one loss, or one deployment, takes down."""
    if service["scheduling_strategy"] == "DAEMON":
        return
    wanted = _bound(service, TASKS, 2)
    count = service["desired_count"]
    if count is None or count < wanted:
        yield Fault(f"{count or 0} tasks are wanted, not {wanted} or more", "desired_count")
    targets = [item for item in service.plan.of("aws_appautoscaling_target") if item["service_namespace"] == "ecs"]
    most = max((item["max_capacity"] or TOO_MANY for item in targets), default=TOO_MANY)
    if count and count > most:
        yield Fault(f"{count} tasks are wanted, more than scaling may have: {most}", "desired_count")
    yield from _deployment(service)
    yield from _network(service)
    yield from _capacity(service)
    if service["enable_execute_command"]:
        yield Fault("anyone who may call ECS gets a shell in its tasks", "enable_execute_command")


def _bound(service: Resource, by_tier: dict[str, int], least: int) -> int:
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
    if not service.blocks("load_balancer") and not service.blocks("service_connect_configuration"):
        yield Fault("no load balancer knows its tasks", "load_balancer")
    grace = service["health_check_grace_period_seconds"]
    if service.blocks("load_balancer") and not 10 <= (grace or 0) <= 300:
        yield Fault("new tasks get no time to start, or many minutes to be broken", "health_check_grace_period_seconds")


def _network(service: Resource) -> Iterator[Fault]:
    if not service.blocks("network_configuration"):
        yield Fault("it says nothing of its network", "network_configuration")
        return
    block = service.block("network_configuration")
    if block.get("assign_public_ip"):
        yield Fault("its tasks get public addresses", "network_configuration[0].assign_public_ip")
    subnets = [it for it in service.refers_to("network_configuration", 0, "subnets") if it.type == "aws_subnet"]
    given = block.get("subnets")
    subnets = subnets if not known(given) or given else []
    zones = {str(it["availability_zone"]) if known(it["availability_zone"]) else it.address for it in subnets}
    wanted = ZONES.get(service.plan.tier, 2)
    if len(zones) < wanted and (subnets or not known(given) or len(given or []) < wanted):
        yield Fault(f"its tasks stand in {len(zones)} zones, not {wanted}", "network_configuration[0].subnets")
    if any(known(it["map_public_ip_on_launch"]) and it["map_public_ip_on_launch"] for it in subnets):
        yield Fault("its tasks stand in public subnets", "network_configuration[0].subnets")
    if not service.refers_to("network_configuration", 0, "security_groups") and not block.get("security_groups"):
        yield Fault("it has no security group of its own", "network_configuration[0].security_groups")


def _capacity(service: Resource) -> Iterator[Fault]:
    strategy = {
        str(item["capacity_provider"]): item.get("base") or 0 for item in service.blocks("capacity_provider_strategy")
    }
    wanted = _bound(service, ON_DEMAND, 1)
    if not strategy:
        if service["launch_type"] not in ("FARGATE", "EC2") and service.plan.tier:
            yield Fault("it does not say what its tasks run on", "capacity_provider_strategy")
    elif ("FARGATE_SPOT" in strategy or service.plan.tier) and strategy.get("FARGATE", 0) < wanted:
        yield Fault(f"fewer than {wanted} tasks are always on demand", "capacity_provider_strategy")
    elif service.action == "create" and strategy.get("FARGATE", 0) > (service["desired_count"] or 0):
        yield Fault("more tasks are always on demand than there are", "capacity_provider_strategy")
    if service.plan.tier in SPOT and service.action == "create" and "FARGATE_SPOT" not in strategy:
        yield Fault("none of its tasks may be Spot, which the tier's budget rests on", "capacity_provider_strategy")

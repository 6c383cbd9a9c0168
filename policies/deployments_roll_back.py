"""A deployment that fails goes back by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

EVENTS = {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}
BY_HAND = {"DEPLOYMENT_STOP_ON_REQUEST"}
PAIR = ("load_balancer_info", 0, "target_group_pair_info", 0)
ROUTES = (("prod_traffic_route", "production"), ("test_traffic_route", "test"))
LISTENERS = ("aws_lb_listener", "aws_alb_listener")
TARGET_GROUPS = ("aws_lb_target_group", "aws_alb_target_group")


@policy(
    id="TIER_AWS_041",
    title="A failed deployment is rolled back, by ECS's circuit breaker or by CodeDeploy",
    severity=Severity.HIGH,
    why="A broken version stays until a person notices.",
    remedy="enable `deployment_circuit_breaker` with rollback, or give the service an `aws_codedeploy_deployment_group`"
    " with `auto_rollback_configuration` on failures and alarms, both target groups, both listeners and a "
    "topic that is told",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html",
    resources=["aws_ecs_service", "aws_codedeploy_deployment_group"],
    unknown=rejected("whether it rolls back is a literal; listeners and services are judged by reference"),
)
def rolled_back(resource: Resource) -> Iterator[Fault]:
    """Refuse services and deployment groups that stay with what does not work."""
    if resource.type == "aws_codedeploy_deployment_group":
        yield from _group(resource)
        return
    controller = resource.block("deployment_controller").get("type") or "ECS"
    if controller == "CODE_DEPLOY":
        if not any(_deploys(group, resource) for group in resource.plan.of("aws_codedeploy_deployment_group")):
            yield Fault("no CodeDeploy deployment group deploys it", "deployment_controller")
    elif controller == "ECS":
        breaker = resource.block("deployment_circuit_breaker")
        if not (breaker.get("enable") and breaker.get("rollback")):
            yield Fault("no circuit breaker rolls a failed deployment back", "deployment_circuit_breaker")
    else:
        yield Fault(f"nobody in this plan deploys it: its controller is {controller}", "deployment_controller")


def _deploys(group: Resource, service: Resource) -> bool:
    """Say whether a deployment group is for a service in its cluster: by reference, or by name."""
    block = group.block("ecs_service")
    referred = group.refers_to("ecs_service", 0, "service_name")
    if not block or (referred and all(item.type == "aws_ecs_cluster" for item in referred)):
        return False
    clusters = [item for item in service.refers_to("cluster") if item.type == "aws_ecs_cluster"]
    cluster = block.get("cluster_name")
    names = [item["name"] for item in clusters]
    if known(cluster) and names and all(map(known, names)) and cluster not in names:
        return False
    named = block.get("service_name")
    if known(named) and named:
        return bool(known(service["name"]) and named == service["name"])
    return any(item is service for item in referred)


def _group(group: Resource) -> Iterator[Fault]:
    if not group.blocks("ecs_service"):
        if group.plan.tier:
            yield Fault("it deploys no ECS service", "ecs_service")
        return
    yield from _belongs(group)
    rollback = group.block("auto_rollback_configuration")
    lacking = (EVENTS | (BY_HAND if group.plan.tier else set())) - set(rollback.get("events") or [])
    if not rollback.get("enabled"):
        yield Fault("nothing rolls a failed deployment back", "auto_rollback_configuration")
    elif lacking:
        yield Fault(f"it does not roll back on {', '.join(sorted(lacking))}", "auto_rollback_configuration[0].events")
    yield from _shift(group)
    yield from _pair(group)
    yield from _former_tasks(group)
    if group.plan.tier:
        yield from _told(group)


def _belongs(group: Resource) -> Iterator[Fault]:
    """Ask for an application that is for ECS; in a tier the plan has it, and the service."""
    apps = [app for app in group.plan.of("aws_codedeploy_app") if group.points_to(app, "app_name")]
    for app in apps:
        if app["compute_platform"] != "ECS":
            yield Fault(f"its application is for {app['compute_platform'] or 'Server'}, not for ECS", "app_name")
    if group.plan.tier and not apps:
        yield Fault("its application is none of this plan", "app_name")
    if group.plan.tier and not any(_deploys(group, service) for service in group.plan.of("aws_ecs_service")):
        yield Fault("it deploys no service of this plan", "ecs_service")


def _told(group: Resource) -> Iterator[Fault]:
    """Ask that someone hears of a deployment that failed, was stopped, or went back."""
    events = {event for block in group.blocks("trigger_configuration") for event in block.get("trigger_events") or []}
    lacking = {"DeploymentFailure", "DeploymentRollback", "DeploymentStop"} - events
    if lacking:
        yield Fault(f"nobody hears of {', '.join(sorted(lacking))}", "trigger_configuration")
    for index in range(len(group.blocks("trigger_configuration"))):
        place = ("trigger_configuration", index, "trigger_target_arn")
        topic, referred = group.at(*place), group.refers_to(*place)
        named = ":sns:" in str(topic) if known(topic) else not referred
        if not named and not any(item.type == "aws_sns_topic" for item in referred):
            yield Fault("what it tells of trouble is no topic", f"trigger_configuration[{index}].trigger_target_arn")


def _shift(group: Resource) -> Iterator[Fault]:
    """Ask that traffic moves between two sets of tasks; in a tier, bit by bit."""
    style = group.block("deployment_style")
    if style.get("deployment_type") != "BLUE_GREEN" or style.get("deployment_option") != "WITH_TRAFFIC_CONTROL":
        yield Fault("it does not move traffic between two sets of tasks", "deployment_style")
    config = group["deployment_config_name"]
    if group.plan.tier and known(config) and (not config or str(config).endswith("AllAtOnce")):
        yield Fault("all traffic moves at once: every user meets a broken version", "deployment_config_name")


def _pair(group: Resource) -> Iterator[Fault]:
    pair = group.at(*PAIR)
    if not pair:
        yield Fault("it has no pair of target groups", "load_balancer_info")
        return
    names = [item.get("name") for item in pair.get("target_group") or [] if item is not None]
    if len(names) < 2 or (all(known(name) for name in names) and len(set(names)) < 2):
        yield Fault("it needs two target groups, one for each colour", "load_balancer_info")
    there = [item["name"] for item in group.plan.of(*TARGET_GROUPS)]
    for name in names:
        if there and known(name) and all(map(known, there)) and name not in there:
            yield Fault(f"there is no target group {name} in this plan", "load_balancer_info")
    yield from _listeners(group, pair)


def _listeners(group: Resource, pair: Mapping[str, Any]) -> Iterator[Fault]:
    """Ask for a production and a test listener, and that they are two."""
    found: list[set[str]] = []
    for route, what in ROUTES:
        [block] = (pair.get(route) or [{}])[:1]
        given = block.get("listener_arns")
        named = group.refers_to(*PAIR, route, 0, "listener_arns")
        referred = {item.address for item in named}
        if (known(given) and not given) or (named and not any(item.type in LISTENERS for item in named)):
            yield Fault(f"it has no {what} listener", "load_balancer_info")
            continue
        literal = {str(item) for item in given if known(item)} if known(given) else set()
        found.append(literal or referred)
    if len(found) == len(ROUTES) and found[0] and found[0] == found[1]:
        yield Fault("test traffic comes by the production listener", "load_balancer_info")


def _former_tasks(group: Resource) -> Iterator[Fault]:
    config = group.block("blue_green_deployment_config")
    [ended] = (config.get("terminate_blue_instances_on_deployment_success") or [{}])[:1]
    wait = ended.get("termination_wait_time_in_minutes")
    if ended.get("action") != "TERMINATE":
        yield Fault("the former tasks are kept, and paid for", "blue_green_deployment_config")
    elif (wait or 0) not in (range(5, 31) if group.plan.tier else range(1, 121)):
        yield Fault("the former tasks go at once, or stay for hours", "blue_green_deployment_config")
    [ready] = (config.get("deployment_ready_option") or [{}])[:1]
    if ready.get("action_on_timeout") == "STOP_DEPLOYMENT" and not ready.get("wait_time_in_minutes"):
        yield Fault("each deployment is stopped before traffic moves", "blue_green_deployment_config")

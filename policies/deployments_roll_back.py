"""A deployment that fails goes back by itself."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

EVENTS = {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}


@policy(
    id="TIER_AWS_041",
    title="A failed deployment is rolled back, by ECS's circuit breaker or by CodeDeploy",
    severity=Severity.HIGH,
    why="A broken version stays until a person notices.",
    remedy="enable `deployment_circuit_breaker` with rollback, or give the service an `aws_codedeploy_deployment_group`"
    " with `auto_rollback_configuration` on failures and alarms, both target groups and both listeners",
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
    """Say whether a deployment group is for a service: by reference, or by its name."""
    named = group.at("ecs_service", 0, "service_name") if group.blocks("ecs_service") else None
    if known(named) and named:
        return bool(known(service["name"]) and named == service["name"])
    return any(item is service for item in group.refers_to("ecs_service", 0, "service_name"))


def _group(group: Resource) -> Iterator[Fault]:
    if group["compute_platform"] == "Server" or not group.blocks("ecs_service"):
        if group.plan.tier:
            yield Fault("it deploys no ECS service", "ecs_service")
        return
    rollback = group.block("auto_rollback_configuration")
    lacking = EVENTS - set(rollback.get("events") or [])
    if not rollback.get("enabled"):
        yield Fault("nothing rolls a failed deployment back", "auto_rollback_configuration")
    elif lacking:
        yield Fault(f"it does not roll back on {', '.join(sorted(lacking))}", "auto_rollback_configuration[0].events")
    style = group.block("deployment_style")
    if style.get("deployment_type") != "BLUE_GREEN" or style.get("deployment_option") != "WITH_TRAFFIC_CONTROL":
        yield Fault("it does not move traffic between two sets of tasks", "deployment_style")
    yield from _pair(group)
    yield from _former_tasks(group)
    if group.plan.tier:
        yield from _told(group)


def _told(group: Resource) -> Iterator[Fault]:
    """Ask that someone hears of a deployment that failed, was stopped, or went back."""
    events = {event for block in group.blocks("trigger_configuration") for event in block.get("trigger_events") or []}
    lacking = {"DeploymentFailure", "DeploymentRollback", "DeploymentStop"} - events
    if lacking:
        yield Fault(f"nobody hears of {', '.join(sorted(lacking))}", "trigger_configuration")


def _pair(group: Resource) -> Iterator[Fault]:
    pair = group.at("load_balancer_info", 0, "target_group_pair_info", 0)
    if not pair:
        yield Fault("it has no pair of target groups", "load_balancer_info")
        return
    names = [item.get("name") for item in pair.get("target_group") or []]
    if len(names) < 2 or (all(known(name) for name in names) and len(set(names)) < 2):
        yield Fault("it needs two target groups, one for each colour", "load_balancer_info")
    for route, what in (("prod_traffic_route", "production"), ("test_traffic_route", "test")):
        path = ("load_balancer_info", 0, "target_group_pair_info", 0, route, 0, "listener_arns")
        named = {item.type for item in group.refers_to(*path)}
        if not pair.get(route) or (named and not named & {"aws_lb_listener", "aws_alb_listener"}):
            yield Fault(f"it has no {what} listener", "load_balancer_info")


def _former_tasks(group: Resource) -> Iterator[Fault]:
    config = group.block("blue_green_deployment_config")
    [ended] = (config.get("terminate_blue_instances_on_deployment_success") or [{}])[:1]
    wait = ended.get("termination_wait_time_in_minutes")
    if ended.get("action") != "TERMINATE":
        yield Fault("the former tasks are kept, and paid for", "blue_green_deployment_config")
    elif not 1 <= (wait or 0) <= 120:
        yield Fault("the former tasks go at once, or stay for hours", "blue_green_deployment_config")
    ready = (config.get("deployment_ready_option") or [{}])[0]
    if ready.get("action_on_timeout") == "STOP_DEPLOYMENT" and not ready.get("wait_time_in_minutes"):
        yield Fault("each deployment is stopped before traffic moves", "blue_green_deployment_config")

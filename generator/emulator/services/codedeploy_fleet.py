"""What a deployment changes: the task sets of its ECS service, and where the load balancer sends traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator.emulator.registry import backend
from generator.emulator.services import ecs_images, ecs_task_sets
from generator.emulator.services.codedeploy_appspec import AppSpec
from generator.emulator.services.codedeploy_machine import Picture
from generator.emulator.services.ecs_task_definitions import unusable, usable


@dataclass
class Fleet:
    """The service of a deployment, its two task sets by id and their target groups, and the listeners by ARN."""

    region: str
    cluster: str
    name: str
    blue: str
    blue_group: str
    green_group: str
    production: list[str]
    test: list[str]
    green: str = ""

    def service(self) -> Any:
        """Return moto's service, or nothing if it was deleted."""
        return ecs_task_sets.find_service(self.region, self.cluster, self.name)


def refusal(fleet: Fleet, spec: AppSpec) -> str:
    """Return why ECS would not make the task set of this AppSpec, or nothing."""
    reason = unusable(fleet.region, spec.task_definition)
    if reason:
        return f"{reason} (Service: AmazonECS; Status Code: 400; Error Code: ClientException)"
    containers = usable(fleet.region, spec.task_definition).container_definitions
    container = next((found for found in containers if found["name"] == spec.container), None)
    invalid = "(Service: AmazonECS; Status Code: 400; Error Code: InvalidParameterException)"
    if container is None:
        return f"The container {spec.container} does not exist in the task definition. {invalid}"
    if spec.port not in {mapping.get("containerPort") for mapping in container.get("portMappings") or []}:
        return f"The container {spec.container} did not have a container port {spec.port} defined. {invalid}"
    return ""


def unhealthy(fleet: Fleet, spec: AppSpec) -> str:
    """Return why the tasks of this AppSpec do not start, or nothing."""
    return ecs_images.first_missing(usable(fleet.region, spec.task_definition))


def show(fleet: Fleet, spec: AppSpec | None, before: Picture, picture: Picture, deployment: str) -> None:
    """Change the world from one picture to another; `spec` is None where the replacement exists already."""
    service = fleet.service()
    if service is None:
        return
    if picture.green != "absent" and spec is not None and not fleet.green:
        _clear(fleet, service)
        fleet.green = _replacement(fleet, service, spec, deployment)
    green = ecs_task_sets.find(service, fleet.green)
    if green is not None:
        green.starting = picture.green == "pending"
    if picture.test != before.test:
        forward(fleet.region, fleet.test, _weights(fleet, 100 if picture.test else 0))
    if picture.weight != before.weight:
        forward(fleet.region, fleet.production, _weights(fleet, picture.weight))
    ecs_task_sets.promote(service, fleet.green if picture.weight == 100 else fleet.blue)
    if picture.green == "absent":
        ecs_task_sets.remove(service, fleet.green)
    if not picture.blue:
        ecs_task_sets.remove(service, fleet.blue)
    ecs_task_sets.settle(service)


def _weights(fleet: Fleet, percentage: int) -> dict[str, int]:
    """Return the weights of both target groups where the replacement has this percentage."""
    return {fleet.green_group: percentage, fleet.blue_group: 100 - percentage}


def _clear(fleet: Fleet, service: Any) -> None:
    """Remove what a deployment left behind that was stopped without a rollback."""
    left = [held.id for held in service.task_sets if held.id != fleet.blue]
    for identifier in left:
        ecs_task_sets.remove(service, identifier)
    if left:
        forward(fleet.region, [*fleet.production, *fleet.test], _weights(fleet, 0))


def _replacement(fleet: Fleet, service: Any, spec: AppSpec, deployment: str) -> str:
    blue = ecs_task_sets.find(service, fleet.blue)
    balancer = {
        "targetGroupArn": fleet.green_group,
        "containerName": spec.container,
        "containerPort": spec.port,
    }
    made = ecs_task_sets.add(
        service,
        task_definition=usable(fleet.region, spec.task_definition).arn,
        external_id=deployment,
        network_configuration=spec.network or blue.network_configuration,
        load_balancers=[balancer],
        launch_type=blue.launch_type,
        capacity_provider_strategy=spec.capacity or blue.capacity_provider_strategy,
        platform_version=spec.platform_version or blue.platform_version,
        started_by="CODE_DEPLOY",
    )
    return str(made.id)


def forward(region: str, listeners: list[str], weights: dict[str, int]) -> None:
    """Let every rule of the listeners that forwards to one of the groups forward to all, with weights by ARN."""
    held = backend("elbv2", region).load_balancers.values()
    for balancer in held:
        for listener in balancer.listeners.values():
            if listener.arn not in listeners:
                continue
            for rule in listener.rules.values():
                rule.actions = [_forwarding(action, weights) for action in rule.actions]
                if rule.is_default:
                    listener.default_actions = rule.actions
            _attach(region, balancer.arn, weights)


def _forwarding(action: Any, weights: dict[str, int]) -> Any:
    old = action.data
    config = old.get("ForwardConfig") or {}
    groups = {old.get("TargetGroupArn"), *(group["TargetGroupArn"] for group in config.get("TargetGroups") or [])}
    if action.type != "forward" or not groups & set(weights):
        return action
    kept = {key: value for key, value in old.items() if key not in {"TargetGroupArn", "ForwardConfig"}}
    targets = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
    stickiness = config.get("TargetGroupStickinessConfig") or {"Enabled": False}
    return type(action)({**kept, "ForwardConfig": {"TargetGroups": targets, "TargetGroupStickinessConfig": stickiness}})


def _attach(region: str, balancer: str, groups: dict[str, int]) -> None:
    """Let the target groups know the load balancer that uses them."""
    for arn in groups:
        group = backend("elbv2", region).target_groups.get(arn)
        if group is not None and balancer not in group.load_balancer_arns:
            group.load_balancer_arns.append(balancer)


def task_sets_info(fleet: Fleet, weight: int) -> list[dict[str, Any]]:
    """Return what CodeDeploy says of both task sets; one that is gone is draining."""
    service = fleet.service()
    pairs = [("Blue", fleet.blue, fleet.blue_group, 100 - weight), ("Green", fleet.green, fleet.green_group, weight)]
    found = []
    for label, identifier, group, share in pairs:
        if not identifier:
            continue
        held = ecs_task_sets.find(service, identifier) if service is not None else None
        found.append(
            {
                "identifer": identifier,  # AWS spells it so
                "desiredCount": held.computed_desired_count if held else 0,
                "pendingCount": held.pending_count if held else 0,
                "runningCount": held.running_count if held else 0,
                "status": held.status if held else "DRAINING",
                "trafficWeight": float(share),
                "targetGroup": {"name": group.split("/")[-2]},
                "taskSetLabel": label,
            }
        )
    return found

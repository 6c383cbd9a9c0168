"""The task sets of services that CodeDeploy deploys, kept as moto's own objects at moto's service."""

from __future__ import annotations

from typing import Any

from generator.emulator.registry import ACCOUNT, backend

CODE_DEPLOY = "CODE_DEPLOY"
PRIMARY, ACTIVE = "PRIMARY", "ACTIVE"


def is_blue_green(service: Any) -> bool:
    """Say whether CodeDeploy deploys this service of moto's."""
    return bool(service.deployment_controller.get("type") == CODE_DEPLOY)


def key(cluster: str, name: str) -> str:
    """Return the key of a service in moto, of names or ARNs."""
    return ":".join(part.rsplit("/", maxsplit=1)[-1] for part in (cluster, name))


def find_service(region: str, cluster: str, name: str) -> Any:
    """Return moto's service that is not deleted, or nothing; names and ARNs are the same here."""
    service = backend("ecs", region).services.get(key(cluster, name))
    return service if service is not None and service.status == "ACTIVE" else None


def find(service: Any, identifier: str) -> Any:
    """Return the task set of this id, or nothing."""
    return next((held for held in service.task_sets if held.id == identifier), None)


def primary(service: Any) -> Any:
    """Return the task set that serves, or nothing."""
    return next((held for held in service.task_sets if held.status == PRIMARY), None)


def add(service: Any, **attributes: Any) -> Any:
    """Add a task set of a service and return it: moto's attributes, and `started_by`."""
    from moto.ecs.models import TaskSet  # noqa: PLC0415 - slow to import

    started_by = attributes.pop("started_by", None)
    found: Any = TaskSet(
        service.name,
        service.cluster_name,
        account_id=ACCOUNT,
        region_name=service.region_name,
        scale={"value": 100.0, "unit": "PERCENT"},
        **attributes,
    )
    found.service_arn, found.cluster_arn, found.started_by = service.arn, service.cluster_arn, started_by
    if found.capacity_provider_strategy:
        found.launch_type = None
    found.starting = False
    service.task_sets.append(found)
    settle(service)
    return found


def remove(service: Any, identifier: str) -> None:
    """Delete a task set, if it is there."""
    service.task_sets = [held for held in service.task_sets if held.id != identifier]


def promote(service: Any, identifier: str) -> None:
    """Let a task set serve, and the service show what it runs."""
    chosen = find(service, identifier)
    if chosen is None:
        return
    for held in service.task_sets:
        held.status = PRIMARY if held is chosen else ACTIVE
    service.task_definition = chosen.task_definition
    service.load_balancers = chosen.load_balancers
    service.platform_version = chosen.platform_version
    service.network_configuration = chosen.network_configuration or service.network_configuration
    settle(service)


def settle(service: Any) -> None:
    """Let counts follow the service's desired count: tasks run at once, unless their set is still starting."""
    for held in service.task_sets:
        held.computed_desired_count = service.desired_count
        held.running_count = 0 if held.starting else service.desired_count
        held.pending_count = service.desired_count - held.running_count
        held.stabilityStatus = "STABILIZING" if held.starting else "STEADY_STATE"
    service.running_count, service.pending_count = service.desired_count, 0

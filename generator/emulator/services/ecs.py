"""ECS: services, those that ECS rolls and those that CodeDeploy deploys."""

from __future__ import annotations

from typing import Any

from generator.emulator.registry import Answer, Call, amend, check, fail, given, patch
from generator.emulator.services import ecs_task_sets
from generator.emulator.services.ecs_task_definitions import INACTIVE, lookup, unusable

FORGOTTEN = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "platformVersion",
    "propagateTags",
)
INVALID = "InvalidParameterException"
FROM_CODE_DEPLOY = (
    "on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."
)
REFUSED = {
    "taskDefinition": "Unable to update task definition",
    "networkConfiguration": "Unable to update network parameters",
    "loadBalancers": "Unable to update load balancers",
    "platformVersion": "Unable to update platform version",
    "capacityProviderStrategy": "Unable to update capacity provider strategy",
    "forceNewDeployment": "Cannot force a new deployment",
}


@patch("ecs")
def mend() -> None:
    """Task definitions: takes a family's newest revision for its newest active one."""
    from moto.ecs.exceptions import TaskDefinitionNotFoundException  # noqa: PLC0415 - slow to import
    from moto.ecs.models import EC2ContainerServiceBackend  # noqa: PLC0415

    def describe(self: Any, task_definition_str: str) -> Any:
        found = lookup(self.region_name, task_definition_str)
        if found is None:
            raise TaskDefinitionNotFoundException
        return found

    EC2ContainerServiceBackend.describe_task_definition = describe  # type: ignore[method-assign]


@check("ecs", "CreateService")
def check_new_service(call: Call) -> None:
    """Takes an inactive task definition."""
    if call.params.get("taskDefinition") and unusable(call.region, call.params["taskDefinition"]) == INACTIVE:
        fail("ClientException", INACTIVE)


@check("ecs", "UpdateService")
def check_update(call: Call) -> None:
    """Changes what only CodeDeploy may change."""
    service = _held(call, call.params.get("cluster") or "default", call.params["service"])
    if service is None or not ecs_task_sets.is_blue_green(service):
        return
    for name, text in REFUSED.items():
        if call.params.get(name, False) is not False:
            fail(INVALID, f"{text} {FROM_CODE_DEPLOY}")


@amend("ecs", "CreateService", "UpdateService")
def write_service(call: Call, answer: Answer) -> None:
    """Forgets attributes, among them capacityProviderStrategy; starts no tasks, and knows no first task set."""
    shown = answer["service"]
    call.notes("service").setdefault(shown["serviceArn"], {}).update(given(call.params))
    service = _held(call, shown["clusterArn"], shown["serviceName"])
    definition = lookup(call.region, service.task_definition) if service.task_definition else None
    service.task_definition = definition.arn if definition else service.task_definition
    if ecs_task_sets.is_blue_green(service) and not service.task_sets:
        _first_task_set(call, service)
    _settle(call, service)
    shown.update(
        taskDefinition=service.task_definition, runningCount=service.running_count, pendingCount=service.pending_count
    )
    _remember(call, shown)


@amend("ecs", "DeleteService")
def delete_service(call: Call, answer: Answer) -> None:
    """Leaves counts and task sets behind."""
    service = _held(call, answer["service"]["clusterArn"], answer["service"]["serviceName"])
    service.task_sets, service.desired_count = [], 0
    _settle(call, service)
    answer["service"].update(desiredCount=0, runningCount=0, pendingCount=0, taskSets=[])


@amend("ecs", "DescribeServices")
def describe_services(call: Call, answer: Answer) -> None:
    """Forgets attributes, among them capacityProviderStrategy and healthCheckGracePeriodSeconds."""
    for service in answer.get("services") or []:
        _remember(call, service)


def _held(call: Call, cluster: str, name: str) -> Any:
    return call.backend().services.get(ecs_task_sets.key(cluster, name))


def _first_task_set(call: Call, service: Any) -> None:
    made = ecs_task_sets.add(
        service,
        task_definition=service.task_definition,
        network_configuration=service.network_configuration,
        load_balancers=service.load_balancers,
        service_registries=service.service_registries,
        launch_type=service.launch_type,
        capacity_provider_strategy=call.params.get("capacityProviderStrategy"),
        platform_version=service.platform_version,
    )
    ecs_task_sets.promote(service, made.id)


def _settle(call: Call, service: Any) -> None:
    """Let all tasks of a service run, and its rolling deployment be complete."""
    ecs_task_sets.settle(service)
    for deployment in service.deployments[:1]:
        deployment.update(
            desiredCount=service.desired_count,
            runningCount=service.desired_count,
            pendingCount=0,
            taskDefinition=service.task_definition,
            rolloutState="COMPLETED",
            rolloutStateReason=f"ECS deployment {deployment['id']} completed.",
        )
    cluster = call.backend().clusters.get(service.cluster_name)
    if cluster is not None:
        active = [held for held in call.backend().services.values() if held.cluster_name == cluster.name]
        cluster.running_tasks_count = sum(held.running_count for held in active if held.status == "ACTIVE")
        cluster.pending_tasks_count = 0


def _remember(call: Call, shown: Answer) -> None:
    noted = call.notes("service").get(shown["serviceArn"], {})
    shown.setdefault("availabilityZoneRebalancing", "DISABLED")
    shown.update({name: noted[name] for name in FORGOTTEN if name in noted})
    if noted.get("capacityProviderStrategy"):
        shown.pop("launchType", None)

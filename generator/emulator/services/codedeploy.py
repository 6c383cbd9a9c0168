"""CodeDeploy: applications and deployment groups, and what moto cannot update or delete."""

from __future__ import annotations

from typing import Any

from generator.emulator.registry import Answer, Call, amend, fail, operation
from generator.emulator.services import codedeploy_records as records


def _groups(call: Call) -> dict[str, Any]:
    """Return the deployment groups of the application by name."""
    name = call.params["applicationName"]
    if name not in call.backend().applications:
        fail("ApplicationDoesNotExistException", f"No application found for name: {name}")
    found: dict[str, Any] = call.backend().deployment_groups.setdefault(name, {})
    return found


def find_group(call: Call, name: str) -> Any:
    """Return moto's deployment group of the call's application, or answer with CodeDeploy's error."""
    groups = _groups(call)
    if name not in groups:
        fail("DeploymentGroupDoesNotExistException", f"No deployment group found for name: {name}")
    return groups[name]


def _noted(call: Call, group: str) -> str:
    return f"{call.params['applicationName']}/{group}"


def alarms_of(call: Call, group: str) -> Any:
    """Return the alarm configuration of a deployment group of the call's application, or nothing."""
    return call.notes("alarms").get(_noted(call, group))


@operation("codedeploy", "UpdateDeploymentGroup")
def update_deployment_group(call: Call) -> Answer:
    """Not implemented."""
    names = {  # moto's attribute where it is not the parameter's name in snake case
        "deploymentConfigName": "deployment_config_name",
        "serviceRoleArn": "service_role_arn",
        "triggerConfigurations": "trigger_configurations",
        "autoRollbackConfiguration": "auto_rollback_configuration",
        "deploymentStyle": "deployment_style",
        "blueGreenDeploymentConfiguration": "blue_green_deployment_configuration",
        "loadBalancerInfo": "load_balancer_info",
        "ecsServices": "ecs_services",
        "outdatedInstancesStrategy": "outdated_instances_strategy",
        "terminationHookEnabled": "termination_hook_enabled",
    }
    old = call.params["currentDeploymentGroupName"]
    new = call.params.get("newDeploymentGroupName") or old
    group = find_group(call, old)
    for parameter, attribute in names.items():
        if call.params.get(parameter) is not None:
            setattr(group, attribute, call.params[parameter])
    group.deployment_group_name = new
    groups = _groups(call)
    groups[new] = groups.pop(old)
    alarms = call.notes("alarms")
    kept = alarms.pop(_noted(call, old), None)
    alarms[_noted(call, new)] = call.params.get("alarmConfiguration") or kept
    return {"hooksNotCleanedUp": []}


@amend("codedeploy", "CreateDeploymentGroup")
def create_deployment_group(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Forgets the alarm configuration."""
    key = _noted(call, call.params["deploymentGroupName"])
    call.notes("alarms")[key] = call.params.get("alarmConfiguration")


@amend("codedeploy", "GetDeploymentGroup")
def get_deployment_group(call: Call, answer: Answer) -> None:
    """Forgets the alarm configuration, and knows no last deployment."""
    info = answer["deploymentGroupInfo"]
    alarms = alarms_of(call, call.params["deploymentGroupName"])
    if alarms:
        info["alarmConfiguration"] = alarms
    info.update(records.last_of(call.store, call.region, info["applicationName"], info["deploymentGroupName"]))


@operation("codedeploy", "DeleteDeploymentGroup")
def delete_deployment_group(call: Call) -> Answer:
    """Not implemented."""
    name = call.params["deploymentGroupName"]
    find_group(call, name)
    del _groups(call)[name]
    return {"hooksNotCleanedUp": []}


@operation("codedeploy", "UpdateApplication")
def update_application(call: Call) -> None:
    """Not implemented."""
    applications, name = call.backend().applications, call.params["applicationName"]
    if name not in applications:
        fail("ApplicationDoesNotExistException", f"No application found for name: {name}")
    new = call.params.get("newApplicationName") or name
    applications[new] = applications.pop(name)
    applications[new].application_name = new
    call.backend().deployment_groups[new] = call.backend().deployment_groups.pop(name, {})


@operation("codedeploy", "DeleteApplication")
def delete_application(call: Call) -> None:
    """Not implemented."""
    name = call.params["applicationName"]
    call.backend().applications.pop(name, None)
    call.backend().deployment_groups.pop(name, None)

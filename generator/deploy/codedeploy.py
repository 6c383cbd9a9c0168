"""Blue-green deployments by CodeDeploy: start one, find one under way, say how far it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from generator.deploy.clients import Clients, DeployError
from generator.deploy.service import Release, Service

UNDER_WAY = ("Created", "Queued", "InProgress", "Baking", "Ready")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a deployment is; `green_traffic` is the share of the traffic, in percent, that the new tasks have."""

    identifier: str
    status: str
    step: str
    green_tasks: str
    green_traffic: float
    error: str
    rollback: str
    rolls_back: bool

    @property
    def ended(self) -> bool:
        """Say whether the deployment has come to its end."""
        return self.status not in UNDER_WAY

    def line(self) -> str:
        """Return the progress in a few words."""
        tasks = f", new tasks {self.green_tasks}" if self.green_tasks else ""
        return f"{self.step}{tasks}, {self.green_traffic:g} % of the traffic on the new ones"


# CodeDeploy's lifecycle events in their order, in words.
STEPS = {
    "BeforeInstall": "starting the new tasks",
    "Install": "starting the new tasks",
    "AfterInstall": "the new tasks run",
    "AllowTestTraffic": "opening the test listener",
    "AfterAllowTestTraffic": "the test listener leads to the new tasks",
    "BeforeAllowTraffic": "about to move traffic",
    "AllowTraffic": "moving traffic",
    "AfterAllowTraffic": "all traffic is moved; the old tasks wait to be stopped",
}


def app_spec(service: Service, task_definition: str) -> str:
    """Return the AppSpec of a deployment: what the new tasks run, where, on what capacity."""
    network = service.network()
    properties = {
        "TaskDefinition": task_definition,
        "LoadBalancerInfo": {"ContainerName": service.container, "ContainerPort": int(service.port)},
        "NetworkConfiguration": {
            "AwsvpcConfiguration": {
                "Subnets": network["subnets"],
                "SecurityGroups": network["securityGroups"],
                "AssignPublicIp": network["assignPublicIp"],
            }
        },
        "CapacityProviderStrategy": [
            {"Base": share["base"], "CapacityProvider": share["capacityProvider"], "Weight": share["weight"]}
            for share in service.capacity()
        ],
    }
    resource = {"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}
    return json.dumps({"version": 0.0, "Resources": [resource]}, indent=1)


def begin(clients: Clients, release: Release, content: str, description: str, *, despite_alarms: bool) -> str:
    """Start a deployment of the AppSpec `content`, one that no alarm stops if asked; return its id."""
    overrides = {"overrideAlarmConfiguration": {"enabled": False}} if despite_alarms else {}
    answer = clients.call(
        "codedeploy",
        "create_deployment",
        applicationName=release.application,
        deploymentGroupName=release.deployment_group,
        description=description,
        revision={
            "revisionType": "AppSpecContent",
            "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
        },
        **overrides,
    )
    return str(answer["deploymentId"])


def under_way(clients: Clients, release: Release) -> str | None:
    """Return the id of the deployment that the group is busy with, or None."""
    return _newest(clients, release, includeOnlyStatuses=list(UNDER_WAY))


def latest(clients: Clients, release: Release) -> str | None:
    """Return the id of the group's latest deployment, or None."""
    return _newest(clients, release)


def _newest(clients: Clients, release: Release, **only: Any) -> str | None:
    group = {"applicationName": release.application, "deploymentGroupName": release.deployment_group}
    return next(iter(clients.call("codedeploy", "list_deployments", **group, **only)["deployments"]), None)


def triggered_by(clients: Clients, identifier: str) -> str:
    """Return the deployment that a rollback takes back."""
    info = clients.call("codedeploy", "get_deployment", deploymentId=identifier)["deploymentInfo"]
    return str((info.get("rollbackInfo") or {}).get("rollbackTriggeringDeploymentId") or "")


def task_definition_of(clients: Clients, identifier: str) -> str:
    """Return the task definition that a deployment brings."""
    import yaml  # noqa: PLC0415 - someone else may have written the AppSpec as YAML

    info = clients.call("codedeploy", "get_deployment", deploymentId=identifier)["deploymentInfo"]
    # The answer holds only the digest of the AppSpec; its text is kept with the application.
    answer = clients.call(
        "codedeploy", "get_application_revision", applicationName=info["applicationName"], revision=info["revision"]
    )
    content = next(value["content"] for value in answer["revision"].values() if isinstance(value, dict))
    resource = next(iter(yaml.safe_load(content)["Resources"][0].values()))
    return str(resource["Properties"]["TaskDefinition"])


def look(clients: Clients, identifier: str) -> Progress:
    """Return how far a deployment is."""
    info = clients.call("codedeploy", "get_deployment", deploymentId=identifier)["deploymentInfo"]
    return read(info, _target(clients, identifier))


def _target(clients: Clients, identifier: str) -> dict[str, Any]:
    """Return the one target of a deployment to ECS; empty while the deployment has not started."""
    try:
        targets = clients.call("codedeploy", "list_deployment_targets", deploymentId=identifier)["targetIds"]
    except DeployError as error:
        if error.code == "DeploymentNotStartedException":
            return {}
        raise
    if not targets:
        return {}
    answer = clients.call("codedeploy", "get_deployment_target", deploymentId=identifier, targetId=targets[0])
    return dict(answer["deploymentTarget"].get("ecsTarget") or {})


def read(info: dict[str, Any], target: dict[str, Any]) -> Progress:
    """Return the progress that CodeDeploy's answers about a deployment and its target speak of."""
    green = next((item for item in target.get("taskSetsInfo", []) if item.get("taskSetLabel") == "Green"), None)
    begun = [
        event["lifecycleEventName"]
        for event in target.get("lifecycleEvents", [])
        if event.get("status") in ("InProgress", "Succeeded", "Failed")
    ]
    step = max(begun, key=lambda name: list(STEPS).index(name) if name in STEPS else -1, default="")
    error = info.get("errorInformation") or {}
    return Progress(
        identifier=info["deploymentId"],
        status=info["status"],
        step=STEPS.get(step, "waiting to begin"),
        green_tasks=f"{green.get('runningCount', 0)}/{green.get('desiredCount', 0)}" if green else "",
        green_traffic=float(green.get("trafficWeight") or 0) if green else 0.0,
        error=str(error.get("message", "")),
        rollback=str((info.get("rollbackInfo") or {}).get("rollbackDeploymentId") or ""),
        rolls_back=info.get("creator") == "codeDeployRollback",
    )

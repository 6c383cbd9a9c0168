"""CodeDeploy: deployment configurations, AWS's own and the account's."""

from __future__ import annotations

import time
from typing import Any

from generator.emulator.registry import Answer, Call, Params, fail, given, new_id, operation
from generator.emulator.services.codedeploy_machine import Shift

KIND = "DeploymentConfig"
MISSING = "DeploymentConfigDoesNotExistException"
PREFIX = "CodeDeployDefault."
MADE = 1511136000.0  # AWS's own are older than any account


def _routed(name: str, platform: str, kind: str, percentage: int = 0, interval: int = 0) -> tuple[str, Answer]:
    """Return a configuration that moves traffic: all at once, or a percentage by the interval in minutes."""
    routing: Answer = {"type": kind}
    if kind == "TimeBasedCanary":
        routing["timeBasedCanary"] = {"canaryPercentage": percentage, "canaryInterval": interval}
    if kind == "TimeBasedLinear":
        routing["timeBasedLinear"] = {"linearPercentage": percentage, "linearInterval": interval}
    return PREFIX + name, {"computePlatform": platform, "trafficRoutingConfig": routing}


def _hosts(name: str, kind: str, value: int) -> tuple[str, Answer]:
    return PREFIX + name, {"computePlatform": "Server", "minimumHealthyHosts": {"type": kind, "value": value}}


PREDEFINED: dict[str, Answer] = dict(
    [
        _hosts("AllAtOnce", "HOST_COUNT", 0),
        _hosts("HalfAtATime", "FLEET_PERCENT", 50),
        _hosts("OneAtATime", "HOST_COUNT", 1),
        _routed("ECSAllAtOnce", "ECS", "AllAtOnce"),
        _routed("ECSCanary10Percent5Minutes", "ECS", "TimeBasedCanary", 10, 5),
        _routed("ECSCanary10Percent15Minutes", "ECS", "TimeBasedCanary", 10, 15),
        _routed("ECSLinear10PercentEvery1Minutes", "ECS", "TimeBasedLinear", 10, 1),
        _routed("ECSLinear10PercentEvery3Minutes", "ECS", "TimeBasedLinear", 10, 3),
        _routed("LambdaAllAtOnce", "Lambda", "AllAtOnce"),
        *(_routed(f"LambdaCanary10Percent{n}Minutes", "Lambda", "TimeBasedCanary", 10, n) for n in (5, 10, 15, 30)),
        _routed("LambdaLinear10PercentEvery1Minute", "Lambda", "TimeBasedLinear", 10, 1),
        *(_routed(f"LambdaLinear10PercentEvery{n}Minutes", "Lambda", "TimeBasedLinear", 10, n) for n in (2, 3, 10)),
    ]
)


def find(call: Call, name: str) -> Any:
    """Return a configuration, AWS's own or the account's, or answer that there is none."""
    if name in PREDEFINED:
        return {"deploymentConfigId": name, "deploymentConfigName": name, "createTime": MADE, **PREDEFINED[name]}
    if name not in call.resources(KIND):
        fail(MISSING, f"No Deployment Configuration found for name: {name}")
    return call.resources(KIND)[name]


def shift_of(config: Params) -> Shift:
    """Return how a configuration moves traffic."""
    routing = config.get("trafficRoutingConfig") or {}
    if routing.get("type") == "TimeBasedCanary":
        canary = routing.get("timeBasedCanary") or {}
        first = int(canary.get("canaryPercentage") or 10)
        return Shift(first, 100 - first or 100, float(canary.get("canaryInterval") or 0))
    if routing.get("type") == "TimeBasedLinear":
        linear = routing.get("timeBasedLinear") or {}
        step = int(linear.get("linearPercentage") or 10)
        return Shift(step, step, float(linear.get("linearInterval") or 0))
    return Shift()


@operation("codedeploy", "CreateDeploymentConfig")
def create_deployment_config(call: Call) -> Answer:
    """Not implemented."""
    name, identifier = call.params["deploymentConfigName"], new_id()
    if name.startswith(PREFIX):
        fail("InvalidDeploymentConfigNameException", f"The prefix {PREFIX} is AWS's own: {name}")
    if name in call.resources(KIND):
        fail("DeploymentConfigAlreadyExistsException", f"{name} exists already")
    call.resources(KIND)[name] = {**given(call.params), "deploymentConfigId": identifier, "createTime": time.time()}
    return {"deploymentConfigId": identifier}


@operation("codedeploy", "GetDeploymentConfig")
def get_deployment_config(call: Call) -> Answer:
    """Not implemented."""
    return {"deploymentConfigInfo": find(call, call.params["deploymentConfigName"])}


@operation("codedeploy", "ListDeploymentConfigs")
def list_deployment_configs(call: Call) -> Answer:
    """Not implemented."""
    return {"deploymentConfigsList": [*sorted(PREDEFINED), *sorted(call.resources(KIND))]}


@operation("codedeploy", "DeleteDeploymentConfig")
def delete_deployment_config(call: Call) -> None:
    """Not implemented."""
    name = call.params["deploymentConfigName"]
    if name in PREDEFINED:
        fail("InvalidOperationException", f"{name} is AWS's own and cannot be deleted")
    call.remove(KIND, name, MISSING)

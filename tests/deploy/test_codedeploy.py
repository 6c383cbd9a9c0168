"""The AppSpec that is sent, and how CodeDeploy's answers are read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.deploy.codedeploy import app_spec, read
from generator.deploy.service import service_of
from tests.deploy.test_service import ARN, SERVICE


def test_the_app_spec_says_what_runs_where_on_what_capacity() -> None:
    document = json.loads(app_spec(service_of({"service": SERVICE}, "shop"), ARN))
    assert document == {
        "version": 0.0,
        "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {
            "TaskDefinition": ARN,
            "LoadBalancerInfo": {"ContainerName": "shop", "ContainerPort": 8443},
            "NetworkConfiguration": {"AwsvpcConfiguration": {
                "Subnets": ["subnet-1", "subnet-2"], "SecurityGroups": ["sg-1"], "AssignPublicIp": "DISABLED",
            }},
            "CapacityProviderStrategy": [{"Base": 3, "CapacityProvider": "FARGATE", "Weight": 1}],
        }}}],
    }  # fmt: skip


def target(weight: float, *events: str) -> dict[str, Any]:
    return {
        "lifecycleEvents": [
            {"lifecycleEventName": name, "status": "InProgress" if name == events[-1] else "Succeeded"} for name in events
        ] + [{"lifecycleEventName": "AfterAllowTraffic", "status": "Pending"}],
        "taskSetsInfo": [
            {"taskSetLabel": "Blue", "runningCount": 3, "desiredCount": 3, "trafficWeight": 100 - weight},
            {"taskSetLabel": "Green", "runningCount": 2, "desiredCount": 3, "trafficWeight": weight},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "seen", "ended", "line"),
    [
        ("Created", {}, False, "waiting to begin, 0 % of the traffic on the new ones"),
        (
            "InProgress", target(0, "BeforeInstall", "Install"), False,
            "starting the new tasks, new tasks 2/3, 0 % of the traffic on the new ones",
        ),
        (
            "InProgress", target(10, "BeforeInstall", "Install", "AfterInstall", "AllowTraffic"), False,
            "moving traffic, new tasks 2/3, 10 % of the traffic on the new ones",
        ),
        ("Succeeded", target(100, "AllowTraffic"), True, "moving traffic, new tasks 2/3, 100 % of the traffic on the new ones"),
        ("Stopped", {}, True, "waiting to begin, 0 % of the traffic on the new ones"),
        ("Failed", {}, True, "waiting to begin, 0 % of the traffic on the new ones"),
    ],
)  # fmt: skip
def test_progress_is_read_from_the_answers(status: str, seen: dict[str, Any], ended: bool, line: str) -> None:
    progress = read({"deploymentId": "d-1", "status": status}, seen)
    assert (progress.ended, progress.line()) == (ended, line)


def test_error_and_rollback_are_read() -> None:
    info = {
        "deploymentId": "d-1",
        "status": "Stopped",
        "errorInformation": {"code": "ALARM_ACTIVE", "message": "alarm p95"},
        "rollbackInfo": {"rollbackDeploymentId": "d-2"},
    }
    progress = read(info, {})
    assert (progress.error, progress.rollback) == ("alarm p95", "d-2")

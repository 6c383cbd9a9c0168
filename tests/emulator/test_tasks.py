"""One-off tasks, what they end with, and task definitions that are read and registered again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.emulator import Emulator, reset
from tests.emulator.conftest import Clients
from tests.emulator.shop import MANIFEST, REGISTRY, make_network, wait
from tests.emulator.test_gateway import call

READ_ONLY = {
    "compatibilities",
    "deregisteredAt",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "revision",
    "status",
    "taskDefinitionArn",
}


def make_cluster(client: Clients, image: str = "shop:1") -> dict[str, Any]:
    """Make a cluster and a task definition, and return the arguments of RunTask."""
    _, subnets = make_network(client)
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop")
    ecs.put_cluster_capacity_providers(
        cluster="shop",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "base": 1, "weight": 1}],
    )
    fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    containers = [{"name": "web", "image": image}, {"name": "log", "image": "log:1", "essential": False}]
    ecs.register_task_definition(family="shop", containerDefinitions=containers, **fargate)
    network = {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": [], "assignPublicIp": "DISABLED"}}
    return {"cluster": "shop", "taskDefinition": "shop", "networkConfiguration": network}


def task(client: Clients, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = client("ecs").describe_tasks(cluster="shop", tasks=[arn], include=["TAGS"])["tasks"][0]
    return found


def stopped(client: Clients, arn: str) -> dict[str, Any]:
    return wait(lambda: task(client, arn), lambda found: found["lastStatus"] == "STOPPED")


def set_exit(emulator: Emulator, body: Any) -> int:
    return call(emulator, "POST", "/_tierform/task-exit", {}, json.dumps(body).encode())[0]


def test_a_task_runs_and_ends(client: Clients, emulator: Emulator) -> None:
    arguments = make_cluster(client)
    override = {"containerOverrides": [{"name": "web", "command": ["./manage.py", "migrate"]}]}
    tags = [{"key": "run", "value": "1"}]
    answer = client("ecs").run_task(**arguments, overrides=override, startedBy="deploy", tags=tags)
    assert answer["failures"] == []
    (started,) = answer["tasks"]
    assert (started["lastStatus"], started["desiredStatus"]) == ("PROVISIONING", "RUNNING")
    assert started["capacityProviderName"] == "FARGATE"
    arn = started["taskArn"]
    seen: list[str] = []
    wait(lambda: seen.append(task(client, arn)["lastStatus"]), lambda _: seen[-1] == "STOPPED")
    assert list(dict.fromkeys(["PROVISIONING", *seen])) == [
        "PROVISIONING",
        "PENDING",
        "RUNNING",
        "DEPROVISIONING",
        "STOPPED",
    ]
    ended = task(client, arn)
    assert {item["name"]: item["exitCode"] for item in ended["containers"]} == {"web": 0, "log": 0}
    assert (ended["stopCode"], ended["desiredStatus"]) == ("EssentialContainerExited", "STOPPED")
    assert ended["createdAt"] < ended["startedAt"] < ended["stoppedAt"]
    assert ended["overrides"]["containerOverrides"] == override["containerOverrides"]
    assert ended["tags"] == tags
    assert "ecs/tasks" not in emulator.inventory()["resources"]
    assert "ec2/network_interfaces" not in emulator.inventory()["resources"]


def test_a_task_ends_with_what_was_set(client: Clients, emulator: Emulator) -> None:
    arguments = make_cluster(client)
    assert set_exit(emulator, {"family": "shop", "exit_code": 3}) == 200
    made = client("ecs").run_task(**arguments, count=2)["tasks"]
    for item in made:
        codes = {item["name"]: item["exitCode"] for item in stopped(client, item["taskArn"])["containers"]}
        assert codes == {"web": 3, "log": 0}
    assert set_exit(emulator, {"family": "shop", "exit_code": "3"}) == 400
    assert set_exit(emulator, {"family": "shop"}) == 400
    reset(emulator)
    (after,) = client("ecs").run_task(**make_cluster(client))["tasks"]
    assert stopped(client, after["taskArn"])["containers"][0]["exitCode"] == 0


@pytest.mark.parametrize("reference", ["shop:2", "shop", "none:1", "shop@sha256:" + "0" * 64])
def test_an_image_that_is_not_there(client: Clients, reference: str) -> None:
    client("ecr").create_repository(repositoryName="shop")
    client("ecr").put_image(repositoryName="shop", imageManifest=MANIFEST, imageTag="1")
    arguments = make_cluster(client, f"{REGISTRY}/{reference}")
    (started,) = client("ecs").run_task(**arguments, launchType="FARGATE")["tasks"]
    ended = stopped(client, started["taskArn"])
    assert ended["stopCode"] == "TaskFailedToStart"
    assert ended["stoppedReason"].startswith("CannotPullContainerError: ")
    assert reference in ended["stoppedReason"]
    assert not any("exitCode" in container for container in ended["containers"])
    assert "startedAt" not in ended


def test_an_image_that_is_there(client: Clients) -> None:
    client("ecr").create_repository(repositoryName="shop")
    made = client("ecr").put_image(repositoryName="shop", imageManifest=MANIFEST, imageTag="1")
    digest = made["image"]["imageId"]["imageDigest"]
    for reference in ("shop:1", f"shop@{digest}", f"shop:1@{digest}"):
        arguments = make_cluster(client, f"{REGISTRY}/{reference}")
        (started,) = client("ecs").run_task(**arguments, launchType="FARGATE")["tasks"]
        assert stopped(client, started["taskArn"])["stopCode"] == "EssentialContainerExited"


def test_tasks_are_listed_and_stopped(client: Clients) -> None:
    arguments, ecs = make_cluster(client), client("ecs")
    (started,) = ecs.run_task(**arguments, startedBy="me")["tasks"]
    arn = started["taskArn"]
    assert ecs.list_tasks(cluster="shop")["taskArns"] == [arn]
    assert ecs.list_tasks(cluster="shop", family="shop", startedBy="me")["taskArns"] == [arn]
    assert ecs.list_tasks(cluster="shop", family="other")["taskArns"] == []
    wait(lambda: task(client, arn)["lastStatus"], lambda status: status == "RUNNING")
    ecs.stop_task(cluster="shop", task=arn, reason="enough")
    assert ecs.list_tasks(cluster="shop")["taskArns"] == []
    assert ecs.list_tasks(cluster="shop", desiredStatus="STOPPED")["taskArns"] == [arn]
    ended = stopped(client, arn)
    assert (ended["stopCode"], ended["stoppedReason"]) == ("UserInitiated", "enough")
    assert ended["containers"][0]["exitCode"] == 143
    ecs.stop_task(cluster="shop", task=arn)
    assert task(client, arn)["stoppedReason"] == "enough"
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="not found"):
        ecs.stop_task(cluster="shop", task="none")
    missing = ecs.describe_tasks(cluster="shop", tasks=["none"])
    assert missing["tasks"] == []
    assert missing["failures"][0]["reason"] == "MISSING"


def test_what_cannot_be_run(client: Clients) -> None:
    arguments, ecs = make_cluster(client), client("ecs")
    with pytest.raises(ecs.exceptions.ClusterNotFoundException):
        ecs.run_task(**{**arguments, "cluster": "none"})
    with pytest.raises(ecs.exceptions.ClientException, match=r"TaskDefinition not found\."):
        ecs.run_task(**{**arguments, "taskDefinition": "none"})
    override = {"containerOverrides": [{"name": "worker"}]}
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="named worker"):
        ecs.run_task(**arguments, overrides=override)
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="awsvpc"):
        ecs.run_task(cluster="shop", taskDefinition="shop")
    unknown = {"awsvpcConfiguration": {"subnets": ["subnet-12345678"]}}
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="subnet-12345678"):
        ecs.run_task(**{**arguments, "networkConfiguration": unknown})
    ecs.deregister_task_definition(taskDefinition="shop:1")
    with pytest.raises(ecs.exceptions.ClientException, match="inactive"):
        ecs.run_task(**{**arguments, "taskDefinition": "shop:1"})
    with pytest.raises(ecs.exceptions.ClientException, match="inactive"):
        ecs.create_service(cluster="shop", serviceName="shop", taskDefinition="shop:1")
    with pytest.raises(ClientError, match="ClusterNotFoundException"):
        ecs.describe_tasks(cluster="none", tasks=["x"])


DEFINITION: dict[str, Any] = {
    "family": "full",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "512",
    "memory": "1024",
    "taskRoleArn": "arn:aws:iam::123456789012:role/task",
    "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
    "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
    "ephemeralStorage": {"sizeInGiB": 30},
    "enableFaultInjection": False,
    "volumes": [{"name": "tmp"}, {"name": "files", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
    "containerDefinitions": [
        {
            "name": "web",
            "image": "shop:1",
            "essential": True,
            "readonlyRootFilesystem": True,
            "user": "10001",
            "stopTimeout": 30,
            "command": ["gunicorn"],
            "portMappings": [{"containerPort": 8000, "name": "http", "appProtocol": "http"}],
            "environment": [{"name": "A", "value": "1"}],
            "secrets": [{"name": "KEY", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key"}],
            "mountPoints": [{"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False}],
            "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
            "healthCheck": {"command": ["CMD", "true"], "interval": 10, "timeout": 5, "retries": 3, "startPeriod": 20},
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "shop", "mode": "non-blocking"}},
            "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}],
        },
        {
            "name": "log",
            "image": "log:1",
            "essential": False,
            "dependsOn": [{"containerName": "web", "condition": "START"}],
        },
    ],
    "tags": [{"key": "tier", "value": "one"}],
}


def test_a_task_definition_can_be_registered_again(client: Clients) -> None:
    ecs = client("ecs")
    ecs.register_task_definition(**DEFINITION)
    first = ecs.describe_task_definition(taskDefinition="full", include=["TAGS"])
    assert first["tags"] == DEFINITION["tags"]
    again = {key: value for key, value in first["taskDefinition"].items() if key not in READ_ONLY}
    made = ecs.register_task_definition(**again, tags=first["tags"])["taskDefinition"]
    assert made["revision"] == 2
    assert made["registeredAt"]
    second = ecs.describe_task_definition(taskDefinition=made["taskDefinitionArn"], include=["TAGS"])
    assert {key: value for key, value in second["taskDefinition"].items() if key not in READ_ONLY} == again
    assert second["tags"] == first["tags"]
    lost = {
        key: value
        for key, value in DEFINITION.items()
        if key not in {"tags", "containerDefinitions", "volumes"} and again.get(key) != value
    }
    assert lost == {}
    for asked, held in zip(DEFINITION["containerDefinitions"], again["containerDefinitions"], strict=True):
        assert {key for key, value in asked.items() if held.get(key) != value} <= {"portMappings"}
    assert again["containerDefinitions"][0]["portMappings"] == [
        {"containerPort": 8000, "hostPort": 8000, "protocol": "tcp", "name": "http", "appProtocol": "http"}
    ]
    assert ecs.deregister_task_definition(taskDefinition="full:2")["taskDefinition"]["deregisteredAt"]
    assert ecs.describe_task_definition(taskDefinition="full")["taskDefinition"]["revision"] == 1


def test_task_definitions_are_listed(client: Clients) -> None:
    ecs = client("ecs")
    for family in ("b", "a", "a"):
        ecs.register_task_definition(family=family, containerDefinitions=[{"name": "x", "image": "x", "memory": 128}])

    def names(**asked: Any) -> list[str]:
        return [arn.split("/")[1] for arn in ecs.list_task_definitions(**asked)["taskDefinitionArns"]]

    assert names() == ["a:1", "a:2", "b:1"]
    assert names(familyPrefix="a", sort="DESC") == ["a:2", "a:1"]
    pages = ecs.get_paginator("list_task_definitions").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["taskDefinitionArns"]) for page in pages] == [2, 1]
    ecs.deregister_task_definition(taskDefinition="a:2")
    assert names(familyPrefix="a") == ["a:1"]
    assert names(familyPrefix="a", status="INACTIVE") == ["a:2"]

"""What CodeDeploy refuses to deploy, and what ECS lets only CodeDeploy change."""

from __future__ import annotations

from typing import Any

import pytest

from generator.emulator import Emulator
from tests.emulator.conftest import Clients
from tests.emulator.shop import GROUP, make_shop, revision


def test_one_deployment_at_a_time(client: Clients) -> None:
    shop = make_shop(client)
    definition = shop.define("shop:2")
    first = shop.deploy(definition)
    with pytest.raises(client("codedeploy").exceptions.DeploymentLimitExceededException, match=first):
        shop.deploy(definition)
    shop.ended(first)
    shop.deploy(definition)


BROKEN = [
    ("", "null or empty"),
    ("{", "parsed"),
    ("version: 0.0\nResources: []", "exactly one resource"),
    ("Resources: []", "version"),
    ("version: 0.0\nResources:\n  - A:\n      Type: AWS::Lambda::Function", "AWS::ECS::Service"),
    ("version: 0.0\nHooks:\n  - BeforeLunch: x\nResources: []", "BeforeLunch"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN)
def test_a_broken_appspec(client: Clients, content: str, message: str) -> None:
    deploy = client("codedeploy")
    deploy.create_application(applicationName="shop", computePlatform="ECS")
    deploy.create_deployment_group(**GROUP, serviceRoleArn="arn:aws:iam::123456789012:role/deploy")
    broken = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
    with pytest.raises(deploy.exceptions.InvalidRevisionException, match=message):
        deploy.create_deployment(**GROUP, revision=broken)


def test_what_cannot_be_deployed(client: Clients) -> None:
    shop, deploy = make_shop(client), client("codedeploy")
    good = revision(shop.define("shop:2"))
    unknown = {**GROUP, "applicationName": "none"}
    with pytest.raises(deploy.exceptions.ApplicationDoesNotExistException):
        deploy.create_deployment(**unknown, revision=good)
    with pytest.raises(deploy.exceptions.DeploymentGroupDoesNotExistException):
        deploy.create_deployment(applicationName="shop", deploymentGroupName="none", revision=good)
    with pytest.raises(deploy.exceptions.DeploymentConfigDoesNotExistException):
        deploy.create_deployment(**GROUP, revision=good, deploymentConfigName="none")
    good["appSpecContent"]["sha256"] = "0" * 64
    with pytest.raises(deploy.exceptions.InvalidRevisionException, match="sha256"):
        deploy.create_deployment(**GROUP, revision=good)
    for name in ("get_deployment", "stop_deployment", "list_deployment_targets"):
        with pytest.raises(deploy.exceptions.DeploymentDoesNotExistException):
            getattr(deploy, name)(deploymentId="d-000000000")
    services = [{"clusterName": "shop", "serviceName": "none"}]
    change = {"applicationName": "shop", "currentDeploymentGroupName": "shop"}
    deploy.update_deployment_group(**change, ecsServices=services)
    with pytest.raises(deploy.exceptions.InvalidECSServiceException, match="none"):
        shop.deploy(shop.define("shop:2"))
    client("ecs").create_service(cluster="shop", serviceName="rolling", taskDefinition="shop", desiredCount=1)
    deploy.update_deployment_group(**change, ecsServices=[{"clusterName": "shop", "serviceName": "rolling"}])
    with pytest.raises(deploy.exceptions.InvalidECSServiceException, match="CODE_DEPLOY"):
        shop.deploy(shop.define("shop:2"))


def test_what_ecs_refuses_fails_the_deployment(client: Clients) -> None:
    shop = make_shop(client, autoRollbackConfiguration={"enabled": False})
    gone = shop.define("shop:2")
    client("ecs").deregister_task_definition(taskDefinition=gone)
    here = shop.define("shop:3")
    cases = [
        (revision(gone), "inactive"),
        (revision("none:1"), "not found"),
        (revision(here, container="worker"), "container worker does not exist"),
        (revision(here, port=9000), "container port 9000"),
    ]
    for wrong, message in cases:
        info = shop.ended(shop.deploy("", revision=wrong))
        assert (info["status"], info["errorInformation"]["code"]) == ("Failed", "ECS_UPDATE_ERROR")
        assert message in info["errorInformation"]["message"]
    assert len(shop.service()["taskSets"]) == 1


def test_a_deployment_whose_service_is_deleted_fails(client: Clients, emulator: Emulator) -> None:
    shop = make_shop(client)
    deployment = shop.deploy(shop.define("shop:2"))
    client("ecs").delete_service(cluster="shop", service="shop", force=True)
    info = shop.ended(deployment)
    assert (info["status"], info["errorInformation"]["code"]) == ("Failed", "INVALID_ECS_SERVICE")
    found = emulator.inventory()
    assert "shop/shop" not in str(found["resources"].get("ecs/services"))
    assert not any("deployments" in kind for kind in found["resources"])


REFUSED: list[dict[str, Any]] = [
    {"taskDefinition": "shop"},
    {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}},
    {"loadBalancers": []},
    {"platformVersion": "1.4.0"},
    {"forceNewDeployment": True},
]


def test_only_codedeploy_changes_the_service(client: Clients) -> None:
    shop, ecs = make_shop(client), client("ecs")
    for change in REFUSED:
        with pytest.raises(ecs.exceptions.InvalidParameterException, match="CODE_DEPLOY"):
            ecs.update_service(cluster="shop", service="shop", **change)
    ecs.update_service(cluster="shop", service="shop", desiredCount=5, healthCheckGracePeriodSeconds=90)
    service = shop.service()
    assert (service["desiredCount"], service["runningCount"], service["pendingCount"]) == (5, 5, 0)
    assert service["taskSets"][0]["runningCount"] == service["taskSets"][0]["computedDesiredCount"] == 5
    assert service["healthCheckGracePeriodSeconds"] == 90
    assert service["deployments"] == []


def test_a_rolling_service_runs_at_once(client: Clients) -> None:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="app")
    container = {"name": "web", "image": "web:1", "memory": 128}
    ecs.register_task_definition(family="web", containerDefinitions=[container])
    ecs.create_service(cluster="app", serviceName="web", taskDefinition="web", desiredCount=3)
    ecs.register_task_definition(family="web", containerDefinitions=[container])
    ecs.update_service(cluster="app", service="web", taskDefinition="web:2", forceNewDeployment=True)
    service = ecs.describe_services(cluster="app", services=["web"])["services"][0]
    assert (service["runningCount"], service["pendingCount"]) == (3, 0)
    assert service["taskDefinition"].endswith("task-definition/web:2")
    (rolled,) = service["deployments"]
    assert (rolled["rolloutState"], rolled["runningCount"]) == ("COMPLETED", 3)
    assert rolled["taskDefinition"] == service["taskDefinition"]
    assert service.get("taskSets", []) == []
    assert ecs.describe_clusters(clusters=["app"])["clusters"][0]["runningTasksCount"] == 3
    ecs.delete_service(cluster="app", service="web", force=True)
    assert ecs.describe_clusters(clusters=["app"])["clusters"][0]["runningTasksCount"] == 0

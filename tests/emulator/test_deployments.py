"""Blue-green deployments: the course of CodeDeploy, the service's task sets and the load balancer's weights."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.emulator import Emulator, reset
from tests.emulator.conftest import MINUTE, Clients
from tests.emulator.shop import GROUP, MANIFEST, REGISTRY, Shop, make_shop, wait

ALARMS = {"enabled": True, "alarms": [{"name": "5xx"}, {"name": "slow"}]}


def put_alarm(client: Clients, name: str) -> None:
    rule = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1.0}
    metric = {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Period": 60, "Statistic": "Sum"}
    client("cloudwatch").put_metric_alarm(AlarmName=name, **metric, **rule)


def set_alarm(client: Clients, name: str, state: str) -> None:
    client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def rolled_back(shop: Shop, info: dict[str, Any], old: str) -> dict[str, Any]:
    """Check that the world is as before, and return the deployment that brought it back."""
    back = shop.ended(info["rollbackInfo"]["rollbackDeploymentId"])
    assert (back["status"], back["creator"]) == ("Succeeded", "codeDeployRollback")
    assert back["rollbackInfo"]["rollbackTriggeringDeploymentId"] == info["deploymentId"]
    service = shop.service()
    assert [item["taskDefinition"] for item in service["taskSets"]] == [old]
    assert service["taskSets"][0]["status"] == "PRIMARY"
    assert service["taskDefinition"] == old
    assert service["loadBalancers"][0]["targetGroupArn"] == shop.blue
    assert shop.weight() == shop.weight(shop.test_rule) == 0
    return back


def test_all_at_once(client: Clients) -> None:
    shop = make_shop(client)
    old, new = shop.service()["taskDefinition"], shop.define("shop:2")
    (first,) = shop.service()["taskSets"]
    assert (first["status"], first["runningCount"], first["computedDesiredCount"]) == ("PRIMARY", 2, 2)
    assert first["stabilityStatus"] == "STEADY_STATE"
    assert first["id"].startswith("ecs-svc/")
    deployment = shop.deploy(new, description="Version 2")
    info = shop.info(deployment)
    assert info["status"] == "Created"
    assert "content" not in info["revision"]["appSpecContent"]
    wait(shop.weight, lambda weight: weight == 100)
    assert shop.weight(shop.test_rule) == 100
    service = shop.service()
    assert service["taskDefinition"] == new
    assert service["loadBalancers"][0]["targetGroupArn"] == shop.green
    assert {item["taskDefinition"]: item["status"] for item in service["taskSets"]} == {old: "ACTIVE", new: "PRIMARY"}
    info = shop.ended(deployment)
    assert (info["status"], info["description"], info["creator"]) == ("Succeeded", "Version 2", "user")
    assert info["createTime"] < info["startTime"] < info["completeTime"]
    assert info["instanceTerminationWaitTimeStarted"]
    assert set(shop.events(deployment).values()) == {"Succeeded"}
    (left,) = shop.service()["taskSets"]
    assert (left["taskDefinition"], left["status"]) == (new, "PRIMARY")
    # The next one goes back to the other target group.
    assert shop.ended(shop.deploy(old))["status"] == "Succeeded"
    assert shop.service()["loadBalancers"][0]["targetGroupArn"] == shop.blue
    assert shop.weight() == 0
    rules = client("elbv2").describe_rules(RuleArns=[shop.rule])["Rules"][0]["Actions"][0]["ForwardConfig"]
    assert {group["TargetGroupArn"]: group["Weight"] for group in rules["TargetGroups"]} == {
        shop.blue: 100,
        shop.green: 0,
    }


def test_canary(client: Clients) -> None:
    shop = make_shop(client, "CodeDeployDefault.ECSCanary10Percent5Minutes")
    deployment = shop.deploy(shop.define("shop:2"))
    wait(lambda: shop.info(deployment)["status"], lambda status: status == "InProgress")
    early = wait(lambda: shop.target(deployment), lambda target: len(target["taskSetsInfo"]) == 2)
    green = early["taskSetsInfo"][1]
    assert (green["taskSetLabel"], green["runningCount"], green["pendingCount"]) == ("Green", 0, 2)
    assert shop.weight() == 0
    wait(shop.weight, lambda weight: weight > 0)
    target = shop.target(deployment)
    assert shop.events(deployment)["AllowTraffic"] == "InProgress"
    assert shop.events(deployment)["AfterAllowTraffic"] == "Pending"
    shown = {item["taskSetLabel"]: item for item in target["taskSetsInfo"]}
    assert shown["Green"]["trafficWeight"] == shop.weight() == 10
    assert shown["Blue"]["trafficWeight"] == 90
    assert shown["Green"]["targetGroup"]["name"] == "shop-green"
    assert (shown["Blue"]["status"], shown["Green"]["status"]) == ("PRIMARY", "ACTIVE")
    assert shop.ended(deployment)["status"] == "Succeeded"
    shown = {item["taskSetLabel"]: item for item in shop.target(deployment)["taskSetsInfo"]}
    assert (shown["Blue"]["status"], shown["Blue"]["runningCount"]) == ("DRAINING", 0)
    assert (shown["Green"]["status"], shown["Green"]["trafficWeight"]) == ("PRIMARY", 100)


def test_linear_of_the_accounts_own(client: Clients) -> None:
    routing = {"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 30, "linearInterval": 2}}
    config = {"deploymentConfigName": "third", "computePlatform": "ECS", "trafficRoutingConfig": routing}
    client("codedeploy").create_deployment_config(**config)
    shop = make_shop(client)
    deployment = shop.deploy(shop.define("shop:2"), deploymentConfigName="third")
    weights: list[int] = []
    wait(lambda: weights.append(shop.weight()), lambda _: weights[-1] == 100)
    assert sorted(set(weights)) == [0, 30, 60, 90, 100]
    assert weights == sorted(weights)
    assert shop.ended(deployment)["deploymentConfigName"] == "third"


def test_the_predefined_configurations(client: Clients) -> None:
    deploy = client("codedeploy")
    name = "CodeDeployDefault.ECSLinear10PercentEvery3Minutes"
    assert name in deploy.list_deployment_configs()["deploymentConfigsList"]
    info = deploy.get_deployment_config(deploymentConfigName=name)["deploymentConfigInfo"]
    assert info["computePlatform"] == "ECS"
    assert info["trafficRoutingConfig"]["timeBasedLinear"] == {"linearPercentage": 10, "linearInterval": 3}
    with pytest.raises(deploy.exceptions.InvalidDeploymentConfigNameException):
        deploy.create_deployment_config(deploymentConfigName=name, computePlatform="ECS")


def test_an_alarm_stops_and_rolls_back(client: Clients) -> None:
    shop = make_shop(client, "CodeDeployDefault.ECSCanary10Percent15Minutes", alarmConfiguration=ALARMS)
    put_alarm(client, "5xx")
    old = shop.service()["taskDefinition"]
    deployment = shop.deploy(shop.define("shop:2"))
    wait(shop.weight, lambda weight: weight == 10)
    set_alarm(client, "5xx", "ALARM")
    info = shop.ended(deployment)
    assert info["status"] == "Stopped"
    assert info["errorInformation"]["code"] == "ALARM_ACTIVE"
    assert "5xx" in info["errorInformation"]["message"]
    assert "slow" not in info["errorInformation"]["message"]
    assert shop.weight() == 0  # at once
    rolled_back(shop, info, old)


def test_an_alarm_after_all_traffic_has_moved(client: Clients) -> None:
    composite = {"enabled": True, "alarms": [{"name": "any"}]}
    shop = make_shop(client)
    put_alarm(client, "5xx")
    rule = 'OK("none") OR (NOT ALARM("quiet") AND ALARM(5xx))'
    client("cloudwatch").put_composite_alarm(AlarmName="any", AlarmRule=rule)
    old, new = shop.service()["taskDefinition"], shop.define("shop:2")
    deployment = shop.deploy(new, overrideAlarmConfiguration=composite)
    wait(shop.service, lambda service: service["taskDefinition"] == new)
    set_alarm(client, "5xx", "ALARM")
    info = shop.ended(deployment)
    assert info["overrideAlarmConfiguration"] == composite
    assert "<any>" in info["errorInformation"]["message"]
    rolled_back(shop, info, old)


def test_an_alarm_without_rollback(client: Clients) -> None:
    shop = make_shop(client, alarmConfiguration=ALARMS)
    put_alarm(client, "slow")
    set_alarm(client, "slow", "ALARM")
    info = shop.ended(shop.deploy(shop.define("shop:2"), autoRollbackConfiguration={"enabled": False}))
    assert info["errorInformation"]["code"] == "ALARM_ACTIVE"
    assert "rollbackInfo" not in info
    assert len(shop.service()["taskSets"]) == 1


def test_an_image_that_is_not_there_fails_and_rolls_back(client: Clients) -> None:
    shop = make_shop(client)
    client("ecr").create_repository(repositoryName="shop")
    old, new = shop.service()["taskDefinition"], shop.define(f"{REGISTRY}/shop:2")
    deployment = shop.deploy(new)
    info = shop.ended(deployment)
    assert info["status"] == "Failed"
    assert info["errorInformation"]["code"] == "TIMEOUT"
    events = shop.events(deployment)
    assert (events["BeforeInstall"], events["Install"], events["AllowTraffic"]) == ("Succeeded", "Failed", "Skipped")
    rolled_back(shop, info, old)
    client("ecr").put_image(repositoryName="shop", imageManifest=MANIFEST, imageTag="2")
    assert shop.ended(shop.deploy(new))["status"] == "Succeeded"


def test_an_image_that_comes_late_is_installed(client: Clients) -> None:
    shop = make_shop(client)
    client("ecr").create_repository(repositoryName="shop")
    deployment = shop.deploy(shop.define(f"{REGISTRY}/shop:2"))
    wait(lambda: len(shop.service()["taskSets"]), lambda count: count == 2)
    client("ecr").put_image(repositoryName="shop", imageManifest=MANIFEST, imageTag="2")
    assert shop.ended(deployment)["status"] == "Succeeded"


def test_a_stop_with_rollback(client: Clients) -> None:
    shop = make_shop(client, "CodeDeployDefault.ECSLinear10PercentEvery1Minutes")
    old = shop.service()["taskDefinition"]
    deployment = shop.deploy(shop.define("shop:2"))
    wait(shop.weight, lambda weight: weight >= 20)
    answer = client("codedeploy").stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
    assert answer["status"] == "Succeeded"
    info = shop.info(deployment)
    assert (info["status"], info["errorInformation"]["code"]) == ("Stopped", "MANUAL_STOP")
    back = rolled_back(shop, info, old)
    known = client("codedeploy").list_deployments(**GROUP)["deployments"]
    assert known == [back["deploymentId"], deployment]
    with pytest.raises(client("codedeploy").exceptions.DeploymentAlreadyCompletedException):
        client("codedeploy").stop_deployment(deploymentId=deployment)


def test_a_stop_without_rollback_leaves_things_and_the_next_deployment_clears_them(client: Clients) -> None:
    shop = make_shop(client, "CodeDeployDefault.ECSCanary10Percent5Minutes")
    deployment = shop.deploy(shop.define("shop:2"))
    wait(shop.weight, lambda weight: weight == 10)
    client("codedeploy").stop_deployment(deploymentId=deployment, autoRollbackEnabled=False)
    assert "rollbackInfo" not in shop.info(deployment)
    assert shop.weight() == 10
    assert len(shop.service()["taskSets"]) == 2
    third = shop.define("shop:3")
    config = {"deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce"}
    assert shop.ended(shop.deploy(third, **config))["status"] == "Succeeded"
    assert [item["taskDefinition"] for item in shop.service()["taskSets"]] == [third]
    assert shop.weight() == 100


def test_waits_are_continued(client: Clients) -> None:
    ending = {"action": "TERMINATE", "terminationWaitTimeInMinutes": 600}
    ready = {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 600}
    waits = {"terminateBlueInstancesOnDeploymentSuccess": ending, "deploymentReadyOption": ready}
    shop = make_shop(client, blueGreenDeploymentConfiguration=waits)
    deploy = client("codedeploy")
    deployment = shop.deploy(shop.define("shop:2"))
    with pytest.raises(deploy.exceptions.DeploymentIsNotInReadyStateException):
        deploy.continue_deployment(deploymentId=deployment, deploymentWaitType="READY_WAIT")
    wait(lambda: shop.info(deployment)["status"], lambda status: status == "Ready")
    assert (shop.weight(), shop.weight(shop.test_rule)) == (0, 100)
    deploy.continue_deployment(deploymentId=deployment, deploymentWaitType="READY_WAIT")
    wait(lambda: shop.info(deployment), lambda info: info["instanceTerminationWaitTimeStarted"])
    assert shop.info(deployment)["status"] == "InProgress"
    deploy.continue_deployment(deploymentId=deployment, deploymentWaitType="TERMINATION_WAIT")
    assert shop.ended(deployment)["status"] == "Succeeded"


def test_nobody_continues(client: Clients) -> None:
    ready = {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 2}
    shop = make_shop(client, blueGreenDeploymentConfiguration={"deploymentReadyOption": ready})
    old = shop.service()["taskDefinition"]
    info = shop.ended(shop.deploy(shop.define("shop:2")))
    assert info["status"] == "Stopped"
    rolled_back(shop, info, old)


def test_deployments_are_listed_newest_first(client: Clients) -> None:
    shop, deploy = make_shop(client), client("codedeploy")
    first = shop.deploy(shop.define("shop:2"))
    shop.ended(first)
    stopped = shop.deploy(shop.define("shop:3"))
    deploy.stop_deployment(deploymentId=stopped, autoRollbackEnabled=False)
    assert deploy.list_deployments(**GROUP)["deployments"] == [stopped, first]
    assert deploy.list_deployments()["deployments"] == [stopped, first]
    assert deploy.list_deployments(**GROUP, includeOnlyStatuses=["Succeeded"])["deployments"] == [first]
    past = datetime.now(UTC) - timedelta(hours=1)
    assert len(deploy.list_deployments(**GROUP, createTimeRange={"start": past})["deployments"]) == 2
    assert deploy.list_deployments(**GROUP, createTimeRange={"end": past})["deployments"] == []
    infos = deploy.batch_get_deployments(deploymentIds=[first, stopped, "d-000000000"])["deploymentsInfo"]
    assert [info["status"] for info in infos] == ["Succeeded", "Stopped"]
    group = deploy.get_deployment_group(**GROUP)["deploymentGroupInfo"]
    assert group["lastSuccessfulDeployment"]["deploymentId"] == first
    assert group["lastAttemptedDeployment"]["deploymentId"] == stopped
    asked = infos[0]["revision"]
    read = deploy.get_application_revision(applicationName="shop", revision=asked)["revision"]["appSpecContent"]
    assert "TargetService" in read["content"]
    assert read["sha256"] == asked["appSpecContent"]["sha256"]


@contextmanager
def minutes_of(emulator: Emulator, seconds: float) -> Iterator[None]:
    """Let emulated time pass slowly enough to look."""

    def take(real: float) -> None:
        body = json.dumps({"seconds": real}).encode()
        urllib.request.urlopen(f"{emulator.endpoint}/_tierform/minute", data=body).close()  # noqa: S310 - loopback

    take(seconds)
    try:
        yield
    finally:
        take(MINUTE)


def test_a_target_is_not_known_before_the_start(client: Clients, emulator: Emulator) -> None:
    shop, deploy = make_shop(client), client("codedeploy")
    with minutes_of(emulator, 60):
        deployment = shop.deploy(shop.define("shop:2"))
        with pytest.raises(deploy.exceptions.DeploymentNotStartedException):
            deploy.list_deployment_targets(deploymentId=deployment)
    wait(lambda: shop.info(deployment)["status"], lambda status: status == "InProgress")
    assert deploy.list_deployment_targets(deploymentId=deployment)["targetIds"] == ["shop:shop"]
    one = deploy.get_deployment_target(deploymentId=deployment, targetId="shop:shop")["deploymentTarget"]
    assert one["ecsTarget"]["targetArn"].endswith(":service/shop/shop")
    with pytest.raises(deploy.exceptions.DeploymentTargetDoesNotExistException):
        deploy.get_deployment_target(deploymentId=deployment, targetId="shop:none")


def test_a_reset_forgets_deployments(client: Clients, emulator: Emulator) -> None:
    shop = make_shop(client)
    deployment = shop.deploy(shop.define("shop:2"))
    reset(emulator)
    with pytest.raises(ClientError, match="DeploymentDoesNotExistException"):
        shop.info(deployment)
    assert client("codedeploy").list_deployments()["deployments"] == []

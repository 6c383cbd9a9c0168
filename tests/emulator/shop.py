"""A service that CodeDeploy deploys behind a load balancer, as the modules build it, for the tests of its behaviour."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.emulator.conftest import Clients

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
MANIFEST = '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}'
GROUP = {"applicationName": "shop", "deploymentGroupName": "shop"}
ENDS = {"Succeeded", "Failed", "Stopped"}
ROLLBACK = {
    "enabled": True,
    "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
}


@dataclass
class Shop:
    """What was made, and what the tests ask of it."""

    client: Clients
    subnet: str
    blue: str
    green: str
    rule: str
    test_rule: str

    def define(self, image: str = "shop:1", **container: Any) -> str:
        """Register a revision of the service's task definition and return its ARN."""
        made = self.client("ecs").register_task_definition(
            family="shop",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[
                {"name": "web", "image": image, "portMappings": [{"containerPort": 8000}], **container}
            ],
        )
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def deploy(self, definition: str, **more: Any) -> str:
        """Start a deployment and return its id."""
        made = self.client("codedeploy").create_deployment(**{**GROUP, "revision": revision(definition), **more})
        return str(made["deploymentId"])

    def info(self, deployment: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("codedeploy").get_deployment(deploymentId=deployment)["deploymentInfo"]
        return found

    def ended(self, deployment: str) -> dict[str, Any]:
        """Return a deployment once it has ended."""
        return wait(lambda: self.info(deployment), lambda info: info["status"] in ENDS)

    def target(self, deployment: str) -> dict[str, Any]:
        targets = self.client("codedeploy").batch_get_deployment_targets(
            deploymentId=deployment, targetIds=["shop:shop"]
        )
        found: dict[str, Any] = targets["deploymentTargets"][0]["ecsTarget"]
        return found

    def events(self, deployment: str) -> dict[str, str]:
        """Return the status of each lifecycle event."""
        return {item["lifecycleEventName"]: item["status"] for item in self.target(deployment)["lifecycleEvents"]}

    def service(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client("ecs").describe_services(cluster="shop", services=["shop"])["services"][0]
        return found

    def weight(self, rule: str = "") -> int:
        """Return the percentage of traffic that a rule sends to the green target group."""
        rules = self.client("elbv2").describe_rules(RuleArns=[rule or self.rule])["Rules"]
        (action,) = rules[0]["Actions"]
        groups = action.get("ForwardConfig", {}).get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
        weights = {group["TargetGroupArn"]: group.get("Weight", 1) for group in groups}
        return round(100 * weights.get(self.green, 0) / sum(weights.values()))


def revision(definition: str, container: str = "web", port: int = 8000) -> dict[str, Any]:
    """Return a revision that deploys this task definition."""
    properties = {
        "TaskDefinition": definition,
        "LoadBalancerInfo": {"ContainerName": container, "ContainerPort": port},
    }
    service = {"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}
    content = json.dumps({"version": 0.0, "Resources": [service]})
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}


def wait(ask: Callable[[], Any], done: Callable[[Any], bool], seconds: float = 20) -> Any:
    """Ask until the answer will do, and return it."""
    deadline = time.monotonic() + seconds
    while not done(answer := ask()):
        assert time.monotonic() < deadline, f"still {answer}"
        time.sleep(0.02)
    return answer


def make_network(client: Clients) -> tuple[str, list[str]]:
    """Return a VPC and two subnets."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-west-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for n, zone in enumerate("ab")
    ]
    return vpc, subnets


def make_shop(client: Clients, config: str = "CodeDeployDefault.ECSAllAtOnce", **group: Any) -> Shop:
    """Make all of it; `group` overrides the deployment group's arguments."""
    vpc, subnets = make_network(client)
    elb, ecs, deploy = client("elbv2"), client("ecs"), client("codedeploy")
    balancer = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    blue, green = (
        elb.create_target_group(Name=name, Protocol="HTTP", Port=8000, VpcId=vpc, TargetType="ip")["TargetGroups"][0][
            "TargetGroupArn"
        ]
        for name in ("shop-blue", "shop-green")
    )
    listeners, rules = [], []
    for port in (80, 8443):
        refuse = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403"}}]
        made = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=port, DefaultActions=refuse)
        listeners.append(made["Listeners"][0]["ListenerArn"])
        made = elb.create_rule(
            ListenerArn=listeners[-1],
            Priority=1,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": blue}],
        )
        rules.append(made["Rules"][0]["RuleArn"])
    ecs.create_cluster(clusterName="shop")
    ecs.put_cluster_capacity_providers(
        cluster="shop",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "base": 1, "weight": 1}],
    )
    shop = Shop(client, subnets[0], blue, green, *rules)
    ecs.create_service(
        cluster="shop",
        serviceName="shop",
        taskDefinition=shop.define(),
        desiredCount=2,
        deploymentController={"type": "CODE_DEPLOY"},
        capacityProviderStrategy=[{"capacityProvider": "FARGATE", "base": 1, "weight": 1}],
        loadBalancers=[{"targetGroupArn": blue, "containerName": "web", "containerPort": 8000}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets, "securityGroups": []}},
    )
    deploy.create_application(applicationName="shop", computePlatform="ECS")
    pair = {
        "targetGroups": [{"name": "shop-blue"}, {"name": "shop-green"}],
        "prodTrafficRoute": {"listenerArns": listeners[:1]},
        "testTrafficRoute": {"listenerArns": listeners[1:]},
    }
    settings = {
        "deploymentConfigName": config,
        "serviceRoleArn": "arn:aws:iam::123456789012:role/deploy",
        "autoRollbackConfiguration": ROLLBACK,
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "ecsServices": [{"clusterName": "shop", "serviceName": "shop"}],
        "loadBalancerInfo": {"targetGroupPairInfoList": [pair]},
        "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 3},
            "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
        },
    }
    deploy.create_deployment_group(**GROUP, **{**settings, **group})
    return shop

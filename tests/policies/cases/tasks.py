"""Proofs of the policies on tasks, their roles and their scaling."""

from __future__ import annotations

import json
from typing import Any

from tests.features.mutation import Mutation, change, delete, drop, rewire
from tests.policies.cases.case import Case
from tests.policies.forget import forget

SERVICE = "aws_ecs_service.blue_green[0]"
GROUP = "aws_codedeploy_deployment_group.this"
TARGET = "aws_appautoscaling_target.this"
CPU = 'aws_appautoscaling_policy.this["cpu"]'
TRACKING = ("target_tracking_scaling_policy_configuration", 0)
MORNING = 'aws_appautoscaling_scheduled_action.this["school-day-begins"]'
TASK = "aws_ecs_task_definition.this"
FLOW_LOGS = "aws_iam_role_policy.flow_logs[0]"
NAT = "aws_instance.nat[0]"
CLUSTER = "aws_ecs_cluster.this"

GOOD: dict[str, Any] = {
    "name": "web",
    "image": "registry.example.com/web:1.0.0",
    "readonlyRootFilesystem": True,
    "privileged": False,
    "logConfiguration": {"logDriver": "awslogs"},
    "environment": [{"name": "SITE_URL", "value": "https://example.com"}],
}
SECRET = "x7Kq2mVt9LbW4zRp8NcY3hFd6"


def containers(**values: Any) -> Mutation:
    """Make the definition of the service's container known, good but for `values`."""
    return change("web", TASK, "container_definitions", to=json.dumps([{**GOOD, **values}]))


def variable(name: str, value: str) -> Mutation:
    return containers(environment=[{"name": name, "value": value}])


def allowing(action: Any, resource: Any, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trusting(principal: Any, action: str = "sts:AssumeRole") -> str:
    statement = {"Effect": "Allow", "Action": action, "Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


CASES: dict[str, Case] = {
    "TIER_AWS_040": Case(
        faults=(
            change("web", SERVICE, "desired_count", to=1),
            change("web", SERVICE, "desired_count", to=60),
            change("web", SERVICE, "deployment_minimum_healthy_percent", to=50),
            change("web", SERVICE, "deployment_maximum_percent", to=100),
            change("web", SERVICE, "deployment_maximum_percent", to=2000),
            change("web", SERVICE, "health_check_grace_period_seconds", to=0),
            delete("web", SERVICE, "load_balancer", 0),
            delete("web", SERVICE, "network_configuration", 0),
            change("web", SERVICE, "network_configuration", 0, "assign_public_ip", to=True),
            change("web", SERVICE, "network_configuration", 0, "subnets", to=[]),
            change("web", SERVICE, "capacity_provider_strategy", {"capacity_provider": "FARGATE"}, "base", to=0),
            delete("web", SERVICE, "capacity_provider_strategy", {"capacity_provider": "FARGATE"}),
            change("web", SERVICE, "enable_execute_command", to=True),
        ),
        harmless=(change("web", SERVICE, "desired_count", to=8),),
        unknown=forget("web", SERVICE, "desired_count"),
    ),
    "TIER_AWS_041": Case(
        faults=(
            drop("release", GROUP),
            change("web", SERVICE, "deployment_controller", 0, "type", to="ECS"),
            change("web", SERVICE, "deployment_controller", 0, "type", to="EXTERNAL"),
            change("release", GROUP, "auto_rollback_configuration", 0, "enabled", to=False),
            change("release", GROUP, "auto_rollback_configuration", 0, "events", to=["DEPLOYMENT_FAILURE"]),
            delete("release", GROUP, "auto_rollback_configuration", 0),
            delete("release", GROUP, "load_balancer_info", 0),
            delete("release", GROUP, "load_balancer_info", 0, "target_group_pair_info", 0, "test_traffic_route", 0),
            delete("release", GROUP, "load_balancer_info", 0, "target_group_pair_info", 0, "target_group", 0),
            delete("release", GROUP, "blue_green_deployment_config", 0),
            change("release", GROUP, "deployment_style", 0, "deployment_type", to="IN_PLACE"),
        ),
        unknown=forget("web", SERVICE, "deployment_controller", 0, "type"),
    ),
    "TIER_AWS_042": Case(
        faults=(
            drop("web", TARGET),
            change("web", TARGET, "min_capacity", to=1),
            change("web", TARGET, "max_capacity", to=3),
            change("web", TARGET, "max_capacity", to=240),
            change("web", MORNING, "scalable_target_action", 0, "min_capacity", to="1"),
            change("web", MORNING, "scalable_target_action", 0, "max_capacity", to="240"),
            change("web", MORNING, "schedule", to="cron(0 0 1 1 ? 2099)"),
        ),
        harmless=(change("web", TARGET, "max_capacity", to=30),),
        unknown=forget("web", TARGET, "max_capacity"),
    ),
    "TIER_AWS_043": Case(
        faults=(
            drop("web", CPU),
            drop("web", "aws_appautoscaling_policy.requests[0]"),
            drop("web", MORNING),
            change("web", CPU, *TRACKING, "target_value", to=650),
            change("web", CPU, *TRACKING, "target_value", to=1),
            change("web", CPU, *TRACKING, "disable_scale_in", to=True),
            change("web", CPU, *TRACKING, "scale_out_cooldown", to=6000),
            delete("web", CPU, *TRACKING),
            change("web", "aws_appautoscaling_policy.requests[0]", *TRACKING, "target_value", to=93600),
        ),
        harmless=(change("web", CPU, *TRACKING, "target_value", to=60),),
        unknown=forget("web", CPU, *TRACKING, "target_value"),
    ),
    "TIER_AWS_044": Case(
        faults=(
            change("web", TASK, "cpu", to="4096"),
            change("web", 'aws_ecs_task_definition.one_off["migrate"]', "memory", to="16384"),
            change("web", TASK, "network_mode", to="bridge"),
            change("web", TASK, "requires_compatibilities", to=["EC2"]),
            rewire("web", TASK, "task_role_arn", "aws_iam_role.task.arn", "aws_iam_role.execution.arn"),
            change("web", TASK, "task_role_arn", to=None),
        ),
        unknown=forget("web", TASK, "cpu"),
    ),
    "TIER_AWS_045": Case(
        faults=(
            containers(readonlyRootFilesystem=False),
            containers(privileged=True),
            containers(user="0:0"),
            containers(logConfiguration=None),
            containers(image="registry.example.com/web:latest"),
            containers(image="registry.example.com/web"),
            containers(linuxParameters={"capabilities": {"add": ["SYS_ADMIN"]}}),
            variable("DATABASE_PASSWORD", "hunter2"),
            variable("CONFIGURATION", SECRET),
            variable("BROKER", "amqp://user:hunter2@broker.example.com"),
            change("web", TASK, "container_definitions", to="[]"),
        ),
        harmless=(
            containers(),
            containers(image=f"registry.example.com/web@sha256:{'0123456789abcdef' * 4}"),
            variable("AWS_ACCESS_KEY_ID_FILE", "/run/key"),
            variable("MEDIA_BUCKET", "campshub360-media-123456789012-us-east-1"),
        ),
        why_no_unknown="the definition is unknown in a first plan: every case above makes it known",
    ),
    "TIER_AWS_046": Case(
        faults=(
            change("network", FLOW_LOGS, "policy", to=allowing("*", "*")),
            change("network", FLOW_LOGS, "policy", to=allowing("iam:*", "arn:aws:iam::123456789012:role/x")),
            change("network", FLOW_LOGS, "policy", to=allowing(["logs:PutLogEvents"], "*")),
            change("network", FLOW_LOGS, "policy", to=allowing("iam:PassRole", "*")),
            change("network", FLOW_LOGS, "policy", to=allowing("iam:PassRole", "arn:aws:iam::123456789012:role/x")),
            change(
                "database",
                "aws_iam_role_policy_attachment.monitoring[0]",
                "policy_arn",
                to="arn:aws:iam::aws:policy/AdministratorAccess",
            ),
        ),
        harmless=(change("network", FLOW_LOGS, "policy", to=allowing("logs:DescribeLogGroups", "*")),),
        unknown=forget("network", FLOW_LOGS, "policy"),
        decided_by_reference=True,  # the data source that makes the document is known
    ),
    "TIER_AWS_047": Case(
        faults=(
            change("web", "aws_iam_role.task", "assume_role_policy", to=trusting("*")),
            change("web", "aws_iam_role.task", "assume_role_policy", to=trusting({"AWS": "*"})),
            change(
                "web", "aws_iam_role.task", "assume_role_policy", to=trusting({"Service": "ecs-tasks.amazonaws.com"})
            ),
            change(
                "web", "aws_iam_role.task", "assume_role_policy", to=trusting({"Service": "ec2.amazonaws.com"}, "sts:*")
            ),
            change("web", "aws_iam_role.task", "assume_role_policy", to=None),
        ),
        unknown=forget("web", "aws_iam_role.task", "assume_role_policy"),
        decided_by_reference=True,
    ),
    "TIER_AWS_048": Case(
        tier="tier1",
        faults=(
            change("network", NAT, "metadata_options", 0, "http_tokens", to="optional"),
            delete("network", NAT, "metadata_options", 0),
            change("network", NAT, "root_block_device", 0, "encrypted", to=False),
            change("network", NAT, "instance_type", to="t4g.16xlarge"),
            change("network", NAT, "key_name", to="admin"),
        ),
        unknown=forget("network", NAT, "metadata_options", 0, "http_tokens"),
    ),
    "TIER_AWS_049": Case(
        faults=(
            delete("web", CLUSTER, "setting", 0),
            change("web", CLUSTER, "setting", 0, "value", to="disabled"),
            drop("web", "aws_ecs_cluster_capacity_providers.this"),
            change("web", "aws_ecs_cluster_capacity_providers.this", "capacity_providers", to=["FARGATE"]),
        ),
        unknown=forget("web", CLUSTER, "setting", 0, "value"),
    ),
}

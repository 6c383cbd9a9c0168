"""Proofs of the policies on tasks, their roles and their scaling."""

from __future__ import annotations

import json
from typing import Any

from tests.features.mutation import Mutation, _module, change, delete, drop, redirect, rewire
from tests.features.reading import Evidence
from tests.policies.cases.case import Case
from tests.policies.forget import forget

SERVICE = "aws_ecs_service.blue_green[0]"
GROUP = "aws_codedeploy_deployment_group.this"
AUTOMATIC = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]
TARGET = "aws_appautoscaling_target.this"
CPU = 'aws_appautoscaling_policy.this["cpu"]'
TRACKING = ("target_tracking_scaling_policy_configuration", 0)
REQUESTS = "aws_appautoscaling_policy.requests[0]"
MATH = (*TRACKING, "customized_metric_specification", 0, "metrics")
BLUE = (*MATH, {"id": "blue"}, "metric_stat", 0, "metric", 0)
PAIR = ("load_balancer_info", 0, "target_group_pair_info", 0)
MORNING = 'aws_appautoscaling_scheduled_action.this["school-day-begins"]'
TASK = "aws_ecs_task_definition.this"
FLOW_LOGS = "aws_iam_role_policy.flow_logs[0]"
NAT = "aws_instance.nat[0]"
CLUSTER = "aws_ecs_cluster.this"
CAPACITY = "aws_ecs_cluster_capacity_providers.this"
DEFAULT = ("default_capacity_provider_strategy",)

ACCOUNT_ARN = "arn:aws:iam::123456789012"
ROLE_ARN = f"{ACCOUNT_ARN}:role"
TASKS = {"Service": "ecs-tasks.amazonaws.com"}
TASKS_AND_INSTANCES = {"Service": ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]}
TO_TASKS = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
OURS = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
OUR_BUCKET = {"StringEquals": {"aws:ResourceAccount": "123456789012"}}

GOOD: dict[str, Any] = {
    "name": "campshub360",
    "portMappings": [{"containerPort": 8443}],
    "image": "registry.example.com/web:1.0.0",
    "readonlyRootFilesystem": True,
    "privileged": False,
    "user": "10001:10001",
    "linuxParameters": {"capabilities": {"drop": ["ALL"]}},
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}},
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


def trusting(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Principal": principal, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ALLOWED = [
    {"Effect": "Allow", "Action": ["logs:*", "secretsmanager:GetSecretValue"], "Resource": "*"},
    {"Effect": "Deny", "Action": "logs:CreateLogGroup", "Resource": "*"},
]
DENIED = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": f"{ACCOUNT_ARN.replace('iam', 'kms')}:key/1"}


def execution_may(action: str) -> Mutation:
    """Widen the last statement of a document that is made in the plan, behind one whose resources are unknown."""
    return _data_changed("web", "aws_iam_policy_document.execution", "actions", [action])


def later(*mutations: Mutation) -> Mutation:
    """Apply mutations to a plan of what runs already: nothing in it is created."""

    def apply(evidence: Evidence) -> None:
        for entry in evidence.document["resource_changes"]:
            if entry["mode"] == "managed":
                entry["change"]["actions"] = ["update"]
        for mutation in mutations:
            mutation.apply(evidence)

    return Mutation(f"later: {', '.join(item.text for item in mutations)}", apply)


def _data_changed(component: str, address: str, argument: str, value: Any) -> Mutation:
    def apply(evidence: Evidence) -> None:
        whole = f"module.{component}.data.{address}"
        [entry] = [item for item in evidence.document["resource_changes"] if item["address"] == whole]
        entry["change"]["after"]["statement"][-1][argument] = value
        for planned in _module(evidence.document, component)["resources"]:
            if planned["address"] == whole:
                planned["values"]["statement"][-1][argument] = value

    return Mutation(f"{component} {address}: last {argument} = {value!r}", apply)


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
            delete("web", SERVICE, "network_configuration", 0, "subnets"),
            change("web", SERVICE, "network_configuration", 0, "subnets", to=["subnet-1"]),
            change("web", SERVICE, "network_configuration", 0, "security_groups", to=[]),
            redirect("web", "subnet_ids", "module.network.private_subnet_ids", "module.network.database_subnet_ids"),
            change("web", SERVICE, "load_balancer", 0, "target_group_arn", to=""),
            change("web", SERVICE, "capacity_provider_strategy", "*", "weight", to=0),
            change("web", SERVICE, "launch_type", to="EC2"),
            change("web", SERVICE, "scheduling_strategy", to="DAEMON"),
            change("web", SERVICE, "availability_zone_rebalancing", to="DISABLED"),
            rewire("web", "aws_ecs_service.blue_green", "cluster", "aws_ecs_cluster.this"),
            change("web", SERVICE, "propagate_tags", to=None),
            drop("web", CLUSTER),
            containers(portMappings=[]),
            containers(portMappings=[{"containerPort": 8080}]),
            containers(name="other"),
            change("web", "aws_ecs_service.blue_green[0]", "health_check_grace_period_seconds", to=30),
            drop("web", 'aws_ecs_task_definition.one_off["migrate"]'),
        ),
        harmless=(
            change("web", SERVICE, "desired_count", to=8),
            change("web", SERVICE, "propagate_tags", to="TASK_DEFINITION"),
            containers(),
        ),
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
            change("release", GROUP, "deployment_config_name", to="CodeDeployDefault.ECSAllAtOnce"),
            change("release", GROUP, "ecs_service", 0, "cluster_name", to="other"),
            change("release", "aws_codedeploy_app.this", "compute_platform", to="Server"),
            change("release", GROUP, "auto_rollback_configuration", 0, "events", to=AUTOMATIC),
            drop("release", "aws_codedeploy_app.this"),
            drop("web", SERVICE),
            change("release", GROUP, *PAIR, "target_group", 0, "name", to="other"),
            change("release", GROUP, "trigger_configuration", 0, "trigger_target_arn", to="arn:aws:s3:::other"),
            redirect("release", "service_name", "module.web.service_name", "module.web.cluster_name"),
            change("release", GROUP, *PAIR, "prod_traffic_route", 0, "listener_arns", to=[]),
            change("release", GROUP, *PAIR, "test_traffic_route", 0, "listener_arns", to=[]),
            redirect(
                "release", "test_listener_arn", "module.balancer.test_listener_arn", "module.balancer.listener_arn"
            ),
            change(
                "release",
                "aws_codedeploy_deployment_group.this",
                "blue_green_deployment_config",
                0,
                "terminate_blue_instances_on_deployment_success",
                0,
                "termination_wait_time_in_minutes",
                to=2,
            ),
            change(
                "release",
                "aws_codedeploy_deployment_group.this",
                "blue_green_deployment_config",
                0,
                "terminate_blue_instances_on_deployment_success",
                0,
                "termination_wait_time_in_minutes",
                to=50,
            ),
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
            change("web", MORNING, "schedule", to="at(2027-01-01T00:00:00)"),
            change("web", MORNING, "timezone", to=None),
            change("web", MORNING, "end_time", to="2027-01-01T00:00:00Z"),
            change("web", TARGET, "scalable_dimension", to="ecs:service:Other"),
            change("web", TARGET, "suspended_state", to=[{"dynamic_scaling_out_suspended": True}]),
            change("web", "aws_appautoscaling_target.this", "max_capacity", to=12),
            change(
                "web",
                'aws_appautoscaling_scheduled_action.this["school-day-ends"]',
                "scalable_target_action",
                0,
                "max_capacity",
                to="12",
            ),
        ),
        harmless=(change("web", TARGET, "max_capacity", to=30),),
        unknown=forget("web", TARGET, "max_capacity"),
    ),
    "TIER_AWS_043": Case(
        faults=(
            drop("web", CPU),
            drop("web", REQUESTS),
            drop("web", MORNING),
            change("web", CPU, *TRACKING, "target_value", to=650),
            change("web", CPU, *TRACKING, "target_value", to=1),
            change("web", CPU, *TRACKING, "disable_scale_in", to=True),
            change("web", CPU, *TRACKING, "scale_out_cooldown", to=6000),
            change("web", CPU, *TRACKING, "scale_out_cooldown", to=600),
            delete("web", REQUESTS, *MATH, {"id": "green"}, "metric_stat", 0),
            delete("web", REQUESTS, *BLUE, "dimensions", 0),
            delete("web", CPU, *TRACKING),
            change("web", REQUESTS, *TRACKING, "target_value", to=93600),
            change("web", CPU, *TRACKING, "target_value", to=85),
            change("web", CPU, *TRACKING, "scale_in_cooldown", to=0),
            change("web", CPU, "policy_type", to="StepScaling"),
            change("web", CPU, "resource_id", to="service/other/other"),
            change("web", CPU, "service_namespace", to="dynamodb"),
            change("web", MORNING, "resource_id", to="service/other/other"),
            change("web", MORNING, "scalable_target_action", 0, "min_capacity", to="3"),
            change("web", MORNING, "timezone", to="Asia/Tokyo"),
            delete("web", REQUESTS, *MATH, {"id": "green"}),
            change("web", REQUESTS, *MATH, {"id": "blue"}, "metric_stat", 0, "stat", to="Minimum"),
            change("web", REQUESTS, *BLUE, "metric_name", to="HealthyHostCount"),
            change(
                "web",
                'aws_appautoscaling_policy.this["cpu"]',
                "target_tracking_scaling_policy_configuration",
                0,
                "target_value",
                to=32,
            ),
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
            change("web", TASK, "execution_role_arn", to=""),
            change("web", TASK, "pid_mode", to="host"),
            change("web", TASK, "ipc_mode", to="host"),
            change("web", TASK, "volume", to=[{"name": "tmp", "host_path": "/"}]),
            change("web", TASK, "runtime_platform", 0, "cpu_architecture", to="X86_64"),
            delete("web", TASK, "runtime_platform", 0),
            change("web", TASK, "runtime_platform", 0, "operating_system_family", to="WINDOWS_SERVER_2022_CORE"),
            change("web", TASK, "enable_fault_injection", to=True),
            delete("web", TASK, "volume", 0),
            change("web", "aws_ecs_task_definition.this", "skip_destroy", to=False),
        ),
        harmless=(
            change("web", TASK, "cpu", to="2 vCPU"),
            change("web", TASK, "memory", to="4GB"),
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
            variable("CACHE", "rediss://:hunter2@cache.example.com:6379/0"),
            variable("DATABASE_PASSWORD_PRIMARY", "hunter2"),
            variable("DB_PASS", "hunter2"),
            variable("apiKey", "hunter2"),
            variable("CONFIGURATION", "AKIA" + "ABCDEFGHIJKLMNOP"),
            variable("CONFIGURATION", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"),
            containers(user=None),
            containers(user="root"),
            containers(readonlyRootFilesystem="false"),
            containers(linuxParameters={"capabilities": None}),
            containers(logConfiguration={"logDriver": "none"}),
            containers(logConfiguration={"logDriver": "awslogs", "options": {}}),
            containers(image="registry.example.com:5000/web"),
            containers(image="registry.example.com/web:main"),
            containers(secrets=[{"name": "DATABASE_PASSWORD", "valueFrom": "hunter2"}]),
            containers(command=["manage", "--password=hunter2"]),
            containers(dockerLabels={"API_TOKEN": "hunter2"}),
            change(
                "web",
                TASK,
                "container_definitions",
                to=json.dumps([GOOD, {**GOOD, "name": "sidecar", "privileged": True}]),
            ),
            change(
                "web",
                'aws_ecs_task_definition.one_off["migrate"]',
                "container_definitions",
                to=json.dumps([{**GOOD, "privileged": True}]),
            ),
            change("web", TASK, "container_definitions", to="[]"),
        ),
        harmless=(
            containers(),
            containers(image=f"registry.example.com/web@sha256:{'0123456789abcdef' * 4}"),
            variable("AWS_ACCESS_KEY_ID_FILE", "/run/key"),
            variable("PASSWORD_MIN_LENGTH", "12"),
            variable("TOKEN_URL", "https://id.example.com/token"),
            variable("GIT_COMMIT", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
            variable("POOL_CLIENT_ID", "3n4b5urk1ft4fl3mg5e62d9ado"),
            variable("CLUSTER", "CampsHub360ProductionDatabaseCluster2027"),
            containers(command=["manage", "--password=$DATABASE_PASSWORD"]),
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
            change("network", FLOW_LOGS, "policy", to=allowing("iam:Pass*", "arn:aws:iam::123456789012:role/x")),
            change("network", FLOW_LOGS, "policy", to=allowing("iam:PassRole", f"{ROLE_ARN}/*", Condition=TO_TASKS)),
            change("network", FLOW_LOGS, "policy", to=allowing("**", f"{ROLE_ARN}/x")),
            change("network", FLOW_LOGS, "policy", to=allowing("s*:*", "arn:aws:s3:::x/*")),
            change("network", FLOW_LOGS, "policy", to=allowing("s3:GetObject", "arn:aws:s3:::*")),
            change("network", FLOW_LOGS, "policy", to=allowing("s3:GetObject", "arn:aws:s3:::x/*")),
            change("network", FLOW_LOGS, "policy", to=allowing("s3:GetObject", ["arn:aws:s3:::x/*", "**"])),
            change(
                "network", FLOW_LOGS, "policy", to=allowing("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/*")
            ),
            change(
                "network",
                FLOW_LOGS,
                "policy",
                to=allowing("s3:GetObject", "*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
            ),
            change("web", "aws_iam_role.task", "managed_policy_arns", to=["arn:aws:iam::aws:policy/PowerUserAccess"]),
            change("web", "aws_iam_role.task", "inline_policy", to=[{"name": "all", "policy": allowing("*", "*")}]),
            execution_may("kms:*"),
            change(
                "database",
                "aws_iam_role_policy_attachment.monitoring[0]",
                "policy_arn",
                to="arn:aws:iam::aws:policy/AdministratorAccess",
            ),
            change(
                "network", FLOW_LOGS, "policy", to=allowing("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/1")
            ),
            change(
                "network",
                FLOW_LOGS,
                "policy",
                to=allowing(
                    "kms:Decrypt", "*", Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
                ),
            ),
        ),
        harmless=(
            change("network", FLOW_LOGS, "policy", to=allowing("logs:DescribeLogGroups", "*")),
            change("network", FLOW_LOGS, "policy", to=allowing("ssmmessages:*", "*")),
            change("network", FLOW_LOGS, "policy", to=allowing("s3:Get*", "arn:aws:s3:::x/*", Condition=OUR_BUCKET)),
            change("network", FLOW_LOGS, "policy", to=allowing("iam:PassRole", f"{ROLE_ARN}/x", Condition=TO_TASKS)),
            change(
                "network",
                FLOW_LOGS,
                "policy",
                to=allowing("ecs:UpdateService", "*", Condition={"ArnEquals": {"ecs:cluster": "arn:aws:ecs:x"}}),
            ),
        ),
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
            change("web", "aws_iam_role.task", "assume_role_policy", to=trusting({"AWS": f"{ACCOUNT_ARN}:root"})),
            change("web", "aws_iam_role.task", "assume_role_policy", to=trusting(TASKS_AND_INSTANCES, Condition=OURS)),
            *(
                change("web", "aws_iam_role.task", "assume_role_policy", to=trusting(TASKS, Condition=condition))
                for condition in (
                    {"Bool": {"aws:SecureTransport": "true"}},
                    {"StringEquals": {"aws:SourceAccount": "999999999999"}},
                    {"StringLike": {"aws:SourceAccount": "*"}},
                    {"ArnLike": {"aws:SourceArn": "arn:aws:ecs:*:*:*"}},
                    {"StringNotEquals": {"aws:SourceAccount": "123456789012"}},
                    {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}},
                )
            ),
        ),
        harmless=(
            change("web", "aws_iam_role.task", "assume_role_policy", to=trusting(TASKS, Condition=OURS)),
            change("web", "aws_iam_role.task", "assume_role_policy", to=trusting({"Service": "ec2.amazonaws.com"})),
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
            change("network", NAT, "metadata_options", 0, "http_put_response_hop_limit", to=2),
            change("network", NAT, "ebs_block_device", to=[{"device_name": "/dev/sdf", "encrypted": False}]),
            change("network", NAT, "tenancy", to="dedicated"),
            change("network", NAT, "root_block_device", 0, "volume_size", to=1000),
            change("network", NAT, "iam_instance_profile", to=None),
            drop("network", "aws_iam_instance_profile.nat[0]"),
            drop("network", "aws_route.private*"),
            delete("network", NAT, "user_data"),
            change("network", NAT, "user_data_replace_on_change", to=False),
            change("network", NAT, "metadata_options", 0, "http_endpoint", to="disabled"),
            delete("network", NAT, "network_interface", 0),
            delete("network", "aws_iam_instance_profile.nat[0]", "role"),
        ),
        unknown=forget("network", NAT, "metadata_options", 0, "http_tokens"),
    ),
    "TIER_AWS_049": Case(
        faults=(
            delete("web", CLUSTER, "setting", 0),
            change("web", CLUSTER, "setting", 0, "value", to="disabled"),
            drop("web", "aws_ecs_cluster_capacity_providers.this"),
            change("web", "aws_ecs_cluster_capacity_providers.this", "capacity_providers", to=["FARGATE"]),
            change("web", CLUSTER, "configuration", to=[{"execute_command_configuration": [{"logging": "NONE"}]}]),
            change(
                "web",
                "aws_ecs_cluster_capacity_providers.this",
                "default_capacity_provider_strategy",
                0,
                "weight",
                to=9,
            ),
            change(
                "web", "aws_ecs_cluster_capacity_providers.this", "default_capacity_provider_strategy", 1, "base", to=0
            ),
            later(delete("web", CAPACITY, *DEFAULT, {"capacity_provider": "FARGATE_SPOT"})),
            later(change("web", CAPACITY, *DEFAULT, {"capacity_provider": "FARGATE_SPOT"}, "weight", to=0)),
            later(change("web", CAPACITY, *DEFAULT, {"capacity_provider": "FARGATE"}, "weight", to=10)),
            later(change("web", CAPACITY, *DEFAULT, {"capacity_provider": "FARGATE"}, "base", to=1)),
            later(change("web", CAPACITY, *DEFAULT, {"capacity_provider": "FARGATE"}, "base", to=30)),
        ),
        harmless=(later(change("web", CAPACITY, *DEFAULT, {"capacity_provider": "FARGATE_SPOT"}, "weight", to=2)),),
        unknown=forget("web", CLUSTER, "setting", 0, "value"),
    ),
    "TIER_AWS_050": Case(
        faults=(
            drop("web", "aws_iam_role_policy.execution"),
            drop("release", "aws_iam_role_policy.this"),
            drop("network", FLOW_LOGS),
            later(
                change(
                    "network", "aws_iam_role.flow_logs[0]", "inline_policy", to=[{"policy": allowing("logs:*", "*")}]
                ),
                drop("network", FLOW_LOGS),
            ),
            drop("database", "aws_iam_role_policy_attachment.monitoring[0]"),
            drop("database", "aws_iam_role.monitoring[0]"),
            drop("release", "aws_iam_role.this"),
            drop("network", "aws_iam_role.flow_logs[0]"),
            rewire("web", "aws_iam_role_policy.execution", "role", "aws_iam_role.execution", "aws_iam_role.task"),
            change(
                "web",
                "aws_iam_role.task",
                "assume_role_policy",
                to=trusting({"Service": "lambda.amazonaws.com"}, Condition=OURS),
            ),
            redirect("release", "role_arns", "module.web.task_role_arn", "module.web.cluster_arn"),
            drop("web", "aws_iam_role_policy.task[0]"),
            change("network", FLOW_LOGS, "policy", to=allowing("logs:*", "*", Effect="Deny")),
            change("web", "aws_iam_role_policy.execution", "policy", to=json.dumps({"Statement": [*ALLOWED, DENIED]})),
            change("network", FLOW_LOGS, "policy", to=allowing(["logs:CreateLogStream", "logs:Describe*"], "*")),
            change("release", "aws_iam_role_policy.this", "policy", to=allowing(["ecs:*", "iam:PassRole"], "*")),
            change("web", "aws_iam_role_policy.task[0]", "policy", to=allowing("s3:GetObject", "*")),
        ),
        harmless=(
            change("network", FLOW_LOGS, "policy", to=allowing("logs:*", "*")),
            change("web", "aws_iam_role_policy.task[0]", "policy", to=allowing("s3:*", "*")),
            change("web", "aws_iam_role_policy.execution", "policy", to=json.dumps({"Statement": ALLOWED})),
        ),
        unknown=forget("web", "aws_iam_role.task", "assume_role_policy"),
        decided_by_reference=True,
    ),
}

"""The module ecs-fargate: a hardened task, a service that rolls back, roles for exactly what is given."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

ACCOUNT = "123456789012"
REGION = "us-east-1"
ADDRESS = "module.this."
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/django-AbCdEf"
OTHER_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/mail-GhIjKl"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
CACHE = f"arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:shop"
CACHE_USER = f"arn:aws:elasticache:{REGION}:{ACCOUNT}:user:shop"
DATABASE = f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:db-ABCDEF/app"
TARGET_GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/shop-blue/0123456789abcdef"
SUFFIXES = {colour: f"targetgroup/shop-{colour}/0123456789abcdef" for colour in ("blue", "green")}
DIGEST = f"sha256:{'0a' * 32}"

SMALLEST: dict[str, Any] = {
    "name": "shop",
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web:1.4.2",
    "cpu": 2048,
    "memory": 4096,
    "desired_count": 3,
    "autoscaling": {"min": 3, "max": 12},
    "load_balancer": {"target_group_arn": TARGET_GROUP, "security_group_id": "sg-0123456789abcdef0"},
}

EVERYTHING: dict[str, Any] = SMALLEST | {
    "architecture": "ARM64",
    "autoscaling": {
        "min": 3,
        "max": 12,
        "cpu_target": 50,
        "requests_per_target": 900,
        "scheduled": {
            "morning": {"schedule": "cron(30 7 ? * MON-FRI *)", "timezone": "Asia/Kolkata", "min": 6, "max": 12}
        },
    },
    "bucket_access": {
        "media": {"bucket_arn": "arn:aws:s3:::shop-media", "actions": "read-write", "kms_key_arn": KEY},
        "student-documents": {"bucket_arn": "arn:aws:s3:::shop-documents", "actions": "read"},
    },
    "capacity": {"on_demand_base": 2, "on_demand_weight": 1, "spot_weight": 3},
    "command": ["gunicorn", "shop.wsgi"],
    "connect": {"cache_arns": [CACHE, CACHE_USER], "database_arns": [DATABASE]},
    "container_insights": "enhanced",
    "egress": {"database": {"security_group_id": "sg-0123456789abcdef1", "port": 5432}},
    "environment": {"DJANGO_SETTINGS_MODULE": "shop.settings", "CACHE_URL": "rediss://shop@cache.internal:6379/0"},
    "ephemeral_storage_kms_key_arn": KEY,
    "execute_command": True,
    "health_check": {"command": ["CMD-SHELL", "true"]},
    "load_balancer": SMALLEST["load_balancer"] | {"target_group_arn_suffixes": SUFFIXES},
    "log_kms_key_arn": KEY,
    "one_off_tasks": {"migrate": {"command": ["python", "manage.py", "migrate", "--noinput"]}},
    "secret_kms_key_arns": [KEY],
    "secrets": {
        "SECRET_KEY": f"{SECRET}:SECRET_KEY::",
        "JWT_KEY": f"{SECRET}:JWT_KEY::",
        "MAIL_PASSWORD": OTHER_SECRET,
    },
    "tags": {"tier": "two"},
}

BLUE_GREEN: dict[str, Any] = SMALLEST | {
    "deployment": "code_deploy",
    "image": f"ghcr.io/shop/web@{DIGEST}",
    "wait_for_steady_state": True,
}

Plan = dict[str, dict[str, Any]]


def planned(plan: Any) -> Plan:
    """Return the planned values by address inside the module."""
    changes = {address.removeprefix(ADDRESS): change for address, change in plan.resource_changes.items()}
    return {address: change["change"]["after"] for address, change in changes.items()}


@pytest.fixture
def smallest(plan_module: Any) -> Plan:
    return planned(plan_module("ecs-fargate", **SMALLEST))


@pytest.fixture
def everything(plan_module: Any) -> Plan:
    return planned(plan_module("ecs-fargate", **EVERYTHING))


@pytest.fixture
def blue_green(plan_module: Any) -> Plan:
    return planned(plan_module("ecs-fargate", **BLUE_GREEN))


def container(plan: Plan, address: str = "aws_ecs_task_definition.this") -> dict[str, Any]:
    (only,) = json.loads(plan[address]["container_definitions"])
    result: dict[str, Any] = only
    return result


def statements(plan: Plan, address: str) -> dict[str, dict[str, Any]]:
    """Return the statements of a role policy by their id, each action and resource as a list."""
    document = json.loads(plan[address]["policy"])
    listed = [
        entry
        | {name: [entry[name]] if isinstance(entry[name], str) else entry[name] for name in ("Action", "Resource")}
        for entry in document["Statement"]
    ]
    return {entry["Sid"]: entry for entry in listed}


def failure(plan_module: Any, **inputs: Any) -> str:
    """Return what Terraform says of a plan that must fail, without its line breaks."""
    with pytest.raises(AssertionError, match="terraform plan failed") as caught:
        plan_module("ecs-fargate", **SMALLEST | inputs)
    return re.sub(r"[\s│]+", " ", str(caught.value))


def test_container_is_hardened_by_default(smallest: Plan) -> None:
    task = container(smallest)
    assert task["readonlyRootFilesystem"] is True
    assert task["privileged"] is False
    assert task["user"] == "10001:10001"
    assert task["linuxParameters"] == {"initProcessEnabled": True, "capabilities": {"add": [], "drop": ["ALL"]}}
    assert task["mountPoints"] == [{"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False}]
    assert task["stopTimeout"] == 60
    assert task["portMappings"] == [{"containerPort": 8443, "hostPort": 8443, "protocol": "tcp"}]
    assert task["environment"] == task["secrets"] == []
    assert "command" not in task


def test_health_check_asks_the_task_over_https_with_valid_python(smallest: Plan) -> None:
    check = container(smallest)["healthCheck"]
    assert {name: check[name] for name in ("interval", "timeout", "retries", "startPeriod")} == {
        "interval": 30,
        "timeout": 5,
        "retries": 3,
        "startPeriod": 60,
    }
    assert check["command"][:3] == ["CMD", "python", "-c"]
    script = check["command"][3]
    compile(script, "healthcheck", "exec")
    assert "'https://127.0.0.1:8443/healthz/'" in script
    assert "ssl.CERT_NONE" in script


def test_logs_never_block_and_never_grow_without_bounds(smallest: Plan) -> None:
    logs = container(smallest)["logConfiguration"]
    assert logs["logDriver"] == "awslogs"
    assert logs["options"] == {
        "awslogs-group": "/ecs/shop",
        "awslogs-region": REGION,
        "awslogs-stream-prefix": "service",
        "max-buffer-size": "25m",
        "mode": "non-blocking",
    }
    assert smallest["aws_cloudwatch_log_group.this"]["retention_in_days"] == 30


def test_task_definition_is_for_fargate_and_keeps_old_revisions(smallest: Plan) -> None:
    task = smallest["aws_ecs_task_definition.this"]
    assert (task["cpu"], task["memory"]) == ("2048", "4096")
    assert task["network_mode"] == "awsvpc"
    assert task["requires_compatibilities"] == ["FARGATE"]
    assert task["runtime_platform"] == [{"cpu_architecture": "X86_64", "operating_system_family": "LINUX"}]
    assert task["skip_destroy"] is True
    assert [volume["name"] for volume in task["volume"]] == ["tmp"]


def test_rolling_service_rolls_back_and_never_runs_short(smallest: Plan) -> None:
    service = smallest["aws_ecs_service.this[0]"]
    assert service["deployment_controller"] == [{"type": "ECS"}]
    assert service["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
    assert service["deployment_minimum_healthy_percent"] == 100
    assert service["deployment_maximum_percent"] == 200
    assert service["availability_zone_rebalancing"] == "ENABLED"
    assert service["health_check_grace_period_seconds"] == 60
    assert service["propagate_tags"] == "SERVICE"
    assert service["enable_ecs_managed_tags"] is True
    assert service["enable_execute_command"] is False
    assert service["wait_for_steady_state"] is False
    assert service["force_new_deployment"] is True
    assert service["desired_count"] == 3
    assert service["network_configuration"][0]["assign_public_ip"] is False
    assert service["network_configuration"][0]["subnets"] == SMALLEST["subnet_ids"]
    assert "aws_ecs_service.blue_green[0]" not in smallest


def test_no_spot_by_default(smallest: Plan) -> None:
    on_demand = [{"base": 1, "capacity_provider": "FARGATE", "weight": 1}]
    assert smallest["aws_ecs_service.this[0]"]["capacity_provider_strategy"] == on_demand
    providers = smallest["aws_ecs_cluster_capacity_providers.this"]
    assert providers["capacity_providers"] == ["FARGATE", "FARGATE_SPOT"]
    assert providers["default_capacity_provider_strategy"] == on_demand


def test_cluster_has_insights_and_no_shell_by_default(smallest: Plan) -> None:
    cluster = smallest["aws_ecs_cluster.this"]
    assert cluster["setting"] == [{"name": "containerInsights", "value": "enabled"}]
    assert cluster["configuration"] == []
    assert not [address for address in smallest if "execute_command" in address]


def test_scaling_follows_cpu_and_memory_out_fast_and_in_slow(smallest: Plan) -> None:
    target = smallest["aws_appautoscaling_target.this"]
    assert (target["min_capacity"], target["max_capacity"]) == (3, 12)
    assert target["resource_id"] == "service/shop/shop"
    configurations = {
        key: smallest[f'aws_appautoscaling_policy.this["{key}"]']["target_tracking_scaling_policy_configuration"][0]
        for key in ("cpu", "memory")
    }
    assert {key: value["target_value"] for key, value in configurations.items()} == {"cpu": 60, "memory": 75}
    assert {key: value["predefined_metric_specification"][0] for key, value in configurations.items()} == {
        "cpu": {"predefined_metric_type": "ECSServiceAverageCPUUtilization", "resource_label": None},
        "memory": {"predefined_metric_type": "ECSServiceAverageMemoryUtilization", "resource_label": None},
    }
    assert {(c["scale_out_cooldown"], c["scale_in_cooldown"]) for c in configurations.values()} == {(60, 300)}
    assert not [address for address in smallest if "requests" in address or "scheduled_action" in address]


def test_security_group_lets_in_the_load_balancer_only(smallest: Plan) -> None:
    group = smallest["aws_security_group.this"]
    assert "ingress" not in group
    assert "egress" not in group
    rules = {address: rule for address, rule in smallest.items() if address.startswith("aws_vpc_security_group")}
    assert set(rules) == {
        "aws_vpc_security_group_egress_rule.https",
        "aws_vpc_security_group_ingress_rule.load_balancer",
    }
    ingress = rules["aws_vpc_security_group_ingress_rule.load_balancer"]
    assert ingress["referenced_security_group_id"] == "sg-0123456789abcdef0"
    assert (ingress["from_port"], ingress["to_port"], ingress["cidr_ipv4"]) == (8443, 8443, None)
    https = rules["aws_vpc_security_group_egress_rule.https"]
    assert (https["cidr_ipv4"], https["from_port"], https["to_port"]) == ("0.0.0.0/0", 443, 443)


@pytest.mark.parametrize("role", ["execution", "task"])
def test_roles_trust_only_tasks_of_this_account_and_region(smallest: Plan, role: str) -> None:
    (trust,) = json.loads(smallest[f"aws_iam_role.{role}"]["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:*"},
    }


def test_smallest_roles_pull_and_log_and_nothing_else(smallest: Plan) -> None:
    execution = statements(smallest, "aws_iam_role_policy.execution")
    assert set(execution) == {"WriteLogs", "SignInToRegistry", "PullImage"}
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/shop"
    assert execution["WriteLogs"]["Resource"] == [f"{group}:log-stream:*"]
    assert execution["PullImage"]["Resource"] == [f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop/web"]
    assert execution["SignInToRegistry"]["Action"] == ["ecr:GetAuthorizationToken"]
    assert "aws_iam_role_policy.task[0]" not in smallest


def test_secrets_are_references_and_exactly_these_are_readable(everything: Plan) -> None:
    task = container(everything)
    assert task["secrets"] == [
        {"name": "JWT_KEY", "valueFrom": f"{SECRET}:JWT_KEY::"},
        {"name": "MAIL_PASSWORD", "valueFrom": OTHER_SECRET},
        {"name": "SECRET_KEY", "valueFrom": f"{SECRET}:SECRET_KEY::"},
    ]
    execution = statements(everything, "aws_iam_role_policy.execution")
    assert execution["ReadSecrets"]["Action"] == ["secretsmanager:GetSecretValue"]
    assert set(execution["ReadSecrets"]["Resource"]) == {SECRET, OTHER_SECRET}
    assert execution["DecryptSecrets"]["Resource"] == [KEY]
    assert execution["DecryptSecrets"]["Condition"] == {
        "StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
    }


def test_task_role_reaches_exactly_these_buckets(everything: Plan) -> None:
    task = statements(everything, "aws_iam_role_policy.task[0]")
    assert task["ObjectsStudentDocuments"]["Action"] == ["s3:GetObject"]
    assert task["ObjectsStudentDocuments"]["Resource"] == ["arn:aws:s3:::shop-documents/*"]
    assert {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} <= set(task["ObjectsMedia"]["Action"])
    assert task["BucketMedia"]["Resource"] == ["arn:aws:s3:::shop-media"]
    assert task["ObjectsMedia"]["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
    assert set(task["KeyMedia"]["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    assert "KeyStudentDocuments" not in task


def test_task_role_logs_in_with_iam(everything: Plan) -> None:
    task = statements(everything, "aws_iam_role_policy.task[0]")
    assert task["ConnectToCache"]["Action"] == ["elasticache:Connect"]
    assert set(task["ConnectToCache"]["Resource"]) == {CACHE, CACHE_USER}
    assert task["ConnectToDatabase"]["Action"] == ["rds-db:connect"]
    assert task["ConnectToDatabase"]["Resource"] == [DATABASE]


def test_no_action_has_a_wildcard_and_few_resources_are_all(everything: Plan) -> None:
    found = [
        statement
        for address in ("aws_iam_role_policy.execution", "aws_iam_role_policy.task[0]")
        for statement in statements(everything, address).values()
    ]
    assert not [action for statement in found for action in statement["Action"] if "*" in action]
    unscoped = {action for statement in found if "*" in statement["Resource"] for action in statement["Action"]}
    assert {action for action in unscoped if not action.startswith("ssmmessages:")} == {"ecr:GetAuthorizationToken"}


def test_execute_command_is_logged_and_has_its_folders(everything: Plan) -> None:
    command = everything["aws_ecs_cluster.this"]["configuration"][0]["execute_command_configuration"][0]
    assert command["logging"] == "OVERRIDE"
    assert command["kms_key_id"] == KEY
    assert command["log_configuration"][0]["cloud_watch_log_group_name"] == "/ecs/shop/execute-command"
    assert command["log_configuration"][0]["cloud_watch_encryption_enabled"] is True
    assert everything["aws_cloudwatch_log_group.execute_command[0]"]["kms_key_id"] == KEY
    assert everything["aws_ecs_service.this[0]"]["enable_execute_command"] is True
    task = container(everything)
    paths = {mount["containerPath"] for mount in task["mountPoints"]}
    assert paths == {"/tmp", "/var/lib/amazon", "/var/log/amazon"}
    assert task["linuxParameters"]["capabilities"]["drop"] == []
    assert task["readonlyRootFilesystem"] is True
    role = statements(everything, "aws_iam_role_policy.task[0]")
    assert "ssmmessages:OpenDataChannel" in role["OpenExecuteCommandChannels"]["Action"]
    assert all("/ecs/shop/execute-command" in resource for resource in role["LogExecuteCommand"]["Resource"])
    assert role["DecryptExecuteCommandSession"]["Resource"] == [KEY]


def test_spot_is_added_beside_the_on_demand_base(everything: Plan) -> None:
    strategy = everything["aws_ecs_service.this[0]"]["capacity_provider_strategy"]
    by_name = {entry["capacity_provider"]: (entry["base"], entry["weight"]) for entry in strategy}
    assert by_name == {"FARGATE": (2, 1), "FARGATE_SPOT": (0, 3)}


def test_requests_and_schedule_scale_when_asked(everything: Plan) -> None:
    policy = everything["aws_appautoscaling_policy.requests[0]"]["target_tracking_scaling_policy_configuration"][0]
    assert policy["target_value"] == 900
    metrics = {item["id"]: item for item in policy["customized_metric_specification"][0]["metrics"]}
    assert (metrics["requests"]["expression"], metrics["requests"]["return_data"]) == ("SUM([blue, green])", True)
    measured = {colour: metrics[colour]["metric_stat"][0]["metric"][0] for colour in SUFFIXES}
    assert {item["metric_name"] for item in measured.values()} == {"RequestCountPerTarget"}
    assert {colour: item["dimensions"][0]["value"] for colour, item in measured.items()} == SUFFIXES
    cpu = everything['aws_appautoscaling_policy.this["cpu"]']["target_tracking_scaling_policy_configuration"][0]
    assert cpu["target_value"] == 50
    action = everything['aws_appautoscaling_scheduled_action.this["morning"]']
    assert (action["schedule"], action["timezone"]) == ("cron(30 7 ? * MON-FRI *)", "Asia/Kolkata")
    assert action["scalable_target_action"] == [{"min_capacity": "6", "max_capacity": "12"}]


def test_one_off_task_shares_image_environment_secrets_and_hardening(everything: Plan) -> None:
    once = container(everything, 'aws_ecs_task_definition.one_off["migrate"]')
    service = container(everything)
    assert once["command"] == ["python", "manage.py", "migrate", "--noinput"]
    assert service["command"] == ["gunicorn", "shop.wsgi"]
    own = {"command", "healthCheck", "logConfiguration", "portMappings"}
    assert {key: once[key] for key in once if key not in own} == {
        key: service[key] for key in service if key not in own
    }
    assert once["portMappings"] == []
    assert "healthCheck" not in once
    assert once["logConfiguration"]["options"]["awslogs-stream-prefix"] == "migrate"
    assert everything['aws_ecs_task_definition.one_off["migrate"]']["family"] == "shop-migrate"


def test_options_reach_the_resources(everything: Plan) -> None:
    task = everything["aws_ecs_task_definition.this"]
    assert task["runtime_platform"][0]["cpu_architecture"] == "ARM64"
    assert container(everything)["healthCheck"]["command"] == ["CMD-SHELL", "true"]
    cluster = everything["aws_ecs_cluster.this"]
    assert cluster["setting"] == [{"name": "containerInsights", "value": "enhanced"}]
    assert (
        cluster["configuration"][0]["managed_storage_configuration"][0]["fargate_ephemeral_storage_kms_key_id"] == KEY
    )
    database = everything['aws_vpc_security_group_egress_rule.this["database"]']
    assert (database["from_port"], database["to_port"]) == (5432, 5432)
    assert database["referenced_security_group_id"] == "sg-0123456789abcdef1"
    assert everything["aws_cloudwatch_log_group.this"]["kms_key_id"] == KEY


def test_everything_that_can_be_tagged_is_tagged(everything: Plan) -> None:
    untagged = {
        address
        for address, values in everything.items()
        if "tags_all" in values and values["tags"].get("tier") != "two"
    }
    assert untagged == set()
    assert sum("tags_all" in values for values in everything.values()) >= 12


def test_code_deploy_owns_the_blue_green_service(blue_green: Plan) -> None:
    service = blue_green["aws_ecs_service.blue_green[0]"]
    assert "aws_ecs_service.this[0]" not in blue_green
    assert service["name"] == "shop-blue-green"
    assert service["deployment_controller"] == [{"type": "CODE_DEPLOY"}]
    assert service["deployment_circuit_breaker"] == []
    assert service["force_new_deployment"] is None
    assert service["wait_for_steady_state"] is True
    assert service["deployment_minimum_healthy_percent"] == 100
    assert service["health_check_grace_period_seconds"] == 60
    assert blue_green["aws_appautoscaling_target.this"]["resource_id"] == "service/shop/shop-blue-green"


def test_image_outside_ecr_needs_no_registry_rights(blue_green: Plan) -> None:
    assert container(blue_green)["image"] == f"ghcr.io/shop/web@{DIGEST}"
    assert set(statements(blue_green, "aws_iam_role_policy.execution")) == {"WriteLogs"}


def test_outputs_are_known_without_other_modules(plan_module: Any) -> None:
    known = plan_module("ecs-fargate", **SMALLEST).output_changes["this"]["after"]
    assert known == {
        "autoscaling_resource_id": "service/shop/shop",
        "capacity_provider_strategy": [{"capacity_provider": "FARGATE", "base": 1, "weight": 1}],
        "cluster_name": "shop",
        "container_name": "shop",
        "container_port": 8443,
        "log_group_name": "/ecs/shop",
        "min_tasks": 3,
        "one_off_task_definition_arns": {},
        "service_name": "shop",
        "subnet_ids": SMALLEST["subnet_ids"],
        "task_definition_family": "shop",
        "task_role_name": "shop-task",
    }


def test_secrets_in_the_environment_are_refused(plan_module: Any) -> None:
    said = failure(
        plan_module,
        environment={
            "DATABASE_PASSWORD": "x",
            "django_secret_key": "x",
            "AUTH_TOKEN": "x",
            "JWT_PRIVATE_KEY": "x",
            "MAIL_API_KEY": "x",
            "DEBUG": "0",
            "BROKER": "amqp://user:hunter2@mq.internal",
            "2ND": "x",
        },
        image="localhost:5000/shop/web",
        load_balancer=SMALLEST["load_balancer"] | {"target_group_arn_suffixes": {"Blue-1": SUFFIXES["blue"]}},
        deployment="canary",
        user="0:0",
        port=443,
    )
    for message in (
        "AUTH_TOKEN, DATABASE_PASSWORD, JWT_PRIVATE_KEY, MAIL_API_KEY, django_secret_key would be readable",
        "under secrets instead",
        "write URLs without user:password@",
        "environment: write names with letters, digits and underscores",
        "deployment: write rolling or code_deploy",
        "image: write it with a tag (repository:1.4.2) or a digest",
        "containers do not run as root",
        "port: write 1024 to 65535",
        "load_balancer.target_group_arn_suffixes: write lower-case letters",
    ):
        assert message in said


def test_what_fargate_does_not_know_is_refused(plan_module: Any) -> None:
    said = failure(
        plan_module,
        name="Shop_",
        architecture="arm",
        autoscaling={
            "min": 0,
            "max": 4,
            "cpu_target": 95,
            "scale_in_cooldown": 10,
            "scheduled": {"morning": {"schedule": "07:30", "min": 6, "max": 12}},
        },
        bucket_access={"Media_": {"bucket_arn": "arn:aws:s3:::shop-media", "actions": "delete"}},
        capacity={"on_demand_base": -1, "on_demand_weight": 0},
        container_insights="on",
        cpu=1000,
        egress={"database": {"security_group_id": "sg-0123456789abcdef1", "port": 0}},
        health_check={"timeout": 1, "path": "healthz", "command": ["curl"]},
        image="shop/web:latest",
        log_retention_days=31,
        one_off_tasks={"Migrate": {"command": []}},
        secrets={"3RD": SECRET, "PLAIN": "hunter2"},
        stop_timeout=121,
        subnet_ids=["subnet-0123456789abcdef0"],
    )
    for message in (
        "name: write 3 to 30",
        "architecture: write X86_64 or ARM64",
        "write min of at least 1 and no more than max",
        "as a percentage from 10 to 90",
        "scale_in_cooldown no shorter than scale_out_cooldown",
        "write schedule as cron(...), rate(...) or at(...)",
        "bucket_access: write names",
        "write actions as read or read-write",
        "write on_demand_base from 0",
        "at least one of them above 0",
        "container_insights: write enabled, enhanced or disabled",
        "cpu: write 256, 512, 1024",
        "egress: write port from 1 to 65535",
        "timeout 2-60 s",
        "health_check: write path as an absolute path",
        "write command with CMD or CMD-SHELL",
        "image: write the tag of one build, not latest",
        "log_retention_days: write a number that CloudWatch Logs knows",
        "one_off_tasks: write names",
        "secrets: write names with letters, digits and underscores",
        "secrets: write ARNs of Secrets Manager secrets",
        "stop_timeout: write 0 to 120",
        "subnet_ids: write 2 to 16 subnets",
    ):
        assert message in said


def test_inputs_that_contradict_each_other_are_refused(plan_module: Any) -> None:
    said = failure(
        plan_module,
        autoscaling={"min": 3, "max": 12, "requests_per_target": 900},
        deployment="code_deploy",
        environment={"DEBUG": "0"},
        memory=3072,
        secrets={"DEBUG": SECRET},
    )
    for message in (
        "give load_balancer.target_group_arn_suffixes",
        "3072 MiB do not go with 2048 CPU units",
        "secrets: write each name either here or under environment",
    ):
        assert message in said


def test_desired_count_outside_the_bounds_is_refused(plan_module: Any) -> None:
    assert "desired_count: write a number from autoscaling.min to" in failure(plan_module, desired_count=20)

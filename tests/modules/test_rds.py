"""The database: what is always on, what can be chosen, and what is refused."""

from __future__ import annotations

import pytest

BASE = {
    "name": "shop",
    "client_security_group_ids": {"web": "sg-0123456789abcdef0"},
    "database_name": "shop",
    "instance_class": "db.t4g.medium",
    "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    "subnet_ids": ["subnet-a", "subnet-b", "subnet-c"],
    "vpc_id": "vpc-0123456789abcdef0",
}
REPLICA = {
    **BASE, "master_password_version": 2, "replicas": {"reports": {"instance_class": "db.t4g.small", "monitoring_interval": 15}, "second": {}},
    "final_snapshot": False, "master_password": "secret", "allocated_storage": 400, "iops": 16000, "storage_throughput": 1000,
}  # fmt: skip


def values(plan, address: str) -> dict:
    return plan.modules["module.this"].resources[address]["values"]


def test_the_primary_is_safe_by_default(plan_module) -> None:
    primary = values(plan_module("rds", **BASE), "aws_db_instance.this")
    expected = {
        "engine": "postgres",
        "engine_version": "16",
        "multi_az": True,
        "storage_type": "gp3",
        "storage_encrypted": True,
        "kms_key_id": BASE["kms_key_arn"],
        "manage_master_user_password": True,
        "master_user_secret_kms_key_id": BASE["kms_key_arn"],
        "iam_database_authentication_enabled": True,
        "publicly_accessible": False,
        "backup_retention_period": 7,
        "copy_tags_to_snapshot": True,
        "delete_automated_backups": False,
        "deletion_protection": True,
        "skip_final_snapshot": False,
        "final_snapshot_identifier": "shop-final",
        "auto_minor_version_upgrade": True,
        "apply_immediately": False,
        "performance_insights_enabled": True,
        "performance_insights_retention_period": 7,
        "monitoring_interval": 60,
        "enabled_cloudwatch_logs_exports": ["postgresql", "upgrade"],
    }
    assert {name: primary[name] for name in expected} == expected
    assert primary["password"] is None
    assert primary["allow_major_version_upgrade"] is False
    assert [
        name for name in plan_module("rds", **BASE).modules["module.this"].resources if "secretsmanager" in name
    ] == []


def test_replicas_find_a_password_that_rds_does_not_manage(plan_module) -> None:
    """AWS refuses a replica of an instance whose password RDS manages; no plan and no emulator would say so."""
    plan = plan_module("rds", **REPLICA)
    primary = values(plan, "aws_db_instance.this")
    assert primary["manage_master_user_password"] is None
    assert (primary["password"], primary["password_wo"], primary["password_wo_version"]) == (None, None, 2)
    assert values(plan, "aws_secretsmanager_secret.master[0]")["kms_key_id"] == BASE["kms_key_arn"]
    version = values(plan, "aws_secretsmanager_secret_version.master[0]")
    assert (version["secret_string_wo"], version["secret_string_wo_version"]) == (None, 2)


def test_replicas_have_the_storage_of_the_primary_and_monitoring_of_their_own(plan_module) -> None:
    plan = plan_module("rds", **REPLICA)
    names = ("this", 'replica["reports"]', 'replica["second"]')
    found = [values(plan, f"aws_db_instance.{name}") for name in names]
    assert [(item["iops"], item["storage_throughput"]) for item in found] == [(16000, 1000)] * 3
    assert [item["monitoring_interval"] for item in found] == [60, 15, 60]


def test_connections_without_tls_are_refused(plan_module) -> None:
    group = values(plan_module("rds", **BASE), "aws_db_parameter_group.this")
    parameters = {item["name"]: item["value"] for item in group["parameter"]}
    assert parameters["rds.force_ssl"] == "1"
    assert parameters["shared_preload_libraries"] == "pg_stat_statements"
    assert group["family"] == "postgres16"


def test_only_the_given_groups_reach_it_and_it_reaches_no_one(plan_module) -> None:
    resources = plan_module("rds", **BASE).modules["module.this"].resources
    rule = values(plan_module("rds", **BASE), 'aws_vpc_security_group_ingress_rule.this["web"]')
    assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (5432, 5432, "tcp")
    assert rule["referenced_security_group_id"] == "sg-0123456789abcdef0"
    assert [name for name in resources if "egress" in name] == []


def test_log_groups_have_a_retention_before_rds_makes_its_own(plan_module) -> None:
    resources = plan_module("rds", **REPLICA).modules["module.this"].resources
    groups = {
        item["values"]["name"]: item["values"]["retention_in_days"]
        for name, item in resources.items()
        if name.startswith("aws_cloudwatch_log_group")
    }
    assert groups == {
        f"/aws/rds/instance/{name}/{kind}": 30
        for name in ("shop", "shop-reports", "shop-second")
        for kind in ("postgresql", "upgrade")
    }


def test_replicas_are_as_closed_as_the_primary_but_may_go(plan_module) -> None:
    plan = plan_module("rds", **REPLICA)
    reports = values(plan, 'aws_db_instance.replica["reports"]')
    assert (reports["identifier"], reports["instance_class"]) == ("shop-reports", "db.t4g.small")
    assert values(plan, 'aws_db_instance.replica["second"]')["instance_class"] == "db.t4g.medium"
    for name in ("storage_encrypted", "performance_insights_enabled", "skip_final_snapshot"):
        assert reports[name] is True, name
    assert (reports["publicly_accessible"], reports["deletion_protection"]) == (False, False)
    assert values(plan, "aws_db_instance.this")["skip_final_snapshot"] is True


def test_enhanced_monitoring_has_a_role_of_its_own(plan_module) -> None:
    attachment = values(plan_module("rds", **BASE), "aws_iam_role_policy_attachment.monitoring[0]")
    assert attachment["policy_arn"].endswith("AmazonRDSEnhancedMonitoringRole")
    role = values(plan_module("rds", **BASE), "aws_iam_role.monitoring[0]")
    assert "aws:SourceAccount" in role["assume_role_policy"]


def test_wrong_inputs_are_refused_with_what_to_write(plan_module) -> None:
    wrong = {
        **BASE, "name": "Shop", "instance_class": "t4g.medium", "backup_retention_days": 1, "engine_version": "15.4",
        "database_name": "Shop-1", "username": "postgres", "subnet_ids": ["subnet-a"], "monitoring_interval": 7,
        "log_retention_days": 31, "parameters": {"rds.force_ssl": {"value": "0"}}, "allocated_storage": 10,
        "backup_window": "2-3", "maintenance_window": "sunday",
        "master_password_version": 0, "replicas": {"bad-": {"instance_class": "t4g.medium", "monitoring_interval": 2}},
    }  # fmt: skip
    with pytest.raises(AssertionError) as caught:
        plan_module("rds", **wrong)
    said = " ".join(str(caught.value).split())
    for text in (
        "name: write 3 to 30", "write a class such as db.t4g.medium", "backup_retention_days: write 7 to 35",
        "engine_version: write 16 or later", "database_name: write", "username: write", "at least two subnets",
        "monitoring_interval: write 0, 1", "log_retention_days: write", "leave rds.force_ssl out",
        "allocated_storage: write whole GiB", "backup_window: write", "maintenance_window: write", "replicas: name them", "master_password_version: write",
        "replicas: write an instance_class", "replicas: write a monitoring_interval",
    ):  # fmt: skip
        assert text in said, text


def test_blue_green_updates_need_a_password_that_rds_does_not_manage(plan_module) -> None:
    """Terraform leaves out a rule about two variables if the other one is wrong by itself: so these have their own plans."""
    with pytest.raises(AssertionError, match="master_password: write secret") as caught:
        plan_module("rds", **BASE, blue_green_update=True, storage_throughput=4001, allocated_storage=400)
    assert "storage_throughput: write 500 to 4000" in str(caught.value)


def test_blue_green_updates_and_replicas_exclude_each_other(plan_module) -> None:
    with pytest.raises(AssertionError, match="blue_green_update: leave it off") as caught:
        plan_module("rds", **{**REPLICA, "blue_green_update": True, "allocated_storage": 50})
    assert "iops: write 12000 to 64000" in str(caught.value)


def test_windows_that_meet_are_refused(plan_module) -> None:
    """The maintenance window begins on Sunday and ends in Monday's backup: the week is a circle."""
    with pytest.raises(AssertionError, match="does not overlap maintenance_window"):
        plan_module("rds", **BASE, backup_window="23:50-00:30", maintenance_window="sun:23:00-mon:00:00")

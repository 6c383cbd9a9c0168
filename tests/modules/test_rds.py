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
REPLICA = {**BASE, "replicas": {"reports": {"instance_class": "db.t4g.small"}, "second": {}}, "final_snapshot": False}


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


def test_replicas_are_as_safe_as_the_primary(plan_module) -> None:
    plan = plan_module("rds", **REPLICA)
    reports = values(plan, 'aws_db_instance.replica["reports"]')
    assert (reports["identifier"], reports["instance_class"]) == ("shop-reports", "db.t4g.small")
    assert values(plan, 'aws_db_instance.replica["second"]')["instance_class"] == "db.t4g.medium"
    for name in ("storage_encrypted", "deletion_protection", "performance_insights_enabled", "skip_final_snapshot"):
        assert reports[name] is True, name
    assert reports["publicly_accessible"] is False
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
        "backup_window": "2-3", "maintenance_window": "sunday", "replicas": {"Bad": {}},
    }  # fmt: skip
    with pytest.raises(AssertionError) as caught:
        plan_module("rds", **wrong)
    said = " ".join(str(caught.value).split())
    for text in (
        "name: write 3 to 30", "write a class such as db.t4g.medium", "backup_retention_days: write 7 to 35",
        "engine_version: write 16 or later", "database_name: write", "username: write", "at least two subnets",
        "monitoring_interval: write 0, 1", "log_retention_days: write", "leave rds.force_ssl out",
        "allocated_storage: write whole GiB", "backup_window: write", "maintenance_window: write", "replicas: name them",
    ):  # fmt: skip
        assert text in said, text

"""The cache: failover, TLS, IAM instead of a password."""

from __future__ import annotations

import json

import pytest

BASE = {
    "name": "shop",
    "client_security_group_ids": {"web": "sg-0123456789abcdef0"},
    "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    "node_type": "cache.t3.micro",
    "subnet_ids": ["subnet-a", "subnet-b", "subnet-c"],
    "vpc_id": "vpc-0123456789abcdef0",
}
VALKEY = {
    **BASE,
    "engine": "valkey",
    "engine_version": "8.0",
    "num_nodes": 3,
    "notification_topic_arn": "arn:aws:sns:us-east-1:123456789012:alerts",
    "user_name": "shop-web",
}


def values(plan, address: str) -> dict:
    return plan.modules["module.this"].resources[address]["values"]


def test_the_group_fails_over_and_encrypts(plan_module) -> None:
    group = values(plan_module("elasticache", **BASE), "aws_elasticache_replication_group.this")
    expected = {
        "engine": "redis",
        "engine_version": "7.1",
        "num_cache_clusters": 2,
        "automatic_failover_enabled": True,
        "multi_az_enabled": True,
        "at_rest_encryption_enabled": "true",
        "transit_encryption_enabled": True,
        "transit_encryption_mode": "required",
        "kms_key_id": BASE["kms_key_arn"],
        "snapshot_retention_limit": 7,
        "auto_minor_version_upgrade": "true",
        "auth_token": None,
    }
    assert {name: group[name] for name in expected} == expected
    assert {item["log_type"] for item in group["log_delivery_configuration"]} == {"slow-log", "engine-log"}


def test_no_password_exists(plan_module) -> None:
    plan = plan_module("elasticache", **BASE)
    app, default = values(plan, "aws_elasticache_user.app"), values(plan, "aws_elasticache_user.default")
    assert app["authentication_mode"][0]["type"] == "iam"
    assert app["user_id"] == app["user_name"] == "shop-app"
    # Rules are read from the left: only what follows the two bans is allowed in spite of them.
    assert (
        app["access_string"]
        == "on ~* -@all +@connection +@read +@write +@transaction +@scripting -@admin -@dangerous +flushdb"
    )
    assert (default["user_name"], default["access_string"]) == ("default", "off -@all")
    assert '"passwords": [' not in json.dumps(plan.planned_values)


def test_only_the_given_groups_reach_it_and_it_reaches_no_one(plan_module) -> None:
    plan = plan_module("elasticache", **BASE)
    rule = values(plan, 'aws_vpc_security_group_ingress_rule.this["web"]')
    assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (6379, 6379, "tcp")
    assert [name for name in plan.modules["module.this"].resources if "egress" in name] == []


def test_sessions_are_not_the_first_to_go(plan_module) -> None:
    group = values(plan_module("elasticache", **BASE), "aws_elasticache_parameter_group.this")
    assert group["parameter"] == [{"name": "maxmemory-policy", "value": "volatile-lru"}]
    assert group["family"] == "redis7"


def test_valkey_with_more_nodes_and_a_topic(plan_module) -> None:
    plan = plan_module("elasticache", **VALKEY)
    group = values(plan, "aws_elasticache_replication_group.this")
    assert (group["engine"], group["engine_version"], group["num_cache_clusters"]) == ("valkey", "8.0", 3)
    assert group["notification_topic_arn"] == VALKEY["notification_topic_arn"]
    assert values(plan, "aws_elasticache_parameter_group.this")["family"] == "valkey8"
    assert (
        values(plan, "aws_elasticache_user.app")["user_id"]
        == values(plan, "aws_elasticache_user.app")["user_name"]
        == "shop-web"
    )


def test_valkey_keeps_users_of_engine_redis(plan_module) -> None:
    """A user group of engine valkey takes no user without a password, so not the disabled default user."""
    plan = plan_module("elasticache", **VALKEY)
    names = ("user.app", "user.default", "user_group.this")
    assert {values(plan, f"aws_elasticache_{name}")["engine"] for name in names} == {"redis"}


def test_wrong_inputs_are_refused_with_what_to_write(plan_module) -> None:
    wrong = {
        **BASE,
        "name": "a--b",
        "num_nodes": 1,
        "node_type": "t3.micro",
        "snapshot_retention_days": 0,
        "maxmemory_policy": "lru",
        "maintenance_window": "x",
        "snapshot_window": "x",
        "log_retention_days": 2,
    }
    with pytest.raises(AssertionError) as caught:
        plan_module("elasticache", **wrong)
    said = " ".join(str(caught.value).split())
    for text in (
        "single hyphens",
        "num_nodes: write 2 to 6",
        "node_type: write a class",
        "snapshot_retention_days: write",
        "maxmemory_policy: write",
        "maintenance_window: write",
        "snapshot_window: write",
        "log_retention_days: write",
    ):
        assert text in said, text


def test_a_version_that_knows_no_iam_is_refused(plan_module) -> None:
    with pytest.raises(AssertionError, match=r"engine_version: write 7\.0 or 7\.1 for redis"):
        plan_module("elasticache", **BASE, engine_version="6.2")


def test_a_user_name_is_lower_case_as_iam_wants(plan_module) -> None:
    with pytest.raises(AssertionError, match="user_name: write up to 40 lower-case"):
        plan_module("elasticache", **BASE, user_name="Web")


def test_windows_that_meet_are_refused(plan_module) -> None:
    with pytest.raises(AssertionError, match="does not overlap maintenance_window"):
        plan_module("elasticache", **BASE, snapshot_window="05:30-06:30")

"""Monitoring: every critical metric has an alarm that someone hears."""

from __future__ import annotations

import json

import pytest

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
BASE = {
    "name": "shop",
    "alert_emails": ["ops@example.com", "lead@example.com"],
    "cache": {"replication_group_id": "shop", "node_ids": ["shop-001", "shop-002"]},
    "database": {"identifier": "shop", "instance_class": "db.t3.medium", "allocated_storage_gib": 50},
    "distribution_id": "E1ABCDEFGHIJKL",
    "kms_key_arn": KEY,
    "load_balancer": {
        "arn_suffix": "app/shop/0123456789abcdef",
        "target_group_arn_suffix": "targetgroup/shop-blue/0123456789abcdef",
    },
    "monthly_budget_usd": 175,
    "objectives": {"p95_ms": 200},
    "service": {"cluster_name": "shop", "service_name": "shop", "min_tasks": 3, "log_group_name": "/ecs/shop"},
    "us_east_1_kms_key_arn": KEY,
}
LARGE = {
    **BASE,
    "database": {
        "identifier": "shop",
        "instance_class": "db.m7g.large",
        "allocated_storage_gib": 100,
        "replica_identifiers": {"reports": "shop-reports"},
    },
    "nat_gateway_ids": {"0": "nat-0123456789abcdef0"},
    "certificate_arns": {
        "regional": {"origin": "arn:aws:acm:us-east-1:123456789012:certificate/a"},
        "us_east_1": {"viewer": "arn:aws:acm:us-east-1:123456789012:certificate/b"},
    },
    "cost_anomalies": True,
}


def alarms(plan) -> dict:
    resources = plan.modules["module.this"].resources
    return {
        item["values"]["alarm_name"]: item["values"]
        for name, item in resources.items()
        if name.startswith("aws_cloudwatch_metric_alarm")
    }


def test_every_critical_metric_has_an_alarm(plan_module) -> None:
    expected = {
        "application-errors",
        "edge-errors",
        "edge-origin-latency",
        "loadbalancer-errors",
        "loadbalancer-p95",
        "loadbalancer-unhealthy-tasks",
        "service-cpu",
        "service-errors",
        "service-memory",
        "service-too-few-tasks",
    }
    expected |= {
        f"database-{name}"
        for name in (
            "connections",
            "cpu",
            "cpu-credits",
            "free-memory",
            "free-storage",
            "read-latency",
            "write-latency",
        )
    }
    expected |= {
        f"cache-{name}-{node}"
        for name in ("connections", "cpu", "evictions", "lag", "memory")
        for node in ("001", "002")
    }
    assert set(alarms(plan_module("monitoring", **BASE))) == {f"shop-{name}" for name in expected}


def test_more_parts_have_more_alarms_and_no_credits_where_there_are_none(plan_module) -> None:
    extra = set(alarms(plan_module("monitoring", **LARGE))) - set(alarms(plan_module("monitoring", **BASE)))
    assert extra == {
        "shop-certificate-origin",
        "shop-certificate-viewer-us-east-1",
        "shop-database-replica-lag-reports",
        "shop-nat-ports-0",
    }
    assert "shop-database-cpu-credits" not in alarms(plan_module("monitoring", **LARGE))


def test_thresholds_follow_from_the_objectives_and_the_class(plan_module) -> None:
    found = alarms(plan_module("monitoring", **BASE))
    assert (found["shop-loadbalancer-p95"]["extended_statistic"], found["shop-loadbalancer-p95"]["threshold"]) == (
        "p95",
        0.2,
    )
    assert found["shop-service-too-few-tasks"]["threshold"] == 3
    assert found["shop-service-too-few-tasks"]["comparison_operator"] == "LessThanThreshold"
    assert found["shop-database-connections"]["threshold"] == 360  # 80 % of LEAST(4 GiB / 9531392, 5000) = 450
    assert found["shop-database-free-storage"]["threshold"] == 50 * 2**30 * 0.15
    assert alarms(plan_module("monitoring", **LARGE))["shop-database-connections"]["threshold"] == 720


def test_every_alarm_says_what_to_do_and_chooses_what_silence_means(plan_module) -> None:
    for name, alarm in alarms(plan_module("monitoring", **LARGE)).items():
        assert len(alarm["alarm_description"]) > 30, name
        assert alarm["treat_missing_data"] in ("breaching", "notBreaching", "ignore"), name
    plan = plan_module("monitoring", **LARGE)
    for address, change in plan.resource_changes.items():
        if "aws_cloudwatch_metric_alarm" in address or "composite_alarm" in address:
            unknown = change["change"]["after_unknown"]
            assert unknown["alarm_actions"], address
            assert unknown["ok_actions"], address


def test_topics_are_encrypted_and_heard(plan_module) -> None:
    resources = plan_module("monitoring", **BASE).modules["module.this"].resources
    for topic in ("this", "us_east_1"):
        assert resources[f"aws_sns_topic.{topic}"]["values"]["kms_master_key_id"] == KEY
        for address in BASE["alert_emails"]:
            subscription = resources[f'aws_sns_topic_subscription.{topic}["{address}"]']["values"]
            assert (subscription["protocol"], subscription["endpoint"]) == ("email", address)
    policy = json.loads(resources["aws_sns_topic_policy.this"]["values"]["policy"])
    services = {item["Principal"]["Service"] for item in policy["Statement"] if item["Effect"] == "Allow"}
    assert services == {
        "budgets.amazonaws.com",
        "cloudwatch.amazonaws.com",
        "costalerts.amazonaws.com",
        "events.rds.amazonaws.com",
    }
    assert all(
        "aws:SourceAccount" in str(item.get("Condition")) for item in policy["Statement"] if item["Effect"] == "Allow"
    )


def test_what_users_notice_is_one_alarm(plan_module) -> None:
    rule = (
        plan_module("monitoring", **BASE)
        .modules["module.this"]
        .resources["aws_cloudwatch_composite_alarm.user_facing"]["values"]["alarm_rule"]
    )
    assert 'ALARM("shop-loadbalancer-p95")' in rule
    assert 'ALARM("shop-service-errors")' in rule


def test_the_dashboard_follows_the_request(plan_module) -> None:
    body = json.loads(
        plan_module("monitoring", **BASE)
        .modules["module.this"]
        .resources["aws_cloudwatch_dashboard.this"]["values"]["dashboard_body"]
    )
    titles = [
        item["properties"]["title"].split(":")[0]
        for item in sorted(body["widgets"], key=lambda item: (item["y"], item["x"]))
    ]
    assert list(dict.fromkeys(titles)) == ["Edge", "Load balancer", "Tasks", "Database", "Cache"]
    assert all(item["properties"]["metrics"] for item in body["widgets"])


def test_the_budget_warns_before_and_at_its_limit(plan_module) -> None:
    budget = plan_module("monitoring", **BASE).modules["module.this"].resources["aws_budgets_budget.this"]["values"]
    assert float(budget["limit_amount"]) == 175
    assert {(item["notification_type"], item["threshold"]) for item in budget["notification"]} == {
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    }
    assert all(
        sorted(item["subscriber_email_addresses"]) == sorted(BASE["alert_emails"]) for item in budget["notification"]
    )


def test_cost_anomalies_are_an_option(plan_module) -> None:
    assert not [
        name for name in plan_module("monitoring", **BASE).modules["module.this"].resources if "anomaly" in name
    ]
    assert "aws_ce_anomaly_subscription.this[0]" in plan_module("monitoring", **LARGE).modules["module.this"].resources


def test_wrong_inputs_are_refused_with_what_to_write(plan_module) -> None:
    wrong = {**BASE, "name": "S", "alert_emails": ["nobody"], "monthly_budget_usd": 0, "objectives": {"p95_ms": 0}}
    with pytest.raises(AssertionError) as caught:
        plan_module("monitoring", **wrong)
    said = " ".join(str(caught.value).split())
    for text in (
        "name: write 3 to 30",
        "alert_emails: write at least one",
        "monthly_budget_usd: write",
        "objectives: write p95_ms",
    ):
        assert text in said, text

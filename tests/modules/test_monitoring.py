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
    "objectives": {"p95_ms": 200, "availability_percent": 99.9},
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
    "load_balancer": {
        **BASE["load_balancer"],
        "other_target_group_arn_suffixes": {"green": "targetgroup/shop-green/0123456789abcdef"},
    },
    "nat_gateway_ids": {"0": "nat-0123456789abcdef0"},
    "nat_instance_ids": {"1": "i-0123456789abcdef0"},
    "certificate_arns": {
        "regional": {"origin": "arn:aws:acm:us-east-1:123456789012:certificate/a"},
        "us_east_1": {"viewer": "arn:aws:acm:us-east-1:123456789012:certificate/b"},
    },
    "cost_anomalies": True,
    "reserved_percent": 80,
}
HUGE = {**BASE, "database": {**BASE["database"], "instance_class": "db.r7g.24xlarge", "max_connections": 200}}


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
        "shop-loadbalancer-unhealthy-tasks-green",
        "shop-nat-instance-1",
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


def test_large_classes_count_their_memory_and_connections_can_be_given(plan_module) -> None:
    found = alarms(plan_module("monitoring", **HUGE))
    assert found["shop-database-free-memory"]["threshold"] == pytest.approx(768 * 2**30 * 0.1)  # 96 vCPU of 8 GiB
    assert found["shop-database-connections"]["threshold"] == 160


def queries(alarm: dict) -> dict:
    return {item["id"]: item for item in alarm["metric_query"]}


def test_an_outage_of_all_tasks_is_not_silent(plan_module) -> None:
    """RequestCount lacks requests that found no target: what the load balancer refuses must count as requests."""
    found = alarms(plan_module("monitoring", **BASE))
    refused, failed = queries(found["shop-loadbalancer-errors"]), queries(found["shop-service-errors"])
    assert refused["rate"]["expression"] == "100 * FILL(errors, 0) / (FILL(requests, 0) + FILL(errors, 0))"
    assert refused["errors"]["metric"][0]["metric_name"] == "HTTPCode_ELB_5XX_Count"
    assert failed["errors"]["metric"][0]["metric_name"] == "HTTPCode_Target_5XX_Count"
    assert {found[f"shop-{name}-errors"]["threshold"] for name in ("loadbalancer", "service")} == {1.44}


def test_what_users_feel_is_measured_over_both_colours(plan_module) -> None:
    found = alarms(plan_module("monitoring", **LARGE))
    whole = {"LoadBalancer": BASE["load_balancer"]["arn_suffix"]}
    assert found["shop-loadbalancer-p95"]["dimensions"] == whole
    assert queries(found["shop-service-errors"])["errors"]["metric"][0]["dimensions"] == whole
    groups = {
        found[f"shop-loadbalancer-unhealthy-tasks{colour}"]["dimensions"]["TargetGroup"] for colour in ("", "-green")
    }
    assert groups == {f"targetgroup/shop-{colour}/0123456789abcdef" for colour in ("blue", "green")}


def test_a_replica_of_a_quiet_database_is_no_alarm(plan_module) -> None:
    lag = alarms(plan_module("monitoring", **LARGE))["shop-database-replica-lag-reports"]
    assert lag["threshold"] > 300, "what PostgreSQL reports while nothing is written"
    assert lag["dimensions"] == {"DBInstanceIdentifier": "shop-reports"}


def test_silence_is_read_by_its_cause(plan_module) -> None:
    found = alarms(plan_module("monitoring", **LARGE))
    meaning = {
        "cache-lag-001": "notBreaching",
        "cache-memory-001": "breaching",
        "certificate-origin": "ignore",
        "database-cpu": "breaching",
        "edge-errors": "notBreaching",
        "loadbalancer-p95": "notBreaching",
        "nat-instance-1": "breaching",
        "nat-ports-0": "notBreaching",
        "service-too-few-tasks": "breaching",
    }
    assert {name: found[f"shop-{name}"]["treat_missing_data"] for name in meaning} == meaning


def test_the_database_tells_of_its_own_events_only(plan_module) -> None:
    resources = plan_module("monitoring", **LARGE).modules["module.this"].resources
    events = resources["aws_db_event_subscription.this"]["values"]
    assert sorted(events["source_ids"]) == ["shop", "shop-reports"]
    wanted = {"availability", "failover", "failure", "low storage", "maintenance", "read replica"}
    assert wanted <= set(events["event_categories"])


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
    edge = json.loads(resources["aws_sns_topic_policy.us_east_1"]["values"]["policy"])
    allowed = [item["Principal"]["Service"] for item in edge["Statement"] if item["Effect"] == "Allow"]
    assert allowed == ["cloudwatch.amazonaws.com"]
    assert resources["aws_sns_topic.this"]["values"]["name"] != resources["aws_sns_topic.us_east_1"]["values"]["name"]


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
    wrong = {
        **BASE,
        "name": "S",
        "alert_emails": ["nobody"],
        "database": {"identifier": "shop", "instance_class": "t3.medium", "allocated_storage_gib": 0},
        "monthly_budget_usd": 0,
        "objectives": {"p95_ms": 0, "availability_percent": 100},
    }
    with pytest.raises(AssertionError) as caught:
        plan_module("monitoring", **wrong)
    said = " ".join(str(caught.value).split())
    for text in (
        "name: write 3 to 30",
        "alert_emails: write at least one",
        "database.allocated_storage_gib: write",
        "database.instance_class: write",
        "monthly_budget_usd: write",
        "objectives: write p95_ms",
    ):
        assert text in said, text


def test_more_addresses_than_a_budget_can_tell_are_refused(plan_module) -> None:
    addresses = [f"person{number}@example.com" for number in range(11)]
    with pytest.raises(AssertionError, match="at most the 10"):
        plan_module("monitoring", **{**BASE, "alert_emails": addresses})


def test_reservations_are_watched_when_asked(plan_module) -> None:
    def budgets(inputs: dict) -> dict:
        resources = plan_module("monitoring", **inputs).modules["module.this"].resources
        return {name: item["values"] for name, item in resources.items() if "aws_budgets_budget.reservation" in name}

    assert budgets(BASE) == {}
    found = budgets(LARGE)
    assert {item["name"]: (item["budget_type"], item["cost_filter"][0]["values"][0]) for item in found.values()} == {
        "shop-cache-coverage": ("RI_COVERAGE", "Amazon ElastiCache"),
        "shop-cache-utilisation": ("RI_UTILIZATION", "Amazon ElastiCache"),
        "shop-database-coverage": ("RI_COVERAGE", "Amazon Relational Database Service"),
        "shop-database-utilisation": ("RI_UTILIZATION", "Amazon Relational Database Service"),
    }
    for item in found.values():
        [notification] = item["notification"]
        assert (notification["comparison_operator"], notification["threshold"]) == ("LESS_THAN", 80)
        assert set(notification["subscriber_email_addresses"]) == set(BASE["alert_emails"])


def test_a_deployment_stops_at_what_users_notice(plan_module) -> None:
    plan = plan_module("monitoring", **LARGE)
    names = set(plan.output_changes["this"]["after"]["deployment_alarm_names"])
    assert names == {
        "shop-loadbalancer-errors", "shop-service-errors", "shop-loadbalancer-p95",
        "shop-loadbalancer-unhealthy-tasks", "shop-loadbalancer-unhealthy-tasks-green",
    }  # fmt: skip
    assert names <= {alarm["alarm_name"] for alarm in alarms(plan).values()}

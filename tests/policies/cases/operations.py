"""Proofs of the policies on operations."""

from __future__ import annotations

import json
from typing import Any

from tests.features.mutation import Mutation, change, delete, drop, redirect, rewire
from tests.features.reading import Evidence
from tests.policies.cases.case import Case
from tests.policies.forget import forget

ALARM = 'aws_cloudwatch_metric_alarm.this["{}"]'
P95 = ALARM.format("loadbalancer-p95")
FEW = ALARM.format("service-too-few-tasks")

OURS = {"StringEquals": {"aws:SourceAccount": "123456789012"}}


PUBLISHERS = {"Service": ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]}


def _statement(principal: Any, effect: str = "Allow", action: str = "sns:Publish", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": action, "Resource": "*", "Principal": principal}
    return statement | ({"Condition": condition} if condition else {})


def _policy(principal: Any, *others: dict[str, Any], **condition: Any) -> str:
    """Return a topic's policy that lets a principal publish, and says what else is said."""
    return json.dumps({"Version": "2012-10-17", "Statement": [_statement(principal, **condition), *others]})


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _constraint(to: str | None) -> Mutation:
    """Constrain the version of the provider otherwise, in all places."""

    def apply(evidence: Evidence) -> None:
        for provider in evidence.document["configuration"]["provider_config"].values():
            provider["version_constraint"] = to

    return Mutation(f"provider {to}", apply)


def _source(component: str, to: str) -> Mutation:
    """Take a component's module from elsewhere."""

    def apply(evidence: Evidence) -> None:
        evidence.document["configuration"]["root_module"]["module_calls"][component]["source"] = to

    return Mutation(f"{component}: source = {to!r}", apply)


def _rebooting_after(periods: int) -> Mutation:
    """Let an alarm reboot an instance after so many periods."""
    actions = change("monitoring", P95, "alarm_actions", to=["arn:aws:automate:us-east-1:ec2:reboot"])
    counted = [change("monitoring", P95, name, to=periods) for name in ("evaluation_periods", "datapoints_to_alarm")]

    def apply(evidence: Evidence) -> None:
        for mutation in (actions, *counted):
            mutation.apply(evidence)

    return Mutation(f"{P95} reboots after {periods} periods", apply)


def _hidden_key() -> Mutation:
    """Take the key of a topic from a local, which a plan does not show."""
    return rewire("monitoring", "aws_sns_topic.this", "kms_master_key_id", "var.kms_key_arn", "local.kms_key_arn")


CASES: dict[str, Case] = {
    "TIER_AWS_080": Case(
        faults=(
            change("web", "aws_cloudwatch_log_group.this", "retention_in_days", to=0),
            delete("web", "aws_cloudwatch_log_group.this", "retention_in_days"),
            change("network", "aws_cloudwatch_log_group.flow_logs[0]", "retention_in_days", to=3653),
            change("firewall", "aws_cloudwatch_log_group.this", "retention_in_days", to=1),
            change("firewall", "aws_cloudwatch_log_group.this", "retention_in_days", to=365),
            change("network", "aws_cloudwatch_log_group.flow_logs[0]", "retention_in_days", to=30),
            delete("database", 'aws_cloudwatch_log_group.this["campshub360/upgrade"]', "kms_key_id"),
            drop("database", 'aws_cloudwatch_log_group.this["campshub360-reader/postgresql"]'),
            drop("cache", 'aws_cloudwatch_log_group.this["slow-log"]'),
        ),
        harmless=(
            change("web", "aws_cloudwatch_log_group.this", "retention_in_days", to=180),
            change("network", "aws_cloudwatch_log_group.flow_logs[0]", "retention_in_days", to=365),
        ),
        unknown=forget("web", "aws_cloudwatch_log_group.this", "retention_in_days"),
    ),
    "TIER_AWS_081": Case(
        faults=(
            drop("monitoring", 'aws_cloudwatch_metric_alarm.error_rate["loadbalancer-errors"]'),
            drop("monitoring", 'aws_cloudwatch_metric_alarm.error_rate["service-errors"]'),
            drop("monitoring", P95),
            drop("monitoring", ALARM.format("loadbalancer-unhealthy-tasks-green")),
            drop("monitoring", ALARM.format("service-cpu")),
            drop("monitoring", ALARM.format("service-memory")),
            drop("monitoring", FEW),
            drop("monitoring", ALARM.format("database-cpu")),
            drop("monitoring", ALARM.format("database-free-storage")),
            drop("monitoring", ALARM.format("database-connections")),
            drop("monitoring", ALARM.format("database-cpu-credits")),
            drop("monitoring", ALARM.format("database-replica-lag-reader")),
            drop("monitoring", ALARM.format("cache-cpu-003")),
            drop("monitoring", ALARM.format("cache-memory-001")),
            drop("monitoring", ALARM.format("cache-evictions-002")),
            drop("monitoring", ALARM.format("cache-connections-002")),
            drop("monitoring", ALARM.format("cache-lag-003")),
            drop("monitoring", ALARM.format("database-read-latency")),
            drop("monitoring", ALARM.format("database-write-latency")),
            drop("monitoring", ALARM.format("nat-ports-1")),
            drop("monitoring", 'aws_cloudwatch_metric_alarm.us_east_1["edge-errors"]'),
            drop("monitoring", 'aws_cloudwatch_metric_alarm.us_east_1["edge-origin-latency"]'),
            drop("monitoring", ALARM.format("certificate-origin")),
            change("monitoring", ALARM.format("service-cpu"), "metric_name", to="MemoryUtilization"),
            change("monitoring", ALARM.format("database-cpu"), "dimensions", "DBInstanceIdentifier", to="other"),
            change(
                "monitoring",
                ALARM.format("database-replica-lag-reader"),
                "dimensions",
                "DBInstanceIdentifier",
                to="campshub360",
            ),
            delete("monitoring", ALARM.format("service-cpu"), "dimensions"),
            change("monitoring", ALARM.format("nat-ports-0"), "namespace", to="AWS/EC2"),
            redirect("monitoring", "load_balancer", "module.balancer"),
            redirect("monitoring", "distribution_id", "module.edge", "module.network"),
        ),
        unknown=forget("monitoring", ALARM.format("database-cpu"), "metric_name"),
    ),
    "TIER_AWS_082": Case(
        faults=(
            change("monitoring", P95, "actions_enabled", to=False),
            delete("monitoring", P95, "alarm_actions"),
            change("monitoring", FEW, "alarm_actions", to=[]),
            change("monitoring", "aws_cloudwatch_composite_alarm.user_facing", "alarm_actions", to=[]),
            change("monitoring", "aws_cloudwatch_composite_alarm.user_facing", "actions_enabled", to=False),
            drop("monitoring", "aws_sns_topic_subscription.us_east_1*"),
            drop("monitoring", "aws_sns_topic_subscription.this*"),
            rewire(
                "monitoring",
                "aws_sns_topic_subscription.us_east_1",
                "topic_arn",
                "aws_sns_topic.us_east_1",
                "aws_sns_topic.this.arn",
            ),
            change("monitoring", P95, "alarm_actions", to=["platform@example.com"]),
        ),
        harmless=(
            change("monitoring", P95, "alarm_actions", to=["arn:aws:sns:us-east-1:123456789012:another-stack"]),
            delete("monitoring", P95, "ok_actions"),
        ),
        unknown=rewire(
            "monitoring", "aws_cloudwatch_metric_alarm.this", "alarm_actions", "aws_sns_topic.this", "local.arn"
        ),
    ),
    "TIER_AWS_083": Case(
        faults=(
            change("monitoring", P95, "threshold", to=100),
            change("monitoring", P95, "threshold", to=0),
            change("monitoring", P95, "comparison_operator", to="LessThanThreshold"),
            change("monitoring", P95, "extended_statistic", to="p50"),
            change("monitoring", 'aws_cloudwatch_metric_alarm.us_east_1["edge-origin-latency"]', "threshold", to=200),
            change("monitoring", 'aws_cloudwatch_metric_alarm.us_east_1["edge-errors"]', "threshold", to=50),
            change("monitoring", 'aws_cloudwatch_metric_alarm.error_rate["service-errors"]', "threshold", to=100),
            change(
                "monitoring",
                'aws_cloudwatch_metric_alarm.error_rate["loadbalancer-errors"]',
                "metric_query",
                {"id": "rate"},
                "return_data",
                to=False,
            ),
            change(
                "monitoring",
                'aws_cloudwatch_metric_alarm.error_rate["service-errors"]',
                "metric_query",
                {"id": "rate"},
                "expression",
                to="100 * failures / requests",
            ),
            change("monitoring", ALARM.format("service-cpu"), "threshold", to=101),
            change("monitoring", ALARM.format("service-cpu"), "statistic", to="Minimum"),
            change("monitoring", ALARM.format("service-memory"), "treat_missing_data", to="notBreaching"),
            change("monitoring", FEW, "threshold", to=1),
            change("monitoring", FEW, "treat_missing_data", to="missing"),
            change(
                "monitoring", ALARM.format("database-free-storage"), "comparison_operator", to="GreaterThanThreshold"
            ),
            change("monitoring", ALARM.format("database-free-storage"), "threshold", to=10),
            change("monitoring", ALARM.format("database-connections"), "threshold", to=5000),
            change("monitoring", ALARM.format("database-cpu"), "evaluation_periods", to=1440),
            change("monitoring", ALARM.format("database-cpu"), "datapoints_to_alarm", to=20),
            change("monitoring", ALARM.format("database-replica-lag-reader"), "threshold", to=86400),
            change("monitoring", ALARM.format("cache-evictions-001"), "threshold", to=10**9),
            change("monitoring", ALARM.format("cache-memory-002"), "period", to=90),
            change("monitoring", ALARM.format("nat-ports-0"), "threshold", to=10**6),
            change("monitoring", ALARM.format("nat-ports-0"), "treat_missing_data", to="breaching"),
            change("monitoring", ALARM.format("loadbalancer-unhealthy-tasks"), "threshold", to=50),
            change("monitoring", ALARM.format("application-errors"), "threshold", to=10**6),
            change("monitoring", ALARM.format("certificate-origin"), "threshold", to=1),
            change("monitoring", ALARM.format("certificate-origin"), "threshold", to=14),
            change("monitoring", ALARM.format("certificate-origin"), "period", to=3600),
            delete("monitoring", ALARM.format("certificate-origin"), "treat_missing_data"),
            change("monitoring", ALARM.format("database-cpu"), "threshold", to=40),
            change("monitoring", ALARM.format("database-cpu-credits"), "threshold", to=20),
            change("monitoring", ALARM.format("database-connections"), "threshold", to=300),
            change("monitoring", ALARM.format("database-free-storage"), "threshold", to=2 * 2**30),
            change("monitoring", ALARM.format("database-free-memory"), "threshold", to=2**28),
            change("monitoring", ALARM.format("database-replica-lag-reader"), "threshold", to=120),
            change("monitoring", ALARM.format("database-write-latency"), "treat_missing_data", to="notBreaching"),
            change("monitoring", ALARM.format("cache-connections-001"), "threshold", to=3000),
            change("monitoring", ALARM.format("cache-lag-002"), "treat_missing_data", to="breaching"),
            change("monitoring", ALARM.format("application-errors"), "threshold", to=100),
            delete("monitoring", ALARM.format("application-errors"), "treat_missing_data"),
            delete("monitoring", ALARM.format("loadbalancer-unhealthy-tasks"), "treat_missing_data"),
            delete("monitoring", 'aws_cloudwatch_metric_alarm.error_rate["service-errors"]', "treat_missing_data"),
            change("monitoring", 'aws_cloudwatch_metric_alarm.us_east_1["edge-origin-latency"]', "threshold", to=40),
            change("monitoring", 'aws_cloudwatch_metric_alarm.us_east_1["edge-errors"]', "period", to=300),
            change("monitoring", P95, "period", to=30),
            change("monitoring", P95, "evaluation_periods", to=40),
            change("monitoring", ALARM.format("nat-ports-1"), "evaluation_periods", to=10),
            _rebooting_after(2),
            delete(
                "monitoring",
                'aws_cloudwatch_metric_alarm.error_rate["loadbalancer-errors"]',
                "metric_query",
                {"id": "requests"},
                "metric",
            ),
        ),
        harmless=(
            change("monitoring", P95, "threshold", to=0.08),
            change("monitoring", ALARM.format("service-cpu"), "threshold", to=70),
            change("monitoring", FEW, "threshold", to=4),
            change("monitoring", ALARM.format("cache-cpu-001"), "threshold", to=90),
            change("monitoring", ALARM.format("certificate-origin"), "threshold", to=45),
            change("monitoring", ALARM.format("nat-ports-1"), "evaluation_periods", to=2),
            delete("monitoring", ALARM.format("service-cpu"), "datapoints_to_alarm"),
        ),
        unknown=forget("monitoring", P95, "threshold"),
    ),
    "TIER_AWS_084": Case(
        faults=(
            change("monitoring", ALARM.format("database-cpu"), "dimensions", "DBInstanceIdentifier", to="another"),
            change("monitoring", ALARM.format("service-cpu"), "dimensions", "ServiceName", to="campshub360"),
            change("monitoring", FEW, "dimensions", "ClusterName", to="another"),
            change("monitoring", ALARM.format("cache-cpu-001"), "dimensions", to={"CacheClusterId": "another-001"}),
            delete("monitoring", ALARM.format("cache-cpu-001"), "dimensions"),
            change("monitoring", P95, "dimensions", to={}),
            change(
                "monitoring",
                'aws_cloudwatch_metric_alarm.us_east_1["edge-errors"]',
                "dimensions",
                to={"DistributionId": "E1", "Region": "us-east-1"},
            ),
            change("monitoring", ALARM.format("application-errors"), "metric_name", to="ApplicationError"),
            change(
                "monitoring",
                'aws_cloudwatch_metric_alarm.error_rate["service-errors"]',
                "metric_query",
                {"id": "errors"},
                "metric",
                0,
                "dimensions",
                to={},
            ),
        ),
        harmless=(
            change("monitoring", ALARM.format("cache-cpu-001"), "dimensions", to={"CacheClusterId": "campshub360-002"}),
        ),
        unknown=forget("monitoring", ALARM.format("database-cpu"), "dimensions"),
    ),
    "TIER_AWS_085": Case(
        faults=(
            drop("monitoring", P95),
            change("monitoring", "aws_cloudwatch_composite_alarm.user_facing", "alarm_rule", to="FALSE"),
            change("monitoring", "aws_cloudwatch_composite_alarm.user_facing", "alarm_rule", to='ALARM("another")'),
            delete("monitoring", "aws_cloudwatch_composite_alarm.user_facing", "alarm_rule"),
        ),
        harmless=(
            change(
                "monitoring",
                "aws_cloudwatch_composite_alarm.user_facing",
                "alarm_rule",
                to="ALARM(campshub360-service-cpu)",
            ),
        ),
        unknown=forget("monitoring", "aws_cloudwatch_composite_alarm.user_facing", "alarm_rule"),
        decided_by_reference=True,
    ),
    "TIER_AWS_086": Case(
        faults=(
            delete("monitoring", "aws_sns_topic.this", "kms_master_key_id"),
            change("monitoring", "aws_sns_topic.us_east_1", "kms_master_key_id", to="alias/aws/sns"),
            drop("monitoring", "aws_sns_topic_subscription.us_east_1*"),
            drop("monitoring", "aws_sns_topic_subscription.this*"),
            change("monitoring", "aws_sns_topic_subscription.this*", "endpoint", to=""),
            change("monitoring", "aws_sns_topic_subscription.this*", "protocol", to="sms"),
            change("monitoring", "aws_sns_topic_subscription.us_east_1*", "protocol", to="http"),
            change("monitoring", "aws_sns_topic_subscription.us_east_1*", "endpoint", to="platform"),
            rewire(
                "monitoring",
                "aws_sns_topic_subscription.this",
                "topic_arn",
                "aws_sns_topic.this",
                "aws_sns_topic.us_east_1.arn",
            ),
        ),
        unknown=_hidden_key(),
    ),
    "TIER_AWS_087": Case(
        faults=(
            change("monitoring", "aws_sns_topic_policy.this", "policy", to=_policy({"AWS": "*"})),
            change("monitoring", "aws_sns_topic_policy.this", "policy", to=_policy("*")),
            change(
                "monitoring",
                "aws_sns_topic_policy.us_east_1",
                "policy",
                to=_policy({"Service": "cloudwatch.amazonaws.com"}),
            ),
            change(
                "monitoring",
                "aws_sns_topic_policy.us_east_1",
                "policy",
                to=_policy(
                    {"Service": "cloudwatch.amazonaws.com"}, StringEqualsIfExists={"aws:SourceAccount": "123456789012"}
                ),
            ),
            change(
                "monitoring",
                "aws_sns_topic_policy.us_east_1",
                "policy",
                to=_policy({"Service": "budgets.amazonaws.com"}, **OURS),
            ),
            change(
                "monitoring",
                "aws_sns_topic_policy.this",
                "policy",
                to=_policy({"Service": "cloudwatch.amazonaws.com"}, **OURS),
            ),
            change("monitoring", "aws_sns_topic_policy.this", "policy", to=_policy({"AWS": "*"}, **OURS)),
            change(
                "monitoring",
                "aws_sns_topic_policy.this",
                "policy",
                to=_policy(PUBLISHERS, _statement(PUBLISHERS, action="sns:*", **OURS), **OURS),
            ),
            change(
                "monitoring",
                "aws_sns_topic_policy.this",
                "policy",
                to=_policy(PUBLISHERS, _statement({"AWS": "*"}, "Deny"), **OURS),
            ),
            change(
                "monitoring",
                "aws_sns_topic_policy.this",
                "policy",
                to=_policy(PUBLISHERS, _statement({"Service": "costalerts.amazonaws.com"}, "Deny", **OURS), **OURS),
            ),
            change(
                "monitoring",
                "aws_budgets_budget.this",
                "notification",
                0,
                "subscriber_sns_topic_arns",
                to=["campshub360-edge-alerts"],
            ),
            drop("monitoring", "aws_sns_topic_policy.us_east_1"),
        ),
        harmless=(
            change(
                "monitoring",
                "aws_sns_topic_policy.us_east_1",
                "policy",
                to=_policy({"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]}, **OURS),
            ),
            change(
                "monitoring",
                "aws_sns_topic_policy.this",
                "policy",
                to=_policy(PUBLISHERS, _statement({"AWS": "*"}, "Deny", Bool={"aws:SecureTransport": "false"}), **OURS),
            ),
        ),
        unknown=forget("monitoring", "aws_sns_topic_policy.this", "policy"),
        decided_by_reference=True,
    ),
    "TIER_AWS_088": Case(
        faults=(
            drop("monitoring", "aws_db_event_subscription.this"),
            change("monitoring", "aws_db_event_subscription.this", "enabled", to=False),
            change("monitoring", "aws_db_event_subscription.this", "event_categories", to=["maintenance"]),
            delete("monitoring", "aws_db_event_subscription.this", "event_categories", 1),
            change("monitoring", "aws_db_event_subscription.this", "source_ids", to=["campshub360"]),
            change("monitoring", "aws_db_event_subscription.this", "source_type", to="db-snapshot"),
            delete("monitoring", "aws_db_event_subscription.this", "sns_topic"),
            drop("monitoring", "aws_sns_topic_subscription.this*"),
        ),
        harmless=(
            delete("monitoring", "aws_db_event_subscription.this", "event_categories"),
            delete("monitoring", "aws_db_event_subscription.this", "source_ids"),
        ),
        unknown=forget("monitoring", "aws_db_event_subscription.this", "event_categories"),
    ),
    "TIER_AWS_089": Case(
        faults=(
            drop("monitoring", "aws_budgets_budget.this"),
            change("monitoring", "aws_budgets_budget.this", "limit_amount", to="1000"),
            change("monitoring", "aws_budgets_budget.this", "limit_amount", to="48.5"),
            change("monitoring", "aws_budgets_budget.this", "limit_unit", to="GBP"),
            change("monitoring", "aws_budgets_budget.this", "time_unit", to="ANNUALLY"),
            change("monitoring", "aws_budgets_budget.this", "budget_type", to="USAGE"),
            change("monitoring", "aws_budgets_budget.this", "notification", to=[]),
            delete("monitoring", "aws_budgets_budget.this", "notification", {"notification_type": "FORECASTED"}),
            delete("monitoring", "aws_budgets_budget.this", "notification", {"notification_type": "ACTUAL"}),
            change(
                "monitoring",
                "aws_budgets_budget.this",
                "notification",
                {"notification_type": "FORECASTED"},
                "threshold",
                to=1000,
            ),
            change("monitoring", "aws_budgets_budget.this", "notification", "*", "subscriber_email_addresses", to=[]),
            change(
                "monitoring",
                "aws_budgets_budget.this",
                "cost_filter",
                to=[{"name": "Service", "values": ["AmazonCloudWatch"]}],
            ),
            delete("monitoring", "aws_budgets_budget.this", "notification", {"threshold": 80}),
            change("monitoring", "aws_budgets_budget.this", "notification", {"threshold": 80}, "threshold", to=20),
            change(
                "monitoring",
                "aws_budgets_budget.this",
                "notification",
                {"notification_type": "FORECASTED"},
                "threshold",
                to=50,
            ),
            drop("monitoring", 'aws_budgets_budget.reservation["cache-coverage"]'),
            drop("monitoring", 'aws_budgets_budget.reservation["database-utilisation"]'),
            change(
                "monitoring",
                'aws_budgets_budget.reservation["database-coverage"]',
                "notification",
                0,
                "comparison_operator",
                to="GREATER_THAN",
            ),
        ),
        harmless=(
            change("monitoring", "aws_budgets_budget.reservation*", "notification", 0, "threshold", to=90),
            change("monitoring", "aws_budgets_budget.this", "notification", {"threshold": 80}, "threshold", to=75),
        ),
        unknown=forget("monitoring", "aws_budgets_budget.this", "limit_amount"),
    ),
    "TIER_AWS_090": Case(
        faults=(
            delete("network", "aws_vpc.this", "tags_all", "owner"),
            delete("database", 'aws_db_instance.replica["reader"]', "tags_all", "cost-centre"),
            delete("cache", "aws_elasticache_replication_group.this", "tags_all"),
            change("storage", 'aws_s3_bucket.this["media"]', "tags_all", to={}),
            change("web", "aws_ecs_service.blue_green[0]", "tags_all", "environment", to=""),
            change("balancer", "aws_lb.this", "tags_all", "tier", to="tier1"),
            delete("monitoring", P95, "tags_all", "application"),
            delete("edge", "aws_cloudfront_distribution.this", "tags_all", "managed-by"),
        ),
        harmless=(change("network", "aws_vpc.this", "tags_all", "owner", to="another-team"),),
        unknown=forget("network", "aws_vpc.this", "tags_all"),
    ),
    "TIER_AWS_091": Case(
        faults=(
            change("balancer", "aws_lb.this", "enable_deletion_protection", to=False),
            delete("balancer", "aws_lb.this", "enable_deletion_protection"),
            change("database", "aws_db_instance.this", "deletion_protection", to=False),
            delete("database", "aws_db_instance.this", "deletion_protection"),
            change("dns", "aws_route53_zone.this[0]", "force_destroy", to=True),
            change("web", "aws_ecs_service.blue_green[0]", "force_delete", to=True),
        ),
        harmless=(change("database", 'aws_db_instance.replica["reader"]', "deletion_protection", to=True),),
        unknown=forget("database", "aws_db_instance.this", "deletion_protection"),
    ),
    "TIER_AWS_092": Case(
        faults=(
            drop("monitoring", "aws_cloudwatch_log_metric_filter.errors"),
            drop("monitoring", ALARM.format("application-errors")),
            change("monitoring", "aws_cloudwatch_log_metric_filter.errors", "pattern", to=""),
            change(
                "monitoring",
                "aws_cloudwatch_log_metric_filter.errors",
                "log_group_name",
                to="/aws/vpc/campshub360/flow-logs",
            ),
            change(
                "monitoring", "aws_cloudwatch_log_metric_filter.errors", "metric_transformation", 0, "name", to="Errors"
            ),
            change(
                "monitoring", "aws_cloudwatch_log_metric_filter.errors", "metric_transformation", 0, "value", to="0"
            ),
            change("monitoring", ALARM.format("application-errors"), "namespace", to="another/application"),
        ),
        unknown=forget("monitoring", "aws_cloudwatch_log_metric_filter.errors", "pattern"),
    ),
    "TIER_AWS_093": Case(
        faults=(
            change("release", "aws_codedeploy_deployment_group.this", "alarm_configuration", 0, "enabled", to=False),
            change("release", "aws_codedeploy_deployment_group.this", "alarm_configuration", 0, "alarms", to=[]),
            change(
                "release", "aws_codedeploy_deployment_group.this", "alarm_configuration", 0, "alarms", 0, to="another"
            ),
            change(
                "release",
                "aws_codedeploy_deployment_group.this",
                "alarm_configuration",
                0,
                "ignore_poll_alarm_failure",
                to=True,
            ),
            change("release", "aws_codedeploy_deployment_group.this", "alarm_configuration", to=[]),
            change(
                "release", "aws_codedeploy_deployment_group.this", "auto_rollback_configuration", 0, "enabled", to=False
            ),
            change(
                "release",
                "aws_codedeploy_deployment_group.this",
                "auto_rollback_configuration",
                0,
                "events",
                to=["DEPLOYMENT_FAILURE"],
            ),
            drop("monitoring", P95),
            change(
                "release",
                "aws_codedeploy_deployment_group.this",
                "alarm_configuration",
                0,
                "alarms",
                to=["campshub360-loadbalancer-errors"],
            ),
        ),
        unknown=forget("release", "aws_codedeploy_deployment_group.this", "alarm_configuration", 0, "enabled"),
    ),
    "TIER_AWS_094": Case(
        faults=(
            change("monitoring", "aws_cloudwatch_dashboard.this", "dashboard_body", to="{"),
            change("monitoring", "aws_cloudwatch_dashboard.this", "dashboard_body", to='{"widgets": []}'),
            change(
                "monitoring",
                "aws_cloudwatch_dashboard.this",
                "dashboard_body",
                to='{"widgets": [{"type": "metric", "properties": {"metrics": []}}]}',
            ),
            delete("monitoring", "aws_cloudwatch_dashboard.this", "dashboard_body"),
        ),
        harmless=(
            change(
                "monitoring",
                "aws_cloudwatch_dashboard.this",
                "dashboard_body",
                to='{"widgets": [{"type": "metric", "properties": {"metrics": [["AWS/ECS", "CPUUtilization"]]}}]}',
            ),
        ),
        why_no_unknown="the tiers' own body is unknown before the apply, and accepted as such",
    ),
    "TIER_AWS_095": Case(
        faults=(
            _constraint(">= 5.100"),
            _constraint(None),
            _source("network", "terraform-aws-modules/vpc/aws"),
            _source("database", "git::https://github.com/example/rds.git"),
        ),
        harmless=(_constraint("5.100.0"), _constraint(">= 5.100, < 6")),
        why_no_unknown="versions and sources are literals in any configuration",
    ),
    "TIER_AWS_096": Case(
        faults=(
            drop("edge", "aws_cloudwatch_log_delivery.this"),
            rewire(
                "edge",
                "aws_cloudwatch_log_delivery.this",
                "delivery_destination_arn",
                "aws_cloudwatch_log_delivery_destination.this",
                "aws_cloudwatch_log_delivery_source.this.arn",
            ),
            change("edge", "aws_cloudwatch_log_delivery.this", "delivery_source_name", to="another"),
            delete("edge", "aws_cloudwatch_log_delivery.this", "delivery_destination_arn"),
            redirect("edge", "access_log_bucket_arn", "module.storage", "module.keys.key_arns"),
            delete("firewall", "aws_wafv2_web_acl_logging_configuration.this", "log_destination_configs"),
            delete("network", "aws_flow_log.this", "log_destination"),
            delete("network", "aws_flow_log.this", "iam_role_arn"),
            drop("firewall", "aws_cloudwatch_log_resource_policy.this"),
            change(
                "firewall",
                "aws_cloudwatch_log_resource_policy.this",
                "policy_document",
                to=_document(_statement({"Service": "route53.amazonaws.com"}, action="logs:PutLogEvents", **OURS)),
            ),
        ),
        unknown=forget("edge", "aws_cloudwatch_log_delivery.this", "delivery_source_name"),
        decided_by_reference=True,
    ),
}

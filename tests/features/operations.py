"""Rows: monitoring and alerting, blue-green deployments."""

from __future__ import annotations

import re

from tests.features.mutation import answer, change, drop, redirect, redirect_output, rewire
from tests.features.reading import Reading
from tests.features.row import Row, Tier

DATABASE = "aws_db_instance.this"
SERVICE = "aws_ecs_service.blue_green[0]"
GROUP = "aws_codedeploy_deployment_group.this"
ALARM = "aws_cloudwatch_metric_alarm"

# What each alarm measures. Those of other rows are not here: p95, unhealthy tasks, the application's errors, a replica's lag.
CACHE_METRICS = {
    "connections": "CurrConnections", "cpu": "EngineCPUUtilization", "evictions": "Evictions", "lag": "ReplicationLag",
    "memory": "DatabaseMemoryUsagePercentage",
}  # fmt: skip
ALARMS = {
    'error_rate["loadbalancer-errors"]': "HTTPCode_ELB_5XX_Count",
    'error_rate["service-errors"]': "HTTPCode_Target_5XX_Count",
    'this["service-cpu"]': "CPUUtilization",
    'this["service-memory"]': "MemoryUtilization",
    'this["service-too-few-tasks"]': "RunningTaskCount",
    'this["database-connections"]': "DatabaseConnections",
    'this["database-cpu"]': "CPUUtilization",
    'this["database-cpu-credits"]': "CPUCreditBalance",
    'this["database-free-memory"]': "FreeableMemory",
    'this["database-free-storage"]': "FreeStorageSpace",
    'this["database-read-latency"]': "ReadLatency",
    'this["database-write-latency"]': "WriteLatency",
    **{f'this["cache-{key}-{node}"]': it for key, it in CACHE_METRICS.items() for node in ("001", "002")},
    'this["certificate-origin"]': "DaysToExpiry",
    'us_east_1["certificate-viewer-us-east-1"]': "DaysToExpiry",
    'us_east_1["edge-errors"]': "5xxErrorRate",
}
ALARMS_OF_A_TIER = {
    "tier1": {'this["nat-instance-0"]': "StatusCheckFailed"},
    "tier2": {
        **{f'this["cache-{key}-003"]': it for key, it in CACHE_METRICS.items()},
        **{f'this["nat-ports-{zone}"]': "ErrorPortAllocation" for zone in range(3)},
    },
}

monitoring = Row("CloudWatch monitoring and alerting")


def _alarm(key: str, metric: str, only: str | None = None) -> None:
    address, rate = f"{ALARM}.{key}", ("metric_query", {"id": "errors"}, "metric", 0)
    place = (*rate, "metric_name") if key.startswith("error_rate") else ("metric_name",)

    @monitoring.proves(
        drop("monitoring", address),
        change("monitoring", address, *place, to="Other"),
        only=only, name="alarm " + key.partition('"')[2].rstrip('"]'),
    )  # fmt: skip
    def watched(reading: Reading, tier: Tier) -> None:
        alarm = reading.one("monitoring", address)
        queried = {item["metric_name"] for query in alarm["metric_query"] for item in query["metric"]}
        assert metric in {alarm["metric_name"], *queried}


for _key, _metric in ALARMS.items():
    _alarm(_key, _metric)
for _tier, _alarms in ALARMS_OF_A_TIER.items():
    for _key, _metric in _alarms.items():
        _alarm(_key, _metric, only=_tier)


@monitoring.proves(change("monitoring", f'{ALARM}.this["service-too-few-tasks"]', "threshold", to=1))
def fewer_tasks_than_auto_scaling_keeps(reading: Reading, tier: Tier) -> None:
    assert reading.one("monitoring", f'{ALARM}.this["service-too-few-tasks"]')["threshold"] == 3


@monitoring.proves(
    change("monitoring", f'{ALARM}.this["service-cpu"]', "actions_enabled", to=False),
    change("monitoring", f'{ALARM}.this["service-cpu"]', "alarm_actions", to=[]),
    rewire("monitoring", f"{ALARM}.us_east_1", "alarm_actions", "aws_sns_topic.us_east_1"),
)
def every_alarm_tells_somebody(reading: Reading, tier: Tier) -> None:
    for address, alarm in reading.all("monitoring", ALARM).items():
        kind = address.partition("[")[0]
        topic = "aws_sns_topic.us_east_1" if kind.endswith("us_east_1") else "aws_sns_topic.this"
        assert alarm["actions_enabled"] is True, address
        assert alarm.get("alarm_actions") or reading.unknown("monitoring", address).get("alarm_actions"), address
        assert topic in reading.wiring("monitoring", kind, "alarm_actions"), address


@monitoring.proves(change("monitoring", f'{ALARM}.this["database-cpu"]', "treat_missing_data", to="missing"))
def silence_of_what_must_report_rings(reading: Reading, tier: Tier) -> None:
    alarms = reading.some("monitoring", ALARM)
    silent = {item["treat_missing_data"] for item in alarms if item["namespace"] in ("AWS/ECS", "AWS/RDS", "AWS/EC2")}
    assert silent == {"breaching"}


@monitoring.proves(
    drop("monitoring", "aws_cloudwatch_composite_alarm.user_facing"),
    change("monitoring", "aws_cloudwatch_composite_alarm.user_facing", "alarm_rule", to="FALSE"),
)
def one_alarm_for_what_users_notice(reading: Reading, tier: Tier) -> None:
    rule = reading.one("monitoring", "aws_cloudwatch_composite_alarm.user_facing")["alarm_rule"]
    assert set(re.findall(r'ALARM\("campshub360-([^"]+)"\)', rule)) == {
        "loadbalancer-errors", "loadbalancer-p95", "service-errors", "service-too-few-tasks"
    }  # fmt: skip


@monitoring.proves(
    drop("monitoring", "aws_cloudwatch_dashboard.this"),
    redirect_output("dashboard", "module.monitoring.dashboard_name"),
)
def a_dashboard(reading: Reading, tier: Tier) -> None:
    assert "aws_cloudwatch_dashboard.this" in reading.all("monitoring", "aws_cloudwatch_dashboard")
    assert "module.monitoring.dashboard_name" in reading.output_references("dashboard")


@monitoring.proves(change("monitoring", "aws_db_event_subscription.this", "enabled", to=False))
def events_of_the_database(reading: Reading, tier: Tier) -> None:
    assert reading.one("monitoring", "aws_db_event_subscription.this")["enabled"] is True


@monitoring.proves(change("web", "aws_ecs_cluster.this", "setting", 0, "value", to="disabled"))
def container_insights(reading: Reading, tier: Tier) -> None:
    settings = {item["name"]: item["value"] for item in reading.one("web", "aws_ecs_cluster.this")["setting"]}
    assert settings["containerInsights"] in ("enabled", "enhanced")


@monitoring.proves(
    change("database", DATABASE, "performance_insights_enabled", to=False),
    change("database", DATABASE, "monitoring_interval", to=0),
    change("database", DATABASE, "enabled_cloudwatch_logs_exports", to=[]),
)
def the_database_from_inside(reading: Reading, tier: Tier) -> None:
    database = reading.one("database", DATABASE)
    assert database["performance_insights_enabled"] is True
    assert 0 < database["monitoring_interval"] <= 60
    assert "postgresql" in database["enabled_cloudwatch_logs_exports"]


@monitoring.proves(change("cache", "aws_elasticache_replication_group.this", "log_delivery_configuration", to=[]))
def logs_of_the_cache(reading: Reading, tier: Tier) -> None:
    delivered = reading.one("cache", "aws_elasticache_replication_group.this")["log_delivery_configuration"]
    assert {item["log_type"] for item in delivered} == {"engine-log", "slow-log"}


@monitoring.proves(
    change("balancer", "aws_lb.this", "access_logs", 0, "enabled", to=False),
    drop("edge", "aws_cloudwatch_log_delivery.this"),
    redirect("edge", "access_log_bucket_arn", 'module.storage.bucket_arns["logs"]'),
)
def access_logs_of_edge_and_load_balancer(reading: Reading, tier: Tier) -> None:
    assert [item["enabled"] for item in reading.one("balancer", "aws_lb.this")["access_logs"]] == [True]
    assert "aws_cloudwatch_log_delivery.this" in reading.all("edge", "aws_cloudwatch_log_delivery")
    assert 'module.storage.bucket_arns["logs"]' in reading.references("edge", "access_log_bucket_arn")


blue_green = Row("Blue-green deployments with no downtime")


@blue_green.proves(change("web", SERVICE, "deployment_controller", 0, "type", to="ECS"))
def codedeploy_replaces_the_tasks(reading: Reading, tier: Tier) -> None:
    assert [item["type"] for item in reading.one("web", SERVICE)["deployment_controller"]] == ["CODE_DEPLOY"]


@blue_green.proves(change("release", "aws_codedeploy_app.this", "compute_platform", to="Server"))
def an_application_for_ecs(reading: Reading, tier: Tier) -> None:
    assert reading.one("release", "aws_codedeploy_app.this")["compute_platform"] == "ECS"


@blue_green.proves(
    change("release", GROUP, "deployment_style", 0, "deployment_type", to="IN_PLACE"),
    change("release", GROUP, "deployment_style", 0, "deployment_option", to="WITHOUT_TRAFFIC_CONTROL"),
    change("release", GROUP, "ecs_service", 0, "service_name", to="other"),
)
def new_tasks_beside_the_old_ones(reading: Reading, tier: Tier) -> None:
    group = reading.one("release", GROUP)
    assert group["deployment_style"] == [{"deployment_option": "WITH_TRAFFIC_CONTROL", "deployment_type": "BLUE_GREEN"}]
    assert [item["service_name"] for item in group["ecs_service"]] == [reading.one("web", SERVICE)["name"]]


@blue_green.proves(change("release", GROUP, "deployment_config_name", to="CodeDeployDefault.ECSAllAtOnce"))
def traffic_moves_in_steps(reading: Reading, tier: Tier) -> None:
    assert reading.one("release", GROUP)["deployment_config_name"] == tier.traffic


@blue_green.proves(
    change("release", GROUP, "load_balancer_info", 0, "target_group_pair_info", 0, "target_group", 1, "name", to="x"),
    drop("balancer", 'aws_lb_target_group.this["green"]'),
)
def between_two_target_groups(reading: Reading, tier: Tier) -> None:
    [pair] = reading.one("release", GROUP)["load_balancer_info"][0]["target_group_pair_info"]
    groups = {item["name"] for item in reading.some("balancer", "aws_lb_target_group")}
    assert {item["name"] for item in pair["target_group"]} == groups == {"campshub360-blue", "campshub360-green"}


@blue_green.proves(
    drop("balancer", "aws_lb_listener.test[0]"),
    change("balancer", "aws_lb_listener.test[0]", "port", to=443),
    drop("balancer", "aws_vpc_security_group_ingress_rule.test[0]"),
    drop("balancer", "aws_lb_listener_rule.test[0]"),
    rewire("balancer", "aws_lb_listener_rule.test", "action", 'aws_lb_target_group.this["green"]'),
    redirect("release", "test_listener_arn", "module.balancer.test_listener_arn"),
)
def tried_before_viewers_reach_it(reading: Reading, tier: Tier) -> None:
    listener = reading.one("balancer", "aws_lb_listener.test[0]")
    rule = reading.one("balancer", "aws_vpc_security_group_ingress_rule.test[0]")
    assert listener["port"] == rule["to_port"] == 8443
    assert "aws_lb_listener_rule.test[0]" in reading.all("balancer", "aws_lb_listener_rule")
    assert 'aws_lb_target_group.this["green"].arn' in reading.wiring("balancer", "aws_lb_listener_rule.test", "action")
    assert "module.balancer.test_listener_arn" in reading.references("release", "test_listener_arn")


@blue_green.proves(redirect("release", "listener_arn", "module.balancer.listener_arn"))
def on_the_listener_of_the_viewers(reading: Reading, tier: Tier) -> None:
    assert "module.balancer.listener_arn" in reading.references("release", "listener_arn")


@blue_green.proves(
    change("release", GROUP, "alarm_configuration", 0, "enabled", to=False),
    change("release", GROUP, "alarm_configuration", 0, "ignore_poll_alarm_failure", to=True),
    change("release", GROUP, "alarm_configuration", 0, "alarms", to=["campshub360-loadbalancer-p95"]),
)
def an_alarm_stops_it(reading: Reading, tier: Tier) -> None:
    [alarms] = reading.one("release", GROUP)["alarm_configuration"]
    assert (alarms["enabled"], alarms["ignore_poll_alarm_failure"]) == (True, False)
    watched = {name.removeprefix("campshub360-") for name in alarms["alarms"]}
    assert watched == {
        "loadbalancer-errors", "loadbalancer-p95", "loadbalancer-unhealthy-tasks", "loadbalancer-unhealthy-tasks-green",
        "service-errors",
    }  # fmt: skip


@blue_green.proves(
    change("release", GROUP, "auto_rollback_configuration", 0, "enabled", to=False),
    change("release", GROUP, "auto_rollback_configuration", 0, "events", to=["DEPLOYMENT_FAILURE"]),
)
def rolled_back_by_itself(reading: Reading, tier: Tier) -> None:
    [rollback] = reading.one("release", GROUP)["auto_rollback_configuration"]
    assert rollback["enabled"] is True
    assert {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"} <= set(rollback["events"])


@blue_green.proves(
    change(
        "release", GROUP, "blue_green_deployment_config", 0, "terminate_blue_instances_on_deployment_success", 0,
        "termination_wait_time_in_minutes", to=0,
    ),
    change("web", "aws_ecs_task_definition.this", "skip_destroy", to=False),
)  # fmt: skip
def the_old_version_stays_at_hand(reading: Reading, tier: Tier) -> None:
    [settings] = reading.one("release", GROUP)["blue_green_deployment_config"]
    [ending] = settings["terminate_blue_instances_on_deployment_success"]
    assert ending["termination_wait_time_in_minutes"] >= 5
    assert reading.one("web", "aws_ecs_task_definition.this")["skip_destroy"] is True


@blue_green.proves(change("balancer", "aws_lb_target_group.this[*]", "deregistration_delay", to="0"))
def requests_under_way_are_finished(reading: Reading, tier: Tier) -> None:
    groups = reading.some("balancer", "aws_lb_target_group")
    assert all(int(item["deregistration_delay"]) >= 30 for item in groups)


@blue_green.proves(
    *(drop("web", f'aws_ecs_task_definition.one_off["{it}"]') for it in ("collectstatic", "migrate")),
    answer("release", "before", to=[]),
)
def the_database_is_migrated_first(reading: Reading, tier: Tier) -> None:
    assert reading.output("release")["before"] == ["migrate", "collectstatic"]
    tasks = reading.all("web", "aws_ecs_task_definition")
    assert {f'aws_ecs_task_definition.one_off["{it}"]' for it in ("migrate", "collectstatic")} <= set(tasks)


@blue_green.proves(
    change("release", GROUP, "trigger_configuration", to=[]),
    redirect("release", "topic", "module.monitoring.topic_arn"),
)
def trouble_is_told(reading: Reading, tier: Tier) -> None:
    [trigger] = reading.one("release", GROUP)["trigger_configuration"] or [{"trigger_events": []}]
    assert {"DeploymentFailure", "DeploymentRollback"} <= set(trigger["trigger_events"])
    assert "module.monitoring.topic_arn" in reading.references("release", "topic")

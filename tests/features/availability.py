"""Rows: auto-scaling, Multi-AZ, backups, health checks and failover."""

from __future__ import annotations

from tests.features.mutation import change, delete, drop, redirect
from tests.features.reading import Reading
from tests.features.row import Row, Tier

SERVICE = "aws_ecs_service.blue_green[0]"
DATABASE = "aws_db_instance.this"
CACHE = "aws_elasticache_replication_group.this"
CPU = 'aws_appautoscaling_policy.this["cpu"]'
MEMORY = 'aws_appautoscaling_policy.this["memory"]'
REQUESTS = "aws_appautoscaling_policy.requests[0]"
TRACKING = "target_tracking_scaling_policy_configuration"
METRIC = (TRACKING, 0, "predefined_metric_specification", 0, "predefined_metric_type")

scaling = Row("Auto-scaling on CPU and on memory")


def _tracks(reading: Reading, policy: str, metric: str) -> None:
    [tracking] = reading.one("web", policy)[TRACKING]
    [specification] = tracking["predefined_metric_specification"]
    assert specification["predefined_metric_type"] == metric
    assert 0 < tracking["target_value"] <= 80, "room for the minutes that a new task takes"


@scaling.proves(
    drop("web", CPU),
    change("web", CPU, *METRIC, to="ALBRequestCountPerTarget"),
    change("web", CPU, TRACKING, 0, "target_value", to=95),
)
def on_cpu(reading: Reading, tier: Tier) -> None:
    _tracks(reading, CPU, "ECSServiceAverageCPUUtilization")


@scaling.proves(
    drop("web", MEMORY),
    change("web", MEMORY, *METRIC, to="ALBRequestCountPerTarget"),
    change("web", MEMORY, TRACKING, 0, "target_value", to=95),
)
def on_memory(reading: Reading, tier: Tier) -> None:
    _tracks(reading, MEMORY, "ECSServiceAverageMemoryUtilization")


@scaling.proves(
    change("web", "aws_appautoscaling_target.this", "max_capacity", to=3),
    change("web", "aws_appautoscaling_target.this", "min_capacity", to=0),
)
def between_bounds(reading: Reading, tier: Tier) -> None:
    target = reading.one("web", "aws_appautoscaling_target.this")
    assert (target["min_capacity"], target["max_capacity"]) == (3, tier.most_tasks)


@scaling.proves(change("web", "aws_appautoscaling_target.this", "resource_id", to="service/campshub360/other"))
def of_the_service_that_serves(reading: Reading, tier: Tier) -> None:
    cluster, service = reading.one("web", "aws_ecs_cluster.this"), reading.one("web", SERVICE)
    target = reading.one("web", "aws_appautoscaling_target.this")
    assert target["resource_id"] == f"service/{cluster['name']}/{service['name']}"


@scaling.proves(
    drop("web", REQUESTS),
    delete("web", REQUESTS, TRACKING, 0, "customized_metric_specification", 0, "metrics", {"id": "green"}),
    only="tier2",
)
def on_requests_of_both_target_groups(reading: Reading, tier: Tier) -> None:
    [tracking] = reading.one("web", REQUESTS)[TRACKING]
    [specification] = tracking["customized_metric_specification"]
    metrics = {item["id"]: item["expression"] for item in specification["metrics"]}
    assert metrics == {"blue": "", "green": "", "requests": "SUM([blue, green])"}


@scaling.proves(
    *(drop("web", f'aws_appautoscaling_scheduled_action.this["school-day-{end}"]') for end in ("begins", "ends")),
    only="tier2",
)
def before_the_school_day(reading: Reading, tier: Tier) -> None:
    actions = reading.some("web", "aws_appautoscaling_scheduled_action")
    assert {item["schedule"]: item["scalable_target_action"][0]["min_capacity"] for item in actions} == {
        "cron(30 6 ? * MON-FRI *)": str(tier.tasks),
        "cron(0 19 ? * MON-FRI *)": "3",
    }


zones = Row("Multi-AZ for high availability")


def _layer(layer: str) -> None:
    @zones.proves(
        drop("network", f'aws_subnet.{layer}["2"]'),
        change("network", f'aws_subnet.{layer}["2"]', "availability_zone", to="us-east-1a"),
        name=f"{layer} subnets in three zones",
    )
    def in_three_zones(reading: Reading, tier: Tier) -> None:
        subnets = [reading.one("network", f'aws_subnet.{layer}["{zone}"]') for zone in range(3)]
        assert len({item["availability_zone"] for item in subnets}) == 3


def _spread(component: str, subnets: str) -> None:
    @zones.proves(
        redirect(component, "subnet_ids", f"module.network.{subnets}"), name=f"{component} in the subnets of all zones"
    )
    def in_all_zones(reading: Reading, tier: Tier) -> None:
        assert f"module.network.{subnets}" in reading.references(component, "subnet_ids")


for _name in ("public", "private", "database"):
    _layer(_name)
for _component, _subnets in (
    ("balancer", "private_subnet_ids"), ("web", "private_subnet_ids"),
    ("database", "database_subnet_ids"), ("cache", "database_subnet_ids"),
):  # fmt: skip
    _spread(_component, _subnets)


@zones.proves(change("database", DATABASE, "multi_az", to=False))
def database_with_a_standby(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", DATABASE)["multi_az"] is True


@zones.proves(change("cache", CACHE, "multi_az_enabled", to=False))
def cache_nodes_in_several_zones(reading: Reading, tier: Tier) -> None:
    assert reading.one("cache", CACHE)["multi_az_enabled"] is True


@zones.proves(change("web", SERVICE, "availability_zone_rebalancing", to="DISABLED"))
def tasks_rebalanced_over_the_zones(reading: Reading, tier: Tier) -> None:
    assert reading.one("web", SERVICE)["availability_zone_rebalancing"] == "ENABLED"


@zones.proves(drop("network", 'aws_nat_gateway.this["2"]'), drop("network", 'aws_route.private["2"]'), only="tier2")
def a_way_out_of_its_own_in_each_zone(reading: Reading, tier: Tier) -> None:
    assert len(reading.all("network", "aws_nat_gateway")) == 3
    assert len([address for address in reading.all("network", "aws_route") if ".private[" in address]) == 3


backups = Row("Automated backups and point-in-time recovery")


@backups.proves(change("database", DATABASE, "backup_retention_period", to=0))
def database_to_any_second(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", DATABASE)["backup_retention_period"] == tier.backup_days


@backups.proves(change("database", DATABASE, "delete_automated_backups", to=True))
def backups_outlive_the_database(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", DATABASE)["delete_automated_backups"] is False


@backups.proves(change("database", DATABASE, "skip_final_snapshot", to=True))
def a_last_snapshot(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", DATABASE)["skip_final_snapshot"] is False


@backups.proves(change("cache", CACHE, "snapshot_retention_limit", to=0))
def snapshots_of_the_cache(reading: Reading, tier: Tier) -> None:
    assert reading.one("cache", CACHE)["snapshot_retention_limit"] == tier.snapshot_days


def _versions(bucket: str) -> None:
    address = f'aws_s3_bucket_versioning.this["{bucket}"]'

    @backups.proves(
        drop("storage", address),
        change("storage", address, "versioning_configuration", 0, "status", to="Suspended"),
        name=f"former versions in the bucket {bucket}",
    )
    def versioned(reading: Reading, tier: Tier) -> None:
        assert reading.one("storage", address)["versioning_configuration"][0]["status"] == "Enabled"


for _name in ("backups", "logs", "media", "static"):
    _versions(_name)

failover = Row("Health checks and automatic failover")


@failover.proves(
    change("balancer", 'aws_lb_target_group.this["blue"]', "health_check", 0, "enabled", to=False),
    change("balancer", 'aws_lb_target_group.this["green"]', "health_check", 0, "interval", to=300),
)
def a_broken_task_is_left_out_within_a_minute(reading: Reading, tier: Tier) -> None:
    groups = reading.some("balancer", "aws_lb_target_group")
    for [check] in (item["health_check"] for item in groups):
        assert check["enabled"] is True
        assert check["interval"] * check["unhealthy_threshold"] <= 60


def _unhealthy(colour: str, alarm: str) -> None:
    address = f'aws_cloudwatch_metric_alarm.this["{alarm}"]'

    @failover.proves(
        drop("monitoring", address),
        change("monitoring", address, "threshold", to=100),
        name=f"unhealthy {colour} tasks ring",
    )
    def rings(reading: Reading, tier: Tier) -> None:
        alarm = reading.one("monitoring", address)
        assert (alarm["metric_name"], alarm["threshold"]) == ("UnHealthyHostCount", 0)


_unhealthy("blue", "loadbalancer-unhealthy-tasks")
_unhealthy("green", "loadbalancer-unhealthy-tasks-green")


@failover.proves(change("web", SERVICE, "health_check_grace_period_seconds", to=0))
def a_starting_task_is_not_killed(reading: Reading, tier: Tier) -> None:
    assert reading.one("web", SERVICE)["health_check_grace_period_seconds"] >= 30


@failover.proves(change("cache", CACHE, "automatic_failover_enabled", to=False))
def the_cache_fails_over(reading: Reading, tier: Tier) -> None:
    assert reading.one("cache", CACHE)["automatic_failover_enabled"] is True


@failover.proves(
    change("monitoring", "aws_db_event_subscription.this", "event_categories", to=["low storage", "failure"]),
)
def a_failover_of_the_database_is_told(reading: Reading, tier: Tier) -> None:
    assert {"availability", "failover"} <= set(
        reading.one("monitoring", "aws_db_event_subscription.this")["event_categories"]
    )


@failover.proves(change("balancer", "aws_lb.this", "enable_zonal_shift", to=False))
def a_zone_can_be_left_at_once(reading: Reading, tier: Tier) -> None:
    assert reading.one("balancer", "aws_lb.this")["enable_zonal_shift"] is True


@failover.proves(
    change("edge", "aws_cloudfront_distribution.this", "custom_error_response", "*", "error_caching_min_ttl", to=300),
    change("edge", "aws_cloudfront_distribution.this", "custom_error_response", to=[]),
)
def viewers_see_the_recovery_at_once(reading: Reading, tier: Tier) -> None:
    kept = reading.one("edge", "aws_cloudfront_distribution.this")["custom_error_response"]
    assert {500, 502, 503, 504} <= {item["error_code"] for item in kept if item["error_caching_min_ttl"] <= 1}


def _nat(action: str) -> None:
    address = f'aws_cloudwatch_metric_alarm.nat["{action}"]'

    @failover.proves(
        drop("network", address), change("network", address, "alarm_actions", to=[]),
        only="tier1", name=f"the NAT instance: {action}",
    )  # fmt: skip
    def heals(reading: Reading, tier: Tier) -> None:
        assert reading.one("network", address)["alarm_actions"] == [f"arn:aws:automate:us-east-1:ec2:{action}"]


_nat("recover")
_nat("reboot")

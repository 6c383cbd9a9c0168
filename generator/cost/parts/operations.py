"""What watches: alarms, dashboards, logs, metrics of containers."""

from __future__ import annotations

from generator.cost.uses import Part, Setting, Unpriced, month, traffic, unstated
from generator.cost.volumes import KB_PER_GB
from generator.policy import Resource, known

HIGH_RESOLUTION = 60  # seconds: a shorter period makes an alarm of high resolution
# Container Insights, by the tables of its metrics (ECS developer guide): 13 for a cluster; for each of its services 16
# and 10 for the task definition; all of them are custom metrics.
CLUSTER_METRICS, SERVICE_METRICS = 13, 26
FLOW_LOG_KB = 0.2  # for each request at the tasks: four records of 50 bytes, compressed


def alarm(resource: Resource, _setting: Setting) -> Part:
    """Yield an alarm, counted by its metrics."""
    queries = [block for block in resource.blocks("metric_query") if block.get("metric")]
    period = resource["period"]
    quick = known(period) and period is not None and period < HIGH_RESOLUTION
    count = len(queries) or 1
    kind = "alarm_high_resolution" if quick else "alarm"
    yield month(resource, "alarm, by its metrics", f"cloudwatch.{kind}", count, f"{count} metrics")


def composite_alarm(resource: Resource, _setting: Setting) -> Part:
    """Yield a composite alarm."""
    yield month(resource, "composite alarm", "cloudwatch.composite_alarm")


def dashboard(resource: Resource, _setting: Setting) -> Part:
    """Yield a dashboard."""
    yield month(resource, "dashboard", "cloudwatch.dashboard")


def filtered(resource: Resource, _setting: Setting) -> Part:
    """Yield the custom metrics that a filter makes."""
    yield month(resource, "custom metric", "cloudwatch.metric", len(resource.blocks("metric_transformation")) or 1)


def task_logs(resource: Resource, setting: Setting) -> Part:
    """Yield what tasks log, for each task definition of a service."""
    if not resource.plan.pointing_to(resource, "aws_ecs_service", "task_definition"):
        return
    if setting.volumes is None:
        yield unstated(resource, "logs")
        return
    volumes = setting.volumes
    why = f"{volumes.origin / 1e6:.1f} M requests x {volumes.traffic.log_kb:g} kB"
    yield traffic(resource, "logs taken in", "cloudwatch.logs_ingest_gb", volumes.log_gb, why)
    yield traffic(resource, "logs kept a month", "cloudwatch.logs_storage_gb", volumes.log_gb, why)


def flow_log(resource: Resource, setting: Setting) -> Part:
    """Yield what flow logs bring to CloudWatch Logs; those that go to S3 are a part of its storage."""
    if resource["log_destination_type"] not in (None, "", "cloud-watch-logs"):
        return
    if setting.volumes is None:
        yield unstated(resource, "flow logs")
        return
    amount = setting.volumes.origin * FLOW_LOG_KB / KB_PER_GB
    why = f"{setting.volumes.origin / 1e6:.1f} M requests x {FLOW_LOG_KB:g} kB"
    yield traffic(resource, "flow logs taken in", "cloudwatch.logs_ingest_gb", amount, why)


def cluster(resource: Resource, _setting: Setting) -> Part:
    """Yield the metrics of Container Insights."""
    values = [item.get("value") for item in resource.blocks("setting") if item.get("name") == "containerInsights"]
    services = len(resource.plan.pointing_to(resource, "aws_ecs_service", "cluster"))
    if "enhanced" in values:
        yield Unpriced(resource.address, resource.type, "enhanced observability is charged by what it observes")
    elif "enabled" in values:
        count = CLUSTER_METRICS + SERVICE_METRICS * services
        yield month(resource, "Container Insights", "cloudwatch.metric", count, f"{count} metrics")


RULES = {
    "aws_ecs_cluster": cluster,
    "aws_cloudwatch_metric_alarm": alarm,
    "aws_cloudwatch_composite_alarm": composite_alarm,
    "aws_cloudwatch_dashboard": dashboard,
    "aws_cloudwatch_log_metric_filter": filtered,
    "aws_ecs_task_definition": task_logs,
    "aws_flow_log": flow_log,
}

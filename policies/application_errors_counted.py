"""Errors that the application logs are counted, and an alarm watches the count."""

import json
from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

# Who else names a log group as the place of its logs: not the application.
OTHERS = (
    ("aws_flow_log", "log_destination"),
    ("aws_wafv2_web_acl_logging_configuration", "log_destination_configs"),
    ("aws_elasticache_replication_group", "log_delivery_configuration"),
    ("aws_route53_query_log", "cloudwatch_log_group_arn"),
)


@policy(
    id="TIER_AWS_092",
    title="A metric filter counts the errors in the application's log, and an alarm watches the count",
    severity=Severity.MEDIUM,
    why="An error that is only logged shows in no metric: nobody reads the log before a user complains.",
    remedy="add an `aws_cloudwatch_log_metric_filter` on the tasks' log group and an alarm on its metric",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html",
    resources=["aws_cloudwatch_log_metric_filter", "aws_ecs_service"],
    unknown=rejected("names of metrics and patterns are literals; a log group of the plan is found by reference"),
)
def counted(resource: Resource) -> Iterator[Fault]:
    """Judge each filter, and ask for one on the log of each service."""
    if resource.type == "aws_ecs_service":
        filters = resource.plan.of("aws_cloudwatch_log_metric_filter")
        groups = _logs(resource)
        if not any(_reads(item, group) for item in filters for group in groups):
            yield Fault("no metric filter counts the errors in its log")
        return
    yield from _counts(resource)
    for block in resource.blocks("metric_transformation"):
        if not any(_watches(alarm, block) for alarm in resource.plan.of("aws_cloudwatch_metric_alarm")):
            yield Fault(f"no alarm watches the metric {block.get('name')}", "metric_transformation[0].name")


def _counts(item: Resource) -> Iterator[Fault]:
    """Refuse a filter that counts nothing, everything, or by nothing."""
    if not str(item["pattern"] or "").strip():
        yield Fault("its pattern counts every line", "pattern")
    for block in item.blocks("metric_transformation"):
        if str(block.get("value", "")).strip() in ("", "0", "0.0"):
            yield Fault("each match counts as nothing", "metric_transformation[0].value")


def _watches(alarm: Resource, block: Any) -> bool:
    metrics = [{"namespace": alarm["namespace"], "metric_name": alarm["metric_name"]}]
    metrics += [metric for query in alarm.blocks("metric_query") for metric in query.get("metric") or []]
    wanted = (block.get("namespace"), block.get("name"))
    return any((item.get("namespace"), item.get("metric_name")) == wanted for item in metrics)


def _reads(item: Resource, group: Resource | str) -> bool:
    name = item["log_group_name"]
    if known(name):
        return name == group if isinstance(group, str) else name in group.identities
    return not isinstance(group, str) and item.points_to(group, "log_group_name")


def _logs(service: Resource) -> list[Resource | str]:
    """Return the log groups of a service: those its containers name, or, where only the apply tells, all that fit."""
    groups: list[Resource | str] = []
    for task in service.refers_to("task_definition"):
        definitions = task["container_definitions"] if task.type == "aws_ecs_task_definition" else None
        if known(definitions) and definitions:
            options = [_options(item) for item in _containers(definitions)]
            groups += [item["awslogs-group"] for item in options if item.get("awslogs-group")]
    if groups:
        return groups
    fitting = [group for group in service.plan.of("aws_cloudwatch_log_group") if not _taken(group)]
    near = [group for group in fitting if group.module == service.module]
    return list(near or fitting)


def _containers(text: str) -> list[Any]:
    """Return the containers of a definition; one that is not JSON has none."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _options(container: Any) -> dict[str, Any]:
    return (container.get("logConfiguration") or {}).get("options") or {}


def _taken(group: Resource) -> bool:
    """Say whether the log group is some other service's."""
    return any(group.plan.pointing_to(group, kind, argument) for kind, argument in OTHERS)

"""The dimensions of an alarm name a resource of the plan, of the kind that its metric is about."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, accepted, known, policy

TARGETS = ("aws_lb_target_group", "aws_alb_target_group")
# Dimensions that name a resource, and the types that they name.
NAMED = {
    "LoadBalancer": ("aws_lb", "aws_alb"),
    "TargetGroup": TARGETS,
    "ClusterName": ("aws_ecs_cluster",),
    "ServiceName": ("aws_ecs_service",),
    "DBInstanceIdentifier": ("aws_db_instance", "aws_rds_cluster_instance"),
    "DBClusterIdentifier": ("aws_rds_cluster",),
    "CacheClusterId": ("aws_elasticache_replication_group", "aws_elasticache_cluster"),
    "DistributionId": ("aws_cloudfront_distribution",),
    "NatGatewayId": ("aws_nat_gateway",),
    "InstanceId": ("aws_instance",),
    "CertificateArn": ("aws_acm_certificate", "aws_acm_certificate_validation"),
}
# Dimensions without which a namespace has no data, one of each; an alarm on less watches nothing.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "AWS/ApplicationELB": (("LoadBalancer", "TargetGroup"),),
    "AWS/NetworkELB": (("LoadBalancer", "TargetGroup"),),
    "AWS/ECS": (("ClusterName",),),
    "ECS/ContainerInsights": (("ClusterName",),),
    "AWS/RDS": (("DBInstanceIdentifier", "DBClusterIdentifier", "DatabaseClass", "EngineName"),),
    "AWS/ElastiCache": (("CacheClusterId", "clusterId", "ReplicationGroupId"),),
    "AWS/CloudFront": (("DistributionId",), ("Region",)),
    "AWS/NATGateway": (("NatGatewayId",),),
    "AWS/EC2": (("InstanceId", "AutoScalingGroupName", "ImageId", "InstanceType"),),
    "AWS/CertificateManager": (("CertificateArn",),),
}
PER_TARGETS = ("UnHealthyHostCount", "HealthyHostCount")


@policy(
    id="TIER_AWS_084",
    title="An alarm's dimensions name a resource of the plan of the kind that its metric is about",
    severity=Severity.HIGH,
    why="An alarm on a resource that does not exist has no data and never goes off.",
    remedy="set `dimensions` from the attributes of the resource to be watched",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension",
    resources=["aws_cloudwatch_metric_alarm"],
    unknown=accepted(
        "where a local hides the reference, the plan does not show what is named; that there are as many such alarms "
        "as components, in a module that is given those, is judged by the policy on critical metrics"
    ),
)
def watches(alarm: Resource) -> Iterator[Fault]:
    """Refuse dimensions that are missing, or lead elsewhere."""
    if not alarm["metric_query"]:
        yield from _judged(alarm, alarm["namespace"], alarm["metric_name"], alarm["dimensions"], "dimensions")
        return
    for index, query in enumerate(alarm.blocks("metric_query")):
        for metric in query.get("metric") or []:
            dimensions, place = metric.get("dimensions"), f"metric_query[{index}].metric[0].dimensions"
            yield from _judged(alarm, metric.get("namespace"), metric.get("metric_name"), dimensions, place)


def _judged(alarm: Resource, namespace: Any, metric: Any, dimensions: Any, place: str) -> Iterator[Fault]:
    needed = _needed(namespace, metric)
    if not needed:
        yield from _made(alarm, namespace, metric)
        return
    if known(dimensions):
        yield from _complete(needed, dimensions or {}, place)
        yield from _named(alarm, dimensions or {}, place)
        unknown = [value for value in (dimensions or {}).values() if not known(value)]
    else:
        unknown = [dimensions]
    if unknown:
        yield from _referred(alarm, needed, unknown[0], place)


def _needed(namespace: Any, metric: Any) -> tuple[tuple[str, ...], ...]:
    needed = NEEDED.get(str(namespace or ""), ())
    return (*needed, ("TargetGroup",)) if metric in PER_TARGETS else needed


def _made(alarm: Resource, namespace: Any, metric: Any) -> Iterator[Fault]:
    """Ask for the metric of a log metric filter: another name in the same namespace is a slip."""
    blocks = [
        block
        for item in alarm.plan.of("aws_cloudwatch_log_metric_filter")
        for block in item.blocks("metric_transformation")
    ]
    names = [block.get("name") for block in blocks if namespace and block.get("namespace") == namespace]
    if names and metric not in names:
        yield Fault(f"nothing in the plan makes the metric {metric}", "metric_name")


def _complete(needed: tuple[tuple[str, ...], ...], dimensions: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """Ask for the dimensions that the metric is reported with."""
    for one_of in needed:
        if not any(name in dimensions and not _empty(dimensions[name]) for name in one_of):
            yield Fault(f"without {' or '.join(one_of)} it has no data", place)
    region = dimensions.get("Region")
    if "DistributionId" in dimensions and known(region) and region not in (None, "Global"):
        yield Fault(f"CloudFront reports in the region Global, not {region}", place)


def _empty(value: Any) -> bool:
    return known(value) and not value


def _named(alarm: Resource, dimensions: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """Compare known names with those of the plan's resources, if it has any of the kind and knows their names."""
    for dimension, value in dimensions.items():
        resources = alarm.plan.of(*NAMED.get(dimension, ()))
        names = [_names(resource) for resource in resources]
        if not resources or not known(value) or not all(names):
            continue
        if not any(_is(value, name, dimension) for found in names for name in found):
            yield Fault(f"{dimension} {value} is nothing in this plan", place)


def _names(resource: Resource) -> set[str]:
    keys = ("arn_suffix", "cluster_identifier", "replication_group_id", "cluster_id", "identifier", "name")
    return {resource[key] for key in keys if known(resource[key]) and resource[key]} | resource.identities


def _is(value: str, name: str, dimension: str) -> bool:
    """Say whether a dimension's value is a name; of a replication group, that of one of its nodes."""
    if dimension == "CacheClusterId":
        return value == name or re.fullmatch(re.escape(name) + r"(-\d{4})?-\d{3}", value) is not None
    return value == name


def _referred(alarm: Resource, needed: tuple[tuple[str, ...], ...], unknown: Any, place: str) -> Iterator[Fault]:
    """Ask that what an unknown dimension refers to is of the kind needed."""
    found = alarm.refers_to("dimensions" if place == "dimensions" else "metric_query")
    kinds = [kind for one_of in needed for name in one_of for kind in NAMED.get(name, ())]
    if not found or not kinds:
        bool(unknown)
    elif not any(item.type in kinds or item.mode == "data" for item in found):
        yield Fault(f"it names {found[0].address}, which has no such metric", place)

"""Each component that can take the service down is watched by an alarm on each of its critical metrics."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

Step = str | int


@dataclass(frozen=True)
class Critical:
    """What must be watched of a component: one of these metrics, with the component in this dimension."""

    what: str
    metrics: tuple[str, ...]
    namespaces: tuple[str, ...]
    dimension: str


@dataclass(frozen=True)
class Series:
    """One metric that an alarm looks at, by itself or in an expression."""

    alarm: Resource
    namespace: Any
    metric: Any
    dimensions: Any
    path: tuple[Step, ...]


ALB, NLB, ECS, RDS = "AWS/ApplicationELB", "AWS/NetworkELB", "AWS/ECS", "AWS/RDS"
BALANCER = (
    Critical("errors of its own", ("HTTPCode_ELB_5XX_Count",), (ALB,), "LoadBalancer"),
    Critical("errors of its targets", ("HTTPCode_Target_5XX_Count",), (ALB,), "LoadBalancer"),
    Critical("response time", ("TargetResponseTime",), (ALB,), "LoadBalancer"),
)
TARGETS = (Critical("unhealthy targets", ("UnHealthyHostCount", "HealthyHostCount"), (ALB, NLB), "TargetGroup"),)
SERVICE = (
    Critical("CPU", ("CPUUtilization",), (ECS,), "ServiceName"),
    Critical("memory", ("MemoryUtilization",), (ECS,), "ServiceName"),
    Critical("running tasks", ("RunningTaskCount",), ("ECS/ContainerInsights", ECS), "ServiceName"),
)
DATABASE = (
    Critical("CPU", ("CPUUtilization",), (RDS,), "DBInstanceIdentifier"),
    Critical("free storage", ("FreeStorageSpace",), (RDS,), "DBInstanceIdentifier"),
    Critical("connections", ("DatabaseConnections",), (RDS,), "DBInstanceIdentifier"),
    Critical("free memory", ("FreeableMemory", "SwapUsage"), (RDS,), "DBInstanceIdentifier"),
)
LATENCY = (
    Critical("read latency", ("ReadLatency",), (RDS,), "DBInstanceIdentifier"),
    Critical("write latency", ("WriteLatency",), (RDS,), "DBInstanceIdentifier"),
)
CREDITS = Critical("CPU credits", ("CPUCreditBalance",), (RDS,), "DBInstanceIdentifier")
REPLICA = (Critical("lag", ("ReplicaLag",), (RDS,), "DBInstanceIdentifier"),)
CLUSTER = (
    Critical("CPU", ("CPUUtilization",), (RDS,), "DBClusterIdentifier"),
    Critical("connections", ("DatabaseConnections",), (RDS,), "DBClusterIdentifier"),
)
NODE = (
    Critical("CPU", ("EngineCPUUtilization", "CPUUtilization"), ("AWS/ElastiCache",), "CacheClusterId"),
    Critical(
        "memory",
        ("DatabaseMemoryUsagePercentage", "DatabaseCapacityUsagePercentage", "FreeableMemory"),
        ("AWS/ElastiCache",),
        "CacheClusterId",
    ),
    Critical("evictions", ("Evictions",), ("AWS/ElastiCache",), "CacheClusterId"),
)
NODE_IN_TIERS = (
    Critical("connections", ("CurrConnections",), ("AWS/ElastiCache",), "CacheClusterId"),
    Critical("lag", ("ReplicationLag",), ("AWS/ElastiCache",), "CacheClusterId"),
)
EDGE = (Critical("errors", ("5xxErrorRate", "TotalErrorRate"), ("AWS/CloudFront",), "DistributionId"),)
EDGE_LATENCY = Critical("origin latency", ("OriginLatency",), ("AWS/CloudFront",), "DistributionId")
GATEWAY = (Critical("exhausted ports", ("ErrorPortAllocation",), ("AWS/NATGateway",), "NatGatewayId"),)
NAT_INSTANCE = (
    Critical("failed checks", ("StatusCheckFailed", "StatusCheckFailed_System"), ("AWS/EC2",), "InstanceId"),
)
RESTARTED = (
    Critical("failed checks of its host", ("StatusCheckFailed_System",), ("AWS/EC2",), "InstanceId"),
    Critical("failed checks of its own", ("StatusCheckFailed_Instance",), ("AWS/EC2",), "InstanceId"),
)
CERTIFICATE = (Critical("expiry", ("DaysToExpiry",), ("AWS/CertificateManager",), "CertificateArn"),)


@policy(
    id="TIER_AWS_081",
    title="An alarm watches each critical metric of each component",
    severity=Severity.HIGH,
    why="What no alarm watches is first noticed by the users.",
    remedy="add an `aws_cloudwatch_metric_alarm` on the metric with the component in its `dimensions`",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html",
    resources=[
        "aws_lb", "aws_alb", "aws_lb_target_group", "aws_alb_target_group", "aws_ecs_service", "aws_db_instance",
        "aws_rds_cluster", "aws_elasticache_replication_group", "aws_elasticache_cluster",
        "aws_cloudfront_distribution", "aws_nat_gateway", "aws_instance", "aws_acm_certificate",
    ],
    unknown=rejected("an alarm's metric is a literal: one that is not known may be no alarm on what it should watch"),
)  # fmt: skip
def watched(component: Resource) -> Iterator[Fault]:
    """Ask for the alarms on a component: those that name it, or as many as there are components like it."""
    series = [item for alarm in component.plan.of("aws_cloudwatch_metric_alarm") for item in _series(alarm)]
    for critical in _critical(component):
        about = [item for item in series if known(item.metric) and known(item.namespace) and _on(item, critical)]
        for name in _missing(component, critical, about):
            for item in series:
                bool(item.metric and item.namespace)  # an alarm on no one knows what may be the missing one
            yield Fault(f"no alarm watches the {critical.what} of {name} ({' or '.join(critical.metrics)})")


def _on(series: Series, critical: Critical) -> bool:
    return series.metric in critical.metrics and series.namespace in critical.namespaces


def _critical(component: Resource) -> list[Critical]:
    """Return what must be watched of a component, for what it is; in a tier more than elsewhere."""
    return [*_anywhere(component), *(_in_tier(component) if component.plan.tier in TIERS else [])]


def _in_tier(component: Resource) -> list[Critical]:
    """Return what a tier watches beyond what any deployment should."""
    kind = component.type
    if kind == "aws_elasticache_replication_group":
        return list(NODE_IN_TIERS)
    if kind == "aws_db_instance":
        source = component["replicate_source_db"]
        return list(LATENCY) if known(source) and not source else []
    return list(RESTARTED) if kind == "aws_instance" and _of_instance(component) else []


def _anywhere(component: Resource) -> list[Critical]:
    kind = component.type
    table = {
        "aws_ecs_service": SERVICE, "aws_rds_cluster": CLUSTER, "aws_elasticache_replication_group": NODE,
        "aws_elasticache_cluster": NODE, "aws_nat_gateway": GATEWAY,
    }  # fmt: skip
    if kind in table:
        return list(table[kind])
    special = {
        "aws_lb": _of_balancer, "aws_alb": _of_balancer, "aws_lb_target_group": _of_targets,
        "aws_alb_target_group": _of_targets, "aws_db_instance": _of_database, "aws_instance": _of_instance,
        "aws_cloudfront_distribution": _of_distribution, "aws_acm_certificate": _of_certificate,
    }  # fmt: skip
    return special[kind](component)


def _of_balancer(balancer: Resource) -> list[Critical]:
    return list(BALANCER) if (balancer["load_balancer_type"] or "application") == "application" else []


def _of_targets(group: Resource) -> list[Critical]:
    return [] if group["target_type"] == "lambda" else list(TARGETS)


def _of_database(database: Resource) -> list[Critical]:
    source = database["replicate_source_db"]
    if not known(source) or source:
        return list(REPLICA)
    burstable = known(database["instance_class"]) and str(database["instance_class"]).startswith("db.t")
    return [*DATABASE, *([CREDITS] if burstable else [])]


def _of_distribution(distribution: Resource) -> list[Critical]:
    """Origin latency is reported only where real-time metrics are paid for."""
    paid = distribution.plan.pointing_to(distribution, "aws_cloudfront_monitoring_subscription", "distribution_id")
    return [*EDGE, *([EDGE_LATENCY] if paid else [])]


def _of_instance(instance: Resource) -> list[Critical]:
    """An instance that forwards the traffic of others is their only way out."""
    forwards = [instance, *instance.refers_to("network_interface")]
    routes = any(known(item["source_dest_check"]) and item["source_dest_check"] is False for item in forwards)
    return list(NAT_INSTANCE) if routes else []


def _of_certificate(certificate: Resource) -> list[Critical]:
    """A private certificate authority's certificates are renewed by others."""
    return [] if certificate["certificate_authority_arn"] else list(CERTIFICATE)


def _series(alarm: Resource) -> Iterator[Series]:
    """Yield each metric that an alarm looks at."""
    if not known(alarm["metric_query"]) or not alarm["metric_query"]:
        yield Series(alarm, alarm["namespace"], alarm["metric_name"], alarm["dimensions"], ("dimensions",))
        return
    for query in alarm.blocks("metric_query"):
        for metric in query.get("metric") or []:
            # Terraform sorts the queries of a plan, so that which of the written ones this is cannot be told.
            yield Series(
                alarm, metric.get("namespace"), metric.get("metric_name"), metric.get("dimensions"), ("metric_query",)
            )


def _missing(component: Resource, critical: Critical, series: list[Series]) -> list[str]:
    """Return the names of what no alarm watches of a component: itself, or its nodes.

    An alarm whose dimension only the apply will tell, by a local that the plan does not show, may watch any component
    that its module can reach; there must be as many of them as components that no other alarm watches.
    """
    peers = [name for peer in _peers(component, critical) for name in _unwatched(peer, critical, series)]
    hidden = [item for item in series if _about(item, component, critical.dimension) is None]
    alarms = {item.alarm.address for item in hidden}
    return [text for owner, text in peers[len(alarms) :] if owner is component]


def _peers(component: Resource, critical: Critical) -> list[Resource]:
    """Return the components of the same type that need this alarm, too."""
    return [peer for peer in component.plan.of(component.type) if critical in _critical(peer)]


def _unwatched(component: Resource, critical: Critical, series: list[Series]) -> list[tuple[Resource, str]]:
    """Return a component, or those of its nodes, that no alarm names."""
    named = {item.alarm.address for item in series if _about(item, component, critical.dimension)}
    nodes = _nodes(component)
    if not nodes:
        return [] if named else [(component, component.address)]
    known_nodes = {_value(item, critical.dimension) for item in series if known(_value(item, critical.dimension))}
    missing = [node for node in nodes if node not in known_nodes]
    by_reference = [item for item in named if item not in {one.alarm.address for one in series if _literal(one, nodes)}]
    return [(component, node) for node in missing[len(by_reference) :]]


def _literal(series: Series, nodes: list[str]) -> bool:
    dimensions = series.dimensions
    return known(dimensions) and any(known(value) and value in nodes for value in (dimensions or {}).values())


def _nodes(component: Resource) -> list[str]:
    """Return the names of a replication group's nodes, as ElastiCache makes them."""
    if component.type != "aws_elasticache_replication_group":
        return []
    name, count, shards = (component[key] for key in ("replication_group_id", "num_cache_clusters", "num_node_groups"))
    label = name if known(name) and name else component.address
    if known(shards) and shards and shards > 1:
        each = component["replicas_per_node_group"]
        per_shard = 1 + (each if known(each) and each else 0)
        return [f"{label}-{shard:04}-{node:03}" for shard in range(1, shards + 1) for node in range(1, per_shard + 1)]
    nodes = count if known(count) and count else 1
    return [f"{label}-{node:03}" for node in range(1, nodes + 1)]


def _value(series: Series, dimension: str) -> Any:
    return series.dimensions.get(dimension) if known(series.dimensions) and series.dimensions else None


def _about(series: Series, component: Resource, dimension: str) -> bool | None:
    """Say whether a series is a component's; None if that cannot be told before the apply."""
    value = _value(series, dimension)
    if known(series.dimensions) and known(value):
        return value in _names(component) or (value in _nodes(component) if value else False)
    found = [item for item in _meant(series.alarm, *series.path) if item.type in _kinds(component)]
    if found:
        return component in found if len(found) == 1 or component not in found else None
    return None if _reaches(series.alarm, component) else False


def _kinds(component: Resource) -> tuple[str, ...]:
    """Return the types that are a component's in a dimension."""
    return (component.type, "aws_rds_cluster_instance") if component.type == "aws_rds_cluster" else (component.type,)


def _names(component: Resource) -> set[str]:
    """Return the known values by which a metric's dimension names a component."""
    keys = ("arn_suffix", "cluster_identifier", "replication_group_id", "cluster_id")
    return component.identities | {component[key] for key in keys if known(component[key]) and component[key]}


def _reaches(alarm: Resource, component: Resource) -> bool:
    """Say whether the module of an alarm could name a component: it holds it, or is given something of it."""
    plain = re.sub(r"\[[^]]*\]", "", alarm.module)
    if not plain or plain == re.sub(r"\[[^]]*\]", "", component.module):
        return True
    outer, call = _call(alarm.plan.document, plain)
    # One argument a reference: two keys of one output are then both followed.
    single = {str(index): {"references": [name]} for index, name in enumerate(_references(call))}
    given = Resource(
        address=f"{plain} (call)", type="", name="", mode="", module=outer, key=None, action="", provider="", values={},
        expressions=single, for_each=None, plan=alarm.plan,
    )  # fmt: skip
    return any(component in _meant(given, argument) for argument in single)


def _meant(resource: Resource, *path: Step) -> list[Resource]:
    """Return what an argument refers to; who names a certificate's validation means the certificate."""
    found = resource.refers_to(*path)
    validations = [item for item in found if item.type == "aws_acm_certificate_validation"]
    return found + [item for validation in validations for item in validation.refers_to("certificate_arn")]


def _references(expression: Any) -> Iterator[str]:
    """Yield each reference of an expression of the configuration, but for the shorter forms that follow it."""
    if isinstance(expression, Mapping):
        previous = ""
        for name in expression.get("references", []):
            if not previous.startswith((f"{name}.", f"{name}[")):
                yield name
                previous = name
        yield from _references([value for key, value in expression.items() if key != "references"])
    elif isinstance(expression, list):
        for item in expression:
            yield from _references(item)


def _call(document: Mapping[str, Any], module: str) -> tuple[str, Mapping[str, Any]]:
    """Return the module around a module, and the arguments that it gives it."""
    names = re.findall(r"module\.([\w-]+)", module)
    body: Mapping[str, Any] = document.get("configuration", {}).get("root_module", {})
    for name in names[:-1]:
        body = body.get("module_calls", {}).get(name, {}).get("module", {})
    call = body.get("module_calls", {}).get(names[-1], {})
    return ".".join(f"module.{name}" for name in names[:-1]), call.get("expressions", {})

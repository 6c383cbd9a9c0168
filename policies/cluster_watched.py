"""A cluster reports on its services, and has the capacity that they ask for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.policy import Fault, Resource, Severity, policy, rejected

CAPACITY = "aws_ecs_cluster_capacity_providers"
# Fewest and most tasks that a tier has on demand before Spot is asked for.
BASE = {"tier1": (2, 3), "tier2": (3, 6)}
# What share of the others is on Spot at least: the tiers' budgets rest on it.
LEAST_SPOT = 0.5


@policy(
    id="TIER_AWS_049",
    title="Clusters report on tasks, and have the capacity that services and single tasks ask for",
    severity=Severity.MEDIUM,
    why="Without Container Insights nobody sees how many tasks run; without providers none starts.",
    remedy="set `containerInsights` to enabled or enhanced, and list FARGATE in `aws_ecs_cluster_capacity_providers`, "
    "in a tier with a base in its default strategy, too",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-container-insights.html",
    resources=["aws_ecs_cluster", "aws_ecs_service", CAPACITY],
    unknown=rejected("settings are literals; what belongs to a cluster is judged by reference"),
)
def watched(resource: Resource) -> Iterator[Fault]:
    """Refuse clusters that do not report, and services that ask for capacity which the cluster has not."""
    if resource.type == "aws_ecs_cluster":
        settings = {item.get("name"): item.get("value") for item in resource.blocks("setting")}
        if settings.get("containerInsights") not in ("enabled", "enhanced"):
            yield Fault("it does not report on tasks", "setting")
        yield from _shells(resource)
        return
    if resource.type == CAPACITY:
        yield from _default(resource)
        return
    wanted = {str(item["capacity_provider"]) for item in resource.blocks("capacity_provider_strategy")}
    lacking = sorted(name for name in wanted - _offered(resource) if name.startswith("FARGATE"))
    if lacking:
        yield Fault(f"its cluster does not offer {', '.join(lacking)}", "capacity_provider_strategy")
    if resource.plan.tier and resource.action == "create":
        yield from _alike(resource)


def _default(capacity: Resource) -> Iterator[Fault]:
    """Ask that what names no capacity in a tier's cluster is on demand in part, and on Spot beyond."""
    place, bounds = "default_capacity_provider_strategy", BASE.get(capacity.plan.tier)
    if not bounds:
        return
    bought = {name: (base, weight) for name, base, weight in _strategy(capacity.blocks(place))}
    base, weight = bought.get("FARGATE", (0, 0))
    spot = bought.get("FARGATE_SPOT", (0, 0))[1]
    if not bounds[0] <= base <= bounds[1]:
        yield Fault(f"{base} tasks are on demand first, not {bounds[0]} to {bounds[1]}", place)
    share = spot / (spot + weight) if spot + weight else 0.0
    if share < LEAST_SPOT:
        yield Fault(f"{share:.0%} of further tasks are on Spot, not {LEAST_SPOT:.0%} or more", place)


def _shells(cluster: Resource) -> Iterator[Fault]:
    """Refuse shells in tasks that leave no trace, or an open one."""
    place = "configuration[0].execute_command_configuration[0]"
    for block in cluster.block("configuration").get("execute_command_configuration") or []:
        if block.get("logging") == "NONE":
            yield Fault("what is done in a shell in its tasks is not logged", f"{place}.logging")
        for log in block.get("log_configuration") or []:
            open_group = log.get("cloud_watch_log_group_name") and not log.get("cloud_watch_encryption_enabled")
            open_bucket = log.get("s3_bucket_name") and not log.get("s3_bucket_encryption_enabled")
            if open_group or open_bucket:
                yield Fault("the log of shells in its tasks is not encrypted", f"{place}.log_configuration")


def _alike(service: Resource) -> Iterator[Fault]:
    """Ask that what is started in the cluster without a word, such as a task by hand, is bought as the service is."""
    own = _strategy(service.blocks("capacity_provider_strategy"))
    for item in _of_cluster(service):
        if _strategy(item.blocks("default_capacity_provider_strategy")) != own:
            yield Fault("its cluster would run other tasks on other capacity", "capacity_provider_strategy")


def _strategy(blocks: Sequence[Mapping[str, Any]]) -> set[tuple[str, int, int]]:
    return {(str(it["capacity_provider"]), int(it.get("base") or 0), int(it.get("weight") or 0)) for it in blocks}


def _offered(service: Resource) -> set[str]:
    """Return the capacity providers of a service's cluster."""
    return {str(name) for item in _of_cluster(service) for name in item["capacity_providers"] or []}


def _of_cluster(service: Resource) -> list[Resource]:
    """Return what says which capacity a service's cluster has, or all clusters where it does not tell its own."""
    listed = service.plan.of(CAPACITY)
    clusters = [item for item in service.refers_to("cluster") if item.type == "aws_ecs_cluster"]
    if clusters:
        listed = [item for item in listed if any(item.points_to(cluster, "cluster_name") for cluster in clusters)]
    return listed

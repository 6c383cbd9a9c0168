"""A cluster reports on its services, and has the capacity that they ask for."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, policy, rejected


@policy(
    id="TIER_AWS_049",
    title="Clusters report on tasks, and have the capacity providers that services ask for",
    severity=Severity.MEDIUM,
    why="Without Container Insights nobody sees how many tasks run; without providers none starts.",
    remedy="set `containerInsights` to enabled or enhanced, and list FARGATE in `aws_ecs_cluster_capacity_providers`",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-container-insights.html",
    resources=["aws_ecs_cluster", "aws_ecs_service"],
    unknown=rejected("settings are literals; what belongs to a cluster is judged by reference"),
)
def watched(resource: Resource) -> Iterator[Fault]:
    """Refuse clusters that do not report, and services that ask for capacity which the cluster has not."""
    if resource.type == "aws_ecs_cluster":
        settings = {item.get("name"): item.get("value") for item in resource.blocks("setting")}
        if settings.get("containerInsights") not in ("enabled", "enhanced"):
            yield Fault("it does not report on tasks", "setting")
        return
    wanted = {str(item["capacity_provider"]) for item in resource.blocks("capacity_provider_strategy")}
    offered = {
        str(name)
        for item in resource.plan.of("aws_ecs_cluster_capacity_providers")
        for name in item["capacity_providers"] or []
    }
    lacking = sorted(name for name in wanted - offered if name.startswith("FARGATE"))
    if lacking:
        yield Fault(f"its cluster does not offer {', '.join(lacking)}", "capacity_provider_strategy")

"""What a plan has of the reference architecture: tasks, database, cache, edge; read once, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

from generator.cost.parts.tasks import Fleet, fleet, size
from generator.cost.volumes import Volumes
from generator.diagnostics import UserError
from generator.objectives.limits import CacheClass, DatabaseClass, limits
from generator.policy import Plan, Resource, known
from generator.promises.model import Pace


@dataclass(frozen=True, slots=True)
class System:
    """The parts that carry the load. `database` and `cache` are None where the facts do not know their class."""

    fleet: Fleet
    vcpu: float
    zones: int
    database: DatabaseClass | None
    multi_az: bool
    replicas: int
    cache: CacheClass | None
    cache_nodes: int
    edge: bool
    volumes: Volumes
    pace: Pace

    @property
    def at_tasks(self) -> float:
        """Return the requests per second at the tasks when the promised rate is reached."""
        return self.volumes.peak_at_tasks()


def read(plan: Plan, volumes: Volumes, pace: Pace) -> System:
    """Return the parts of a plan. Raises UserError if it has no ECS service whose load could be judged."""
    services = plan.of("aws_ecs_service")
    tasks = [item for service in services for item in service.refers_to("task_definition")]
    if not tasks:
        raise UserError("the plan has no ECS service with a task definition", "objectives are judged by the tasks")
    databases = [item for item in plan.of("aws_db_instance") if not item.expressions.get("replicate_source_db")]
    caches = plan.of("aws_elasticache_replication_group")
    zones = {str(item["availability_zone"]) for item in plan.of("aws_subnet") if known(item["availability_zone"])}
    nodes = caches[0]["num_cache_clusters"] if caches else 0
    return System(
        fleet=fleet(services[0]),
        vcpu=size(tasks[0])[0],
        zones=max(len(zones), 1),
        database=limits().databases.get(_text(databases[0], "instance_class")) if databases else None,
        multi_az=bool(databases and databases[0]["multi_az"]),
        replicas=len(plan.of("aws_db_instance")) - len(databases),
        cache=limits().caches.get(_text(caches[0], "node_type")) if caches else None,
        cache_nodes=int(nodes or 1) if known(nodes) else 1,
        edge=bool(plan.of("aws_cloudfront_distribution")),
        volumes=volumes,
        pace=pace,
    )


def _text(resource: Resource, argument: str) -> str:
    value = resource[argument]
    return str(value) if known(value) else ""

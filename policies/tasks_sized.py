"""Tasks are as large as the tier sells them, and run on Fargate with roles of their own."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

SOLD = {"tier1": (2048, 4096), "tier2": (2048, 4096)}
LARGEST = (8192, 61440)


@policy(
    id="TIER_AWS_044",
    title="Tasks have the size that the tier sells, run on Fargate, and have roles of their own",
    severity=Severity.MEDIUM,
    why="Each task costs by its size, and one role for everything gives the application what only ECS needs.",
    remedy="set `cpu` and `memory` as the tier has them, `network_mode` awsvpc, `requires_compatibilities` of FARGATE, "
    "and two different roles",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html",
    resources=["aws_ecs_task_definition"],
    unknown=rejected("sizes are literals, and roles are judged by reference"),
)
def sized(task: Resource) -> Iterator[Fault]:
    """Refuse tasks of another size, of another launch type, or with one role for all."""
    cpu, memory = int(task["cpu"] or 0), int(task["memory"] or 0)
    sold = SOLD.get(task.plan.tier)
    if sold and (cpu, memory) != sold:
        yield Fault(f"it has {cpu} CPU units and {memory} MiB, not {sold[0]} and {sold[1]}", "cpu")
    elif cpu > LARGEST[0] or memory > LARGEST[1]:
        yield Fault(f"it has {cpu} CPU units and {memory} MiB", "cpu")
    if "FARGATE" not in (task["requires_compatibilities"] or []) and task.plan.tier:
        yield Fault("it is not made for Fargate", "requires_compatibilities")
    if task["network_mode"] != "awsvpc":
        yield Fault("it shares its network with others", "network_mode")
    yield from _roles(task)
    if task.blocks("ephemeral_storage") and (task.block("ephemeral_storage").get("size_in_gib") or 0) > 100:
        yield Fault("it has more than 100 GiB of scratch space", "ephemeral_storage[0].size_in_gib")


def _roles(task: Resource) -> Iterator[Fault]:
    own, execution = (
        {item.address for item in task.refers_to(name) if item.type == "aws_iam_role"}
        for name in ("task_role_arn", "execution_role_arn")
    )
    for name, found in (("task_role_arn", own), ("execution_role_arn", execution)):
        value = task[name]
        if (known(value) and not value) or (not known(value) and not found):
            yield Fault(f"it has no {name.removesuffix('_arn').replace('_', ' ')}", name)
    if own & execution:
        yield Fault("the application has the role that ECS starts it with", "task_role_arn")

"""Tasks are as large as the tier sells them, and run on Fargate with roles of their own."""

import re
from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

SOLD = {"tier1": (2048, 4096), "tier2": (2048, 4096)}
LARGEST = (8192, 61440)
KIND = "aws_ecs_task_definition"
SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(vcpu|gb)?\s*", re.IGNORECASE)


@policy(
    id="TIER_AWS_044",
    title="Tasks have the size that the tier sells, run on Fargate, and have roles of their own",
    severity=Severity.MEDIUM,
    why="Each task costs by its size, and one role for everything gives the application what only ECS needs.",
    remedy="set `cpu` and `memory` as the tier has them, `network_mode` awsvpc, `requires_compatibilities` of FARGATE, "
    "two different roles, and a `volume` for what they write",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html",
    resources=[KIND],
    unknown=rejected("sizes are literals, and roles are judged by reference"),
)
def sized(task: Resource) -> Iterator[Fault]:
    """Refuse tasks of another size, of another launch type, or with one role for all."""
    cpu, memory = _size(task["cpu"]), _size(task["memory"])
    sold = SOLD.get(task.plan.tier)
    if sold and (cpu, memory) != sold:
        yield Fault(f"it has {cpu} CPU units and {memory} MiB, not {sold[0]} and {sold[1]}", "cpu")
    elif cpu > LARGEST[0] or memory > LARGEST[1]:
        yield Fault(f"it has {cpu} CPU units and {memory} MiB", "cpu")
    if task["network_mode"] != "awsvpc":
        yield Fault("it shares its network with others", "network_mode")
    for name in ("pid_mode", "ipc_mode"):
        if task[name] == "host":
            yield Fault("it shares processes or memory with its host", name)
    for index, volume in enumerate(task.blocks("volume")):
        if volume.get("host_path"):
            yield Fault(f"it mounts {volume['host_path']} of its host", f"volume[{index}].host_path")
    yield from _roles(task)
    if task.blocks("ephemeral_storage") and (task.block("ephemeral_storage").get("size_in_gib") or 0) > 100:
        yield Fault("it has more than 100 GiB of scratch space", "ephemeral_storage[0].size_in_gib")
    if task.plan.tier:
        yield from _of_a_tier(task)


def _size(value: Any) -> int:
    """Return CPU units or MiB of a size such as 2048, "2 vCPU" or "4 GB"; 0 for what is none."""
    found = SIZE.fullmatch(str(value or ""))
    if not found:
        return 0
    return int(float(found[1]) * (1024 if found[2] else 1))


def _of_a_tier(task: Resource) -> Iterator[Fault]:
    """Ask for Fargate on Linux, on one kind of processor: all tasks run one image."""
    if "FARGATE" not in (task["requires_compatibilities"] or []):
        yield Fault("it is not made for Fargate", "requires_compatibilities")
    platform = task.block("runtime_platform")
    if (platform.get("operating_system_family") or "LINUX") != "LINUX":
        yield Fault("it runs on Windows, and pays for it", "runtime_platform[0].operating_system_family")
    if _processor(task) not in ("X86_64", "ARM64") or len({_processor(item) for item in task.plan.of(KIND)}) > 1:
        yield Fault("the plan's tasks run one image on different processors", "runtime_platform[0].cpu_architecture")
    if not task["skip_destroy"] and task.plan.pointing_to(task, "aws_ecs_service", "task_definition"):
        yield Fault("the version before is gone as soon as there is a new one: nothing can go back", "skip_destroy")
    if not task.blocks("volume"):
        yield Fault("there is nowhere to write: the containers' own file system is read-only", "volume")
    if task["enable_fault_injection"]:
        yield Fault("whoever is in its network may inject faults", "enable_fault_injection")


def _processor(task: Resource) -> str:
    return str(task.block("runtime_platform").get("cpu_architecture") or "X86_64")


def _roles(task: Resource) -> Iterator[Fault]:
    own, execution = (
        {item.address for item in task.refers_to(name) if item.type == "aws_iam_role"}
        for name in ("task_role_arn", "execution_role_arn")
    )
    for name, found in (("task_role_arn", own), ("execution_role_arn", execution)):
        value = task[name]
        if (known(value) and not value) or (not known(value) and not found):
            yield Fault(f"it has no {name.removesuffix('_arn').replace('_', ' ')}", name)
    named = [task[name] for name in ("task_role_arn", "execution_role_arn")]
    if own & execution or (all(map(known, named)) and named[0] and named[0] == named[1]):
        yield Fault("the application has the role that ECS starts it with", "task_role_arn")

"""ECS: task definitions, as an SDK and Terraform need them back."""

from __future__ import annotations

import time
from typing import Any

from generator.emulator.registry import Answer, Call, amend, backend, fail, operation

ACTIVE = "ACTIVE"
NOT_FOUND = "TaskDefinition not found."
INACTIVE = "TaskDefinition is inactive"


def lookup(region: str, reference: str) -> Any:
    """Return moto's task definition by ARN, family:revision or family (its newest active one), or nothing."""
    family, _, revision = reference.rsplit("/", maxsplit=1)[-1].partition(":")
    held = backend("ecs", region).task_definitions.get(family) or {}
    if revision:
        return held.get(int(revision)) if revision.isdigit() else None
    return next((held[number] for number in sorted(held, reverse=True) if held[number].status == ACTIVE), None)


def unusable(region: str, reference: str) -> str:
    """Return why ECS would not start tasks of this task definition, or nothing."""
    found = lookup(region, reference)
    if found is None:
        return NOT_FOUND
    return "" if found.status == ACTIVE else INACTIVE


def usable(region: str, reference: str) -> Any:
    """Return moto's task definition, or answer with ECS's error if no task can be started of it."""
    reason = unusable(region, reference)
    if reason:
        fail("ClientException", reason)
    return lookup(region, reference)


@amend("ecs", "RegisterTaskDefinition")
def register_task_definition(call: Call, answer: Answer) -> None:
    """Knows no time of registration, and forgets enableFaultInjection and what AWS fills in for port mappings."""
    made = lookup(call.region, answer["taskDefinition"]["taskDefinitionArn"])
    made.registered_at = time.time()
    made.enable_fault_injection = bool(call.params.get("enableFaultInjection"))
    for container in made.container_definitions:
        for mapping in container.get("portMappings") or []:
            mapping.setdefault("protocol", "tcp")
            mapping.setdefault("hostPort", mapping.get("containerPort", 0) if made.network_mode == "awsvpc" else 0)
    answer["taskDefinition"].update(
        registeredAt=made.registered_at,
        enableFaultInjection=made.enable_fault_injection,
        containerDefinitions=made.container_definitions,
    )


@amend("ecs", "DeregisterTaskDefinition")
def deregister_task_definition(call: Call, answer: Answer) -> None:
    """Knows no time of deregistration."""
    made = lookup(call.region, answer["taskDefinition"]["taskDefinitionArn"])
    made.deregistered_at = answer["taskDefinition"]["deregisteredAt"] = time.time()


@operation("ecs", "ListTaskDefinitions")
def list_task_definitions(call: Call) -> Answer:
    """Ignores sort and maxResults."""
    family, status = call.params.get("familyPrefix"), call.params.get("status") or ACTIVE
    held = call.backend().task_definitions
    found = [
        definition.arn
        for name in sorted(held)
        for _, definition in sorted(held[name].items())
        if (not family or name == family) and definition.status == status
    ]
    if call.params.get("sort") == "DESC":
        found.reverse()
    start, size = int(call.params.get("nextToken") or 0), int(call.params.get("maxResults") or 100)
    rest = {"nextToken": str(start + size)} if start + size < len(found) else {}
    return {"taskDefinitionArns": found[start : start + size], **rest}

"""One-off tasks: the migration, for one. Started once, waited for, their exit code passed on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from generator.deploy.clients import Clients, DeployError
from generator.deploy.revision import image_of, same, short, with_image
from generator.deploy.service import Service
from generator.diagnostics import UserError, nearest

STARTED_BY = "tierform"
UNSEEN = 60  # seconds for which ECS may not yet know a task that it has just started


def describe(clients: Clients, arn: str) -> dict[str, Any]:
    """Return a task definition with its tags, as registering takes them."""
    answer = clients.call("ecs", "describe_task_definition", taskDefinition=arn, include=["TAGS"])
    definition: dict[str, Any] = answer["taskDefinition"]
    return {**definition, "tags": answer["tags"]} if answer.get("tags") else definition


def revision(clients: Clients, base: str, container: str, image: str, running: str = "") -> str:
    """Return the ARN of a revision of `base` that runs `image`: one that is there, else one registered now."""
    definition = describe(clients, base)
    if image_of(definition, container) == image:
        return base
    wanted = with_image(definition, container, image)
    newest = clients.call(
        "ecs", "list_task_definitions", familyPrefix=definition["family"], status="ACTIVE", sort="DESC", maxResults=1
    )["taskDefinitionArns"]
    for known in filter(None, (running, *newest)):
        if same(describe(clients, known), wanted):
            return str(known)
    return str(clients.call("ecs", "register_task_definition", **wanted)["taskDefinition"]["taskDefinitionArn"])


def retire(clients: Clients, service: Service) -> int:
    """Deregister every revision of the service's task definitions, which outlive the service; return how many."""
    families = {
        short(arn).split(":")[0] for arn in (service.task_definition, *service.one_off_task_definitions.values())
    }
    count = 0
    for family in sorted(families):
        while arns := clients.call("ecs", "list_task_definitions", familyPrefix=family, status="ACTIVE")[
            "taskDefinitionArns"
        ]:
            for arn in arns:
                clients.call("ecs", "deregister_task_definition", taskDefinition=arn)
                count += 1
    return count


def definition_of(service: Service, name: str) -> str:
    """Return the task definition of the one-off task `name`; raises UserError if there is none."""
    if name not in service.one_off_task_definitions:
        raise UserError(f'there is no one-off task "{name}"', nearest(name, service.one_off_task_definitions))
    return service.one_off_task_definitions[name]


def run(clients: Clients, service: Service, arn: str, progress: Callable[[str], None], wait: float) -> str:
    """Run a task of the definition `arn` to its end, or follow the one that runs already; look every `wait` seconds.

    Returns what to say of it. Raises DeployError with its exit code, its reason and where its log is if it failed.
    """
    task = _running(clients, service, arn) or _start(clients, service, arn)
    number = task.rsplit("/", maxsplit=1)[-1]
    patience = time.monotonic() + UNSEEN
    while True:
        found = clients.call("ecs", "describe_tasks", cluster=service.cluster, tasks=[task])["tasks"]
        if not found and time.monotonic() < patience:
            time.sleep(wait)
            continue
        if not found:
            raise DeployError(f"task {number} is gone before its end was seen", "look at its log, then run it again")
        if found[0]["lastStatus"] == "STOPPED":
            return _outcome(service, found[0], number)
        progress(f"{found[0]['lastStatus'].lower()}: task {number}")
        time.sleep(wait)


def _running(clients: Clients, service: Service, arn: str) -> str | None:
    """Return a task of this revision that an earlier call started and that still runs."""
    family = short(arn).split(":")[0]
    listed = clients.call("ecs", "list_tasks", cluster=service.cluster, family=family, desiredStatus="RUNNING")
    if not listed["taskArns"]:
        return None
    tasks = clients.call("ecs", "describe_tasks", cluster=service.cluster, tasks=listed["taskArns"])["tasks"]
    for task in tasks:
        if task.get("startedBy") != STARTED_BY or task["lastStatus"] == "STOPPED":
            continue
        if task["taskDefinitionArn"] != arn:
            number = task["taskArn"].rsplit("/", maxsplit=1)[-1]
            raise DeployError(
                f"{short(task['taskDefinitionArn'])} is still running as task {number}, with another image",
                "wait until it has ended, then run this again",
            )
        return str(task["taskArn"])
    return None


def _start(clients: Clients, service: Service, arn: str) -> str:
    answer = clients.call(
        "ecs",
        "run_task",
        cluster=service.cluster,
        taskDefinition=arn,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],  # Spot could stop it half-way
        networkConfiguration={"awsvpcConfiguration": service.network()},
        startedBy=STARTED_BY,
        propagateTags="TASK_DEFINITION",
        count=1,
    )
    if answer.get("failures"):
        reasons = "; ".join(str(failure.get("reason")) for failure in answer["failures"])
        raise DeployError(f"{short(arn)} could not be started: {reasons}")
    return str(answer["tasks"][0]["taskArn"])


def _outcome(service: Service, task: dict[str, Any], number: str) -> str:
    codes = {item["name"]: item.get("exitCode") for item in task["containers"]}
    code = codes.get(service.container)
    if code == 0:
        return f"exit code 0, task {number}"
    reasons = [task.get("stoppedReason"), *(item.get("reason") for item in task["containers"])]
    reason = "; ".join(dict.fromkeys(filter(None, reasons)))
    said = f"exit code {code}" if code is not None else "it did not start"
    raise DeployError(
        f"{short(task['taskDefinitionArn'])} failed: {said}" + (f" ({reason})" if reason else ""),
        f"its log is in the log group {service.log_group}, task {number}; no traffic was moved",
    )

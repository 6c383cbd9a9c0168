"""ECS: one-off tasks. They are history, not resources, and have no network interface that would outlive them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import Any

from generator.emulator import clock
from generator.emulator.registry import GLOBAL, Answer, Call, Store, backend, endpoint, fail, given, new_id, operation
from generator.emulator.services import ecs_images, ecs_task_states
from generator.emulator.services.ecs_task_definitions import usable

INVALID = "InvalidParameterException"
MOST = 10  # tasks of one call
FARGATE = ("FARGATE", "FARGATE_SPOT")


@dataclass
class Task:
    """A task: what stays the same as AWS answers it, when it was started (epoch seconds), and its course."""

    facts: dict[str, Any]
    containers: list[dict[str, Any]]
    created: float
    course: ecs_task_states.Course
    tags: list[dict[str, str]]

    def look(self) -> ecs_task_states.Seen:
        """Return what it shows now."""
        return ecs_task_states.look(self.course, clock.elapsed(self.created))


@endpoint("POST", "task-exit")
def set_exit(store: Store, asked: Any) -> dict[str, Any]:
    """Let the following tasks of a family end with this exit code."""
    family, code = asked["family"], asked["exit_code"]
    if not isinstance(family, str) or not isinstance(code, int) or isinstance(code, bool) or not 0 <= code <= 255:
        raise ValueError("family is a string, exit_code a number from 0 to 255")
    store.notes["ecs", "exit", GLOBAL][family] = code
    return {"family": family, "exit_code": code}


@endpoint("POST", "minute")
def set_minute(_store: Store, asked: Any) -> dict[str, Any]:
    """Let an emulated minute take so many real seconds from now on, for what is under way, too."""
    seconds = asked["seconds"]
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds <= 0:
        raise ValueError("seconds is a number above 0")
    os.environ[clock.SETTING] = str(seconds)
    return {"seconds": seconds}


def _tasks(call: Call) -> dict[str, Task]:
    """Return the region's tasks by ARN, oldest first."""
    return call.notes("task")


def _cluster(call: Call) -> Any:
    name = (call.params.get("cluster") or "default").rsplit("/", maxsplit=1)[-1]
    cluster = call.backend().clusters.get(name)
    if cluster is None:
        fail("ClusterNotFoundException", "Cluster not found.")
    return cluster


@operation("ecs", "RunTask")
def run_task(call: Call) -> Answer:
    """Tasks proceed with every look at them, and leave network interfaces behind."""
    cluster = _cluster(call)
    if cluster.status != "ACTIVE":
        fail("ClusterNotFoundException", "The referenced cluster was inactive.")
    definition = usable(call.region, call.params["taskDefinition"])
    count = call.params.get("count") or 1
    if not 1 <= count <= MOST:
        fail(INVALID, f"count must be from 1 to {MOST}.")
    _check_overrides(call, definition)
    where = _capacity(call, cluster)
    network = _network(call, definition)
    made = [_new_task(call, cluster, definition, where, network) for _ in range(count)]
    for task in made:
        _tasks(call)[task.facts["taskArn"]] = task
    return {"tasks": [shown(task, tags=True) for task in made], "failures": []}


def _check_overrides(call: Call, definition: Any) -> None:
    names = {container["name"] for container in definition.container_definitions}
    for override in (call.params.get("overrides") or {}).get("containerOverrides") or []:
        if override.get("name") not in names:
            text = f"Override for container named {override.get('name')} is not a container in the TaskDefinition."
            fail(INVALID, text)


def _capacity(call: Call, cluster: Any) -> Answer:
    """Return where the task runs, as AWS answers it: launch type, and capacity provider where one chose it."""
    kind, strategy = call.params.get("launchType"), call.params.get("capacityProviderStrategy")
    if kind and strategy:
        fail(INVALID, "Specify either Launch Type or Capacity Provider Strategy, but not both.")
    if not kind:
        strategy = strategy or cluster.default_capacity_provider_strategy or []
    if kind == "FARGATE" or not strategy:
        if kind != "FARGATE":
            fail(INVALID, "No Container Instances were found in your cluster.")
        return {"launchType": "FARGATE"}
    chosen = max(strategy, key=lambda item: (item.get("base") or 0, item.get("weight") or 0))["capacityProvider"]
    known = cluster.capacity_providers or []
    if chosen not in FARGATE or chosen not in known:
        fail(INVALID, f"The specified capacity provider '{chosen}' was not found.")
    return {"launchType": "FARGATE", "capacityProviderName": chosen}


def _network(call: Call, definition: Any) -> Answer | None:
    """Return the task's attachment to its subnet: described, but no interface exists. Answers with AWS's errors."""
    if definition.network_mode != "awsvpc":
        return None
    network = (call.params.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if not network:
        fail(INVALID, "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    ec2, subnets = backend("ec2", call.region), network.get("subnets") or []
    if not subnets:
        fail(INVALID, "subnets can not be empty.")
    known = {subnet.id for by_zone in ec2.subnets.values() for subnet in by_zone.values()}
    known |= {group for by_vpc in ec2.groups.values() for group in by_vpc}
    for name in [*subnets, *(network.get("securityGroups") or [])]:
        if name not in known:
            kind = "subnet" if name.startswith("subnet-") else "security group"
            fail(INVALID, f"Error retrieving {kind} information for [{name}]: The ID '{name}' does not exist.")
    return {"id": new_id(), "type": "ElasticNetworkInterface", "details": [{"name": "subnetId", "value": subnets[0]}]}


def _new_task(call: Call, cluster: Any, definition: Any, where: Answer, network: Answer | None) -> Task:
    identifier = new_id().replace("-", "")
    arn = call.arn(f"task/{cluster.name}/{identifier}")
    overrides = call.params.get("overrides") or {}
    facts = {
        **where,
        "taskArn": arn,
        "clusterArn": cluster.arn,
        "taskDefinitionArn": definition.arn,
        "group": call.params.get("group") or f"family:{definition.family}",
        "startedBy": call.params.get("startedBy"),
        "cpu": overrides.get("cpu") or definition.cpu,
        "memory": overrides.get("memory") or definition.memory,
        "overrides": {"containerOverrides": [], "inferenceAcceleratorOverrides": [], **overrides},
        "attachments": [network] if network else [],
        "enableExecuteCommand": bool(call.params.get("enableExecuteCommand")),
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "ephemeralStorage": definition.ephemeral_storage or {"sizeInGiB": 20},
    }
    containers = [
        {
            "containerArn": call.arn(f"container/{cluster.name}/{identifier}/{new_id()}"),
            "taskArn": arn,
            "name": container["name"],
            "image": container.get("image"),
            "cpu": str(container.get("cpu") or 0),
        }
        for container in definition.container_definitions
    ]
    course = ecs_task_states.Course(_exit_codes(call, definition), ecs_images.first_missing(definition))
    return Task(given(facts), containers, time.time(), course, _tags(call, definition, cluster))


def _exit_codes(call: Call, definition: Any) -> dict[str, int]:
    """Return the containers' exit codes: the one that was set is that of the container that the task is about."""
    containers = definition.container_definitions
    overridden = [item["name"] for item in (call.params.get("overrides") or {}).get("containerOverrides") or []]
    essential = [item["name"] for item in containers if item.get("essential", True)]
    main = next((name for name in overridden if name in essential), essential[0])
    code = call.store.notes["ecs", "exit", GLOBAL].get(definition.family, 0)
    return {item["name"]: code if item["name"] == main else 0 for item in containers}


def _tags(call: Call, definition: Any, cluster: Any) -> list[dict[str, str]]:
    tags = list(call.params.get("tags") or [])
    if call.params.get("propagateTags") == "TASK_DEFINITION":
        own = {tag["key"] for tag in tags}
        tags += [tag for tag in definition.tags if tag["key"] not in own]
    if call.params.get("enableECSManagedTags"):
        tags.append({"key": "aws:ecs:clusterName", "value": cluster.name})
    return tags


def shown(task: Task, *, tags: bool = False) -> Answer:
    """Return a task as DescribeTasks answers it now."""
    seen = task.look()
    ended = seen.status == ecs_task_states.STOPPED
    attached = "DELETED" if ended else "ATTACHED" if seen.pulling is not None else "PRECREATED"
    times = {
        "createdAt": 0.0,
        "connectivityAt": seen.pulling,
        "pullStartedAt": seen.pulling,
        "pullStoppedAt": seen.started,
        "startedAt": seen.started,
        "stoppingAt": seen.stopping,
        "executionStoppedAt": seen.stopping if seen.started is not None else None,
        "stoppedAt": seen.stopped,
    }
    answer = {
        **task.facts,
        "attachments": [{**item, "status": attached} for item in task.facts["attachments"]],
        "lastStatus": seen.status,
        "desiredStatus": seen.desired,
        "connectivity": "CONNECTED" if seen.pulling is not None else None,
        "healthStatus": "UNKNOWN",
        "stopCode": seen.stop_code or None,
        "stoppedReason": seen.reason or None,
        "containers": [_container(task, item, seen) for item in task.containers],
        "version": len([at for at in times.values() if at is not None]),
        "tags": task.tags if tags else [],
        **{name: clock.moment(task.created, at) for name, at in times.items() if at is not None},
    }
    return given(answer)


def _container(task: Task, container: dict[str, Any], seen: ecs_task_states.Seen) -> Answer:
    status = "PENDING"
    if seen.desired == ecs_task_states.STOPPED:
        status = "STOPPED"
    elif seen.started is not None:
        status = "RUNNING"
    codes = seen.exit_codes or {}
    failed = seen.stop_code == "TaskFailedToStart" and bool(ecs_images.OWN.match(container["image"] or ""))
    extra = {"exitCode": codes.get(container["name"]), "reason": task.course.cannot_pull if failed else None}
    return {**container, "lastStatus": status, "healthStatus": "UNKNOWN", "networkInterfaces": [], **given(extra)}


def _find(call: Call, name: str) -> Task | None:
    identifier = name.rsplit("/", maxsplit=1)[-1]
    return _tasks(call).get(call.arn(f"task/{_cluster(call).name}/{identifier}"))


@operation("ecs", "DescribeTasks")
def describe_tasks(call: Call) -> Answer:
    """Tasks proceed with every look at them; those that do not exist are no failures."""
    names = call.params.get("tasks") or []
    cluster = _cluster(call)
    if not names:
        fail(INVALID, "Tasks cannot be empty.")
    tags = "TAGS" in (call.params.get("include") or [])
    found = {name: _find(call, name) for name in names}
    missing = [
        {"arn": call.arn(f"task/{cluster.name}/{name.rsplit('/', maxsplit=1)[-1]}"), "reason": "MISSING"}
        for name, task in found.items()
        if task is None
    ]
    return {"tasks": [shown(task, tags=tags) for task in found.values() if task is not None], "failures": missing}


@operation("ecs", "ListTasks")
def list_tasks(call: Call) -> Answer:
    """Tasks proceed with every look at them."""
    cluster, desired = _cluster(call), call.params.get("desiredStatus") or "RUNNING"
    family, started_by = call.params.get("family"), call.params.get("startedBy")
    found = [
        arn
        for arn, task in _tasks(call).items()
        if task.facts["clusterArn"] == cluster.arn
        and not call.params.get("serviceName")
        and task.look().desired == desired
        and (not family or f"/{family}:" in task.facts["taskDefinitionArn"])
        and (not started_by or task.facts.get("startedBy") == started_by)
    ]
    return {"taskArns": found}


@operation("ecs", "StopTask")
def stop_task(call: Call) -> Answer:
    """Tasks proceed with every look at them."""
    task = _find(call, call.params["task"])
    if task is None:
        fail(INVALID, "The referenced task was not found.")
    if task.course.stopped_at is None and task.look().desired != ecs_task_states.STOPPED:
        reason = call.params.get("reason") or "Task stopped by user"
        task.course = replace(task.course, stopped_at=clock.elapsed(task.created), stop_reason=reason)
    return {"task": shown(task)}

"""CodeDeploy: what is answered about deployments, their targets and revisions."""

from __future__ import annotations

from typing import Any

from generator.emulator.registry import Answer, Call, Decline, fail, given, operation
from generator.emulator.services import codedeploy_machine as machine
from generator.emulator.services import codedeploy_records as records
from generator.emulator.services.codedeploy_appspec import sha256
from generator.emulator.services.codedeploy_fleet import task_sets_info

MOST = 25  # ids in a batch
NO_TARGET = "DeploymentTargetDoesNotExistException"


def deployment_info(found: records.Deployment) -> Answer:
    """Return a deployment as GetDeployment answers it."""
    state, status = found.state, machine.status(found.state)
    ended = state.ended
    info = {
        **found.facts,
        "deploymentId": found.identifier,
        "status": status,
        "createTime": found.created,
        "startTime": found.moment(state.entered[1][1]) if len(state.entered) > 1 else None,
        "completeTime": found.moment(ended.at if ended else None),
        "errorInformation": {"code": ended.code, "message": ended.message} if ended and ended.code else None,
        "deploymentOverview": {
            "Pending": int(status == "Created"),
            "InProgress": int(status == "InProgress"),
            "Succeeded": int(status == machine.SUCCEEDED),
            "Failed": int(status == machine.FAILED),
            "Skipped": int(status == machine.STOPPED),
            "Ready": int(status == "Ready"),
        },
        "instanceTerminationWaitTimeStarted": state.since(machine.WAITING) is not None,
        "ignoreApplicationStopFailures": False,
        "updateOutdatedInstancesOnly": False,
        "fileExistsBehavior": "DISALLOW",
        "deploymentStatusMessages": [],
        "computePlatform": "ECS",
    }
    return given(info)


def _target_id(found: records.Deployment) -> str:
    return f"{found.fleet.cluster.split('/')[-1]}:{found.fleet.name.split('/')[-1]}"


def target(call: Call, found: records.Deployment) -> Answer:
    """Return the only target of a deployment: the ECS service."""
    status = machine.status(found.state)
    events = [
        given(
            {
                "lifecycleEventName": name,
                "status": state,
                "startTime": found.moment(start),
                "endTime": found.moment(end),
            }
        )
        for name, state, start, end in machine.events(found.plan, found.state)
    ]
    place = _target_id(found)
    held = {
        "deploymentId": found.identifier,
        "targetId": place,
        "targetArn": call.arn(f"service/{place.replace(':', '/')}", service="ecs"),
        "lastUpdatedAt": found.moment(found.state.ended.at if found.state.ended else found.state.entered[-1][1]),
        "lifecycleEvents": events,
        "status": {machine.STOPPED: "Skipped", "Created": "Pending"}.get(status, status),
        "taskSetsInfo": task_sets_info(found.fleet, found.shown.weight),
    }
    return {"deploymentTargetType": "ECSTarget", "ecsTarget": held}


def _started(call: Call) -> records.Deployment:
    found = _find(call, call.params.get("deploymentId") or "")
    if machine.status(found.state) == "Created":
        fail("DeploymentNotStartedException", f"The deployment {found.identifier} has not started.")
    return found


def _find(call: Call, identifier: str) -> records.Deployment:
    """Return a deployment; those to other platforms are moto's."""
    if identifier in call.backend().deployments:
        raise Decline
    return records.find(call.store, call.region, identifier)


@operation("codedeploy", "GetDeployment")
def get_deployment(call: Call) -> Answer:
    """Deployments do not proceed."""
    return {"deploymentInfo": deployment_info(_find(call, call.params["deploymentId"]))}


@operation("codedeploy", "BatchGetDeployments")
def batch_get_deployments(call: Call) -> Answer:
    """Deployments do not proceed."""
    _check_size(call.params["deploymentIds"], "BatchLimitExceededException")
    known = records.held(call.store, call.region)
    return {"deploymentsInfo": [deployment_info(known[name]) for name in call.params["deploymentIds"] if name in known]}


@operation("codedeploy", "ListDeploymentTargets")
def list_deployment_targets(call: Call) -> Answer:
    """Not implemented."""
    found = _started(call)
    wanted = (call.params.get("targetFilters") or {}).get("TargetStatus")
    status = target(call, found)["ecsTarget"]["status"]
    return {"targetIds": [_target_id(found)] if not wanted or status in wanted else []}


@operation("codedeploy", "GetDeploymentTarget")
def get_deployment_target(call: Call) -> Answer:
    """Not implemented."""
    found = _started(call)
    _check_target(found, call.params["targetId"])
    return {"deploymentTarget": target(call, found)}


@operation("codedeploy", "BatchGetDeploymentTargets")
def batch_get_deployment_targets(call: Call) -> Answer:
    """Not implemented."""
    found = _started(call)
    _check_size(call.params.get("targetIds") or [], "DeploymentTargetListSizeExceededException")
    for name in call.params.get("targetIds") or []:
        _check_target(found, name)
    return {"deploymentTargets": [target(call, found)] if call.params.get("targetIds") else []}


def _check_size(names: list[Any], code: str) -> None:
    if len(names) > MOST:
        fail(code, f"At most {MOST} ids can be asked for at once.")


def _check_target(found: records.Deployment, name: str) -> None:
    if name not in {_target_id(found), f"{found.fleet.cluster}:{found.fleet.name}"}:
        fail(NO_TARGET, f"The deployment {found.identifier} has no target {name}.")


@operation("codedeploy", "GetApplicationRevision")
def get_application_revision(call: Call) -> Answer:
    """Not implemented."""
    application, revision = call.params["applicationName"], call.params["revision"]
    if application not in call.backend().applications:
        fail("ApplicationDoesNotExistException", f"No application found for name: {application}")
    kind = revision.get("revisionType")
    member = "string" if kind == "String" else "appSpecContent"
    asked = revision.get(member) or {}
    wanted = asked.get("sha256") or sha256(asked.get("content") or "")
    for found in records.held(call.store, call.region).values():
        if found.application == application and found.content and sha256(found.content) == wanted:
            held = {"revisionType": kind, member: {"content": found.content, "sha256": wanted}}
            return {"applicationName": application, "revision": held, "revisionInfo": {"firstUsedTime": found.created}}
    return fail("RevisionDoesNotExistException", f"The application {application} has no revision {wanted}.")

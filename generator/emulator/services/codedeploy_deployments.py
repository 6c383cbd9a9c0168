"""CodeDeploy: blue-green deployments to ECS, created, listed, stopped and continued."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from generator.emulator.registry import Answer, Call, Decline, backend, fail, given, operation
from generator.emulator.services import codedeploy_appspec as appspec
from generator.emulator.services import codedeploy_configs as configs
from generator.emulator.services import codedeploy_machine as machine
from generator.emulator.services import codedeploy_records as records
from generator.emulator.services import ecs_task_sets
from generator.emulator.services.codedeploy import alarms_of, find_group
from generator.emulator.services.codedeploy_fleet import Fleet

DEFAULT_CONFIG = "CodeDeployDefault.ECSAllAtOnce"


@operation("codedeploy", "CreateDeployment")
def create_deployment(call: Call) -> Answer:
    """Deployments do not proceed."""
    name = call.params.get("deploymentGroupName")
    if not name:
        fail("DeploymentGroupNameRequiredException", "The deployment group name was not specified.")
    group = find_group(call, name)
    if group.application.compute_platform != "ECS":
        raise Decline
    content = appspec.content_of(call.params.get("revision"))
    spec = appspec.parse(content)
    config_name = _config_name(call, group)
    fleet = _fleet(call, group)
    _check_idle(call, name)
    identifier = records.new_identifier()
    rollback = call.params.get("autoRollbackConfiguration") or group.auto_rollback_configuration or {}
    alarms = call.params.get("overrideAlarmConfiguration") or alarms_of(call, name) or {}
    created = records.Deployment(
        identifier=identifier,
        region=call.region,
        application=call.params["applicationName"],
        group=name,
        created=time.time(),
        facts=_facts(call, group, content, config_name, rollback),
        plan=_plan(call, group, config_name, fleet),
        fleet=fleet,
        spec=spec,
        alarms=alarms,
        rollback=rollback,
        content=content,
    )
    records.held(call.store, call.region)[identifier] = created
    return {"deploymentId": identifier}


def _config_name(call: Call, group: Any) -> str:
    """Return the deployment configuration to use: one for other platforms, which moto puts in, is none."""
    asked = call.params.get("deploymentConfigName")
    name = asked or str(group.deployment_config_name or DEFAULT_CONFIG)
    platform = configs.find(call, name).get("computePlatform")
    if platform == "ECS":
        return name
    if asked:
        fail("InvalidDeploymentConfigNameException", f"{name} is a deployment configuration for {platform}, not ECS.")
    return DEFAULT_CONFIG


def _plan(call: Call, group: Any, config_name: str, fleet: Fleet) -> machine.Plan:
    settings = group.blue_green_deployment_configuration or {}
    ready = settings.get("deploymentReadyOption") or {}
    ending = settings.get("terminateBlueInstancesOnDeploymentSuccess") or {}
    stops = ready.get("actionOnTimeout") == "STOP_DEPLOYMENT"
    return machine.Plan(
        shift=configs.shift_of(configs.find(call, config_name)),
        test_route=bool(fleet.test),
        ready_minutes=float(ready.get("waitTimeInMinutes") or 0) if stops else None,
        wait_minutes=float(ending.get("terminationWaitTimeInMinutes") or 0),
        terminate=ending.get("action") != "KEEP_ALIVE",
    )


def _fleet(call: Call, group: Any) -> Fleet:
    """Return what the group deploys to. Answers with AWS's errors if that is incomplete."""
    target = (group.ecs_services or [{}])[0]
    cluster, name = target.get("clusterName", ""), target.get("serviceName", "")
    if not name:
        fail("InvalidECSServiceException", "For ECS deployment group, ecs service must be specified")
    service = ecs_task_sets.find_service(call.region, cluster, name)
    if service is None:
        fail("InvalidECSServiceException", f"The ECS service {cluster}:{name} does not exist or is not active.")
    primary = ecs_task_sets.primary(service)
    if not ecs_task_sets.is_blue_green(service) or primary is None:
        text = "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller."
        fail("InvalidECSServiceException", text)
    pair = ((group.load_balancer_info or {}).get("targetGroupPairInfoList") or [{}])[0]
    names = [found["name"] for found in pair.get("targetGroups") or []]
    arns = {found.name: found.arn for found in backend("elbv2", call.region).target_groups.values()}
    blue = next((held["targetGroupArn"] for held in primary.load_balancers if held.get("targetGroupArn")), "")
    others = [arns[found] for found in names if found in arns and arns[found] != blue]
    if len(names) != 2 or blue not in {arns.get(found) for found in names} or not others:
        text = "The deployment group's target group pair must exist, and the ECS service use one of its target groups."
        fail("InvalidLoadBalancerInfoException", text)
    return Fleet(
        region=call.region,
        cluster=cluster,
        name=name,
        blue=primary.id,
        blue_group=blue,
        green_group=others[0],
        production=(pair.get("prodTrafficRoute") or {}).get("listenerArns") or [],
        test=(pair.get("testTrafficRoute") or {}).get("listenerArns") or [],
    )


def _check_idle(call: Call, group: str) -> None:
    known = records.of_group(call.store, call.region, call.params["applicationName"], group)
    active = next((found for found in known if found.state.ended is None), None)
    if active is not None:
        text = f"The Deployment Group '{group}' already has an active Deployment '{active.identifier}'"
        fail("DeploymentLimitExceededException", text)


def _facts(call: Call, group: Any, content: str, config_name: str, rollback: Any) -> Answer:
    """Return what GetDeployment answers whatever happens; like AWS, without the content of the AppSpec."""
    kind = call.params["revision"]["revisionType"]
    member = "string" if kind == "String" else "appSpecContent"
    done = records.last_of(call.store, call.region, call.params["applicationName"], group.deployment_group_name)
    facts = {
        "applicationName": call.params["applicationName"],
        "deploymentGroupName": group.deployment_group_name,
        "deploymentConfigName": config_name,
        "revision": {"revisionType": kind, member: {"sha256": appspec.sha256(content)}},
        "previousRevision": done.get("targetRevision"),
        "creator": "user",
        "description": call.params.get("description"),
        "autoRollbackConfiguration": rollback or None,
        "overrideAlarmConfiguration": call.params.get("overrideAlarmConfiguration"),
        "deploymentStyle": group.deployment_style or None,
        "blueGreenDeploymentConfiguration": group.blue_green_deployment_configuration or None,
        "loadBalancerInfo": group.load_balancer_info or None,
    }
    return given(facts)


@operation("codedeploy", "StopDeployment")
def stop_deployment(call: Call) -> Answer:
    """Not implemented."""
    found = records.find(call.store, call.region, call.params["deploymentId"])
    _check_running(found)
    now, asked = found.now, call.params.get("autoRollbackEnabled")
    found.state = machine.end(found.state, machine.STOPPED, now, "MANUAL_STOP", "The deployment was stopped by a user.")
    records.present(found, now)
    following = records.roll_back(call.store, found, asked)
    text = f" It is rolled back by {following.identifier}." if following else ""
    return {"status": "Succeeded", "statusMessage": f"The deployment was stopped.{text}"}


@operation("codedeploy", "ContinueDeployment")
def continue_deployment(call: Call) -> None:
    """Not implemented."""
    found = records.find(call.store, call.region, call.params.get("deploymentId") or "")
    _check_running(found)
    waits = {"READY_WAIT": machine.READY, "TERMINATION_WAIT": machine.WAITING}
    kind = call.params.get("deploymentWaitType") or "READY_WAIT"
    if kind not in waits:
        fail("InvalidDeploymentWaitTypeException", f"The wait type is invalid: {kind}")
    if found.state.phase != waits[kind]:
        text = f"The deployment {found.identifier} does not wait ({kind})."
        fail("DeploymentIsNotInReadyStateException", text)
    now = found.now
    found.state = machine.follow(found.plan, found.state, now)
    records.tend(call.store, found)


def _check_running(found: records.Deployment) -> None:
    if found.state.ended is not None:
        fail("DeploymentAlreadyCompletedException", f"The deployment {found.identifier} was completed already.")


@operation("codedeploy", "ListDeployments")
def list_deployments(call: Call) -> Answer:
    """Deployments do not proceed."""
    application, group = call.params.get("applicationName"), call.params.get("deploymentGroupName")
    if group and not application:
        fail("ApplicationNameRequiredException", "If deploymentGroupName is specified, applicationName must be, too.")
    if application and not group:
        fail("DeploymentGroupNameRequiredException", "If applicationName is given, deploymentGroupName must be, too.")
    if group:
        find_group(call, group)
    known = list(records.held(call.store, call.region).values())
    if group:
        known = records.of_group(call.store, call.region, str(application), group)
    statuses = call.params.get("includeOnlyStatuses") or []
    start, end = _range(call.params.get("createTimeRange") or {})
    found = [
        item.identifier
        for item in sorted(known, key=lambda item: item.created, reverse=True)
        if (not statuses or machine.status(item.state) in statuses) and start <= item.created <= end
    ]
    return {"deployments": found}


def _range(limits: Answer) -> tuple[float, float]:
    start, end = _epoch(limits.get("start"), 0.0), _epoch(limits.get("end"), float("inf"))
    if start > end:
        fail("InvalidTimeRangeException", "The start time must be earlier than the end time.")
    return start, end


def _epoch(value: Any, default: float) -> float:
    if value is None:
        return default
    return value.timestamp() if isinstance(value, datetime) else float(value)

"""CodeDeploy's deployments, how they come to be, pass and are rolled back. They are history, not resources."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field, replace
from typing import Any

from generator.emulator import clock
from generator.emulator.registry import Store, before_each_call, fail
from generator.emulator.services import codedeploy_fleet as fleets
from generator.emulator.services import codedeploy_machine as machine
from generator.emulator.services.codedeploy_alarms import active
from generator.emulator.services.codedeploy_appspec import AppSpec

KIND = "deployments"
UNTOUCHED = machine.Picture("absent", test=False, weight=0)
ROLLBACK_EVENTS = {
    "ALARM_ACTIVE": "DEPLOYMENT_STOP_ON_ALARM",
    "MANUAL_STOP": "DEPLOYMENT_STOP_ON_REQUEST",
}


@dataclass
class Deployment:
    """One deployment: `created` in epoch seconds, `facts` as AWS answers them, `spec` is None for a rollback."""

    identifier: str
    region: str
    application: str
    group: str
    created: float
    facts: dict[str, Any]
    plan: machine.Plan
    fleet: fleets.Fleet
    spec: AppSpec | None
    alarms: dict[str, Any]
    rollback: dict[str, Any]
    content: str = ""
    state: machine.State = field(default_factory=machine.State)
    shown: machine.Picture = UNTOUCHED

    @property
    def now(self) -> float:
        """Return the emulated seconds since it was created."""
        return clock.elapsed(self.created)

    def moment(self, seconds: float | None) -> float | None:
        """Return the real time of an emulated one, or nothing of nothing."""
        return None if seconds is None else clock.moment(self.created, seconds)


def held(store: Store, region: str) -> dict[str, Deployment]:
    """Return the deployments of a region by id, oldest first."""
    return store.notes["codedeploy", KIND, region]


def of_group(store: Store, region: str, application: str, group: str) -> list[Deployment]:
    """Return the deployments of a group, oldest first."""
    wanted = (application, group)
    return [found for found in held(store, region).values() if (found.application, found.group) == wanted]


def find(store: Store, region: str, identifier: str) -> Deployment:
    """Return a deployment, or answer that there is none."""
    found = held(store, region).get(identifier)
    if found is None:
        fail("DeploymentDoesNotExistException", f"The deployment {identifier} could not be found")
    return found


def new_identifier() -> str:
    """Return an id in CodeDeploy's form."""
    letters = string.ascii_uppercase + string.digits
    return "d-" + "".join(secrets.choice(letters) for _ in range(9))


def last_of(store: Store, region: str, application: str, group: str) -> dict[str, Any]:
    """Return what GetDeploymentGroup says of the group's deployments."""
    known = of_group(store, region, application, group)
    done = [found for found in known if machine.status(found.state) == machine.SUCCEEDED]
    answer: dict[str, Any] = {}
    if known:
        answer["lastAttemptedDeployment"] = _summary(known[-1])
    if done:
        answer["lastSuccessfulDeployment"] = _summary(done[-1])
        answer["targetRevision"] = done[-1].facts["revision"]
    return answer


def _summary(found: Deployment) -> dict[str, Any]:
    ended = found.state.ended
    times = {"createTime": found.created, "endTime": found.moment(ended.at if ended else None)}
    summary = {"deploymentId": found.identifier, "status": machine.status(found.state), **times}
    return {key: value for key, value in summary.items() if value is not None}


@before_each_call
def let_deployments_proceed(store: Store) -> None:
    """Bring every deployment up to the present."""
    for service, kind, region in list(store.notes):
        if (service, kind) == ("codedeploy", KIND):
            for found in list(held(store, region).values()):
                tend(store, found)


def tend(store: Store, found: Deployment) -> None:
    """Bring one deployment up to the present; a fault of the emulator ends it as INTERNAL_ERROR."""
    if found.state.ended:
        return
    now = found.now
    try:
        found.state = machine.advance(found.plan, found.state, now, _observe(store, found))
        present(found, now)
    except Exception as error:
        text = f"The emulator failed: {type(error).__name__}: {error}"
        found.state = machine.end(found.state, machine.FAILED, now, "INTERNAL_ERROR", text)
        return
    if found.state.ended:
        roll_back(store, found)


def present(found: Deployment, now: float) -> None:
    """Make the world look as the deployment's state says."""
    picture = machine.picture(found.plan, found.state, now)
    if picture != found.shown:
        fleets.show(found.fleet, found.spec, found.shown, picture, found.identifier)
        found.shown = picture


def _observe(store: Store, found: Deployment) -> machine.Observed:
    if found.fleet.service() is None:
        return machine.Observed(gone="The Amazon ECS service was deleted during the deployment.")
    names = [alarm["name"] for alarm in found.alarms.get("alarms") or []] if found.alarms.get("enabled") else []
    alarms = active(store, found.region, names)
    if found.spec is None or found.state.phase not in {machine.CREATED, "BeforeInstall", machine.INSTALL}:
        return machine.Observed(alarms)
    refusal = fleets.refusal(found.fleet, found.spec)
    return machine.Observed(
        alarms, refusal=refusal, unhealthy="" if refusal else fleets.unhealthy(found.fleet, found.spec)
    )


def roll_back(store: Store, found: Deployment, asked: bool | None = None) -> Deployment | None:
    """Start the rollback that follows a deployment's end, if one does; `asked` overrides what is configured."""
    ended = found.state.ended
    if ended is None or ended.status == machine.SUCCEEDED or found.plan.rollback or found.fleet.service() is None:
        return None
    event = ROLLBACK_EVENTS.get(ended.code, "DEPLOYMENT_FAILURE")
    configured = bool(found.rollback.get("enabled")) and event in (found.rollback.get("events") or [])
    if not (configured if asked is None else asked):
        return None
    identifier = new_identifier()
    message = f"Deployment {found.identifier} is rolled back by deployment {identifier}."
    found.facts["rollbackInfo"] = {"rollbackDeploymentId": identifier, "rollbackMessage": message}
    previous = found.facts.get("previousRevision") or found.facts["revision"]
    facts = {
        **{key: value for key, value in found.facts.items() if key != "previousRevision"},
        "revision": previous,
        "creator": "codeDeployRollback",
        "description": f"Automatic rollback of deployment {found.identifier}",
        "rollbackInfo": {"rollbackTriggeringDeploymentId": found.identifier, "rollbackMessage": message},
    }
    following = replace(
        found,
        identifier=identifier,
        created=clock.moment(found.created, ended.at),
        facts=facts,
        plan=machine.Plan(rollback=True),
        spec=None,
        state=machine.State(),
    )
    held(store, found.region)[identifier] = following
    tend(store, following)
    return following

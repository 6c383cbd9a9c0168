"""The commands deploy and task: a new image for the tasks of a deployment that Terraform has applied."""

from __future__ import annotations

import time
from dataclasses import dataclass

from generator.deploy import codedeploy, tasks
from generator.deploy.clients import Clients, DeployError
from generator.deploy.codedeploy import Progress
from generator.deploy.revision import image_of, same, short
from generator.deploy.service import Release, Service, checked_image, release_of, service_of
from generator.diagnostics import UserError
from generator.project import Project
from generator.report import Console
from generator.report.console import WIDTH
from generator.workflow.hint import hint
from generator.workflow.prepare import existing
from generator.workflow.request import Request
from generator.workflow.terraform import Workbench

BACK = "roll back"
UNSEEN = 30.0  # seconds in which CodeDeploy begins a rollback
POLL = {True: 0.5, False: 5.0}  # seconds between two looks, on the emulator and on AWS


@dataclass(frozen=True, slots=True)
class Running:
    """The task definition and image of the tasks that serve; `settled` if capacity and network are as applied."""

    task_definition: str
    image: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Floor:
    """What a command works with: the service, AWS's API for it, and where it says what it does."""

    bench: Workbench
    service: Service
    clients: Clients

    @property
    def console(self) -> Console:
        """Return the console."""
        return self.bench.console

    @property
    def wait(self) -> float:
        """Return the seconds between two looks at what goes on."""
        return POLL[self.bench.target.local]

    def running(self) -> Running:
        """Return what the viewers' tasks run."""
        answer = self.clients.call(
            "ecs", "describe_services", cluster=self.service.cluster, services=[self.service.service]
        )
        found = next((item for item in answer["services"] if item["status"] == "ACTIVE"), None)
        if found is None:
            raise DeployError(f"there is no service {self.service.service}", "run `make plan` to see what is missing")
        primary = next((item for item in found.get("taskSets") or [] if item["status"] == "PRIMARY"), found)
        arn = str(primary["taskDefinition"])
        image = image_of(tasks.describe(self.clients, arn), self.service.container)
        capacity = primary.get("capacityProviderStrategy") or found.get("capacityProviderStrategy") or []
        network = (primary.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
        settled = same(capacity, self.service.capacity()) and same(network, self.service.network())
        return Running(arn, image, settled)


def open_floor(request: Request, project: Project, console: Console) -> tuple[Floor, dict[str, object]]:
    """Return the floor of a deployment that exists, and its root outputs; raises UserError if it does not."""
    bench = existing(request, project, console)
    outputs = bench.values()
    service = service_of(outputs, bench.deployment.composition.name)
    clients = Clients(bench.target.environment, bench.deployment.composition.region)
    clients.check_account(service.account)
    return Floor(bench, service, clients), outputs


def task_command(request: Request, name: str, image: str | None, project: Project, console: Console) -> None:
    """Run the one-off task `name` with `image`, or with the image that runs now. Raises UserError."""
    wanted = checked_image(image) if image else None
    floor, _ = open_floor(request, project, console)
    run_task(floor, name, wanted or floor.running().image)


def run_task(floor: Floor, name: str, image: str) -> None:
    """Run the one-off task `name` with `image` to its end; raises DeployError if it fails."""
    base = tasks.definition_of(floor.service, name)
    with floor.console.step(name) as step:
        arn = tasks.revision(floor.clients, base, floor.service.container, image)
        step.note = tasks.run(floor.clients, floor.service, arn, step.progress, floor.wait)


def deploy_command(
    request: Request,
    image: str | None,
    project: Project,
    console: Console,
    *,
    again: bool = False,
    despite_alarms: bool = False,
) -> None:
    """Deploy `image`, or the newest task definition with the image that runs now; follow what is under way already.

    What runs already is not deployed, but with `again`: its tasks start anew and read their secrets. `despite_alarms`
    is for a version that mends what an alarm rings for. Raises UserError, with exit code 1 after a rollback.
    """
    wanted = checked_image(image) if image else None
    floor, release = open_release(request, project, console)
    identifier = codedeploy.under_way(floor.clients, release)
    if identifier is not None:
        going_on = image_in(floor, identifier)
        if wanted not in (None, going_on):
            follow_it, stop_it = hint("deploy", floor.bench, "--follow"), hint("deploy", floor.bench, "--stop")
            raise UserError(
                f"deployment {identifier} of {going_on} is under way",
                f"follow it with `{follow_it}`, or stop it with `{stop_it}`",
            )
        console.line(f"\nDeployment {identifier} of {going_on} is under way already.\n")
        follow(floor, identifier)
        return
    running = floor.running()
    goal = wanted or running.image
    base, serving = floor.service.task_definition, running.task_definition
    arn = tasks.revision(floor.clients, base, floor.service.container, goal, serving)
    if arn == serving and running.settled and not again:
        console.line(f"\n{floor.service.service} runs {goal} already, as {short(arn)}: nothing to deploy.")
        return
    console.line(f"\nDeploying {goal} as {short(arn)}; {short(serving)} runs now.\n")
    for name in release.before:
        run_task(floor, name, goal)
    content = codedeploy.app_spec(floor.service, arn)
    identifier = codedeploy.begin(floor.clients, release, content, f"tierform: {goal}", despite_alarms=despite_alarms)
    console.line(f"  {'deployment':<{WIDTH}} {identifier}")
    follow(floor, identifier)


def follow_command(request: Request, project: Project, console: Console) -> None:
    """Follow the latest deployment to its end, or say how it ended; starts none. Raises UserError as deploying does."""
    floor, release = open_release(request, project, console)
    identifier = codedeploy.latest(floor.clients, release)
    if identifier is None:
        raise UserError("there has been no deployment")
    if codedeploy.look(floor.clients, identifier).rolls_back:
        identifier = codedeploy.triggered_by(floor.clients, identifier)
    follow(floor, identifier)


def stop_command(request: Request, project: Project, console: Console) -> None:
    """Stop the deployment under way and wait until all traffic is back. Raises UserError."""
    floor, release = open_release(request, project, console)
    identifier = codedeploy.under_way(floor.clients, release)
    if identifier is None:
        raise UserError("no deployment is under way")
    if codedeploy.look(floor.clients, identifier).rolls_back:
        raise UserError(f"{identifier} is a rollback: it sends all traffic back already", "wait until it has ended")
    floor.clients.call("codedeploy", "stop_deployment", deploymentId=identifier, autoRollbackEnabled=True)
    roll_back(floor, watch(floor, identifier, "stop"))
    console.line(f"\nStopped. {floor.running().image} serves all traffic.")


def open_release(request: Request, project: Project, console: Console) -> tuple[Floor, Release]:
    """Return the floor of a deployment that exists, and its deployment group. Raises UserError."""
    floor, outputs = open_floor(request, project, console)
    return floor, release_of(outputs, floor.bench.deployment.composition.name)


def image_in(floor: Floor, identifier: str) -> str:
    """Return the image that a deployment brings."""
    arn = codedeploy.task_definition_of(floor.clients, identifier)
    return image_of(tasks.describe(floor.clients, arn), floor.service.container)


def follow(floor: Floor, identifier: str) -> None:
    """Show a deployment until it ends; raises DeployError if it did not succeed, after the rollback has ended."""
    try:
        end = watch(floor, identifier, "deploy")
    except (KeyboardInterrupt, DeployError):
        again = hint("deploy", floor.bench, "--follow")
        floor.console.line(f"\nDeployment {identifier} goes on by itself. Follow it again: {again}")
        raise
    if end.rolls_back:
        raise DeployError(f"{identifier} was a rollback", f"{floor.running().image} serves all traffic")
    if end.status == "Succeeded":
        floor.console.line(f"\n{floor.service.service} runs {image_in(floor, identifier)}.", bold=True)
        return
    roll_back(floor, end)
    raise DeployError(
        f"deployment {identifier} was {end.status.lower()}: {end.error or 'no reason given'}",
        f"{floor.running().image} serves all traffic; mend what the message names, then deploy again"
        " (--despite-alarms if the new version mends it)",
    )


def watch(floor: Floor, identifier: str, name: str) -> Progress:
    """Show a deployment's progress until it ends; every new step is a line."""
    said = ""
    with floor.console.step(name) as step:
        while True:
            now = codedeploy.look(floor.clients, identifier)
            if now.ended:
                step.note = f"{identifier} {now.status.lower()}"
                return now
            if now.step != said and name != BACK:
                floor.console.line(f"  {name:<{WIDTH}} {now.line()}")
                said = now.step
            step.progress(now.line())
            time.sleep(floor.wait)


def roll_back(floor: Floor, end: Progress) -> None:
    """Show the rollback of a deployment that failed or was stopped; raises DeployError unless it ends well."""
    patience = time.monotonic() + UNSEEN
    while not end.rollback and time.monotonic() < patience:
        time.sleep(floor.wait)
        end = codedeploy.look(floor.clients, end.identifier)
    if not end.rollback:
        raise DeployError(
            f"deployment {end.identifier} was {end.status.lower()}, and CodeDeploy has not begun to roll it back",
            "look at the target groups' weights in the load balancer's rules, and stop or repeat the deployment",
        )
    back = watch(floor, end.rollback, BACK)
    if back.status != "Succeeded":
        raise DeployError(
            f"the rollback {back.identifier} was {back.status.lower()}: {back.error or 'no reason given'}",
            "look at the target groups' weights in the load balancer's rules: viewers may be on either side",
        )

"""The commands plan, apply and destroy, step by step."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from generator.deploy.clients import Clients, DeployError
from generator.deploy.codedeploy import under_way
from generator.deploy.service import release_of, service_of
from generator.deploy.tasks import retire
from generator.diagnostics import UserError
from generator.gate.model import Exit, Verdict
from generator.plan import Plan, read_plan
from generator.plan.summary import describe_interruptions, describe_loss, headline, losses, table
from generator.project import Project
from generator.report import Console
from generator.workflow import record
from generator.workflow.gate import basis, gate_deployment, rendered
from generator.workflow.hint import hint
from generator.workflow.prepare import existing, prepared
from generator.workflow.request import Request
from generator.workflow.state import note_emulator, state_of
from generator.workflow.terraform import Workbench


def plan_command(request: Request, project: Project, console: Console, *, overwrite: bool = False) -> Exit:
    """Render, plan and gate its blueprint; print plan and findings, leave the plan to be applied if it passed.

    Return how the gate ended. Raises UserError.
    """
    bench = prepared(request, project, console, overwrite=overwrite)
    plan, verdict = gated_plan(bench, project)
    show(plan, bench, verdict)
    console.line(f"\nIn full: {bench.deployment.plan_json}, Terraform's output: {bench.deployment.log}")
    if verdict.exit is not Exit.PASSED:
        console.line("It cannot be applied: the gate does not let it through.", bold=True)
    elif not plan.empty():
        console.line(f"Next: {hint('apply', bench)}")
    return verdict.exit


def apply_command(request: Request, project: Project, console: Console, *, yes: bool) -> None:
    """Apply the plan that was shown for a deployment, or plan, show and apply. Raises UserError."""
    bench = prepared(request, project, console)
    deployment = bench.deployment
    if record.still_valid(deployment, bench.target, basis(deployment, project)):
        plan = read_plan(deployment.plan_json)
        console.line(f"\nApplying the plan that was shown: {headline(plan)}\n")
    else:
        plan, verdict = gated_plan(bench, project)
        show(plan, bench, verdict)
        if verdict.exit is not Exit.PASSED:
            raise Refused(verdict)
        if not (plan.empty() or bench.target.local or yes):
            confirm_apply()
    record.forget(deployment)
    if plan.empty():
        return
    note_emulator(deployment.folder, bench.target)
    if bench.target.local:
        purge_secrets(Clients(bench.target.environment, deployment.composition.region), deployment.composition.name)
    done = bench.apply("apply", expected=len(plan.effective()))
    console.line(f"\n{done}\n")
    for name, value in bench.outputs().items():
        console.line(f"{name} = {value}")


def destroy_command(request: Request, project: Project, console: Console, confirm: str | None) -> None:
    """Lift the protections of a deployment, and destroy all that its state holds. Raises UserError."""
    bench = prepared(request, project, console)
    state = state_of(bench.deployment.folder, bench.target)
    count = len(state.instances())
    if not count:
        console.line("\nNothing is deployed.")
        return
    if not bench.target.local:
        confirm_destroy(bench.deployment.composition.name, count, confirm)
    record.forget(bench.deployment)
    outputs = bench.values()
    refuse_while_deploying(bench, outputs)
    variables = dict.fromkeys(lifted(bench), False)
    protected = state.protected(snapshots="final_snapshot" in variables)
    if protected and variables:
        only_updates(bench.plan("unprotect", {"var": variables, "target": protected}))
        bench.apply("lift", expected=len(protected))
    plan = bench.plan("plan", {"var": variables, "destroy": True})
    console.line(f"\n{headline(plan)}\n")
    done = bench.apply("destroy", expected=len(plan.effective()))
    console.line(f"\n{done}")
    retire_revisions(bench, outputs)


def only_updates(plan: Plan) -> None:
    """Raise UserError if lifting the protections would do more than change what is there."""
    more = [change.address for change in plan.effective() if change.action != "update"]
    if more:
        raise UserError(
            f"lifting the protections would also create or replace {', '.join(more)}",
            "apply first, so that the deployment is as its blueprint says, then destroy",
        )


def refuse_while_deploying(bench: Workbench, outputs: Mapping[str, Any]) -> None:
    """Raise UserError while CodeDeploy is moving traffic: what it works on must not go meanwhile."""
    if not isinstance(outputs.get("release"), Mapping):
        return
    name, region = bench.deployment.composition.name, bench.deployment.composition.region
    identifier = under_way(Clients(bench.target.environment, region), release_of(outputs, name))
    if identifier:
        raise UserError(f"deployment {identifier} is under way", f"stop it first: `{hint('deploy', bench, '--stop')}`")


def retire_revisions(bench: Workbench, outputs: Mapping[str, Any]) -> None:
    """Deregister the task-definition revisions that deployments have made: Terraform does not know them."""
    if "service" not in outputs:
        return
    service = service_of(outputs, bench.deployment.composition.name)
    clients = Clients(bench.target.environment, bench.deployment.composition.region)
    try:
        with bench.console.step("retire") as step:
            step.note = f"{retire(clients, service)} task-definition revisions"
    except DeployError as error:
        bench.console.warn(f"task-definition revisions of {bench.deployment.composition.name} stay: {error.message}")


def purge_secrets(clients: Clients, name: str) -> None:
    """Delete a destroyed deployment's secrets for good: the emulator keeps their names for 30 days, as AWS does."""
    prefix = {"Key": "name", "Values": [f"{name}/"]}
    found = clients.call("secretsmanager", "list_secrets", IncludePlannedDeletion=True, Filters=[prefix])
    for secret in found["SecretList"]:
        if "DeletedDate" in secret:
            clients.call("secretsmanager", "delete_secret", SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)


def terraform_command(request: Request, arguments: Sequence[str], project: Project, console: Console) -> int:
    """Run Terraform as the user asks, in the folder, workspace and account of a deployment; return its exit code."""
    bench = existing(request, project, console)
    terraform = bench.terraform
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Terraform gets the interrupt, too, and ends in order
    try:
        done = subprocess.run(
            [terraform.binary.path, *arguments], cwd=terraform.folder, env=terraform.environ, check=False
        )
    finally:
        signal.signal(signal.SIGINT, before)
    record.forget(bench.deployment)
    return done.returncode


def lifted(bench: Workbench) -> list[str]:
    """Return the root variables that guard against deletion: on the emulator the last snapshot is not taken either."""
    guards = ["deletion_protection", *(["final_snapshot"] if bench.target.local else [])]
    declared = {variable.name for variable in bench.deployment.composition.variables}
    return [name for name in guards if name in declared]


class Refused(UserError):  # noqa: N818 - what the gate does
    """The gate does not let a plan through; ends with the gate's exit code."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(
            "nothing was applied: the plan did not pass the gate", "mend the findings above, or waive them"
        )
        self.exit_code = int(verdict.exit)


def gated_plan(bench: Workbench, project: Project) -> tuple[Plan, Verdict]:
    """Plan and gate; record the plan as the one to apply if it passed."""
    record.forget(bench.deployment)
    plan = bench.plan()
    verdict = gate_deployment(bench.deployment, project, bench.console)
    if verdict.exit is Exit.PASSED:
        record.remember(bench.deployment, bench.target, basis(bench.deployment, project), verdict.plans[0])
    return plan, verdict


def show(plan: Plan, bench: Workbench, verdict: Verdict) -> None:
    """Print the plan: what is lost first, then the counts by component, then what the gate found."""
    console = bench.console
    console.line()
    for change in losses(plan):
        console.line(describe_loss(change), bold=True)
    for change in plan.moved():
        console.line(f"move     {change.previous_address} -> {change.address}")
    interruptions = describe_interruptions(plan)
    for text in interruptions:
        console.line(text, bold=True)
    if losses(plan) or plan.moved() or interruptions:
        console.line()
    if plan.effective():
        for text in table(plan):
            console.line(text)
        console.line()
    console.line(headline(plan), bold=True)
    if verdict.exit is not Exit.PASSED:
        console.line()
        console.line(rendered(verdict, "table"))


def confirm_apply() -> None:
    """Ask before a real account is changed; raises UserError unless the answer is `yes`."""
    if not sys.stdin.isatty():
        raise UserError("nothing was applied: no one confirmed this plan", "read it, then apply again, or use --yes")
    if click.prompt("\nApply this plan? Only `yes` goes on", default="no", show_default=False) != "yes":
        raise UserError("nothing was applied")


def confirm_destroy(name: str, count: int, given: str | None) -> None:
    """Have the deployment's name typed before anything of a real account is destroyed; raises UserError."""
    if given is None:
        if not sys.stdin.isatty():
            raise UserError("nothing was destroyed: this is a real account", f"use --confirm {name}")
        question = f"\nThis destroys {count} resources of a real account. Type the deployment's name"
        given = click.prompt(question, default="", show_default=False)
    if given != name:
        raise UserError(f'nothing was destroyed: "{given}" is not the name of this deployment', f"its name is {name}")

"""The commands plan, apply and destroy, step by step."""

from __future__ import annotations

import os
import sys

import click

from generator.diagnostics import UserError
from generator.plan import Plan
from generator.plan.summary import describe_loss, headline, losses, table
from generator.project import Project
from generator.report import Console
from generator.workflow import record, recovery, terraform
from generator.workflow.deployment import Deployment, rendered
from generator.workflow.state import note_emulator, state_of
from generator.workflow.target import Target, choose


def plan_command(tier: str, target_name: str, project: Project, console: Console, *, overwrite: bool = False) -> None:
    """Render and plan `tier`; print the plan and leave it to be applied. Raises UserError."""
    deployment = rendered(tier, project, console, overwrite=overwrite)
    target = choose(target_name, deployment, project, console)
    show(shown_plan(deployment, target, project, console), deployment, target, console)


def apply_command(tier: str, target_name: str, project: Project, console: Console, *, yes: bool) -> None:
    """Apply the plan that was shown for `tier`, or plan, show and apply. Raises UserError."""
    deployment = rendered(tier, project, console)
    target = choose(target_name, deployment, project, console)
    recovery.check(deployment, target, project, console)
    if record.still_valid(deployment, target):
        plan = terraform.stored_plan(deployment)
        console.line(f"  applying the plan that was shown: {headline(plan)}")
    else:
        plan = shown_plan(deployment, target, project, console)
        show(plan, deployment, target, console, next_command=False)
        if not plan.empty() and not target.local and not yes:
            confirm_apply()
    if plan.empty():
        console.line("\nNothing is to change.")
        return
    note_emulator(deployment.folder, target)
    record.forget(deployment, keep_plan_file=True)
    try:
        done = terraform.apply(deployment, target, project, console, "apply", expected=len(plan.effective()))
    finally:
        record.forget(deployment)
    console.line(f"\n{done} Next: {hint('plan', deployment, target)} shows that nothing is left to change.")
    for name, value in terraform.outputs(deployment, target, project).items():
        console.line(f"  {name} = {value}")


def destroy_command(tier: str, target_name: str, project: Project, console: Console, confirm: str | None) -> None:
    """Lift the protections of `tier`, and destroy all that its state holds. Raises UserError."""
    deployment = rendered(tier, project, console)
    target = choose(target_name, deployment, project, console)
    recovery.check(deployment, target, project, console)
    state = state_of(deployment.folder, target)
    if not state.instances():
        console.line("\nNothing is deployed.")
        return
    if not target.local:
        confirm_destroy(deployment, len(state.instances()), confirm)
    record.forget(deployment)
    lifted = {"deletion_protection": "false"} | ({"final_snapshot": "false"} if target.local else {})
    variables = {name: value for name, value in lifted.items() if has_variable(deployment, name)}
    protected = state.protected(snapshots=target.local)
    if protected and variables:
        arguments = [f"-var={name}={value}" for name, value in variables.items()]
        arguments += [f"-target={address}" for address in protected]
        terraform.plan(deployment, target, project, console, "unprotect", arguments)
        terraform.apply(deployment, target, project, console, "lift", expected=len(protected))
    arguments = ["-destroy", *(f"-var={name}={value}" for name, value in variables.items())]
    plan = terraform.plan(deployment, target, project, console, "plan", arguments)
    try:
        done = terraform.apply(deployment, target, project, console, "destroy", expected=len(plan.effective()))
    finally:
        record.forget(deployment)
    console.line(f"\n{done}")


def shown_plan(deployment: Deployment, target: Target, project: Project, console: Console) -> Plan:
    """Plan the deployment and record the plan as the one to apply."""
    recovery.check(deployment, target, project, console)
    plan = terraform.plan(deployment, target, project, console, "plan", [])
    record.remember(deployment, target)
    return plan


def show(plan: Plan, deployment: Deployment, target: Target, console: Console, *, next_command: bool = True) -> None:
    """Print the plan: what is lost first, then the counts by component, then the next command."""
    console.line()
    for change in losses(plan):
        console.line(describe_loss(change), bold=True)
    for change in plan.moved():
        console.line(f"move     {change.previous_address} -> {change.address}")
    if losses(plan) or plan.moved():
        console.line()
    if plan.effective():
        for text in table(plan):
            console.line(text)
        console.line()
    console.line(headline(plan))
    if next_command:
        console.line(f"Plan: {deployment.plan_json}. Full output: {deployment.log}.")
    if next_command and not plan.empty():
        console.line(f"Next: {hint('apply', deployment, target)}")


def hint(command: str, deployment: Deployment, target: Target) -> str:
    """Return the next command as the user calls tierform: through make or by itself."""
    if "MAKELEVEL" in os.environ:
        place = "" if target.local else f" TARGET={target.name}"
        return f"make {command} TIER={deployment.tier}{place}"
    return f"tierform {command} {deployment.tier}" + ("" if target.local else f" --target {target.name}")


def confirm_apply() -> None:
    """Ask before a real account is changed; raises UserError unless the answer is `yes`."""
    if not sys.stdin.isatty():
        raise UserError("nothing was applied: this plan has not been confirmed", "read it, then apply again, or use --yes")
    if click.prompt("\nApply this plan? Only `yes` goes on", default="no", show_default=False) != "yes":
        raise UserError("nothing was applied")


def confirm_destroy(deployment: Deployment, count: int, given: str | None) -> None:
    """Have the deployment's name typed before anything of a real account is destroyed; raises UserError."""
    name = deployment.composition.name
    if given is None:
        if not sys.stdin.isatty():
            raise UserError("nothing was destroyed: this is a real account", f"use --confirm {name}")
        given = click.prompt(f"\nThis destroys {count} resources of a real account. Type the deployment's name", default="")
    if given != name:
        raise UserError(f'nothing was destroyed: "{given}" is not the name of this deployment', f"its name is {name}")


def has_variable(deployment: Deployment, name: str) -> bool:
    """Say whether the root module has a variable of that name."""
    return any(variable.name == name for variable in deployment.composition.variables)



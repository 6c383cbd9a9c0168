"""Terraform's part of the work: initialise, plan, apply, read outputs; every failure becomes a message."""

from __future__ import annotations

import json
import os
from typing import Any

from generator.diagnostics import UserError
from generator.plan import Plan, read_plan
from generator.project import Project
from generator.report import Console
from generator.terraform import Terraform, ensure_init, open_terraform
from generator.workflow.deployment import Deployment
from generator.workflow.events import Listener
from generator.workflow.target import Target


class TerraformFailed(UserError):
    """Terraform ended with an error; its diagnostics were printed."""

    exit_code = 1


def opened(deployment: Deployment, target: Target, project: Project) -> Terraform:
    """Return Terraform on the deployment's folder, with the environment that leads to the target."""
    environ = {**os.environ, **target.environment}
    return open_terraform(deployment.folder, environ, log=deployment.log, cache=project.cache)


def plan(
    deployment: Deployment, target: Target, project: Project, console: Console, name: str, arguments: list[str]
) -> Plan:
    """Initialise where needed and plan; leave the plan file and its JSON in the folder. Raises TerraformFailed."""
    terraform = opened(deployment, target, project)
    with console.step("init") as step:
        listener = Listener(deployment, console, step)
        ran = ensure_init(terraform, listener)
        finish(listener, ran.code, "init")
        step.note = "providers and modules" if ran.ran else "unchanged"
    with console.step(name) as step:
        listener = Listener(deployment, console, step)
        code = terraform.stream("plan", [f"-out={deployment.plan_file.name}", *arguments], listener)
        finish(listener, code, "plan")
        step.note = f"{listener.done['planned_change']} changes"
    with console.step("read") as step:
        shown = terraform.capture("show", ["-json", deployment.plan_file.name])
        if shown.code:
            raise TerraformFailed(f"Terraform cannot show its plan: {shown.err.strip()}")
        write_private(deployment.plan_json, shown.out)
        found = read_plan(deployment.plan_json)
        step.note = str(deployment.plan_json)
    return found


def apply(
    deployment: Deployment, target: Target, project: Project, console: Console, name: str, expected: int
) -> str:
    """Apply the plan file in the folder; return what was done in one line. Raises TerraformFailed."""
    terraform = opened(deployment, target, project)
    with console.step(name) as step:
        listener = Listener(deployment, console, step, expected=expected)
        with terraform.marked(name, target.workspace):
            code = terraform.stream("apply", [deployment.plan_file.name], listener)
        finish(listener, code, name)
        words = {"create": "created", "update": "changed", "delete": "destroyed"}
        counts = [f"{listener.done[action]} {word}" for action, word in words.items() if listener.done[action]]
        step.note = ", ".join(counts) or "nothing changed"
    return f"{step.note[0].upper()}{step.note[1:]}."

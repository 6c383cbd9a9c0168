"""Terraform's part of the work: initialise, plan, apply, read outputs; every failure becomes a message."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.plan import Plan, read_plan
from generator.report import Console
from generator.terraform import Terraform, ensure_init, find_terraform, ignored_settings
from generator.workflow.deployment import Deployment
from generator.workflow.events import Listener
from generator.workflow.target import Target

DONE = {"create": "created", "update": "changed", "delete": "destroyed"}
Flags = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Workbench:
    """A deployment, the target that it runs on, Terraform between the two, and the console that is told of it."""

    deployment: Deployment
    target: Target
    console: Console
    cache: Path
    terraform: Terraform

    def plan(self, name: str = "plan", flags: Flags | None = None) -> Plan:
        """Initialise where needed and plan; leave the plan file and its JSON in the folder. Raises UserError."""
        with self.console.step("init") as step:
            listener = Listener(self.deployment, self.console, step)
            setup = ensure_init(self.terraform, os.environ, self.cache, listener)
            listener.finish(setup.code, "init", self.deployment.log)
            step.note = "modules and providers" if setup.ran else "unchanged"
        file = self.deployment.plan_file
        with self.console.step(name) as step:
            listener = Listener(self.deployment, self.console, step)
            code = self.terraform.stream("plan", on_event=listener, input=False, out=file.name, **(flags or {}))
            if code:
                file.unlink(missing_ok=True)
            listener.finish(code, "plan", self.deployment.log)
        with self.console.step("show") as step:
            shown = self.terraform.capture("show", file.name, json=True)
            _write_private(self.deployment.plan_json, shown.checked())
            found = read_plan(self.deployment.plan_json)
            step.note = str(self.deployment.plan_json)
        file.chmod(0o600)
        return found

    def apply(self, name: str, expected: int) -> str:
        """Apply the plan file in the folder; return what was done in one line. Raises UserError."""
        with self.console.step(name) as step:
            listener = Listener(self.deployment, self.console, step, expected=expected)
            code = self.terraform.stream("apply", self.deployment.plan_file.name, on_event=listener, input=False)
            listener.finish(code, name, self.deployment.log)
            counts = [f"{listener.done[action]} {word}" for action, word in DONE.items() if listener.done[action]]
            step.note = ", ".join(counts) or "nothing changed"
        return f"{step.note[0].upper()}{step.note[1:]}."

    def values(self) -> dict[str, Any]:
        """Return the values of the root outputs that the state holds."""
        return {name: output["value"] for name, output in self._outputs().items()}

    def outputs(self) -> dict[str, str]:
        """Return the root outputs that a person reads as text; a sensitive one is not shown, one for tools left out."""
        found = self._outputs()
        return {name: _text(found[name]) for name in sorted(found) if not isinstance(found[name]["value"], dict)}

    def _outputs(self) -> dict[str, Any]:
        return dict(self.terraform.capture("output", json=True).json())


def workbench(deployment: Deployment, target: Target, console: Console, cache: Path) -> Workbench:
    """Return the workbench for a deployment on a target; raises UserError if there is no usable Terraform."""
    for name in ignored_settings(os.environ):
        console.warn(f"{name} is set; it is not handed to Terraform, whose plan must be what is shown")
    environ = {**os.environ, **target.environment}
    terraform = Terraform(find_terraform(os.environ, cache), deployment.folder, environ, deployment.log)
    return Workbench(deployment, target, console, cache, terraform)


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read: a plan may hold what is sensitive."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _text(output: Mapping[str, Any]) -> str:
    if output.get("sensitive"):
        return "(sensitive)"
    value = output["value"]
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

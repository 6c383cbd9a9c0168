"""Runs that were killed, emulators that were restarted: said plainly, and mended where that is safe."""

from __future__ import annotations

from generator.diagnostics import UserError
from generator.project import Project
from generator.report import Console
from generator.terraform import interrupted_run
from generator.workflow.deployment import Deployment
from generator.workflow.state import put_aside_if_stale
from generator.workflow.target import Target


def check(deployment: Deployment, target: Target, project: Project, console: Console) -> None:
    """Look for a run that never ended, and for a state that speaks of an emulator that is gone.

    Raises UserError while that run still goes on.
    """
    left = interrupted_run(deployment.folder, target.workspace)
    if left is not None and left.alive:
        raise UserError(f"Terraform still runs in {deployment.folder} (process {left.pid})", "wait for it to end, or stop it")
    if left is not None and not target.local:
        console.warn(f"the last {left.command} was killed; Terraform's log is {deployment.log}")
        for address in left.in_flight:
            console.warn(f"it may exist though the state does not know it: {address} (`terraform import` takes it in)")
    aside = put_aside_if_stale(deployment.folder, target)
    if aside is not None:
        console.warn(f"the emulator was started afresh and is empty, so this starts afresh too; the old state is {aside}")

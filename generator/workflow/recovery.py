"""Runs that were killed, emulators that were restarted: said plainly, and mended where that is safe."""

from __future__ import annotations

from generator.diagnostics import UserError
from generator.emulator import stop
from generator.project import Project
from generator.report import Console
from generator.terraform import forget_run, interrupted_run
from generator.workflow.deployment import Deployment
from generator.workflow.state import put_aside_if_stale
from generator.workflow.target import Target


def after_a_kill(deployment: Deployment, target: Target, project: Project, console: Console) -> bool:
    """Deal with an apply that was killed; return whether the emulator was emptied to start afresh.

    What was in flight may exist without the state knowing it. The emulator is then emptied; of a real account the
    addresses are named. Raises UserError while that apply still goes on.
    """
    left = interrupted_run(deployment.folder, target.workspace)
    if left is None:
        return False
    if left.alive:
        remedy = f"wait until process {left.pid} has ended; its output is {deployment.log}"
        raise UserError(f"Terraform is still at work in {deployment.folder}", remedy)
    forget_run(deployment.folder, target.workspace)
    if left.finished:
        return False
    console.warn(f"the {left.command} that was started at {left.started} was killed")
    if target.local:
        console.warn("what it was making is not in the state, so the emulator is emptied and this starts afresh")
        stop(project.emulator)
        return True
    for address in left.in_flight:
        console.warn(f"this may exist though the state does not know it: {address} (`terraform import` takes it in)")
    return False


def after_a_restart(deployment: Deployment, target: Target, console: Console) -> None:
    """Put the state of an emulator that is gone aside, and say so."""
    aside = put_aside_if_stale(deployment.folder, target)
    if aside is not None:
        console.warn(f"the emulator is a new one and empty, so this starts afresh; the old state is kept as {aside}")

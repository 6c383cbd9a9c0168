"""Where every command that meets Terraform starts: the root module rendered or found, its target reached."""

from __future__ import annotations

from pathlib import Path

from generator.diagnostics import UserError
from generator.project import Project
from generator.report import Console
from generator.workflow import recovery
from generator.workflow.deployment import composed, name_in, rendered
from generator.workflow.request import Request
from generator.workflow.state import belongs_to, state_of
from generator.workflow.target import Target, choose
from generator.workflow.terraform import Workbench, workbench


def prepared(request: Request, project: Project, console: Console, *, overwrite: bool = False) -> Workbench:
    """Render the blueprint, reach its target, and deal with what an earlier run may have left behind.

    Raises UserError.
    """
    deployment = rendered(request.tier, project, console, folder=request.folder, overwrite=overwrite)
    region = deployment.composition.region
    target = choose(request.target, region, project.emulator, console)
    if recovery.after_a_kill(deployment, target, project, console):
        target = choose(request.target, region, project.emulator, console)
    recovery.after_a_restart(deployment, target, console)
    bench = workbench(deployment, target, console, project.cache)
    tell_of_namesakes(bench, project)
    return bench


def existing(request: Request, project: Project, console: Console) -> Workbench:
    """Return the workbench of a deployment as it was applied; renders nothing. Raises UserError if there is none."""
    deployment = composed(request.tier, project, request.folder)
    target = choose(request.target, deployment.composition.region, project.emulator, console)
    recovery.after_a_restart(deployment, target, console)
    if not state_of(deployment.folder, target).instances():
        raise UserError(
            f"{deployment.folder.name} is not deployed on {target.name}: {deployment.folder} holds no state of it",
            "work where it was applied from; or apply, if it never was",
        )
    return workbench(deployment, target, console, project.cache)


def tell_of_namesakes(bench: Workbench, project: Project) -> None:
    """Say that another folder holds a deployment of the same name: two of them cannot be in one account.

    Raises UserError on the emulator, which is one account; elsewhere it may be another account, so this only warns.
    """
    deployment, target = bench.deployment, bench.target
    if state_of(deployment.folder, target).instances():
        return
    for other in namesakes(bench, project):
        message = f"{deployment.composition.name} is deployed already, from {other}"
        remedy = (
            f"to turn that deployment into {deployment.composition.tier}, plan on its state:"
            f" DEPLOYMENT={other.name} (--deployment {other.name}); for a second one give it another name"
        )
        if target.local:
            raise UserError(message, remedy)
        bench.console.warn(f"{message}; {remedy}")


def namesakes(bench: Workbench, project: Project) -> list[Path]:
    """Return the other folders whose state, on the same target, is of a deployment of the same name."""
    own = bench.deployment
    return [
        folder
        for folder in sorted(project.build.iterdir())
        if folder.name != own.folder.name and name_in(folder) == own.composition.name and _alive(folder, bench.target)
    ]


def _alive(folder: Path, target: Target) -> bool:
    known = belongs_to(folder).read_text() if target.local and belongs_to(folder).is_file() else ""
    return bool(state_of(folder, target).instances()) and known == target.emulator_id

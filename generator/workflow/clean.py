"""`tierform clean`: everything that can be made again goes, what cannot stays."""

from __future__ import annotations

import shutil
from pathlib import Path

from generator.emulator import stop
from generator.project import Project
from generator.report import Console
from generator.workflow.state import State


def clean(project: Project, console: Console) -> None:
    """Stop the emulator and remove the build folder, but keep what holds the state of a real account."""
    if project.emulator.exists() and stop(project.emulator):
        console.line("stopped the emulator")
    for place in sorted(project.build.iterdir()) if project.build.is_dir() else []:
        if State(place / "terraform.tfstate").instances():
            console.warn(f"kept {place}: it holds the state of what runs in a real account")
            continue
        _remove(place)
        console.line(f"removed {place}")
    if project.build.is_dir() and not any(project.build.iterdir()):
        project.build.rmdir()


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink()

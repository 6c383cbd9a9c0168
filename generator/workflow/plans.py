"""The plans that a command is about: files and tiers that it names, or every tier; tiers are planned now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.blueprint.load import locate
from generator.blueprint.merge import SUFFIXES, available, load_chain
from generator.project import Project
from generator.render.write import OWNER
from generator.report import Console
from generator.workflow.prepare import prepared
from generator.workflow.request import Request


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan in JSON form, and the blueprint that it is of as commands call it, "" if it is of none."""

    file: Path
    blueprint: str


def plans(named: Sequence[str], blueprint: str, target: str, project: Project, console: Console) -> list[Planned]:
    """Return the plans that are named, each as a file or as a tier to be planned; of every tier if none is named.

    A file is of the blueprint that its folder was rendered from, or of `blueprint`. Raises UserError.
    """
    found = []
    for name in named or tiers(project):
        if is_file(name):
            found.append(Planned(Path(name), blueprint or owner(Path(name).parent)))
        else:
            bench = prepared(Request(name, target), project, console)
            bench.plan()
            found.append(Planned(bench.deployment.plan_json, bench.deployment.composition.source))
    return found


def is_file(name: str) -> bool:
    """Say whether a name is that of a plan file, and not of a blueprint."""
    return not name.endswith(SUFFIXES) and (name.endswith(".json") or "/" in name or Path(name).is_file())


def tiers(project: Project) -> list[str]:
    """Return the names of the blueprints in the library that no other of them extends."""
    chains = {
        name: load_chain(locate(name, project.blueprints), project.blueprints)[1]
        for name in available([project.blueprints])
    }
    extended = {file.stem for chain in chains.values() for file in chain[1:]}
    return [name for name in chains if name not in extended]


def owner(folder: Path) -> str:
    """Return the blueprint that a folder was rendered from, or ""."""
    try:
        return (folder / OWNER).read_text().strip()
    except OSError:
        return ""

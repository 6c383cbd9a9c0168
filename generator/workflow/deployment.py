"""A blueprint rendered into its folder: where each command starts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from generator.blueprint import Blueprint, load_blueprint, locate, shown
from generator.catalog import Catalog, load_catalog
from generator.compose import Composition, compose
from generator.diagnostics import UserError
from generator.project import Project
from generator.render import Difference, Files, compare, edited_by_hand, provenance, render, write
from generator.render.write import write_if_changed
from generator.report import Console

NAME = ".tierform/name"
FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Deployment:
    """A composition and the folder that its root module is rendered to."""

    blueprint: str
    composition: Composition
    files: Files
    folder: Path

    @property
    def log(self) -> Path:
        """Return the file that holds Terraform's full output."""
        return self.folder / ".tierform" / "terraform.log"

    @property
    def plan_file(self) -> Path:
        """Return Terraform's plan file."""
        return self.folder / "plan.tfplan"

    @property
    def plan_json(self) -> Path:
        """Return the plan in JSON form."""
        return self.folder / "plan.json"

    def origin(self, line: int) -> str:
        """Return the blueprint place that set what stands on `line` of main.tf, or ""."""
        try:
            places = json.loads((self.folder / ".tierform" / "provenance.json").read_bytes())
        except (OSError, ValueError):
            return ""
        known = [(int(place["line"]), str(place["blueprint"])) for place in places.values()]
        return max((place for place in known if place[0] <= line), default=(0, ""))[1]


def read(tier: str, project: Project) -> tuple[Blueprint, Catalog]:
    """Return the blueprint `tier` and the catalog; raises UserError."""
    return load_blueprint(locate(tier, project.blueprints), project.blueprints), catalog_of(project)


def catalog_of(project: Project) -> Catalog:
    """Return the catalog of the project's modules; raises UserError."""
    return load_catalog(project.modules, project.cache / "catalog.json")


def composed(tier: str, project: Project, folder: str = "") -> Deployment:
    """Return the deployment of the blueprint `tier`, checked in full; writes nothing but the catalog's cache.

    `folder` is the name of the folder below build/, the blueprint's own by default. Raises UserError.
    """
    if folder and not FOLDER.fullmatch(folder):
        raise UserError(f'"{folder}" is no name of a folder in {project.build}', "write a name such as tier1")
    path, catalog = locate(tier, project.blueprints), catalog_of(project)
    composition = compose(load_blueprint(path, project.blueprints), catalog)
    return Deployment(
        blueprint=shown(path),
        composition=composition,
        files=render(composition, catalog),
        folder=project.root(folder or composition.tier),
    )


def rendered(tier: str, project: Project, console: Console, *, folder: str = "", overwrite: bool = False) -> Deployment:
    """Return the deployment of the blueprint `tier`, rendered into its folder, or into `folder` of build/.

    Raises UserError.
    """
    with console.step("render") as step:
        deployment = composed(tier, project, folder)
        places = provenance(deployment.composition, deployment.files)
        difference = write(
            deployment.folder,
            deployment.files,
            places,
            blueprint=deployment.blueprint,
            overwrite=overwrite,
            take_over=bool(folder),
        )
        write_if_changed(deployment.folder / NAME, deployment.composition.name.encode())
        step.note = describe(deployment, difference)
    if difference.foreign:
        console.line(f"             kept files of your own: {', '.join(difference.foreign)}")
    return deployment


def name_in(folder: Path) -> str:
    """Return the name of the deployment that a folder was rendered for, or ""."""
    try:
        return (folder / NAME).read_text()
    except OSError:
        return ""


def describe(deployment: Deployment, difference: Difference) -> str:
    """Return what rendering did, in a few words."""
    count = len(difference.added) + len(difference.changed) + len(difference.removed)
    return f"{deployment.folder}: " + (f"{count} of {len(deployment.files)} files written" if count else "unchanged")


def check(tier: str, project: Project, folder: str = "") -> tuple[Deployment, Difference]:
    """Return how the rendered folder differs from what the blueprint says; writes nothing.

    Raises UserError, also if a generated file was edited by hand.
    """
    deployment = composed(tier, project, folder)
    difference = compare(deployment.folder, deployment.files)
    if difference.edited:
        raise edited_by_hand(deployment.folder, difference.edited)
    return deployment, difference

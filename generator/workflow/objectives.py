"""The promises of blueprints held against their plans: `tierform objectives`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from generator.blueprint.load import load_blueprint, locate
from generator.diagnostics import UserError
from generator.policy import Plan
from generator.project import Project
from generator.promises.check import check
from generator.promises.model import Answer
from generator.workflow.pace import pace
from generator.workflow.plans import Planned

Answers = tuple[str, Sequence[Answer]]


def of_plans(found: Iterable[Planned], project: Project, *, simulate: bool = False) -> list[Answers]:
    """Answer the promises about plans, each by its blueprint, p95 also by simulation.

    Raises UserError if there is no blueprint to ask.
    """
    return [_answers(item.file, item.blueprint, project, simulate=simulate) for item in found]


def _answers(file: Path, source: str, project: Project, *, simulate: bool) -> Answers:
    if not source:
        raise UserError(f"{file} was not rendered from a blueprint", "name one: --blueprint tier1")
    blueprint = load_blueprint(locate(source, project.blueprints), project.blueprints)
    if blueprint.traffic is None:
        raise UserError(f"the blueprint {source} has no `traffic`", "say the load that it is built for")
    promises = blueprint.promises()
    plan = Plan(read(file), promises)
    found = pace(source, project)
    answers = check(plan, blueprint.traffic, promises, found)
    if simulate:
        from generator.promises.crosscheck import cross_check  # noqa: PLC0415 - start-up time is a feature

        answers = cross_check(answers, plan, blueprint.traffic, promises, found)
    return source, answers


def read(file: Path) -> dict[str, object]:
    """Return the plan JSON in a file. Raises UserError if it is none."""
    try:
        document = json.loads(file.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read {file}: {(error.strerror or str(error)).lower()}", "plan first") from None
    except ValueError:
        document = None
    if not isinstance(document, dict) or "planned_values" not in document:
        raise UserError(f"{file} is no plan in JSON form", "`terraform show -json PLAN` makes one")
    return document

"""What plans cost: `tierform cost`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from generator.blueprint.load import load_blueprint, locate
from generator.blueprint.model import Blueprint
from generator.cost.budgeted import Budgeted, budgeted
from generator.cost.commitments import Scenario, scenarios
from generator.cost.compare import compare
from generator.cost.estimate import Estimate, estimate
from generator.cost.uses import Setting
from generator.cost.volumes import Volumes
from generator.diagnostics import UserError
from generator.policy import Plan
from generator.prices.book import Book, load_book
from generator.project import Project
from generator.promises.model import Pace
from generator.workflow.objectives import read
from generator.workflow.pace import pace
from generator.workflow.plans import Planned, owner


@dataclass(frozen=True, slots=True)
class Cost:
    """A plan's estimate, what could be committed to, and the budget of its blueprint, if it has one."""

    name: str
    file: Path
    estimate: Estimate
    commitments: tuple[Scenario, ...]
    budget: Budgeted | None


def of_plans(found: Iterable[Planned], region: str, project: Project) -> list[Cost]:
    """Price plans, each with the traffic of its blueprint, if it has one. Raises UserError."""
    return [of_file(item.file, item.blueprint, region, project) for item in found]


def of_file(file: Path, source: str, region: str, project: Project, book: Book | None = None) -> Cost:
    """Price one plan file. Raises UserError if it is no plan, or nobody says the region."""
    blueprint = load_blueprint(locate(source, project.blueprints), project.blueprints) if source else None
    document = read(file)
    book = book or load_book()
    promises = blueprint.promises() if blueprint else {}
    place, setting = region or _region(document, blueprint, file), _setting(blueprint, pace(source, project))

    def priced(plan: Mapping[str, Any]) -> Estimate:
        return estimate(Plan(plan, promises), place, book, setting)

    found = priced(document)
    budget = budgeted(promises.get("monthly_usd"), blueprint.budget if blueprint else None, priced, document)
    return Cost(source or str(file), file, found, scenarios(found, book), budget)


def warning() -> str:
    """Return what to say of the price book's age, "" if nothing. Raises UserError if it is too old to be used."""
    return load_book().age(date.today())


def optimised(cost: Cost, project: Project) -> str:
    """Return the cheapest configuration of a plan, with what each step gives up. Raises UserError without traffic."""
    from generator.promises.optimum import Question, optimise  # noqa: PLC0415
    from generator.report.cost import table  # noqa: PLC0415

    source = owner(cost.file.parent) or cost.name
    blueprint = load_blueprint(locate(source, project.blueprints), project.blueprints)
    if blueprint.traffic is None:
        raise UserError(f"the blueprint {source} has no `traffic`", "say the load that it is built for")
    book = load_book()
    term = cost.budget.term if cost.budget else "none"
    region, promises = cost.estimate.region, blueprint.promises()
    rate = pace(source, project)
    question = Question(read(cost.file), region, blueprint.traffic, promises, book, rate, commitment=term)
    found = optimise(question)
    return table.optimum(cost.name, found, scenarios(found.after, book), cost.budget, cost.estimate)


def rendered(costs: Sequence[Cost], before: Cost | None, form: str) -> str:
    """Return estimates as table, json or markdown; with the difference from `before`, if that is given."""
    from generator.report.cost import as_json, markdown, table  # noqa: PLC0415

    if form == "json":
        return json.dumps([as_json.render(it.name, it.estimate, it.commitments, it.budget) for it in costs], indent=2)
    if form == "markdown":
        blocks = [markdown.render(item.name, item.estimate) for item in costs]
        pair = markdown.difference
    else:
        blocks = [table.render(item.name, item.estimate, item.commitments, item.budget) for item in costs]
        pair = table.difference
    if before:
        blocks += [pair(compare(before.estimate, it.estimate), before.estimate, it.estimate) for it in costs]
    return "\n\n\n".join(blocks)


def _setting(blueprint: Blueprint | None, found: Pace) -> Setting:
    if blueprint is None or blueprint.traffic is None:
        return Setting(None, found.requests_per_vcpu)
    peak = blueprint.promises().get("requests_per_second", 0.0)
    return Setting(Volumes(blueprint.traffic, peak), found.requests_per_vcpu)


def _region(document: dict[str, Any], blueprint: Blueprint | None, file: Path) -> str:
    """Return the region of a blueprint, or that of the plan's AWS provider where it is written down or given."""
    if blueprint and isinstance(blueprint.region.value, str):
        return blueprint.region.value
    config = document.get("configuration", {}).get("provider_config", {}).get("aws", {}).get("expressions", {})
    region = config.get("region", {})
    if "constant_value" in region:
        return str(region["constant_value"])
    for name in region.get("references", []):
        value = document.get("variables", {}).get(name.removeprefix("var."), {}).get("value")
        if isinstance(value, str):
            return value
    raise UserError(f"{file} does not say its region", "name it: --region us-east-1")

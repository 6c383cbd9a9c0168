"""The gate over plans of blueprints and over any plan file: `tierform gate`, and a step of `plan` and `apply`."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from generator.atomic import write_atomically
from generator.blueprint.load import load_blueprint, locate
from generator.blueprint.model import Blueprint
from generator.blueprint.waivers import Waiver as BlueprintWaiver
from generator.diagnostics import UserError
from generator.gate.environment import VERSION, Checkov
from generator.gate.judge import Subject, judge
from generator.gate.model import Place, Verdict, Waiver
from generator.gate.subjects import read_subject
from generator.prices.book import FILE as BOOK
from generator.project import Project
from generator.report import Console
from generator.workflow import budget
from generator.workflow.deployment import Deployment
from generator.workflow.pace import pace
from generator.workflow.plans import Planned


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan file to be judged, and the blueprint whose waivers, promises and budget hold for it, if it has one."""

    file: Path
    blueprint: Blueprint | None = None

    @property
    def promises(self) -> dict[str, float]:
        """Return the objectives of the blueprint."""
        return self.blueprint.promises() if self.blueprint else {}


def gate(asked: Sequence[Asked], project: Project, checkov: Checkov | None = None) -> Verdict:
    """Return the verdict on plans, all in one run of Checkov. Raises UserError if there is no Checkov to run."""
    started = time.monotonic()
    with checkov or Checkov() as running:
        subjects = [_subject(item, project) for item in asked]
        readable = [
            {"file": str(item.file.resolve()), "promises": item.promises}
            for item, subject in zip(asked, subjects, strict=True)
            if not subject.failure
        ]
        nothing = {"failures": [], "checkov": VERSION, "plans": [], "checks": []}
        answer = running.scan(readable, project.policies) if readable else nothing
    return replace(judge(subjects, answer, date.today()), seconds=time.monotonic() - started)


def gate_deployment(deployment: Deployment, project: Project, console: Console) -> Verdict:
    """Return the verdict on the plan in a deployment's folder."""
    from generator.report.gate import headline  # noqa: PLC0415

    with console.step("gate") as step:
        verdict = gate([Asked(deployment.plan_json, deployment.composition.blueprint)], project)
        step.note = headline(verdict)
    return verdict


def gate_plans(found: Iterable[Planned], project: Project, checkov: Checkov | None = None) -> Verdict:
    """Return the verdict on plans, each by its blueprint. Raises UserError if a blueprint is not what it should be."""
    return gate([_asked(item, project) for item in found], project, checkov)


def _subject(asked: Asked, project: Project) -> Subject:
    """Return the plan with what its blueprint accepts, and what it says of its cost."""
    blueprint = asked.blueprint
    waivers = blueprint.all_waivers() if blueprint else ()
    subject = read_subject(asked.file, tuple(map(_waiver, waivers)), asked.promises, project.modules)
    if subject.plan is None or blueprint is None or "monthly_usd" not in asked.promises:
        return subject
    try:
        return replace(
            subject, more=((budget.CHECK, budget.check(subject.plan, blueprint, pace(blueprint.source, project))),)
        )
    except UserError as error:
        return replace(subject, failure=budget.failure(error))


def basis(deployment: Deployment, project: Project) -> str:
    """Return a digest of what a verdict rests on beside the plan: policies, blueprint, prices, Checkov, the day."""
    blueprint = deployment.composition.blueprint
    promised = (
        sorted(blueprint.promises().items()),
        blueprint.traffic,
        blueprint.budget,
        pace(blueprint.source, project),
    )
    rest = (VERSION, date.today().isoformat(), blueprint.all_waivers(), promised)
    digest = hashlib.sha256(repr(rest).encode() + BOOK.read_bytes())
    for file in sorted(project.policies.glob("*.*")):
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def write_reports(verdict: Verdict, reports: Mapping[str, Path | None]) -> None:
    """Write the verdict in each format that has a file; raises UserError if one cannot be written."""
    for name, file in reports.items():
        if file is None:
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, rendered(verdict, name).encode())
        except OSError as error:
            raise UserError(
                f"cannot write {file}: {(error.strerror or str(error)).lower()}", "name another file"
            ) from None


def rendered(verdict: Verdict, form: str) -> str:
    """Return the verdict as table, json, sarif, junit or markdown."""
    from generator.report.gate import as_json, junit, markdown, sarif, table  # noqa: PLC0415

    forms = {"table": table, "json": as_json, "sarif": sarif, "junit": junit, "markdown": markdown}
    text: str = forms[form].render(verdict)
    return text


def _asked(planned: Planned, project: Project) -> Asked:
    if not planned.blueprint:
        return Asked(planned.file)
    found = load_blueprint(locate(planned.blueprint, project.blueprints), project.blueprints)
    return Asked(planned.file, found)


def _waiver(waiver: BlueprintWaiver) -> Waiver:
    return Waiver(
        name=waiver.name,
        check=waiver.check,
        address=waiver.address,
        reason=waiver.reason,
        owner=waiver.owner,
        expires=waiver.expires,
        place=Place(waiver.mark.file, waiver.mark.line),
        when=waiver.when,
    )

"""What was changed by hand since the last apply: `tierform drift`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from generator.plan.drift import Drift, drifts
from generator.project import Project
from generator.report import Console
from generator.workflow import record
from generator.workflow.prepare import existing
from generator.workflow.request import Request


def drift_command(request: Request, project: Project, console: Console) -> tuple[list[Drift], int]:
    """Plan on what is deployed, as it was applied; return what has drifted, and how much more differs.

    Nothing is rendered, so that changes of the blueprint show up nowhere. Raises UserError.
    """
    bench = existing(request, project, console)
    record.forget(bench.deployment)
    bench.plan()
    return drifts(json.loads(bench.deployment.plan_json.read_bytes()))


def rendered(found: Sequence[Drift], others: int) -> str:
    """Return the lines to print: each resource that was changed by hand, with what was applied and what is there."""
    lines = []
    for item in found:
        lines.append(click.style(f"{item.address}{' is gone' if item.gone else ''}", fg="red", bold=True))
        lines += [f"  {it.argument}: {it.applied} was applied, {it.now} is there" for it in item.differences]
    if not found:
        lines.append(click.style("No drift: what is deployed is what was applied.", fg="green", bold=True))
    if others:
        lines.append(f"{others} more differ only in values that AWS fills in, or that deployments and scaling own.")
    return "\n".join(lines)


def as_json(found: Sequence[Drift], others: int) -> str:
    """Return the same as a document."""
    return json.dumps({"drift": [asdict(item) for item in found], "others": others}, indent=2)

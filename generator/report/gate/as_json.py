"""The verdict as a JSON document for programs, and the keys they can rely on.

`schema_version` is raised when a key changes its meaning or goes; new keys may come. The document holds:

- `result`: `passed`, `failed` or `cannot_judge`; `exit_code`: 0, 1 or 2; `summary`: the verdict in one line;
- `failures`: why the gate cannot judge: `plan` (null if all are concerned) and `message`;
- `counts`: `plans`, `resources`, `policies`, `built_in_checks`, `findings` (with the faults of waivers), `accepted`,
  `unknown`, and `by_severity` of the findings;
- `plans`: each with `name`, `tier`, `sha256`, `result`, `exit_code`, `resources`, `checks`, `failures`, `findings`,
  `accepted`, `unknown` and `waiver_faults`;
- a finding: `check` (its id), `severity`, `title`, `address`, `messages`, `attributes`, `module` and `blueprint` (each
  `file` and `line`, null if not known) and `unknown_until_apply`; an accepted one names its `waiver`, too;
- a waiver's fault: `waiver` and `message`;
- `waivers`: all that accept something or are at fault: `name`, `check`, `address`, `reason`, `owner`, `expires`,
  `place` and how many findings it `accepts`;
- `checks`: `id`, `title`, `severity`, `why`, `remedy` and `source` of all checks;
- `tool`: `name`, `version` and `checkov_version`; `seconds` that the gate took: the only key that varies between runs.

Text is as the plan has it; all that is not ASCII is escaped, so that printing the document cannot steer a terminal.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from generator import __version__
from generator.gate.model import Accepted, Check, Exit, Finding, Place, PlanVerdict, Verdict, Waiver
from generator.report.gate import (
    SEVERITIES,
    blocking,
    failures,
    headline,
    known_checks,
    ordered,
    outcome,
    severity,
    waivers,
    weight,
)

SCHEMA_VERSION = 1
RESULTS = {Exit.PASSED: "passed", Exit.FINDINGS: "failed", Exit.CANNOT_JUDGE: "cannot_judge"}


def render(verdict: Verdict) -> str:
    """Return the verdict as JSON."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "result": RESULTS[verdict.exit],
        "exit_code": int(verdict.exit),
        "summary": headline(verdict),
        "failures": [{"plan": plan or None, "message": text} for plan, text in failures(verdict)],
        "counts": _counts(verdict),
        "plans": [_plan(plan, outcome(verdict, plan)) for plan in verdict.plans],
        "waivers": _waivers(verdict),
        "checks": [_check(check) for check in known_checks(verdict)],
        "tool": {"name": "tierform", "version": __version__, "checkov_version": verdict.checkov_version},
        "seconds": round(verdict.seconds, 3),
    }
    return json.dumps(document, indent=2) + "\n"


def _counts(verdict: Verdict) -> dict[str, Any]:
    """Return the totals."""
    found = Counter(severity(finding.check) for plan in verdict.plans for finding in blocking(plan))
    built_in = sum(check.id.startswith("CKV") for check in verdict.checks)
    return {
        "plans": len(verdict.plans),
        "resources": sum(plan.resources for plan in verdict.plans),
        "policies": len(verdict.checks) - built_in,
        "built_in_checks": built_in,
        "findings": found.total(),
        "by_severity": {name: found[name] for name in SEVERITIES},
        "accepted": sum(len(plan.accepted) for plan in verdict.plans),
        "unknown": sum(len(plan.unknown) for plan in verdict.plans),
    }


def _plan(plan: PlanVerdict, result: Exit) -> dict[str, Any]:
    """Return one plan's verdict."""
    return {
        "name": plan.name,
        "tier": plan.tier,
        "sha256": plan.digest,
        "result": RESULTS[result],
        "exit_code": int(result),
        "resources": plan.resources,
        "checks": len(plan.judged),
        "failures": list(plan.failures),
        "findings": [_finding(finding) for finding in ordered(plan.findings)],
        "waiver_faults": [{"waiver": waiver.name, "message": fault} for waiver, fault in plan.waiver_faults],
        "accepted": [_accepted(item) for item in sorted(plan.accepted, key=lambda item: weight(item.finding))],
        "unknown": [_finding(finding) for finding in ordered(plan.unknown)],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    """Return one finding."""
    return {
        "check": finding.check.id,
        "severity": severity(finding.check),
        "title": finding.check.title,
        "address": finding.address,
        "messages": list(finding.messages),
        "attributes": list(finding.attributes),
        "module": _place(finding.module),
        "blueprint": _place(finding.blueprint),
        "unknown_until_apply": finding.unknown,
    }


def _accepted(item: Accepted) -> dict[str, Any]:
    """Return an accepted finding with the name of its waiver."""
    return {**_finding(item.finding), "waiver": item.waiver.name}


def _place(place: Place | None) -> dict[str, Any] | None:
    """Return a file and its line, null if the line is not known."""
    return {"file": place.file, "line": place.line or None} if place else None


def _waivers(verdict: Verdict) -> list[dict[str, Any]]:
    """Return the waivers that accept something, then those that are at fault and accept nothing."""
    counts = dict(waivers(verdict))
    idle = {waiver: 0 for plan in verdict.plans for waiver, _ in plan.waiver_faults if waiver not in counts}
    return [_waiver(waiver, count) for waiver, count in (counts | idle).items()]


def _waiver(waiver: Waiver, count: int) -> dict[str, Any]:
    """Return one waiver with how many findings it accepts."""
    return {
        "name": waiver.name,
        "check": waiver.check,
        "address": waiver.address,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires,
        "place": _place(waiver.place),
        "accepts": count,
    }


def _check(check: Check) -> dict[str, Any]:
    """Return what a report says of a check."""
    return {
        "id": check.id,
        "title": check.title,
        "severity": severity(check),
        "why": check.why,
        "remedy": check.remedy,
        "source": check.source,
    }

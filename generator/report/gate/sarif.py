"""The verdict as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from generator import __version__
from generator.gate.model import Check, Exit, Finding, Place, PlanVerdict, Verdict, Waiver
from generator.report.gate import (
    blocking,
    failures,
    headline,
    known_checks,
    plain,
    severity,
    terms,
    weight,
    what,
)
from generator.report.gate.markdown import escape, link, prose

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}  # what GitHub reads as these words
Json = dict[str, Any]


def render(verdict: Verdict) -> str:
    """Return the verdict as a SARIF log of one run. Values unknown until the apply are counted: they are no alerts."""
    checks = known_checks(verdict)
    index = {plain(check.id): number for number, check in enumerate(checks)}
    run = {
        "invocations": [_invocation(verdict)],
        "tool": {"driver": {"name": "tierform", "version": __version__, "rules": [_rule(check) for check in checks]}},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that tierform was run in."}}},
        "artifacts": list({plan.name: _artifact(plan) for plan in verdict.plans}.values()),
        "results": [result | {"ruleIndex": index[result["ruleId"]]} for plan in verdict.plans for result in _all(plan)],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "summary": plain(headline(verdict)),
            "checkovVersion": plain(verdict.checkov_version),
            "unknownUntilApply": sum(len(plan.unknown) for plan in verdict.plans),
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _invocation(verdict: Verdict) -> Json:
    """Return how the gate ended, with an error for each reason why it cannot judge."""
    names = {plan.name for plan in verdict.plans}
    return {
        "executionSuccessful": verdict.exit is not Exit.CANNOT_JUDGE,
        "exitCode": int(verdict.exit),
        "exitCodeDescription": {0: "passed", 1: "findings", 2: "cannot judge"}[verdict.exit],
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": _message(f"Cannot judge: {plan}: {text}" if plan else f"Cannot judge: {text}")},
            }
            | ({"locations": [_location(Place(plan))]} if plan in names else {})
            for plan, text in failures(verdict)
        ],
    }


def _rule(check: Check) -> Json:
    """Return a check as a rule."""
    title = plain(check.title) or plain(check.id)
    rows = [(name, text) for name, text in (("Why", check.why), ("Remedy", check.remedy)) if text]
    source = link(check.source)
    text = [
        title,
        *(f"{name}: {plain(value)}" for name, value in rows),
        *([f"Source: {source[1:-1]}"] if source else []),
    ]
    markdown = [escape(title), *(f"**{name}:** {prose(value)}" for name, value in rows)]
    markdown += [f"**Source:** {source}"] if source else []
    rule: Json = {
        "id": plain(check.id),
        "shortDescription": {"text": title},
        "fullDescription": {"text": plain(check.why) or title},
        "help": {"text": "\n".join(text), "markdown": "\n\n".join(markdown)},
        "defaultConfiguration": {"level": LEVELS[severity(check)]},
        "properties": {
            "security-severity": SCORES[severity(check)],
            "precision": "very-high",
            "tags": ["security", "terraform"],
        },
    }
    return rule | ({"helpUri": source[1:-1]} if source else {})


def _artifact(plan: PlanVerdict) -> Json:
    """Return a plan as the file that was judged."""
    hashes = {"hashes": {"sha-256": plain(plan.digest)}} if plan.digest else {}
    return {"location": _uri(plan.name), "roles": ["analysisTarget"], **hashes}


def _all(plan: PlanVerdict) -> list[Json]:
    """Return what blocks a plan, then what its waivers accept."""
    accepted = sorted(plan.accepted, key=lambda item: weight(item.finding))
    return [
        *(_result(plan, finding) for finding in blocking(plan)),
        *(_result(plan, item.finding) | {"suppressions": [_suppression(item.waiver)]} for item in accepted),
    ]


def _result(plan: PlanVerdict, finding: Finding) -> Json:
    """Return one finding."""
    # The blueprint first: GitHub shows only the first place in a pull request, and it is the file that people change.
    found = [place for place in (finding.blueprint, finding.module) if place] or [Place(plan.name)]
    text = _message(f"{finding.address}: {what(finding)}").rstrip(".")
    if len(found) > 1:
        text += f". The argument is set in [{_link(str(found[1]))}](1)"
    logical = {"fullyQualifiedName": plain(finding.address), "kind": "resource"}
    result: Json = {
        "ruleId": plain(finding.check.id),
        "level": LEVELS[severity(finding.check)],
        "message": {"text": f"{text}."},
        "locations": [_location(found[0]) | {"logicalLocations": [logical]}],
        "partialFingerprints": _fingerprints(plan, finding),
        "properties": {"plan": plain(plan.name), "tier": plain(plan.tier)},
    }
    return result | ({"relatedLocations": [{"id": 1, **_location(found[1])}]} if len(found) > 1 else {})


def _suppression(waiver: Waiver) -> Json:
    """Return the waiver that accepts a finding."""
    text = f"waiver {waiver.name}; {terms(waiver)}"
    return {"kind": "external", "status": "accepted", "justification": plain(text), "location": _location(waiver.place)}


def _fingerprints(plan: PlanVerdict, finding: Finding) -> dict[str, str]:
    """Return what tells a finding from others and stays the same when lines move."""
    identity = "\0".join((plan.name, finding.check.id, finding.address))
    digest = hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:32]
    # The second name is the only one that GitHub reads; by lines alone, the findings of two tiers would be one.
    return {"tierform/v1": digest, "primaryLocationLineHash": f"{digest}:1"}


def _location(place: Place) -> Json:
    """Return a place. GitHub leaves out what has no line, so the first stands for one that is not known."""
    return {"physicalLocation": {"artifactLocation": _uri(place.file), "region": {"startLine": max(place.line, 1)}}}


def _uri(file: str) -> Json:
    """Return a file as a URI, relative to the project unless it lies elsewhere."""
    path = quote(file, safe="/", errors="replace")
    return {"uri": f"file://{path}"} if path.startswith("/") else {"uri": path, "uriBaseId": ROOT}


def _message(text: str) -> str:
    """Return text in which nothing is read as a link or a placeholder."""
    return plain(text).replace("](", "] (").replace("{", "{{").replace("}", "}}")


def _link(text: str) -> str:
    """Return text that can stand in the brackets of a link."""
    return _message(text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]"))

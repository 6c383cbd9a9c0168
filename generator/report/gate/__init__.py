"""The gate's verdict as a person or a program reads it; here is what all formats share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from generator.gate.model import Check, Exit, Finding, Place, PlanVerdict, Verdict, Waiver

SEVERITIES = ("critical", "high", "medium", "low")
RESULTS = {Exit.PASSED: "passed", Exit.FINDINGS: "failed", Exit.CANNOT_JUDGE: "CANNOT JUDGE"}
WAIVER = Check(
    "TIERFORM_WAIVER",
    "Every waiver is in force, accepts a finding and gives a reason",
    "high",
    "A waiver that nobody needs or renews would silently accept the next fault of its kind.",
    "remove the waiver from the blueprint, or renew it with its reason, its owner and a date to come",
)


def plain(text: str) -> str:
    """Return `text` as one line of visible characters: what could steer a terminal or a parser becomes an escape."""
    if text.isprintable():
        return text
    line = re.sub(r"[\t\n\r\v\f\x85\u2028\u2029]+", " ", text)
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)


def severity(check: Check) -> str:
    """Return a check's severity; a word that is not one of ours counts as critical, so that it is never overlooked."""
    return check.severity if check.severity in SEVERITIES else SEVERITIES[0]


def weight(finding: Finding) -> tuple[int, str, str]:
    """Return what findings are sorted by: severity, check and address."""
    return SEVERITIES.index(severity(finding.check)), finding.check.id, finding.address


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with the most severe first."""
    return sorted(findings, key=weight)


def blocking(plan: PlanVerdict) -> list[Finding]:
    """Return what blocks a plan, the most severe first: its findings, and the waivers that are at fault."""
    return ordered([*plan.findings, *(waiver_fault(waiver, fault) for waiver, fault in plan.waiver_faults)])


def waiver_fault(waiver: Waiver, fault: str) -> Finding:
    """Return a waiver at fault as a finding at the blueprint's line."""
    about = f"it accepts {waiver.check} at {waiver.address}; {terms(waiver)}"
    return Finding(WAIVER, f"waiver {waiver.name}", (fault, about), blueprint=waiver.place)


def terms(waiver: Waiver) -> str:
    """Return a waiver's reason, owner and expiry in one line."""
    known = {
        "reason": waiver.reason or "none given",
        "owner": waiver.owner or "none",
        "expires": waiver.expires or "never",
    }
    return "; ".join(f"{name}: {value}" for name, value in known.items())


def what(finding: Finding) -> str:
    """Return what is wrong and at which arguments, in one line."""
    text = "; ".join(finding.messages) or finding.check.title
    text += f" ({', '.join(finding.attributes)})" if finding.attributes else ""
    return plain(f"{text}; only the apply will know the value" if finding.unknown else text)


def places(module: Place | None, blueprint: Place | None) -> str:
    """Return where a resource is written and where its value came from, in one line."""
    parts = [str(module)] if module else []
    parts += [f"value from {blueprint}" if module else str(blueprint)] if blueprint else []
    return plain(", ".join(parts))


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Return findings that say the same of several resources as one group."""
    groups: dict[Finding, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(replace(finding, address="", module=None, blueprint=None), []).append(finding)
    return list(groups.values())


def failures(verdict: Verdict) -> list[tuple[str, str]]:
    """Return why the gate cannot judge, each with the plan it concerns or nothing. A verdict on no plan is no pass."""
    found = [("", text) for text in verdict.failures]
    found += [(plan.name, text) for plan in verdict.plans for text in plan.failures]
    return found if found or verdict.plans else [("", "there is no plan to judge")]


def outcome(verdict: Verdict, plan: PlanVerdict) -> Exit:
    """Return how the gate ends for one plan: what concerns all plans leaves none of them judged."""
    return Exit.CANNOT_JUDGE if verdict.failures else plan.exit


def known_checks(verdict: Verdict) -> list[Check]:
    """Return all checks that the verdict speaks of, by id."""
    found = {check.id: check for plan in verdict.plans for check in checks_of(plan)}
    return [check for _, check in sorted((found | {check.id: check for check in verdict.checks}).items())]


def checks_of(plan: PlanVerdict) -> list[Check]:
    """Return the checks that a plan's findings name."""
    accepted = [item.finding for item in plan.accepted]
    return [finding.check for finding in (*blocking(plan), *accepted, *plan.unknown)]


def waivers(verdict: Verdict) -> list[tuple[Waiver, int]]:
    """Return each waiver that accepts findings, in the order of the blueprints, with how many it accepts."""
    count = Counter(item.waiver for plan in verdict.plans for item in plan.accepted)
    return sorted(count.items(), key=lambda item: (item[0].place.file, item[0].place.line, item[0].name))


def unknowns(verdict: Verdict) -> list[tuple[Check, int]]:
    """Return each check that let values through until the apply knows them, with how many."""
    count = Counter(finding.check for plan in verdict.plans for finding in plan.unknown)
    return sorted(count.items(), key=lambda item: item[0].id)


def plural(count: int, noun: str) -> str:
    """Return `3 findings`, `1 policy`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def by_severity(findings: Iterable[Finding]) -> str:
    """Return how many findings there are of each severity, such as `1 critical, 2 high`."""
    count = Counter(severity(finding.check) for finding in findings)
    return ", ".join(f"{count[name]:,} {name}" for name in SEVERITIES if count[name])


def headline(verdict: Verdict) -> str:
    """Return the verdict in one line."""
    ours = sum(not check.id.startswith("CKV") for check in verdict.checks)
    scope = (
        f"{plural(len(verdict.plans), 'plan')}, {plural(sum(plan.resources for plan in verdict.plans), 'resource')}, "
        f"{plural(ours, 'policy')} and {plural(len(verdict.checks) - ours, 'built-in check')}"
    )
    return f"{scope}: {', '.join([RESULTS[verdict.exit], *_counts(verdict)])}"


def _counts(verdict: Verdict) -> list[str]:
    """Return what the headline counts, without what there is none of."""
    blocks = [finding for plan in verdict.plans for finding in blocking(plan)]
    accepted = waivers(verdict)
    findings = sum(count for _, count in accepted)
    unknown = sum(len(plan.unknown) for plan in verdict.plans)
    parts = [plural(len(failures(verdict)), "failure")] if failures(verdict) else []
    parts += [f"{plural(len(blocks), 'finding')} ({by_severity(blocks)})"] if blocks else []
    parts += [f"{plural(findings, 'finding')} accepted by {plural(len(accepted), 'waiver')}"] if accepted else []
    return parts + ([f"{plural(unknown, 'value')} unknown until the apply"] if unknown else [])

"""The verdict as JUnit XML: a suite for each plan, its failures as errors."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from generator.gate.model import Check, Exit, Finding, PlanVerdict, Verdict
from generator.report.gate import blocking, checks_of, failures, grouped, ordered, outcome, places, plain, severity
from generator.report.gate import terms as terms_of
from generator.report.gate import what as what_of


def render(verdict: Verdict) -> str:
    """Return the verdict as JUnit XML."""
    root = ET.Element("testsuites", name="tierform gate")
    general = [text for plan, text in failures(verdict) if not plan]
    if general:
        suite = ET.SubElement(root, "testsuite", name="tierform gate")
        _errors(suite, general)
        _count(suite, [suite])
    for plan in verdict.plans:
        _plan(ET.SubElement(root, "testsuite", name=plain(plan.name)), plan, verdict)
    _count(root, list(root))
    root.set("time", f"{verdict.seconds:.3f}")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _plan(suite: ET.Element, plan: PlanVerdict, verdict: Verdict) -> None:
    """Fill a plan's suite: errors first, then what blocks, what is accepted, what is unknown, what passed."""
    about = {"tier": plan.tier, "sha256": plan.digest, "resources": plan.resources, "checkov": verdict.checkov_version}
    properties = ET.SubElement(suite, "properties")
    for name, value in about.items():
        ET.SubElement(properties, "property", name=name, value=plain(str(value)))
    _errors(suite, plan.failures)
    # A case for each finding, as most readers show only the first failure of a case.
    for finding in blocking(plan):
        _fail(_case(suite, finding.check, finding.address), finding)
    for item in sorted(plan.accepted, key=lambda item: (item.finding.check.id, item.finding.address)):
        case = _case(suite, item.finding.check, item.finding.address)
        text = f"accepted by the waiver {item.waiver.name}; {terms_of(item.waiver)}"
        ET.SubElement(case, "skipped", message=plain(text)).text = _details(item.finding)
    for group in grouped(ordered(plan.unknown)):
        case = _case(suite, group[0].check, "unknown until the apply")
        addresses = ", ".join(finding.address for finding in group)
        ET.SubElement(case, "skipped", message=plain(f"{what_of(group[0])}: {addresses}"))
    _rest(suite, plan, verdict)
    _count(suite, [suite])


def _rest(suite: ET.Element, plan: PlanVerdict, verdict: Verdict) -> None:
    """Add the checks that found nothing: passed only where the plan could be judged."""
    spoken = {check.id for check in checks_of(plan)}
    judged = outcome(verdict, plan) is not Exit.CANNOT_JUDGE
    for check in sorted(verdict.checks, key=lambda check: check.id):
        if check.id not in spoken and (check.id in plan.judged or not judged):
            case = _case(suite, check)
            if not judged:
                ET.SubElement(case, "skipped", message="the gate cannot judge: no pass")


def _errors(suite: ET.Element, texts: Iterable[str]) -> None:
    """Add an error for each reason why the gate cannot judge."""
    for number, text in enumerate(texts, 1):
        case = ET.SubElement(suite, "testcase", classname="tierform", name=f"cannot judge ({number})")
        ET.SubElement(case, "error", message=plain(text), type="cannot judge").text = plain(text)


def _case(suite: ET.Element, check: Check, address: str = "") -> ET.Element:
    """Add a case for a check, or for what it says of one resource."""
    name = f"{check.title}: {address}" if address else check.title
    return ET.SubElement(suite, "testcase", classname=plain(check.id), name=plain(name or check.id))


def _fail(case: ET.Element, finding: Finding) -> None:
    """Say in a case what is wrong."""
    ET.SubElement(case, "failure", message=what_of(finding), type=severity(finding.check)).text = _details(finding)


def _details(finding: Finding) -> str:
    """Return what there is to know of a finding, a line for each thing."""
    check = finding.check
    rows = {
        "severity": severity(check), "what": what_of(finding), "where": finding.address,
        "from": places(finding.module, finding.blueprint), "why": check.why, "remedy": check.remedy,
        "source": check.source,
    }  # fmt: skip
    return "\n".join(f"{name}: {plain(text)}" for name, text in rows.items() if text)


def _count(element: ET.Element, suites: list[ET.Element]) -> None:
    """Write how many cases there are, and how many of each kind."""
    element.set("tests", str(sum(len(suite.findall("testcase")) for suite in suites)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(sum(len(suite.findall(f"testcase/{kind}")) for suite in suites)))

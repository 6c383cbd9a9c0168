"""From what the checks said to a verdict: waivers applied, unknown values weighed, nothing taken for granted."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

from generator.gate.environment import VERSION
from generator.gate.mask import masked
from generator.gate.model import Accepted, Check, Finding, PlanVerdict, Verdict, Waiver
from generator.gate.places import Places
from generator.policy import Plan, Resource

BUILTIN = {
    "severity": "medium",
    "unknown": "the value is set, by a reference or by AWS, but only the apply will tell what it is",
    "remedy": "change the argument as the check says, or accept the finding in the blueprint with `waivers`",
}
Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """A plan to be judged: its file as shown, its digest, its content, and the waivers of its blueprint.

    `secrets` are the texts that it marks as sensitive: none is repeated. `more` are checks made beside Checkov, with
    what they found.
    `failure` says why it cannot be judged, if it cannot even be read.
    """

    name: str
    digest: str = ""
    plan: Plan | None = None
    places: Places | None = None
    waivers: tuple[Waiver, ...] = ()
    secrets: tuple[str, ...] = ()
    more: tuple[tuple[Check, tuple[Finding, ...]], ...] = ()
    failure: str = ""


def judge(subjects: Sequence[Subject], answer: Raw, today: date) -> Verdict:
    """Return the verdict on plans, given the scan's answer on those of them that could be read, in order."""
    failures = list(answer["failures"])
    if answer["checkov"] != VERSION:
        failures.append(
            f"Checkov is {answer['checkov']}, not {VERSION}, for which the gate is proven: run `make setup`"
        )
    scanned = iter(answer["plans"])
    own = {item["id"]: item for item in answer["checks"]}
    checks = {id_: _check(id_, own.get(id_), item.get("title", "")) for id_, item in own.items()}
    plans = []
    for subject in subjects:
        if subject.failure:
            plans.append(PlanVerdict(subject.name, "", subject.digest, 0, failures=(subject.failure,)))
            continue
        raw = next(scanned, None)
        if raw is None:
            raw = {"records": [], "ran": {}, "failures": [] if failures else ["the checks said nothing of it"]}
        checks.update({id_: _check(id_, None, title) for id_, title in raw["ran"].items() if id_ not in checks})
        checks.update({check.id: check for check, _ in subject.more})
        plans.append(_judge_plan(subject, raw, checks, own, today))
    return Verdict(
        plans=tuple(plans),
        checks=tuple(checks[id_] for id_ in sorted(checks)),
        checkov_version=answer["checkov"],
        failures=tuple(failures),
    )


def _judge_plan(
    subject: Subject, raw: Raw, checks: Mapping[str, Check], own: Mapping[str, Raw], today: date
) -> PlanVerdict:
    assert subject.plan is not None  # noqa: S101 - one that cannot be read has a failure
    resources = {resource.address: resource for resource in (*subject.plan.destroyed, *subject.plan.resources)}
    open_, accepted, unknown = [], [], []
    used: set[Waiver] = set()
    records = (_finding(it, checks, resources.get(it["address"]), subject) for it in raw["records"])
    for finding in chain(records, _more(subject)):
        waiver = _waiver_for(finding, subject.waivers, resources.get(finding.address), today)
        if waiver:
            used.add(waiver)  # also where the value is unknown: once known it may be a finding
        if finding.unknown and own.get(finding.check.id, {}).get("accepts_unknown", True):
            unknown.append(finding)
        elif waiver:
            accepted.append(Accepted(finding, waiver))
        else:
            open_.append(finding)
    return PlanVerdict(
        name=subject.name,
        tier=subject.plan.tier,
        digest=subject.digest,
        resources=len(subject.plan.resources),
        judged=tuple(sorted({*raw["ran"], *(check.id for check, _ in subject.more)})),
        findings=tuple(sorted(open_, key=_order)),
        accepted=tuple(sorted(accepted, key=lambda item: (item.waiver.name, item.finding.address))),
        unknown=tuple(sorted(unknown, key=_order)),
        waiver_faults=tuple(_faults_of_waivers(subject.waivers, used, resources.values(), today)),
        failures=tuple(masked(text, subject.secrets) for text in raw["failures"]) or _nothing_ran(raw),
    )


def _more(subject: Subject) -> Iterator[Finding]:
    """Yield what was found beside Checkov, with no secret repeated."""
    for _, found in subject.more:
        for finding in found:
            yield replace(finding, messages=tuple(masked(text, subject.secrets) for text in finding.messages))


def _nothing_ran(raw: Raw) -> tuple[str, ...]:
    return () if raw["ran"] else ("no check ran on it",)


SEVERITIES = ("critical", "high", "medium", "low")


def _order(finding: Finding) -> tuple[int, str, str]:
    return SEVERITIES.index(finding.check.severity), finding.check.id, finding.address


def _check(id_: str, own: Raw | None, title: str) -> Check:
    told = own or BUILTIN
    return Check(
        id=id_,
        title=title or str(told.get("title", "")),
        severity=str(told.get("severity", "medium")).lower(),
        why=" ".join(str(told.get("why", "")).split()),
        remedy=" ".join(str(told.get("remedy", "")).split()),
        source=str(told.get("source", "")),
        unknown=" ".join(str(told.get("unknown", "")).split()),
    )


def _finding(record: Raw, checks: Mapping[str, Check], resource: Resource | None, subject: Subject) -> Finding:
    attributes = tuple(dict.fromkeys(item for item in record["attributes"] if item))
    first = attributes[0] if attributes else ""
    check = checks[record["check"]]
    places = subject.places
    return Finding(
        check=check,
        address=record["address"],
        messages=tuple(masked(text, subject.secrets) for text in record["messages"]) or (check.title,),
        attributes=attributes,
        module=places.module(resource, first) if places and resource else None,
        blueprint=places.blueprint(resource, first) if places and resource else None,
        unknown=bool(record["unknown"]),
    )


def _waiver_for(finding: Finding, waivers: Iterable[Waiver], resource: Resource | None, today: date) -> Waiver | None:
    for waiver in waivers:
        meant = waiver.check == finding.check.id and matches(waiver.address, finding.address)
        if meant and _timely(waiver, resource) and not _expired(waiver, today):
            return waiver
    return None


def _timely(waiver: Waiver, resource: Resource | None) -> bool:
    """Say whether a waiver holds for a resource that is to be created, or that is there already."""
    state = "created" if resource is not None and resource.action == "create" else "deployed"
    return waiver.when in ("", state)


def matches(pattern: str, address: str) -> bool:
    """Say whether an address matches a waiver's pattern, in which only `*` is special."""
    literal = pattern.replace("[", "[[]").replace("?", "[?]")
    return fnmatch.fnmatchcase(address, literal)


def _expired(waiver: Waiver, today: date) -> bool:
    return date.fromisoformat(waiver.expires) < today


def _faults_of_waivers(
    waivers: Iterable[Waiver], used: set[Waiver], resources: Iterable[Resource], today: date
) -> Iterable[tuple[Waiver, str]]:
    known = list(resources)
    for waiver in waivers:
        meant = [item for item in known if matches(waiver.address, item.address)]
        if waiver.when and meant and not any(_timely(waiver, item) for item in meant):
            continue
        if _expired(waiver, today):
            yield waiver, f"expired on {waiver.expires}: mend what it accepts, or have {waiver.owner} renew it"
        elif waiver not in used:
            yield waiver, f"matches no finding of {waiver.check}: take it out, or mend its address {waiver.address}"

"""What a policy is: metadata, and a function that judges one resource of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec

from generator.policy.resources import Plan, Resource
from generator.policy.unknown import UnknownValueError

TIERS = ("tier1", "tier2")


class Severity(StrEnum):
    """How bad a fault is; CRITICAL: data is open or lost."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """What a policy says of one resource."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a resource: what, and at which of its attributes (`ingress[0].cidr_blocks`), if at one."""

    message: str
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class UnknownRule:
    """What it means that a policy cannot judge a value before the apply: accepted or a finding, and why."""

    accepted: bool
    why: str


def accepted(why: str) -> UnknownRule:
    """A value unknown before the apply lets the resource through, for this reason."""
    return UnknownRule(accepted=True, why=why)


def rejected(why: str) -> UnknownRule:
    """A value unknown before the apply is a finding, for this reason."""
    return UnknownRule(accepted=False, why=why)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A policy's outcome for one resource, with the faults, or the attribute that is not known."""

    policy: str
    address: str
    outcome: Outcome
    faults: tuple[Fault, ...] = ()


Judge = Callable[[Resource], Iterable[Fault]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A rule about resources of certain types; see `policy` for its fields."""

    id: str
    title: str
    severity: Severity
    why: str
    remedy: str
    source: str
    resources: tuple[str, ...]
    unknown: UnknownRule
    judge: Judge
    tiers: tuple[str, ...] = TIERS
    destroyed: bool = False

    def holds_for(self, tier: str) -> bool:
        """Say whether the policy is asked of a plan of `tier`."""
        return holds_for(self.tiers, tier)

    def subjects(self, plan: Plan) -> list[Resource]:
        """Return the resources of a plan that the policy judges."""
        if self.destroyed:
            return [resource for resource in plan.destroyed if resource.type in self.resources]
        return plan.of(*self.resources)

    def verdicts(self, plan: Plan) -> Iterator[Verdict]:
        """Judge each subject in `plan`. What the policy itself raises goes through: a broken policy is no pass."""
        if self.holds_for(plan.tier):
            for resource in self.subjects(plan):
                yield self.verdict(resource)

    def verdict(self, resource: Resource) -> Verdict:
        """Judge one resource. A fault found before an unknown value is met is a fault."""
        faults: list[Fault] = []
        try:
            for fault in self.judge(resource):
                if not isinstance(fault, Fault):
                    raise TypeError(f"{self.id} yields {type(fault).__name__}, not a Fault")
                faults.append(fault)
        except UnknownValueError as unknown:
            if not faults:
                fault = Fault(f"{unknown.place} is not known before the apply", unknown.place)
                return Verdict(self.id, resource.address, Outcome.UNKNOWN, (fault,))
        return Verdict(self.id, resource.address, Outcome.FAILED if faults else Outcome.PASSED, tuple(faults))


def holds_for(tiers: Iterable[str], tier: str) -> bool:
    """Say whether a policy of these tiers is asked of a plan of `tier`; one of no tier is asked what holds for all."""
    return tier in tiers or (tier not in TIERS and set(tiers) == set(TIERS))


def policy(
    *,
    id: str,  # noqa: A002 - Checkov's word
    title: str,
    severity: Severity,
    why: str,
    remedy: str,
    source: str,
    resources: Iterable[str],
    unknown: UnknownRule,
    tiers: Iterable[str] = TIERS,
    destroyed: bool = False,
) -> Callable[[Judge], Policy]:
    """Make a policy of a function that yields a Fault for each thing wrong with the resource it is given.

    `title` says what holds when it passes; `why` what happens otherwise; `remedy` what to change; `source` is the page
    that it rests on. `resources` are the types judged: what the architecture must have beside them hangs on them.
    `unknown` says what a value means that is not known before the apply. `tiers` are those it holds for. `destroyed`
    policies judge what the plan destroys or replaces instead of what it leaves. Where Checkov is installed, the policy
    is one of its checks.
    """

    def make(judge: Judge) -> Policy:
        made = Policy(
            id=id, title=title, severity=severity, why=why, remedy=remedy, source=source, resources=tuple(resources),
            unknown=unknown, judge=judge, tiers=tuple(tiers), destroyed=destroyed,
        )  # fmt: skip
        if find_spec("checkov"):
            from generator.policy.checkov import register  # noqa: PLC0415 - Checkov has an environment of its own

            register(made)
        return made

    return make

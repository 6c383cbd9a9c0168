"""What the gate says: findings, accepted ones, and why it cannot judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Exit(IntEnum):
    """The gate's exit codes."""

    PASSED = 0
    FINDINGS = 1
    CANNOT_JUDGE = 2


@dataclass(frozen=True, slots=True)
class Check:
    """A policy of ours or a check of Checkov's; `severity` is critical, high, medium or low.

    `unknown` says what a value means that is not known before the apply.
    """

    id: str
    title: str
    severity: str
    why: str = ""
    remedy: str = ""
    source: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, relative to the project or the root module; 0 if the line is not known."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding accepted in the blueprint: `address` is a pattern (`*` stands for anything), `expires` YYYY-MM-DD.

    `when` is "created" or "deployed" where the finding shows only before, or only after, the resource is there.
    """

    name: str
    check: str
    address: str
    reason: str
    owner: str
    expires: str
    place: Place
    when: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with one resource. `module` is where its block is written, `blueprint` where its value came from.

    `messages` say what is wrong, `attributes` at which arguments. `unknown`: it hangs on a value that only the apply
    will know.
    """

    check: Check
    address: str
    messages: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    module: Place | None = None
    blueprint: Place | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that a waiver accepts."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class PlanVerdict:
    """What the gate says of one plan: `name` is its file, `digest` its SHA-256, `failures` why it cannot be judged.

    `judged` are the ids of the checks with something to judge. `findings` block; `accepted` do not; `unknown` is what
    a policy's own rule lets through until the value is known.
    `waiver_faults` are waivers that are expired, match nothing or give no reason: they block, too.
    """

    name: str
    tier: str
    digest: str
    resources: int
    judged: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    unknown: tuple[Finding, ...] = ()
    waiver_faults: tuple[tuple[Waiver, str], ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def exit(self) -> Exit:
        """Return the exit code that this plan alone would give."""
        if self.failures:
            return Exit.CANNOT_JUDGE
        return Exit.FINDINGS if self.findings or self.waiver_faults else Exit.PASSED


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of all plans; `failures` concern no single one, such as a policy that does not load."""

    plans: tuple[PlanVerdict, ...]
    checks: tuple[Check, ...]
    checkov_version: str
    seconds: float = 0.0
    failures: tuple[str, ...] = field(default=())

    @property
    def exit(self) -> Exit:
        """Return the gate's exit code: the worst of all plans."""
        return (
            Exit.CANNOT_JUDGE if self.failures else max((plan.exit for plan in self.plans), default=Exit.CANNOT_JUDGE)
        )

"""The report on the mutants, in Markdown: figures first, then what survived and why."""

from __future__ import annotations

import fnmatch
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.strength.relevance import CONCERNS
from tests.strength.sample import SEED, Drawn
from tests.strength.wilson import wilson

SURVIVORS = Path(__file__).with_name("survivors.yaml")
AIM = 0.95


@dataclass(frozen=True)
class Judged:
    """A mutant, and what killed it: policies of ours, and checks of Checkov's."""

    drawn: Drawn
    ours: frozenset[str]
    checkov: frozenset[str]

    @property
    def killed(self) -> bool:
        """Say whether anything did."""
        return bool(self.ours or self.checkov)


@dataclass(frozen=True)
class Explanation:
    """Why mutants survive: harmless, or which policy is missing; the parts are patterns."""

    type: str
    attribute: str
    operator: str
    why: str

    def covers(self, drawn: Drawn) -> bool:
        """Say whether it is about a mutant."""
        mutant = drawn.mutant
        pairs = ((mutant.type, self.type), (mutant.attribute, self.attribute), (mutant.operator, self.operator))
        return all(fnmatch.fnmatchcase(value, pattern) for value, pattern in pairs)


@dataclass
class Result:
    """All that was measured."""

    judged: Sequence[Judged]
    pairs: Sequence[tuple[Drawn, Drawn, bool]]
    invalid: int
    irrelevant: int
    not_drawn: int
    benign: int
    false_alarms: Sequence[str]
    policies: Sequence[str]
    explanations: Sequence[Explanation] = field(default_factory=list)

    def unexplained(self) -> list[Judged]:
        """Return the survivors that no explanation covers."""
        return [item for item in self.judged if not item.killed and not self.why(item.drawn)]

    def idle(self) -> list[Explanation]:
        """Return the explanations that cover no survivor."""
        survivors = [item.drawn for item in self.judged if not item.killed]
        return [item for item in self.explanations if not any(item.covers(drawn) for drawn in survivors)]

    def why(self, drawn: Drawn) -> str:
        """Return why a mutant survives, "" if nobody has said."""
        return next((item.why for item in self.explanations if item.covers(drawn)), "")

    def score(self) -> float:
        """Return the share of mutants that were killed."""
        return sum(item.killed for item in self.judged) / len(self.judged)

    def good(self) -> bool:
        """Say whether the gate is as strong as it must be, and everything is accounted for."""
        return self.score() >= AIM and not (self.unexplained() or self.idle() or self.false_alarms)


def explanations() -> list[Explanation]:
    """Return the explanations of survivors that are on record."""
    items = yaml.safe_load(SURVIVORS.read_bytes()) if SURVIVORS.is_file() else []
    return [
        Explanation(item["type"], item["attribute"], item.get("operator", "*"), item["why"]) for item in items or []
    ]


def render(result: Result) -> str:
    """Return the report."""
    return "\n".join(
        [
            f"{len(result.judged)} mutants were judged, drawn by the seed `{SEED}`; {result.not_drawn} more that are like "
            f"them, {result.irrelevant} of attributes on which nothing hangs and {result.invalid} that Terraform would refuse "
            "were not.",
            "",
            *_scores(result),
            "",
            *_pairs(result),
            "",
            *_by("operator", result, lambda item: item.drawn.mutant.operator),
            "",
            *_by("concern", result, lambda item: item.drawn.concern),
            "",
            *_by("resource type", result, lambda item: item.drawn.mutant.type),
            "",
            *_by_policy(result),
            "",
            *_survivors(result),
            "",
        ]
    )


def share(hits: int, of: int) -> str:
    """Return a share with its interval, such as `95 of 100, 95.0 % (88.8-97.8)`."""
    low, high = wilson(hits, of)
    return f"{hits} of {of}, {100 * hits / of if of else 0:.1f} % ({100 * low:.1f}-{100 * high:.1f})"


def _scores(result: Result) -> list[str]:
    groups: dict[str, list[Judged]] = {
        "all": list(result.judged),
        "held out": [item for item in result.judged if item.drawn.held_out],
        "tier1": [item for item in result.judged if item.drawn.tier == "tier1"],
        "tier2": [item for item in result.judged if item.drawn.tier == "tier2"],
    }
    lines = [
        "| killed (95 % interval by Wilson) | the gate | policies alone | Checkov's own alone |",
        "| --- " * 4 + "|",
    ]
    for name, group in groups.items():
        counts = (
            sum(item.killed for item in group),
            sum(bool(item.ours) for item in group),
            sum(any(check.startswith("CKV") for check in item.checkov) for item in group),
        )
        lines.append(f"| {name} | {' | '.join(share(count, len(group)) for count in counts)} |")
    return lines


def _pairs(result: Result) -> list[str]:
    killed = sum(found for _, _, found in result.pairs)
    alarms = "none" if not result.false_alarms else ", ".join(result.false_alarms)
    return [
        f"Pairs of faults: {share(killed, len(result.pairs))}. "
        f"False alarms in {result.benign} harmless changes and the plans themselves: {alarms}."
    ]


def _by(title: str, result: Result, key: Callable[[Judged], str]) -> list[str]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for item in result.judged:
        groups[key(item)].append(item)
    names = CONCERNS if title == "concern" else sorted(groups)
    lines = [f"| {title} | mutants | killed | by |", "| --- | --- | --- | --- |"]
    for name in names:
        group = groups.get(name, [])
        killers = Counter(check for item in group for check in item.ours | item.checkov)
        most = ", ".join(f"{check} {count}" for check, count in killers.most_common(4))
        lines.append(f"| {name} | {len(group)} | {sum(item.killed for item in group)} | {most} |")
    return lines


def _by_policy(result: Result) -> list[str]:
    kills = Counter(policy for item in result.judged for policy in (*item.ours, *_yaml(item)))
    alone = Counter(next(iter(found)) for item in result.judged if len(found := {*item.ours, *item.checkov}) == 1)
    needless = [policy for policy in result.policies if not alone[policy]]
    lines = ["| policy | kills | kills nothing else does |", "| --- | --- | --- |"]
    lines += [f"| {policy} | {kills[policy]} | {alone[policy]} |" for policy in result.policies]
    lines += ["", f"Without one of these the score would not fall: {', '.join(needless) or 'none'}."]
    return lines


def _yaml(item: Judged) -> Iterable[str]:
    return (check for check in item.checkov if check.startswith("TIER"))


def _survivors(result: Result) -> list[str]:
    reasons: dict[str, list[Judged]] = defaultdict(list)
    for item in result.judged:
        if not item.killed:
            reasons[result.why(item.drawn) or "NOT EXPLAINED"].append(item)
    lines = [f"Survivors: {sum(map(len, reasons.values()))}.", ""]
    for why, items in sorted(reasons.items()):
        lines.append(f"- {why}")
        lines += [f"  - {_described(item)}" for item in items]
    return lines


def _described(item: Judged) -> str:
    mutant = item.drawn.mutant
    return f"{item.drawn.tier} {mutant.operator} `{mutant.address}` `{mutant.text}`"

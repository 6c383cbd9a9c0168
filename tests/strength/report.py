"""The report on the mutants, in Markdown: figures first, then what survived and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.strength.relevance import CONCERNS, About
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
    """Why mutants survive: they change nothing at AWS (`equivalent`), harm nobody, or a policy is missing."""

    about: About
    equivalent: bool

    @property
    def why(self) -> str:
        """Return the reason."""
        return self.about.why


@dataclass
class Result:
    """All that was measured."""

    judged: Sequence[Judged]
    pairs: Sequence[tuple[Drawn, Drawn, bool]]
    invalid: int
    refused: int
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
        return [item for item in self.explanations if not any(item.about(drawn.mutant) for drawn in survivors)]

    def why(self, drawn: Drawn) -> str:
        """Return why a mutant survives, "" if nobody has said."""
        return next((item.why for item in self.explanations if item.about(drawn.mutant)), "")

    def equivalent(self, item: Judged) -> bool:
        """Say whether a mutant survives because it changes nothing at AWS."""
        found = next((it for it in self.explanations if it.about(item.drawn.mutant)), None)
        return not item.killed and found is not None and found.equivalent

    def valid(self) -> list[Judged]:
        """Return the mutants that change something."""
        return [item for item in self.judged if not self.equivalent(item)]

    def score(self) -> float:
        """Return the share of valid mutants that were killed."""
        return sum(item.killed for item in self.judged) / len(self.valid())

    def good(self) -> bool:
        """Say whether the gate is as strong as it must be, and everything is accounted for."""
        return self.score() >= AIM and not (self.unexplained() or self.idle() or self.false_alarms)


def explanations() -> list[Explanation]:
    """Return the explanations of survivors that are on record."""
    items = yaml.safe_load(SURVIVORS.read_bytes())
    return [
        Explanation(About.of(item), equivalent=kind == "equivalent")
        for kind in ("equivalent", "harmless", "missing")
        for item in items[kind]
    ]


def render(result: Result) -> str:
    """Return the report."""
    return "\n".join(
        [
            f"{len(result.judged)} mutants were judged, drawn by the seed `{SEED}`; {result.not_drawn} more that are like "
            f"them, {result.irrelevant} of attributes on which nothing hangs, {result.invalid} that Terraform or AWS would "
            f"refuse and {result.refused} that the provider refused when asked were not.",
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
    valid = result.valid()
    tuned = {item.drawn.kind for item in result.judged if not item.drawn.held_out}
    held = [item for item in valid if item.drawn.held_out]
    groups: dict[str, list[Judged]] = {
        "all valid": valid,
        "held out": held,
        "held out, none of its kind in tuning": [item for item in held if item.drawn.kind not in tuned],
        "tier1": [item for item in valid if item.drawn.tier == "tier1"],
        "tier2": [item for item in valid if item.drawn.tier == "tier2"],
        "all, equivalent ones counted as survivors": list(result.judged),
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
    lines = []
    for title, group in (
        ("Survivors", [item for item in result.valid() if not item.killed]),
        ("Equivalent: AWS does the same with them", [item for item in result.judged if result.equivalent(item)]),
    ):
        reasons: dict[str, list[Judged]] = defaultdict(list)
        for item in group:
            reasons[result.why(item.drawn) or "NOT EXPLAINED"].append(item)
        lines += ["", f"{title}: {len(group)}.", ""]
        for why, items in sorted(reasons.items()):
            lines.append(f"- {why}")
            lines += [f"  - {_described(item)}" for item in items]
    return lines[1:]


def _described(item: Judged) -> str:
    mutant = item.drawn.mutant
    return f"{item.drawn.tier} {mutant.operator} `{mutant.address}` `{mutant.text}`"

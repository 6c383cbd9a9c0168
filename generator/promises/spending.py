"""What is spent in a month, held against the promised budget, and the changes that would keep it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from generator.cost.commitments import MONTHS
from generator.cost.options import Option
from generator.promises.optimum import Question, legal, legal_options, optimise, verdicts

REMEDIES = 3
ROUGHLY = 1.0  # USD by which choices may save more together than each by itself
Choice = tuple[float, Option]


@dataclass(frozen=True, slots=True)
class Change:
    """Choices that together keep the budget, the commitments then counted on, and what is spent then, in USD."""

    options: tuple[Option, ...]
    commitment: str
    spent: float


@dataclass(frozen=True, slots=True)
class Overrun:
    """By how much a plan exceeds its budget, in USD a month; `changes` would keep it, `least` is the least possible."""

    budget: float
    spent: float
    changes: tuple[Change, ...]
    least: Change

    @property
    def over(self) -> float:
        """Return by how much the budget is exceeded."""
        return self.spent - self.budget


@dataclass(frozen=True, slots=True)
class Candidate:
    """Choices that may keep the budget: how many they are, what they save about, in USD, and under which question."""

    changes: int
    saves: float
    question: Question
    options: tuple[Option, ...]


def overrun(question: Question, budget: float) -> Overrun | None:
    """Return by how much the plan exceeds the budget, and the changes that would keep it; None if it is kept."""
    spent = question.spend()
    if spent <= budget:
        return None
    return Overrun(budget, spent, tuple(_changes(question, budget, spent)), _least(question))


def _changes(question: Question, budget: float, spent: float) -> list[Change]:
    """Return the cheapest changes that keep the budget: as few choices as do it, then what saves most.

    What only adds a choice to another change comes last.
    """
    enough = [it for it in _candidates(question) if it.saves >= spent - budget - ROUGHLY]
    start, found = verdicts(question), list[Change]()
    for longer in (False, True):
        for it in enough:
            if len(found) == REMEDIES:
                return found
            if any(_within(change, it) and (not longer or change.options == it.options) for change in found):
                continue
            after = it.question.spend(it.options)
            if after <= budget and legal(it.question.answers(it.options), start):
                found.append(Change(it.options, it.question.commitment, after))
    return found


def _candidates(question: Question) -> Iterator[Candidate]:
    """Yield combinations of choices, commitments among them, the smallest first, of one size the cheapest first."""
    found = []
    for asked in _committed(question):
        base = question.spend() - asked.spend()
        useful = {name: [it for it in items if it[0] > 0] for name, items in legal_options(asked).items()}
        for choices in _combinations(useful):
            changes = len(choices) + (asked.commitment != question.commitment)
            saves = base + sum(saves for saves, _ in choices)
            found.append(Candidate(changes, saves, asked, tuple(option for _, option in choices)))
    yield from sorted((it for it in found if it.changes), key=lambda it: (it.changes, -it.saves))


def _committed(question: Question) -> Iterator[Question]:
    """Yield the question as it is, and with the longer commitments."""
    yield question
    for term in list(MONTHS):
        if term > question.commitment or question.commitment == "none":
            yield replace(question, commitment=term)


def _combinations(found: dict[str, list[Choice]]) -> Iterator[tuple[Choice, ...]]:
    """Yield choices of different groups: none, one of one group, one of each of two groups, and so on."""
    for count in range(len(found) + 1):
        for groups in combinations(found.values(), count):
            yield from product(*groups)


def _within(change: Change, candidate: Candidate) -> bool:
    """Say whether a change is part of what a candidate changes."""
    same = change.commitment == candidate.question.commitment
    return same and {*_names(change.options)} <= {*_names(candidate.options)}


def _names(options: Sequence[Option]) -> Iterator[tuple[str, str]]:
    return ((option.group, option.text) for option in options)


def _least(question: Question) -> Change:
    """Return the cheapest configuration of all, with the commitments that save most."""
    found = []
    for asked in _committed(question):
        options = tuple(step.option for step in optimise(asked).steps)
        found.append(Change(options, asked.commitment, asked.spend(options)))
    return min(found, key=lambda change: change.spent)

"""The cheapest configuration of a plan that still keeps what it kept: a search over the choices of cost.options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from generator.blueprint.traffic import Traffic
from generator.cost.commitments import spend
from generator.cost.estimate import Estimate, estimate
from generator.cost.options import Option, groups
from generator.cost.uses import Setting
from generator.cost.volumes import Volumes
from generator.policy import Plan
from generator.prices.book import Book
from generator.promises.check import check
from generator.promises.model import PLANNED, Answer, Pace, Verdict

Document = Mapping[str, Any]
CENT = 0.005
KEPT = Option("", "as it is", "", lambda document: document)


@dataclass(frozen=True, slots=True)
class Step:
    """A choice that differs from the plan, and by how many USD a month it is cheaper by itself."""

    option: Option
    saves: float


@dataclass(frozen=True, slots=True)
class Optimum:
    """The cheapest legal configuration, its estimate, and the steps that lead to it, the largest saving first."""

    before: Estimate
    after: Estimate
    steps: tuple[Step, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched: a plan, the load and the promises that it must keep, prices, and the choices.

    `commitment` is the term, none, 1yr or 3yr, of the commitments that are counted on.
    """

    document: Document
    region: str
    traffic: Traffic
    promises: Mapping[str, float]
    book: Book
    pace: Pace = PLANNED
    commitment: str = "none"
    choices: Callable[[Document], dict[str, list[Option]]] = groups

    def estimate(self, options: Sequence[Option] = ()) -> Estimate:
        """Return what the plan costs with these choices."""
        volumes = Volumes(self.traffic, self.promises.get("requests_per_second", 0.0))
        setting = Setting(volumes, self.pace.requests_per_vcpu)
        return estimate(Plan(self._edited(options), self.promises), self.region, self.book, setting)

    def spend(self, options: Sequence[Option] = ()) -> float:
        """Return what is expected to be spent in a month with these choices, in USD, commitments taken off."""
        return spend(self.estimate(options), self.commitment, self.book)

    def answers(self, options: Sequence[Option] = ()) -> tuple[Answer, ...]:
        """Return what holds of the promises with these choices."""
        return check(Plan(self._edited(options), self.promises), self.traffic, self.promises, self.pace)

    def _edited(self, options: Sequence[Option]) -> Document:
        document = self.document
        for option in options:
            document = option.edit(document)
        return document


def optimise(question: Question) -> Optimum:
    """Return the cheapest configuration that breaks no promise which the plan keeps.

    Groups of choices cost independently of one another, so that each option is priced once; what breaks a promise by
    itself is left out; combinations of the others are tried from the cheapest on until one is legal.
    """
    before = question.estimate()
    start = verdicts(question)
    priced = {name: [(0.0, KEPT), *options] for name, options in legal_options(question).items()}
    for combination in _cheapest_first(priced):
        options = [option for _, option in combination]
        answers = question.answers(options)
        if legal(answers, start):
            ordered = sorted(combination, key=lambda item: -item[0])
            steps = tuple(Step(option, saves) for saves, option in ordered if abs(saves) > CENT)
            return Optimum(before, question.estimate(options), steps, answers)
    return Optimum(before, before, (), question.answers())


def verdicts(question: Question) -> dict[str, Verdict]:
    """Return what holds of each promise as the plan is."""
    return {item.objective: item.verdict for item in question.answers()}


def legal_options(question: Question) -> dict[str, list[tuple[float, Option]]]:
    """Return by group the options that are priced and break no promise by themselves, with what each saves."""
    before, start = question.estimate(), verdicts(question)
    spent = spend(before, question.commitment, question.book)
    found: dict[str, list[tuple[float, Option]]] = {}
    for name, options in question.choices(question.document).items():
        found[name] = []
        for option in options:
            after = question.estimate([option])
            if len(after.unpriced) <= len(before.unpriced) and legal(question.answers([option]), start):
                found[name].append((spent - spend(after, question.commitment, question.book), option))
    return found


def _cheapest_first(
    priced: Mapping[str, Sequence[tuple[float, Option]]],
) -> Iterator[tuple[tuple[float, Option], ...]]:
    """Yield one option of each group, the combinations that save most first."""
    yield from sorted(product(*priced.values()), key=lambda items: -sum(saves for saves, _ in items))


def legal(answers: Sequence[Answer], start: Mapping[str, Verdict]) -> bool:
    """Say whether no promise is broken that was kept."""
    return all(item.verdict is not Verdict.NOT_MET or start[item.objective] is Verdict.NOT_MET for item in answers)

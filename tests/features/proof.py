"""The proof that assertions notice: each mutation must fail its assertion, and no assertion of another row."""

from __future__ import annotations

import ast
import pickle
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.features.mutation import Mutation
from tests.features.reading import Evidence, Reading
from tests.features.row import TIERS, Assertion, Row


@dataclass(frozen=True)
class Case:
    """A mutation of an assertion of a row, in a tier."""

    tier: str
    row: Row
    assertion: Assertion
    mutation: Mutation

    def __str__(self) -> str:
        return f"{self.tier} | {self.row.title} | {self.assertion.name} | {self.mutation.text}"


@dataclass(frozen=True)
class Failure:
    """An assertion that does not hold, and the place of the statement that found out."""

    row: str
    assertion: str
    error: AssertionError

    @property
    def cell(self) -> tuple[str, str]:
        """Return row and assertion."""
        return self.row, self.assertion

    @property
    def place(self) -> tuple[str, int]:
        """Return file name and line of the innermost frame."""
        frame = traceback.extract_tb(self.error.__traceback__)[-1]
        return Path(frame.filename).name, frame.lineno or 0


@dataclass(frozen=True)
class Outcome:
    """What failed, of all rows, because a feature was taken out; missing says why it could not be."""

    case: Case
    failures: tuple[Failure, ...]
    missing: str = ""

    @property
    def own(self) -> list[Failure]:
        """Return what failed in the case's own row."""
        return [item for item in self.failures if item.row == self.case.row.title]

    @property
    def elsewhere(self) -> list[Failure]:
        """Return what failed in other rows."""
        return [item for item in self.failures if item.row != self.case.row.title]

    @property
    def caught(self) -> bool:
        """Tell whether exactly the case's own cell failed, by the case's own assertion among others."""
        return self.case.assertion.name in {item.assertion for item in self.own} and not self.elsewhere

    def __str__(self) -> str:
        own = ", ".join(item.assertion for item in self.own) or self.missing or "nothing"
        return f"by {own}" + "".join(f"; ALSO {item.row}: {item.assertion}" for item in self.elsewhere)


def cases(rows: Iterable[Row]) -> Iterator[Case]:
    """Yield every mutation of every assertion for every tier that has it."""
    for row in rows:
        for assertion in row.assertions:
            for tier in assertion.tiers:
                for mutation in assertion.mutations:
                    yield Case(tier, row, assertion, mutation)


def failures(rows: Iterable[Row], evidence: Evidence, tier: str) -> Iterator[Failure]:
    """Yield what does not hold; an assertion that crashes has not failed, so any other error is raised."""
    reading = Reading(evidence)
    for row in rows:
        for assertion in row.of(tier):
            try:
                assertion.check(reading, TIERS[tier])
            except AssertionError as error:
                yield Failure(row.title, assertion.name, error)
            except Exception as error:
                error.add_note(f"{tier} | {row.title} | {assertion.name}")
                raise


class Prover:
    """Runs the cases of rows on copies of the tiers' evidence."""

    def __init__(self, rows: Sequence[Row], evidence: dict[str, Evidence]) -> None:
        self.rows = rows
        # What fails anyway is no mutation's doing, and does not count for one.
        self.before = {tier: {item.cell for item in failures(rows, plan, tier)} for tier, plan in evidence.items()}
        # Unpickling copies a plan ten times as fast as copy.deepcopy.
        self.originals = {tier: pickle.dumps(item) for tier, item in evidence.items()}

    def run(self, case: Case) -> Outcome:
        """Take the feature out of a copy and return what fails."""
        evidence = pickle.loads(self.originals[case.tier])  # noqa: S301 - our own
        try:
            case.mutation.apply(evidence)
        except LookupError as error:
            return Outcome(case, (), f"nothing: {error}")
        found = failures(self.rows, evidence, case.tier)
        return Outcome(case, tuple(item for item in found if item.cell not in self.before[case.tier]))


def never_failed(folder: Path, outcomes: Iterable[Outcome]) -> list[str]:
    """Return the assert statements in the modules of a folder that no mutation of their own row fails, as file:line."""
    seen = {item.place for outcome in outcomes for item in outcome.own}
    return [
        f"{file.name}:{node.lineno}"
        for file in sorted(folder.glob("*.py"))
        if file.name not in ("reading.py", "test_features.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Assert)
        and not any((file.name, line) in seen for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))
    ]

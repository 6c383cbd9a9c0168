"""The budget as a check of the gate: what a plan costs, held against what its blueprint promises."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from generator.blueprint.budget import Budget
from generator.blueprint.model import Blueprint
from generator.cost.commitments import spend
from generator.cost.estimate import Estimate, estimate
from generator.cost.uses import Setting
from generator.diagnostics import UserError
from generator.gate.model import Check, Finding, Place
from generator.policy import Plan
from generator.prices.book import load_book
from generator.promises.model import PLANNED, Pace
from generator.promises.optimum import Question
from generator.promises.spending import Change, Overrun, overrun

CHECK = Check(
    id="TIERFORM_BUDGET",
    title="What is planned costs no more than its blueprint promises",
    severity="high",
    why="A budget that the plan already exceeds is missed every month, and the alarm on it rings for nothing.",
    remedy="make one of the changes, or promise in `monthly_usd` what it costs; `tierform cost` shows every line",
    source="the price book's; `tierform cost --format json` gives that of each figure",
)
ADDRESS = "objectives.monthly_usd"
TERMS = {"none": "at list price", "1yr": "with 1-year commitments", "3yr": "with 3-year commitments"}


def check(plan: Plan, blueprint: Blueprint, pace: Pace = PLANNED) -> tuple[Finding, ...]:
    """Return what is to be said of a plan's cost. Raises UserError if the price book is too old to be used."""
    promised = blueprint.promises().get("monthly_usd")
    if promised is None:
        return ()
    messages = tuple(_messages(plan, blueprint, promised, pace))
    mark = blueprint.budget_mark()
    return (Finding(CHECK, ADDRESS, messages, blueprint=Place(mark.file, mark.line)),) if messages else ()


def _messages(plan: Plan, blueprint: Blueprint, promised: float, pace: Pace) -> Iterator[str]:
    book, region = load_book(), str(blueprint.region.value)
    book.age(date.today())
    budget = blueprint.budget or Budget()
    if blueprint.traffic is None:
        found = estimate(plan, region, book, Setting(None, pace.requests_per_vcpu))
        spent = spend(found, budget.commitment, book)
        if spent > promised:
            yield f"{spent:,.2f} USD a month without any traffic, {spent - promised:,.2f} more than {promised:,.2f}"
        return
    question = Question(plan.document, region, blueprint.traffic, blueprint.promises(), book, pace, budget.commitment)
    yield from _unpriced(question.estimate())
    over = overrun(question, promised)
    if over:
        yield from _over(over, budget.commitment)


def _unpriced(found: Estimate) -> Iterator[str]:
    """Say what has no price: a budget cannot be kept by what nobody can count."""
    if found.unpriced:
        first = found.unpriced[0]
        more = f", and {len(found.unpriced) - 1} more" if len(found.unpriced) > 1 else ""
        yield f"{first.address} is not priced: {first.why}{more}"


def _over(over: Overrun, commitment: str) -> Iterator[str]:
    yield f"{over.spent:,.2f} USD a month {TERMS[commitment]}, {over.over:,.2f} more than promised"
    for number, change in enumerate(over.changes, 1):
        yield f"change {number}: {_change(change, commitment)}"
    if not over.changes:
        yield f"no change keeps it: the least is {_change(over.least, commitment)}"


def _change(change: Change, commitment: str) -> str:
    parts = [f"{option.group} {option.text}" for option in change.options]
    if change.commitment != commitment:
        parts.append(f"{change.commitment.replace('yr', '-year')} commitments")
    return f"{' and '.join(parts) or 'what is planned'} for {change.spent:,.2f} USD"


def failure(error: UserError) -> str:
    """Return why the cost cannot be held against the budget."""
    return f"the budget: {error.message}; {error.remedy}"

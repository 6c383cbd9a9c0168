"""An estimate for the terminal: by component, each line with its arithmetic and the source of its price."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import click

from generator.cost.budgeted import Budgeted
from generator.cost.commitments import Scenario
from generator.cost.compare import Change
from generator.cost.estimate import Estimate, total
from generator.promises.optimum import Optimum
from generator.report.cost import given, headline, merged, origin, reasons, sources, spread, usd

COUNTED = {"none": "nothing committed to", "1yr": "with 1-year commitments", "3yr": "with 3-year commitments"}
WIDTH = 118
SHOWN = 3  # addresses of what is unpriced for the same reason


def render(name: str, estimate: Estimate, commitments: Sequence[Scenario] = (), budget: Budgeted | None = None) -> str:
    """Return the styled lines to print."""
    parts = (
        [click.style(headline(name, estimate), bold=True)],
        _assumptions(estimate),
        _components(estimate),
        _rest(estimate),
        *map(_scenario, commitments),
        _sources(estimate),
        _budget(estimate, commitments, budget),
    )
    return "\n\n".join("\n".join(part) for part in map(list, parts) if part)


def _assumptions(estimate: Estimate) -> Iterator[str]:
    if estimate.volumes is None:
        yield "No traffic model is given: what hangs on traffic is not priced."
        return
    volumes = estimate.volumes
    yield f"Traffic: {volumes.requests / 1e6:,.1f} M requests a month, {volumes.out_gb:,.0f} GB to viewers;"
    peak = f"{volumes.traffic.peak_minutes:g} minutes of them at {volumes.peak:,.0f} per second"
    yield f"  {peak}; {volumes.origin / 1e6:,.2f} M reach the tasks."


def _components(estimate: Estimate) -> Iterator[str]:
    numbers = sources(estimate)
    for component, lines in estimate.by_component().items():
        sum_ = total(lines)
        yield click.style(f"{component or '(root module)':<58}{usd(sum_.expected):>12}", bold=True)
        for line, count, amount, quantity in merged(lines):
            times = f"{count} x " if count > 1 else ""
            what = f"  {times}{line.use.what}"
            why = f"{quantity:,.6g} {line.price.unit} x {line.price.usd:g}"
            yield f"{what:<40.40}{'':2}{'':16}{usd(amount.expected):>12}  {why}; {origin(line, numbers)}"
            if spread(amount) != usd(amount.expected):
                yield click.style(f"{'':58}{'':>12}  {spread(amount)}", dim=True)


def _rest(estimate: Estimate) -> Iterator[str]:
    yield f"{len(estimate.free)} resources cost nothing by themselves."
    if estimate.unpriced:
        yield click.style(f"Unpriced: {len(estimate.unpriced)}", fg="yellow", bold=True)
        for why, addresses in reasons(estimate.unpriced):
            more = f" and {len(addresses) - SHOWN} more" if len(addresses) > SHOWN else ""
            yield f"  {why}: {', '.join(addresses[:SHOWN])}{more}"


def _sources(estimate: Estimate) -> Iterator[str]:
    yield "Prices are from:"
    for text, number in sources(estimate).items():
        yield from textwrap.wrap(f"[{number}] {text}", WIDTH, initial_indent="  ", subsequent_indent="      ")


def difference(changes: Sequence[Change], before: Estimate, after: Estimate) -> str:
    """Return what costs more or less, and by how much in all."""
    old, new = before.total.expected, after.total.expected
    lines = [click.style(f"{new - old:+,.2f} USD a month: {usd(old)} -> {usd(new)}", bold=True)]
    for item in changes:
        what = f"{item.component}: {item.what}"
        lines.append(f"  {what:<56.56}{item.by:>+12,.2f}  {usd(item.before)} -> {usd(item.after)}")
    return "\n".join(lines)


def _budget(estimate: Estimate, commitments: Sequence[Scenario], budget: Budgeted | None) -> Iterator[str]:
    if budget is None:
        return
    spent = estimate.total.expected - sum(item.saves for item in commitments if item.term == budget.term)
    over = spent - budget.promised
    text = f"Budget {usd(budget.promised)}, {COUNTED[budget.term]}: "
    if over <= 0:
        yield click.style(f"{text}kept with {usd(spent)}", fg="green", bold=True)
    else:
        yield click.style(f"{text}over by {usd(over)}", fg="red", bold=True)


def optimum(
    name: str, found: Optimum, commitments: Sequence[Scenario], budget: Budgeted | None, planned: Estimate
) -> str:
    """Return the cheapest configuration: its price, what each step saves and gives up, and the budget beside it."""
    old, new = found.before.total.expected, found.after.total.expected
    lines = [click.style(f"{name} at its cheapest: {usd(new)} USD a month instead of {usd(old)}", bold=True)]
    for step in found.steps:
        lines.append(f"  {step.option.group}: {step.option.text:<44} {usd(step.saves):>10} less")
        lines += [f"      gives up: {text}" for text in step.option.gives_up.split("; ") if text]
    for scenario in commitments:
        lines.append(f"  with {scenario.term.replace('yr', '-year')} commitments: {usd(new - scenario.saves)}")
    lines += _budget(found.after, commitments, budget)
    return "\n\n".join(["\n".join(lines), "\n".join(given.render(budget, planned, found.after))]).rstrip()


def _scenario(scenario: Scenario) -> Iterator[str]:
    term = scenario.term.replace("yr", "-year")
    yield click.style(f"{term} commitments, nothing upfront: {usd(scenario.saves)} USD less a month", bold=True)
    for item in scenario.commitments:
        yield f"  {item.what}: {usd(item.committed)} instead of {usd(item.on_demand)}"
        yield f"    dearer than on demand if it is not used any more before month {item.pays_after:.0f}"
    if scenario.lacking:
        yield f"  The price book knows no such price of: {', '.join(scenario.lacking)}."

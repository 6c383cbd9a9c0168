"""An estimate as Markdown, and the difference between two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.cost.compare import Change
from generator.cost.estimate import Estimate, total
from generator.report.cost import headline, merged, origin, reasons, sources, spread, usd

ESCAPED = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>|#"})


def render(name: str, estimate: Estimate) -> str:
    """Return a section with a table by component."""
    return "\n".join([f"### {_plain(headline(name, estimate))}", "", *_table(estimate), "", *_rest(estimate), ""])


def difference(changes: Sequence[Change], before: Estimate, after: Estimate) -> str:
    """Return what costs more or less, and by how much in all."""
    by = after.total.expected - before.total.expected
    lines = [f"**{by:+,.2f} USD a month** ({usd(before.total.expected)} -> {usd(after.total.expected)})"]
    if changes:
        lines += ["", "| component | what | before | after | difference |", "| --- | --- | ---: | ---: | ---: |"]
        lines += [f"| {' | '.join(_row(item))} |" for item in changes]
    return "\n".join(lines)


def _row(item: Change) -> tuple[str, ...]:
    return _plain(item.component), _plain(item.what), usd(item.before), usd(item.after), f"{item.by:+,.2f}"


def _table(estimate: Estimate) -> Iterator[str]:
    yield "| component | what | USD a month | arithmetic | price of |"
    yield "| --- | --- | ---: | --- | --- |"
    numbers = sources(estimate)
    for component, lines in estimate.by_component().items():
        yield f"| **{_plain(component)}** | | **{usd(total(lines).expected)}** | | |"
        for line, count, amount, quantity in merged(lines):
            times = f"{count} x " if count > 1 else ""
            arithmetic = f"{quantity:,.6g} {line.price.unit} x {line.price.usd:g}"
            cells = (f"{times}{line.use.what}", spread(amount), arithmetic, origin(line, numbers))
            yield f"| | {' | '.join(map(_plain, cells))} |"


def _rest(estimate: Estimate) -> Iterator[str]:
    yield f"{len(estimate.free)} resources cost nothing by themselves; {len(estimate.unpriced)} are unpriced."
    for why, addresses in reasons(estimate.unpriced):
        yield f"- {_plain(why)}: {len(addresses)}"
    yield f"\n<details><summary>{len(sources(estimate))} sources of prices</summary>\n"
    for text, number in sources(estimate).items():
        yield f"{number}. {_plain(text)}"
    yield "\n</details>"


def _plain(text: str) -> str:
    return text.translate(ESCAPED)

"""The verdict as Markdown for a comment on GitHub: never longer than one may be, the least severe is left out first."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import quote

from generator.gate.model import Check, Exit, Finding, PlanVerdict, Verdict
from generator.report.gate import (
    RESULTS,
    SEVERITIES,
    blocking,
    by_severity,
    failures,
    grouped,
    headline,
    outcome,
    plain,
    plural,
    severity,
    unknowns,
    waivers,
    what,
)

LIMIT = 65_536  # a comment on GitHub must be shorter
FRAME = 4_000  # for what is always there: the verdict, headings, what was left out
LONGEST = 500  # of one text out of a plan, a policy or a blueprint
CLOSING = 120  # for the end of a block and what it leaves out
SPECIAL = re.compile(r"[\\`*_\[\]|~$<>&]")
ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;"}
BLOCK = re.compile(r"^(?:\d+(?=[.)])|(?=[-+=#]))")
URL = ":/?#[]@!$&'()*+,;=%~"  # what a link may hold as it is


def render(verdict: Verdict) -> str:
    """Return the verdict as Markdown of less than 65,536 characters."""
    return _Page(verdict).text()


def escape(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, link, HTML, mention or reference to an issue."""
    shown = SPECIAL.sub(lambda found: ENTITIES.get(found[0], f"\\{found[0]}"), _clip(text).strip())
    shown = BLOCK.sub(r"\g<0>\\", shown).replace("://", "\\://").replace("www.", "www\\.")
    return _quiet(shown)


def _quiet(shown: str) -> str:
    """Return text in which GitHub finds no mention and no issue, which it looks for when no escape is left."""
    return re.sub(r"@|(?<!&)#(?=\d)", lambda found: f"{found[0]}&#8203;", shown)


def prose(text: str) -> str:
    """Return text whose code in backticks is shown as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(code(part) if number % 2 else _spaced(part) for number, part in enumerate(parts))


def _spaced(text: str) -> str:
    """Return escaped text that keeps a space at its ends."""
    return f"{' ' * text[:1].isspace()}{escape(text)}{' ' * text[-1:].isspace()}" if text.strip() else text[:1]


def link(url: str) -> str:
    """Return an address as a link, or nothing if it is none."""
    return f"<{quote(plain(url), safe=URL)}>" if url.startswith("https://") else ""


def code(text: str) -> str:
    """Return text as a code span that it cannot end."""
    shown = _clip(text)
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if "`" in shown else f"{fence}{shown or ' '}{fence}"


def cell(text: str) -> str:
    """Return text as code in a table, whose bars would cut a code span."""
    return f"<code>{escape(text)}</code>" if text else ""


def _clip(text: str) -> str:
    """Return text as one visible line of bounded length."""
    shown = plain(text[: LONGEST + 1])
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


@dataclass(slots=True)
class _Room:
    """How many characters are left. Once something did not fit, nothing less important is taken."""

    left: int = LIMIT - FRAME
    full: bool = False

    def take(self, texts: Iterable[str], extra: int = 0) -> list[str]:
        """Return the texts that fit, from the first on; each costs `extra` characters more."""
        taken: list[str] = []
        for text in texts:
            cost = len(text) + extra + 1
            self.full = self.full or cost > self.left
            if self.full:
                break
            self.left -= cost
            taken.append(text)
        return taken


@dataclass(slots=True)
class _Block:
    """What one check finds in one plan: a line, and a block to unfold."""

    check: Check
    plan: str
    findings: list[Finding]
    head: list[str] = field(default_factory=list)
    about: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)

    def open(self, room: _Room) -> None:
        """Take room for the line."""
        # A line of HTML: Markdown is not read in it.
        parts = (
            _quiet(html.escape(_clip(text), quote=False))
            for text in (self.check.title, self.plan, plural(len(self.findings), "finding"))
        )
        head = f"<summary><b>{_quiet(html.escape(_clip(self.check.id)))}</b> {' · '.join(parts)}</summary>"
        self.head = room.take([head], extra=CLOSING)

    def tell(self, room: _Room) -> None:
        """Take room for the reason and the remedy, then for one resource after the other."""
        if self.head:
            self.about = room.take([self._about()])
            self.items = room.take(item for group in grouped(self.findings) for item in _items(group))

    def _about(self) -> str:
        """Return why the check matters and what to do."""
        check = self.check
        rows = (("Why", prose(check.why)), ("Remedy", prose(check.remedy)), ("Source", link(check.source)))
        return "\n".join(f"- **{name}:** {text}" for name, text in rows if text)

    def missing(self) -> list[Finding]:
        """Return the findings whose details are left out."""
        return [finding for group in grouped(self.findings) for finding in group][len(self.items) :]

    def lines(self) -> list[str]:
        """Return the block's lines."""
        if not self.head:
            return []
        tag = "<details open>" if severity(self.check) == "critical" else "<details>"
        left = self.missing()
        rest = [f"- *{plural(len(left), 'finding')} left out here*"] if left else []
        return [tag, *self.head, "", *self.items, *rest, *self.about, "", "</details>", ""]


def _items(group: list[Finding]) -> Iterable[str]:
    """Yield one item for each resource of a group; the first says what is wrong."""
    for number, finding in enumerate(group):
        found = [code(str(finding.module))] if finding.module else []
        found += [("value from " if found else "") + code(str(finding.blueprint))] if finding.blueprint else []
        item = f"  - {code(finding.address)}" + (f" at {', '.join(found)}" if found else "")
        yield item if number else f"- {code(what(finding))}\n{item}"


class _Page:
    """All parts of the comment, as far as there is room for them."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.blocks = {name: _blocks(verdict, name) for name in SEVERITIES}
        self.rows = {
            "failures": [_failure(plan, text) for plan, text in failures(verdict)],
            "waivers": _waivers(verdict),
            "checks with unknown values": [_row(cell(check.id), str(count)) for check, count in unknowns(verdict)],
            "plans": [_plan(plan, outcome(verdict, plan)) for plan in verdict.plans],
        }
        self.taken: dict[str, list[str]] = {}
        self._fill(_Room())

    def _fill(self, room: _Room) -> None:
        """Give room to what matters most: failures, what is critical, a line for each check, tables, then details."""
        self.taken["failures"] = room.take(self.rows["failures"])
        worst, *others = self.blocks.values()
        lesser = [block for blocks in others for block in blocks]
        for blocks in (worst, lesser):
            for block in blocks:
                block.open(room)
            for block in worst if blocks is worst else ():
                block.tell(room)
        for name in list(self.rows)[1:]:
            self.taken[name] = room.take(self.rows[name])
        for block in lesser:
            block.tell(room)

    def text(self) -> str:
        """Return the comment."""
        lines = [f"## tierform gate: {RESULTS[self.verdict.exit]}", "", escape(headline(self.verdict)), ""]
        lines += self._section("### Cannot judge", "failures")
        lines += self._left_out()
        for name, blocks in self.blocks.items():
            shown = [line for block in blocks for line in block.lines()]
            lines += (
                [f"### {name.capitalize()} ({sum(len(block.findings) for block in blocks)})", "", *shown]
                if shown
                else []
            )
        lines += self._section(
            "### Accepted findings\n\n" + _header("Waiver", "Check", "Findings", "Reason", "Owner", "Expires", "Line"),
            "waivers",
        )
        lines += self._section(
            "### Unknown until the apply\n\n" + _header("Check", "Values"), "checks with unknown values"
        )
        lines += self._section("### Plans\n\n" + _header("Plan", "Tier", "Resources", "Verdict", "SHA-256"), "plans")
        return "\n".join(lines).rstrip() + "\n"

    def _section(self, head: str, name: str) -> list[str]:
        """Return the rows that were taken, under their heading."""
        lines = self.taken[name]
        return [*head.split("\n"), *([""] if not head.endswith("|") else []), *lines, ""] if lines else []

    def _left_out(self) -> list[str]:
        """Return what there was no room for."""
        missing = [finding for blocks in self.blocks.values() for block in blocks for finding in block.missing()]
        found = sum(len(block.findings) for blocks in self.blocks.values() for block in blocks)
        parts = [f"the details of {len(missing):,} of {found:,} findings ({by_severity(missing)})"] if missing else []
        short = {name: (len(rows) - len(self.taken[name]), len(rows)) for name, rows in self.rows.items()}
        parts += [f"{count:,} of {total:,} {name}" for name, (count, total) in short.items() if count]
        return [f"**Left out for length:** {', '.join(parts)}. The JSON report has all.", ""] if parts else []


def _blocks(verdict: Verdict, name: str) -> list[_Block]:
    """Return the blocks of one severity: by plan, then by check."""
    blocks = []
    for plan in verdict.plans:
        found = [finding for finding in blocking(plan) if severity(finding.check) == name]
        for check, items in groupby(found, key=lambda finding: finding.check):
            blocks.append(_Block(check, plan.name, list(items)))
    return blocks


def _failure(plan: str, text: str) -> str:
    """Return one reason why the gate cannot judge."""
    return f"- {code(plan)}: {escape(text)}" if plan else f"- {escape(text)}"


def _waivers(verdict: Verdict) -> list[str]:
    """Return a row for each waiver that accepts findings."""
    return [
        _row(
            escape(waiver.name), cell(waiver.check), str(count), escape(waiver.reason), escape(waiver.owner),
            escape(waiver.expires), cell(str(waiver.place)),
        )
        for waiver, count in waivers(verdict)
    ]  # fmt: skip


def _plan(plan: PlanVerdict, result: Exit) -> str:
    """Return the row of a plan."""
    cells = cell(plan.name), escape(plan.tier), str(plan.resources), RESULTS[result]
    return _row(*cells, cell(plan.digest))


def _header(*names: str) -> str:
    """Return the head of a table."""
    return f"{_row(*names)}\n{_row(*['---'] * len(names))}"


def _row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"

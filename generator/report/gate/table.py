"""The verdict for the terminal: what is wrong, where, why and what to do about it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

import click

from generator.gate.model import Exit, Finding, Place, Verdict, Waiver
from generator.report.gate import (
    SEVERITIES,
    blocking,
    failures,
    grouped,
    headline,
    places,
    plain,
    plural,
    severity,
    unknowns,
    waivers,
    what,
)

LABEL = 8  # of `remedy` and its like
NARROWEST = 60
COLOURS = {"critical": "red", "high": "red", "medium": "yellow", "low": "cyan"}
CLOSING = {Exit.PASSED: "green", Exit.FINDINGS: "red", Exit.CANNOT_JUDGE: "red"}


def render(verdict: Verdict, width: int = 0) -> str:
    """Return the styled lines to print, wrapped at `width` columns, or at those of the terminal; no address is cut."""
    width = max(width or shutil.get_terminal_size().columns, NARROWEST)
    sections = [
        _failures(verdict, width),
        *(_findings(verdict, name, width) for name in SEVERITIES),
        _accepted(verdict, width),
        _unknown(verdict, width),
    ]
    blocks = ["\n".join(lines) for lines in map(list, sections) if lines]
    closing = click.style(plain(headline(verdict)), fg=CLOSING[verdict.exit], bold=True)
    return "\n\n".join([*blocks, closing])


def _failures(verdict: Verdict, width: int) -> Iterator[str]:
    """Yield why the gate cannot judge."""
    found = failures(verdict)
    if found:
        yield click.style(f"CANNOT JUDGE: {plural(len(found), 'failure')}", fg="red", bold=True, reverse=True)
    for plan, text in found:
        for line in _wrap(f"{plan}: {text}" if plan else text, width, "  ", "    "):
            yield click.style(line, fg="red", bold=True)


def _findings(verdict: Verdict, name: str, width: int) -> Iterator[str]:
    """Yield the findings of one severity: by plan, then by check."""
    found = {plan.name: [item for item in blocking(plan) if severity(item.check) == name] for plan in verdict.plans}
    count = sum(map(len, found.values()))
    if count:
        yield click.style(f"{name.upper()}: {plural(count, 'finding')}", fg=COLOURS[name], bold=True)
    for plan, findings in found.items():
        if findings:
            yield click.style(f"  {plain(plan)}", underline=True)
        for _, items in groupby(findings, key=lambda finding: finding.check):
            yield from _check(list(items), width)


def _check(findings: list[Finding], width: int) -> Iterator[str]:
    """Yield all that one check finds in a plan."""
    check = findings[0].check
    for line in _wrap(f"{check.id}  {check.title}", width, "  ", "    "):
        yield click.style(line, fg=COLOURS[severity(check)], bold=True)
    for group in grouped(findings):
        yield from _labelled("what", what(group[0]), width)
        yield from _where(group)
    for label, text in (("why", check.why), ("remedy", check.remedy), ("source", check.source)):
        if text:
            yield from _labelled(label, text, width)


def _where(group: Iterable[Finding]) -> Iterator[str]:
    """Yield the addresses of a group, and the lines they come from once for all that share them. Nothing is wrapped."""
    label = "where"
    for (module, blueprint), items in groupby(
        sorted(group, key=_place_of), key=lambda item: (item.module, item.blueprint)
    ):
        for finding in items:
            yield f"    {label:<{LABEL}}{plain(finding.address)}"
            label = ""
        if where := places(module, blueprint):
            yield f"    {'':<{LABEL}}  {where}"


def _place_of(finding: Finding) -> tuple[tuple[str, int], tuple[str, int], str]:
    """Return what a group's findings are sorted by: where they are written."""
    return _key(finding.module), _key(finding.blueprint), finding.address


def _key(place: Place | None) -> tuple[str, int]:
    """Return a place as something that can be sorted."""
    return (place.file, place.line) if place else ("", 0)


def _accepted(verdict: Verdict, width: int) -> Iterator[str]:
    """Yield each waiver that accepts findings, with its reason."""
    found = waivers(verdict)
    if found:
        count = sum(count for _, count in found)
        yield click.style(f"ACCEPTED: {plural(count, 'finding')} by {plural(len(found), 'waiver')}", bold=True)
    for waiver, count in found:
        yield from _waiver(waiver, count, width)


def _waiver(waiver: Waiver, count: int, width: int) -> Iterator[str]:
    """Yield one waiver."""
    head = (
        f"{waiver.name}  {waiver.check}  {plural(count, 'finding')}  until {waiver.expires}  owner {waiver.owner}  "
        f"{waiver.place}"
    )
    yield from _wrap(head, width, "  ", "    ")
    yield from _wrap(waiver.reason, width, "    ", "    ")


def _unknown(verdict: Verdict, width: int) -> Iterator[str]:
    """Yield how many values each check lets through until the apply."""
    found = unknowns(verdict)
    if found:
        count = sum(count for _, count in found)
        yield click.style(f"UNKNOWN UNTIL THE APPLY: {plural(count, 'value')}", bold=True)
    for check, count in found:
        yield from _wrap(f"{check.id}  {count:>4}  {check.title}", width, "  ", "    ")


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    """Yield a text beside its label."""
    yield from _wrap(text, width, f"    {label:<{LABEL}}", " " * (LABEL + 4))


def _wrap(text: str, width: int, first: str, rest: str) -> list[str]:
    """Return `text` wrapped between words only, so that addresses and links can be copied."""
    return textwrap.wrap(
        plain(text), width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )

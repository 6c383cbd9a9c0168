"""The answers to a blueprint's promises, for the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from generator.promises.model import Answer, Verdict

COLOURS = {Verdict.MET: "green", Verdict.MET_IF: "yellow", Verdict.NOT_MET: "red"}
WIDTH = 28


def render(name: str, answers: Sequence[Answer]) -> str:
    """Return the styled lines to print: each promise, its verdict, the figures, and every assumption once."""
    blocks = [[click.style(name, bold=True)], *(list(_answer(item)) for item in answers)]
    assumed = list(dict.fromkeys(text for item in answers for text in item.assumptions))
    if assumed:
        blocks.append(["Assumed:", *(f"  {text}" for text in assumed)])
    return "\n\n".join("\n".join(block) for block in blocks)


def _answer(answer: Answer) -> Iterator[str]:
    verdict = click.style(answer.verdict.value.upper(), fg=COLOURS[answer.verdict], bold=True)
    yield f"{answer.objective} {answer.promised}: {verdict}"
    yield f"  {answer.says}"
    for name, text in answer.figures.items():
        yield f"    {name:<{WIDTH}} {text}"


def as_json(name: str, answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the answers as a document."""
    return {
        "name": name,
        "objectives": [
            {
                "objective": item.objective,
                "promised": item.promised,
                "verdict": item.verdict.value,
                "says": item.says,
                "figures": item.figures,
                "assumptions": list(item.assumptions),
            }
            for item in answers
        ],
    }

"""Reads what the provider commits to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from generator.diagnostics import UserError, nearest
from generator.objectives.facts import Origin, read

FILE = Path(__file__).with_name("sla.yaml")


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a service's SLA commits to in a month, as a share (0.999: 99.9 %), for which form of it; and the source."""

    key: str
    service: str
    form: str
    share: float
    origin: Origin

    def __str__(self) -> str:
        return f"{self.service}, {self.form}: {100 * self.share:g} %"


@cache
def commitments(file: Path = FILE) -> Mapping[str, Commitment]:
    """Return all commitments by key. Raises UserError, with file and row, on a broken file."""
    rows = read(file).row("commitments").rows()
    return {
        key: Commitment(key, row.text("service"), row.text("form"), row.share("share"), row.origin())
        for key, row in rows.items()
    }


def commitment(key: str) -> Commitment:
    """Return one commitment. Raises UserError, with the nearest key, where there is none."""
    found = commitments().get(key)
    if found is None:
        raise UserError(f'no SLA is known of "{key}"', nearest(key, commitments()))
    return found

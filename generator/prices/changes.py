"""What a refresh of the price book did, and how it is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Change:
    """A row whose price was read: in USD for one `unit`, before and now."""

    key: str
    region: str
    unit: str
    old: float
    new: float

    @property
    def percent(self) -> float | None:
        """Return by how many percent the price rose; None if it was 0."""
        return (self.new / self.old - 1) * 100 if self.old else None


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that stays as it was, and why."""

    key: str
    region: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The rows of a book by what became of them; `generated` is the day that the book now states."""

    file: Path
    generated: date
    updated: tuple[Change, ...]
    unchanged: tuple[Change, ...]
    kept: tuple[Kept, ...]


def rendered(refreshed: Refreshed) -> str:
    """Return the changes of price, one a line, what was kept by hand, and the counts."""
    changes = [_line(change) for change in refreshed.updated]
    reasons = Counter(row.reason for row in refreshed.kept)
    named = {reason: sorted({row.key for row in refreshed.kept if row.reason == reason}) for reason in reasons}
    kept = [
        f"kept: {', '.join(keys[:4])}{', ...' if len(keys) > 4 else ''}: {reason}" for reason, keys in named.items()
    ]
    count = (
        f"{refreshed.file}: {len(refreshed.updated)} prices changed, {len(refreshed.unchanged)} did not, "
        f"{len(refreshed.kept)} rows kept; generated {refreshed.generated}"
    )
    return "\n".join([*changes, *kept, count])


def _line(change: Change) -> str:
    percent = "was free" if change.percent is None else f"{change.percent:+.1f} %"
    return f"{change.key} {change.region}: {change.old:g} -> {change.new:g} USD per {change.unit} ({percent})"

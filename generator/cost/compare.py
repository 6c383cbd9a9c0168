"""The difference between the estimates of two plans, by component and by what is used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from generator.cost.estimate import Estimate

CENT = 0.005


@dataclass(frozen=True, slots=True)
class Change:
    """What something costs a month before and after, as expected, in USD."""

    component: str
    what: str
    before: float
    after: float

    @property
    def by(self) -> float:
        """Return the difference."""
        return self.after - self.before


def compare(before: Estimate, after: Estimate) -> tuple[Change, ...]:
    """Return what costs more or less, the largest difference first; less than half a cent is none."""
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for place, estimate in enumerate((before, after)):
        for line in estimate.lines:
            sums[line.component, line.use.what][place] += line.usd.expected
    changes = (Change(component, what, *pair) for (component, what), pair in sums.items())
    return tuple(sorted((item for item in changes if abs(item.by) >= CENT), key=lambda item: -abs(item.by)))

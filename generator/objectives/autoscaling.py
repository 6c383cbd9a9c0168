"""Target tracking, as ECS services scale: data points, an alarm after some in a row, cool-downs, bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from generator.diagnostics import UserError


@dataclass(frozen=True, slots=True)
class Scaling:
    """Bounds of the number of tasks, and how it follows the utilisation (0.65: 65 %); times in seconds.

    The defaults are those of the alarms that target tracking makes: out after 3 data points of a minute above the
    target, in after 15 below `margin` of it. A data point is known `delay` after its minute. A task takes requests
    `start` after it was asked for: 60 to 90 are usual.
    """

    minimum: int
    maximum: int
    target: float
    points_out: int = 3
    points_in: int = 15
    margin: float = 0.9
    delay: float = 30
    cooldown_out: float = 60
    cooldown_in: float = 300
    start: float = 75

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= self.maximum:
            raise UserError(f"tasks cannot scale from {self.minimum} to {self.maximum}", "give a range, such as 3 to 9")
        if not 0 < self.target <= 1:
            raise UserError(f"{self.target} is no target utilisation", "give more than 0 and at most 1: 0.65 for 65 %")
        if self.points_out < 1 or self.points_in < 1:
            raise UserError("an alarm looks at one data point at least", "give 1 or more")
        if min(self.delay, self.cooldown_out, self.cooldown_in, self.start) < 0:
            raise UserError("a time of auto-scaling is below 0", "give 0 or more seconds")


@dataclass(slots=True)
class Tracker:
    """Follows the data points and says how many tasks there should be."""

    scaling: Scaling
    desired: int
    points: list[float] = field(default_factory=list)
    quiet_out: float = -math.inf  # no further scaling out until then
    quiet_in: float = -math.inf

    def decide(self, now: float, utilisation: float) -> int:
        """Take a data point and return by how many tasks to change: above 0 to start, below to stop."""
        rule = self.scaling
        self.points = [*self.points, utilisation][-max(rule.points_out, rule.points_in) :]
        wanted = self.desired
        if self._all(rule.points_out, above=True) and now >= self.quiet_out:
            wanted = max(wanted, math.ceil(self.desired * utilisation / rule.target - 1e-9))
        elif self._all(rule.points_in, above=False) and now >= max(self.quiet_in, self.quiet_out):
            wanted = math.ceil(self.desired * max(self.points[-rule.points_in :]) / rule.target - 1e-9)
        change = min(max(wanted, rule.minimum, 1), max(rule.maximum, 1)) - self.desired
        if change > 0:
            self.quiet_out = now + rule.start + rule.cooldown_out  # it counts from when the tasks are there
        if change < 0:
            self.quiet_in = now + rule.cooldown_in
        self.desired += change
        return change

    def _all(self, count: int, *, above: bool) -> bool:
        last = self.points[-count:]
        if len(last) < count:
            return False
        rule = self.scaling
        return min(last) > rule.target if above else max(last) < rule.target * rule.margin

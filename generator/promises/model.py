"""What is said of a promise, and what it was derived from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """Whether a promise is kept."""

    MET = "met"
    MET_IF = "met if"
    NOT_MET = "not met"


@dataclass(frozen=True, slots=True)
class Answer:
    """A promise with its verdict; `says` is one sentence with the numbers, `figures` what was computed, by name."""

    objective: str
    promised: str
    verdict: Verdict
    says: str
    figures: dict[str, str] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """What a vCPU answers in a second at saturation, and where the figure is from."""

    requests_per_vcpu: float
    source: str

    @property
    def service(self) -> float:
        """Return the seconds of CPU that a request takes."""
        return 1 / self.requests_per_vcpu


# Typical Django REST work with cached parts: the middle of the planning range of 60, 120 and 250.
PLANNED = Pace(120, "planning range, not measured: typical Django REST work with cached parts")

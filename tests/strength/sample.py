"""Which mutants are judged, and which of them are held out: decided by a seed and the mutants' names alone."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.strength.operators import Mutant

SEED = "tierform 2026-11"
MOST = 2  # of one operator on one attribute of one type, both tiers together
HELD_OUT = 0.30
# Types whose held-out mutants were seen by who wrote their policies: none of them counts as held out any more.
SEEN = (
    "aws_budgets_",
    "aws_cloudwatch_",
    "aws_iam_policy_document",
    "aws_kms_",
    "aws_s3_",
    "aws_secretsmanager_",
    "aws_sns_",
)


@dataclass(frozen=True)
class Drawn:
    """A mutant of a tier's plan that is judged; `concern` is what relevance.yaml says of its attribute."""

    tier: str
    mutant: Mutant
    concern: str

    @property
    def name(self) -> str:
        """Return what identifies it in reports."""
        return f"{self.tier} {self.mutant.id}"

    @property
    def kind(self) -> tuple[str, str, str]:
        """Return what mutants that are like it share."""
        return self.mutant.operator, self.mutant.type, self.mutant.attribute

    @property
    def held_out(self) -> bool:
        """Say whether it is kept from those who write policies."""
        return share(f"held out {self.name}") < HELD_OUT and not self.mutant.type.startswith(SEEN)


def share(text: str) -> float:
    """Return a number from 0 to 1 that hangs on the seed and `text` only."""
    digest = hashlib.sha256(f"{SEED} {text}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def draw(candidates: Iterable[Drawn], most: int = MOST) -> list[Drawn]:
    """Return at most `most` mutants of each operator, type and attribute, the same ones every time."""
    groups: dict[tuple[str, str, str], list[Drawn]] = defaultdict(list)
    for item in candidates:
        groups[item.kind].append(item)
    chosen = [item for group in groups.values() for item in sorted(group, key=lambda found: share(found.name))[:most]]
    return sorted(chosen, key=lambda item: item.name)


def pairs(drawn: Sequence[Drawn], count: int) -> list[tuple[Drawn, Drawn]]:
    """Return `count` pairs of faults in different resources of one tier."""
    generator = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    found = []
    while len(found) < count:
        first, second = generator.sample(list(drawn), 2)
        if first.tier == second.tier and first.mutant.address != second.mutant.address:
            found.append((first, second))
    return found

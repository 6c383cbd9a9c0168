"""What proves a policy: faults that it must catch, and a value unknown before the apply."""

from __future__ import annotations

from dataclasses import dataclass

from tests.features.mutation import Mutation


@dataclass(frozen=True, kw_only=True)
class Case:
    """Proof of one policy, on the real plan of `tier`.

    Each of `faults` (two or more) is one mutation after which the policy fails; each of `harmless` leaves it passing;
    `unknown` makes unknown what it judges: its verdict is then unknown, or, with `decided_by_reference`, still passed.
    """

    tier: str = "tier2"
    faults: tuple[Mutation, ...]
    harmless: tuple[Mutation, ...] = ()
    unknown: Mutation | None = None
    decided_by_reference: bool = False
    why_no_unknown: str = ""

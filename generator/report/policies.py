"""The policies as a person reads them on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from generator.policy import TIERS
from generator.policy.load import Description


def table(policies: Sequence[Description]) -> str:
    """Return one line for each policy: id, severity, tiers, title."""
    return "\n".join(f"{item.id:<13} {item.severity:<9} {_tiers(item):<12} {item.title}" for item in policies)


def details(policy: Description) -> str:
    """Return all that a policy says of itself."""
    unknown = "accepted until the apply" if policy.accepts_unknown else "a finding"
    rows = {
        "why": policy.why,
        "remedy": policy.remedy,
        "unknown": f"{unknown}: {policy.unknown}",
        "judges": ", ".join(policy.resources),
        "source": policy.source,
        "file": f"policies/{policy.file}",
    }
    head = f"{policy.id}  {policy.title}  ({policy.severity}, {_tiers(policy)})"
    return "\n".join([head, *(_row(name, text) for name, text in rows.items())])


def _row(name: str, text: str) -> str:
    indent = " " * 10
    return textwrap.fill(
        " ".join(text.split()), 100, initial_indent=f"  {name:<8}", subsequent_indent=indent, break_on_hyphens=False
    )


def _tiers(policy: Description) -> str:
    return "all tiers" if set(policy.tiers) == set(TIERS) else ", ".join(policy.tiers)

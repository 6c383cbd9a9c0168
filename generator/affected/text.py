"""What is affected, as text and as JSON."""

from __future__ import annotations

import json

from generator.affected.model import Affected, Kind


def names(found: Affected) -> str:
    """Return the names of the blueprints to look at, one a line: for a shell's loop; "" for none."""
    return "\n".join(found.names())


def rendered(found: Affected) -> str:
    """Return each blueprint with how far the change reaches, and why, for people."""
    lines = []
    width = max((len(effect.name) for effect in found.effects), default=0)
    for effect in found.effects:
        kind = "not affected" if effect.kind is Kind.NONE else str(effect.kind)
        lines.append(f"{effect.name:<{width}}  {kind}")
        lines += [f"{'':<{width}}    {reason}" for reason in effect.reasons]
    return "\n".join(lines) or "there are no blueprints"


def as_json(found: Affected) -> str:
    """Return all of it in one line of JSON; `affected` are the names for a CI's matrix."""
    document = {
        "base": found.base,
        "affected": found.names(),
        "blueprints": [
            {"name": effect.name, "kind": str(effect.kind), "reasons": list(effect.reasons)} for effect in found.effects
        ],
    }
    return json.dumps(document)

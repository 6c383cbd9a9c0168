"""What a command is asked for: a blueprint, where it runs, and in which folder."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """A blueprint by name or file, the target, and the folder of build/ with its state ("": the blueprint's own)."""

    tier: str
    target: str = "local"
    folder: str = ""

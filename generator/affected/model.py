"""What a change does to each blueprint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How far a change reaches; each of the first three takes the ones after it along.

    RENDER: the root module is another. JUDGE: the same plan may get another verdict. PRICE: what it costs, and
    whether it keeps what it promises, may be other. REMOVED: there is nothing left to plan. NONE: all stays as it was.
    """

    RENDER = "render"
    JUDGE = "judge"
    PRICE = "price"
    ADDED = "added"
    REMOVED = "removed"
    NONE = "none"


STRENGTH = (Kind.RENDER, Kind.JUDGE, Kind.PRICE, Kind.NONE)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to the blueprint `name`, and why: each reason is `path: what of it`.

    Where the kind is NONE, the reasons say what was changed that makes no difference to it.
    """

    name: str
    kind: Kind
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Affected:
    """The effect on every blueprint that no other extends, by name; `base` is the commit that was compared with."""

    effects: tuple[Effect, ...]
    base: str = ""

    def names(self) -> list[str]:
        """Return the names of the blueprints that are to be planned, judged and priced anew."""
        return [effect.name for effect in self.effects if effect.kind not in (Kind.REMOVED, Kind.NONE)]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was changed, and how far that reaches."""

    kind: Kind
    text: str


def strongest(reasons: list[Reason]) -> Kind:
    """Return the kind that reaches farthest; NONE for no reasons."""
    return min((reason.kind for reason in reasons), key=STRENGTH.index, default=Kind.NONE)


def few(items: list[str], most: int = 3) -> str:
    """Return the first items as text, and how many more there are."""
    more = len(items) - most
    return ", ".join(items[:most]) + (f" and {more} more" if more > 0 else "")

"""Values that only the apply will know: whoever judges one as if it were known gets UnknownValueError."""

from __future__ import annotations

from typing import Any, NoReturn


class UnknownValueError(Exception):
    """A verdict hangs on a value that is not known before the apply; `place` says which."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} is not known before the apply")
        self.place = place


class Unknown:
    """Stands for a value that is not known; `place` is its attribute path, such as `ingress[0].cidr_blocks`.

    Comparing it, testing it, reading from it raises UnknownValueError: a policy cannot mistake it for a value.
    """

    __slots__ = ("place",)

    def __init__(self, place: str) -> None:
        self.place = place

    def _refuse(self, *_: object) -> NoReturn:
        raise UnknownValueError(self.place)

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = _refuse
    __hash__ = __int__ = __float__ = __str__ = _refuse

    def get(self, *_: object) -> NoReturn:
        """Refuse, as a map would answer."""
        self._refuse()

    def __repr__(self) -> str:
        return f"Unknown({self.place!r})"


def known(value: Any) -> bool:
    """Say whether `value` itself is known; a known list or map may still hold unknown values."""
    return not isinstance(value, Unknown)


def laid_over(values: Any, unknown: Any, place: str = "") -> Any:
    """Return `values` with an Unknown wherever `unknown`, a plan's `after_unknown`, says true."""
    if unknown is True:
        return Unknown(place)
    if isinstance(values, dict):
        marks = unknown if isinstance(unknown, dict) else {}
        names = values | {key: None for key, mark in marks.items() if mark and key not in values}
        return {
            key: laid_over(item, marks.get(key), f"{place}.{key}" if place else str(key)) for key, item in names.items()
        }
    if isinstance(values, list):
        listed = unknown if isinstance(unknown, list) else []
        return [
            laid_over(item, listed[index] if index < len(listed) else None, f"{place}[{index}]")
            for index, item in enumerate(values)
        ]
    if values is None and isinstance(unknown, (dict, list)) and _any(unknown):
        return Unknown(place)
    return values


def _any(unknown: Any) -> bool:
    if isinstance(unknown, dict):
        return any(_any(item) for item in unknown.values())
    if isinstance(unknown, list):
        return any(_any(item) for item in unknown)
    return bool(unknown)

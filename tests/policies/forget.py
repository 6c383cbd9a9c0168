"""The operator that makes a known value of a plan one that only the apply will tell."""

from __future__ import annotations

from tests.features.mutation import Mutation, Step, _instances, _places, _reach, _written
from tests.features.reading import Evidence


def forget(component: str, pattern: str, *path: Step) -> Mutation:
    """Make a value unknown, as if it hung on something that the apply makes."""

    def apply(evidence: Evidence) -> None:
        for planned, entry in _instances(evidence.document, component, pattern):
            change = entry["change"]
            for place in _places(planned, entry, path):
                for values in (planned["values"], change["after"]):
                    _reach(values, place)[place[-1]] = None
                unknown = change["after_unknown"]
                for index, step in enumerate(place[:-1]):
                    unknown = _marks(unknown, step, list if isinstance(place[index + 1], int) else dict)
                _marks(unknown, place[-1], dict)
                unknown[place[-1]] = True

    return Mutation(f"{component} {pattern}: {_written(path)} is unknown", apply)


def _marks(unknown: dict[str | int, object] | list[object], step: str | int, kind: type) -> object:
    """Return what the marks of unknown values hold at `step`, made if there is nothing yet."""
    if isinstance(unknown, list):
        assert isinstance(step, int)
        unknown.extend(False for _ in range(step + 1 - len(unknown)))
        if not isinstance(unknown[step], kind):
            unknown[step] = kind()
        return unknown[step]
    if not isinstance(unknown.get(step), kind):
        unknown[step] = kind()
    return unknown[step]

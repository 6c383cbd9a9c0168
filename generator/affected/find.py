"""Which blueprints a change affects: a pure comparison of two trees, and the same since a commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from generator.affected import modules, others
from generator.affected.blueprints import Library, Loaded, Value
from generator.affected.model import Affected, Effect, Kind, Reason, few, strongest
from generator.affected.tree import Tree, within
from generator.project import SOURCE


def affected_since(ref: str, folder: Path = SOURCE) -> Affected:
    """Return what differs between the working tree of the project in `folder` and where it left `ref`.

    That is the merge base of `ref` and HEAD, as a pull request shows it; changes that are not committed count, and so
    do new files that git does not know yet. Raises UserError if git cannot tell.
    """
    from generator.affected.git import changes  # noqa: PLC0415 - the comparison itself needs no processes

    found = changes(ref, folder)
    return replace(affected(found.before, found.after, found.changed), base=found.base)


def affected(before: Tree, after: Tree, changed: Collection[str] | None = None) -> Affected:
    """Return what differs between two trees for each blueprint that no other extends.

    `changed` are the paths that may differ, if that is known. A change makes a difference if Terraform, the gate or the
    estimate of costs reads something else: comments, spacing, READMEs, tests, and values that a blueprint overrides do
    not.
    """
    possible = {*before.under(""), *after.under("")} if changed is None else changed
    different = {path for path in possible if before.read(path) != after.read(path)}
    return _Comparison.of(before, after, different).result()


@dataclass(frozen=True, slots=True)
class _Comparison:
    before: Tree
    after: Tree
    changed: set[str]
    old: Library
    new: Library

    @classmethod
    def of(cls, before: Tree, after: Tree, changed: set[str]) -> _Comparison:
        return cls(before, after, changed, Library(before), Library(after))

    def result(self) -> Affected:
        general = list(others.reasons(self.changed, self.before, self.after))
        names = sorted((self.old.tiers() | self.new.tiers()) - self._hidden())
        return Affected(tuple(self._effect(name, general) for name in names))

    def _hidden(self) -> set[str]:
        """Return the blueprints that only look as if none extended them: one that does cannot be read in one tree."""
        lost = (self.old.bases(name) for name in self.new.broken())
        found = (self.new.bases(name) for name in self.old.broken())
        return set().union(*lost, *found)

    def _effect(self, name: str, general: list[Reason]) -> Effect:
        file, former = self.new.files.get(name), self.old.files.get(name)
        if file is None:
            successor = self._same_elsewhere(self.old, self.new, name)
            return Effect(name, Kind.REMOVED, (f"{former}: {f'now {successor}' if successor else 'removed'}",))
        if former is None:
            origin = self._same_elsewhere(self.new, self.old, name)
            return Effect(name, Kind.ADDED, (f"{file}: {f'was {origin}' if origin else 'new'}", *self._broken(name)))
        if name not in self.old.tiers():
            return Effect(name, Kind.ADDED, (f"{file}: no other blueprint extends it any more", *self._broken(name)))
        old, new = self.old.load(name), self.new.load(name)
        own, rest = self._own(old, new)
        mattering = [*own, *general]
        reasons = [reason.text for reason in mattering] or rest
        return Effect(name, strongest(mattering), tuple(dict.fromkeys(reasons)))

    def _own(self, old: Loaded, new: Loaded) -> tuple[list[Reason], list[str]]:
        """Return what was changed in a blueprint's own files and modules, and what of that makes no difference."""
        files = [path for path in dict.fromkeys((*new.files, *old.files)) if path in self.changed]
        found = list(self._faults(old, new, files)) or list(_values(old.values, new.values, files))
        told = {reason.text.partition(": ")[0] for reason in found}
        rest = [f"{path}: {self._unread(path)}" for path in files if path not in told]
        for folder in self._modules(old, new):
            reasons, unread = self._module(folder)
            found += reasons
            rest += unread
        return found, rest

    def _faults(self, old: Loaded, new: Loaded, files: list[str]) -> Iterator[Reason]:
        if new.error and (old.error != new.error or files):
            yield Reason(Kind.RENDER, new.error)
        elif old.error and not new.error:
            yield Reason(Kind.RENDER, f"{few(files) or new.files[0]}: did not load before")

    def _broken(self, name: str) -> tuple[str, ...]:
        error = self.new.load(name).error
        return (error,) if error else ()

    def _unread(self, path: str) -> str:
        if self.before.read(path) is None:
            return "new, and says nothing else"
        if self.after.read(path) is None:
            return "removed, and nothing is missing"
        return "comments, or what is overridden or left out"

    def _modules(self, old: Loaded, new: Loaded) -> list[str]:
        """Return the folders of the modules that a blueprint calls, directly and through others, before or after."""
        called = (self.old.modules.with_called(old.modules), self.new.modules.with_called(new.modules))
        folders = sorted({*called[0], *called[1]})
        return [folder for folder in folders if any(within(path, folder) for path in self.changed)]

    def _module(self, folder: str) -> tuple[list[Reason], list[str]]:
        there = self.old.modules.exists(folder), self.new.modules.exists(folder)
        if there == (True, False):
            return [Reason(Kind.RENDER, f"{folder}: the module is gone")], []
        if there == (False, True):
            return [Reason(Kind.RENDER, f"{folder}: a new module")], []
        found, rest = modules.differences(folder, self.before, self.after, self.changed)
        return [Reason(Kind.RENDER, text) for text in found], rest

    def _same_elsewhere(self, here: Library, there: Library, name: str) -> str:
        """Return the file of a blueprint that is only in the other tree and says the same; "" if there is none."""
        values = {key: value.text for key, value in here.load(name).values.items()}
        for other in sorted(set(there.files) - set(here.files)):
            if values and {key: value.text for key, value in there.load(other).values.items()} == values:
                return there.files[other]
        return ""


def _values(old: dict[str, Value], new: dict[str, Value], files: list[str]) -> Iterator[Reason]:
    """Yield where values differ, those of one file and kind together; else that their order does.

    Where no file of the blueprint was changed, a module's variables were, and that is said of the module.
    """
    if not files:
        return
    found: dict[tuple[str, Kind], list[str]] = {}
    for key in dict.fromkeys((*new, *old)):
        one, other = old.get(key), new.get(key)
        if one and other and one.text == other.text:
            continue
        for file in _setters((one, other), files):
            kind = next(value.kind for value in (other, one) if value)
            found.setdefault((file, kind), []).append(key)
    for (file, kind), keys in found.items():
        yield Reason(kind, f"{file}: {few(keys)}")
    if not found and _rendered(old) != _rendered(new):
        yield Reason(Kind.RENDER, f"{few(files)}: the order of what is rendered")


def _rendered(values: dict[str, Value]) -> list[str]:
    return [key for key, value in values.items() if value.kind is Kind.RENDER]


def _setters(values: Iterable[Value | None], files: list[str]) -> list[str]:
    """Return which of the changed `files` set a value; all of them if that cannot be told."""
    setters = frozenset[str]().union(*(value.files for value in values if value))
    return [file for file in files if file in setters] or files

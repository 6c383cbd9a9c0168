"""What is wrong, where, and what to do about it: errors are values, collected and reported together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file: the path as shown to the user, line and column counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One fault: its place, what is wrong, and what to do."""

    mark: Mark
    message: str
    remedy: str = ""

    def headline(self) -> str:
        """Return `file:line:column: error: message`, the form that editors can follow."""
        return f"{self.mark}: error: {self.message}"

    def render(self) -> str:
        """Return the headline, the source line with a caret, and the remedy."""
        parts = [self.headline(), *snippet(self.mark)]
        if self.remedy:
            parts.append(f"  remedy: {self.remedy}")
        return "\n".join(parts)


class UserError(Exception):
    """A fault that the user can mend: shown without a traceback, ends with `exit_code`."""

    exit_code = 2

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def render(self) -> str:
        """Return the message and its remedy as they are printed."""
        return f"error: {self.message}" + (f"\n  remedy: {self.remedy}" if self.remedy else "")


class BlueprintError(UserError):
    """The blueprint cannot be used; carries every fault that was found."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = sorted(set(diagnostics))
        super().__init__("; ".join(item.headline() for item in self.diagnostics))

    def render(self) -> str:
        """Return all diagnostics in the order of their places, and a closing count."""
        count = len(self.diagnostics)
        closing = f"{count} error{'s' if count > 1 else ''}; nothing was written."
        return "\n\n".join([*(item.render() for item in self.diagnostics), closing])


@dataclass(slots=True)
class Problems:
    """Collects diagnostics while a step goes on, so that the user sees all faults at once."""

    found: list[Diagnostic] = field(default_factory=list)

    def add(self, mark: Mark, message: str, remedy: str = "") -> None:
        """Record one fault."""
        self.found.append(Diagnostic(mark, message, remedy))

    def raise_if_any(self) -> None:
        """Raise BlueprintError if a fault was recorded."""
        if self.found:
            raise BlueprintError(self.found)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a remedy that names the closest known word, or lists what is known."""
    choices = sorted(known)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"known here: {', '.join(choices)}" if choices else "nothing is known here"


def snippet(mark: Mark) -> list[str]:
    """Return the marked source line with a caret under the column; nothing if the file cannot be read."""
    try:
        line = Path(mark.file).read_text(encoding="utf-8").splitlines()[mark.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return []
    caret = "".join("\t" if char == "\t" else " " for char in line[: mark.column - 1]) + "^"
    return [f"{mark.line:>5} | {line}", f"      | {caret}"]

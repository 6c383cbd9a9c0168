"""References in blueprint strings: `${component.output}`, `${var.name}`, `${local.name}`; `$${` is a plain `${`."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

REFERENCE = re.compile(r"\$\$\{|\$\{([^{}\n]*)\}|\$\{")
PATH = re.compile(r"\s*([A-Za-z_][\w-]*)((?:\.[A-Za-z_][\w-]*|\.\d+|\[\d+\]|\[\"[^\"\\]*\"\])*)\s*$")
STEP = re.compile(r"\.([A-Za-z_][\w-]*)|[.\[](\d+)\]?|\[\"([^\"\\]*)\"\]")


@dataclass(frozen=True, slots=True)
class Reference:
    """`${root.step.step}`: `offset` is its place in the string, counted from 0."""

    root: str
    steps: tuple[str | int, ...]
    offset: int = 0

    def __str__(self) -> str:
        return "".join([self.root, *(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)])


@dataclass(frozen=True, slots=True)
class Template:
    """A string with references in it; one lone reference keeps the type of what it refers to."""

    parts: tuple[str | Reference, ...]

    def alone(self) -> Reference | None:
        """Return the reference if the string is nothing but that."""
        first = self.parts[0] if self.parts else None
        return first if len(self.parts) == 1 and isinstance(first, Reference) else None

    def references(self) -> list[Reference]:
        """Return the references in the order that they stand in."""
        return [part for part in self.parts if isinstance(part, Reference)]


class ReferenceSyntaxError(ValueError):
    """A `${` that does not open a reference; `offset` is its place in the string."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> str | Template:
    """Return `text` unescaped if it holds no reference, else a Template.

    Raises ReferenceSyntaxError for `${` that is not followed by a path of names and `}`.
    """
    parts: list[str | Reference] = []
    literal, end = "", 0
    for match in REFERENCE.finditer(text):
        literal += text[end : match.start()]
        end = match.end()
        if match.group() == "$${":
            literal += "${"
            continue
        if literal:
            parts.append(literal)
            literal = ""
        parts.append(_reference(match))
    literal += text[end:]
    if not parts:
        return literal
    return Template((*parts, literal) if literal else tuple(parts))


def _reference(match: re.Match[str]) -> Reference:
    body = match.group(1)
    path = PATH.match(body) if body is not None else None
    if path is None:
        said = match.group() if body is None else f"${{{body}}}"
        raise ReferenceSyntaxError(f'"{said}" is no reference', match.start())
    steps = tuple(int(number) if number else (name or quoted) for name, number, quoted in STEP.findall(path.group(2)))
    return Reference(path.group(1), steps, match.start())

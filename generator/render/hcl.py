"""Values as HCL, formatted as `terraform fmt` would: no formatter runs after this."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from generator.blueprint.references import Reference, Template
from generator.compose.model import Value

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
SPECIAL = re.compile(r'[\\"\n\r\t]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]|\$(?=\{)|%(?=\{)')
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*$")
KEYWORDS = ("for", "null", "true", "false", "if", "else", "endif", "in", "endfor")


@dataclass(frozen=True, slots=True)
class Raw:
    """HCL to be written as it is."""

    text: str


def escape(text: str) -> str:
    """Escape `text` for the inside of a quoted HCL template, so that Terraform reads back the same text.

    Terraform normalises strings to NFC; other text than that is written so that what is read back is its NFC form.
    """

    def one(match: re.Match[str]) -> str:
        char = match.group()
        if char in "$%":
            return char * 2
        return ESCAPES.get(char) or f"\\u{ord(char):04x}"

    return SPECIAL.sub(one, unicodedata.normalize("NFC", text))


def quote(text: str) -> str:
    """Return `text` as a quoted HCL string."""
    return f'"{escape(text)}"'


def expression(reference: Reference) -> str:
    """Return the HCL expression of a reference; a component is a module call."""
    if reference.root in ("var", "local"):
        return reference.root + "".join(_step(step, dotted=True) for step in reference.steps)
    output, *steps = reference.steps
    return f"module.{reference.root}.{output}" + "".join(_step(step, dotted=False) for step in steps)


def _step(step: str | int, *, dotted: bool) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if dotted and IDENTIFIER.match(step) else f"[{quote(step)}]"


def template(value: Template) -> str:
    """Return a string with references: the bare expression if it is one reference alone."""
    alone = value.alone()
    if alone:
        return expression(alone)
    parts = [escape(part) if isinstance(part, str) else f"${{{expression(part)}}}" for part in value.parts]
    return f'"{"".join(parts)}"'


def hcl(value: Value | Raw, depth: int = 0) -> str:
    """Return `value` as an HCL expression that starts at the indentation `depth` (levels of two spaces)."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Template):
        return template(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, dict):
        return _object(value, depth)
    if isinstance(value, list):
        return _list(value, depth)
    return _atom(value)


def _atom(value: float | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number in HCL")
    return repr(value)


def _list(values: list[Value], depth: int) -> str:
    items = [hcl(item, depth + 1) for item in values]
    line = f"[{', '.join(items)}]"
    if not any("\n" in item for item in items) and len(line) <= 100:
        return line
    pad = "  " * (depth + 1)
    return "[\n" + "".join(f"{pad}{item},\n" for item in items) + "  " * depth + "]"


def _object(values: dict[str, Value], depth: int) -> str:
    if not values:
        return "{}"
    return "{\n" + attributes({key_of(key): value for key, value in values.items()}, depth + 1) + "  " * depth + "}"


def key_of(name: str) -> str:
    """Return an object key: bare where it is an identifier, else quoted.

    What is not ASCII is escaped: `terraform fmt` aligns by grapheme clusters, whose count depends on Unicode's version.
    """
    if IDENTIFIER.match(name) and name not in KEYWORDS:
        return name
    return NOT_ASCII.sub(lambda match: f"\\U{ord(match.group()):08x}", quote(name))


def attributes(values: Mapping[str, Value | Raw], depth: int) -> str:
    """Return `key = value` lines; the `=` of neighbours on one line each are aligned, as `terraform fmt` does.

    Keys are HCL already: identifiers or quoted.
    """
    pad = "  " * depth
    lines: list[str] = []
    run: list[tuple[str, str]] = []

    def flush() -> None:
        width = max((len(key) for key, _text in run), default=0)
        lines.extend(f"{pad}{key}{' ' * (width - len(key))} = {text}\n" for key, text in run)
        run.clear()

    for key, value in values.items():
        text = hcl(value, depth)
        if "\n" in text:
            flush()
            lines.append(f"{pad}{key} = {text}\n")
        else:
            run.append((key, text))
    flush()
    return "".join(lines)

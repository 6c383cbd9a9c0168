"""Terraform code as what it says: top-level blocks of tokens, without comments, spacing and the order of blocks.

A lexer of our own, because a parser takes a tenth of a second for a file: what it takes for different may be the same,
but never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LEXEME = re.compile(
    r"""(?P<nothing>[ \t\r\f\ufeff]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
    |(?P<line>\n)
    |(?P<heredoc><<-?(?P<tag>\w[\w-]*)[ \t]*\n(?:.*?\n)??[ \t]*(?P=tag)[ \t]*(?=\n|\Z))
    |(?P<word>\w[\w-]*)
    |(?P<string>")
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
PLAIN = re.compile(r'[^"\\$%]+')
CLOSING = {"{": "}", "[": "]", "(": ")"}
COMMA = ","
END = "\n"  # of an attribute, a block, or an element in braces, where a comma says the same


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block, or an attribute at top level."""

    tokens: tuple[str, ...]

    @property
    def header(self) -> str:
        """Return what the block is called in messages: `resource aws_vpc.this`."""
        end = next((place for place, token in enumerate(self.tokens) if token in ("{", "=")), len(self.tokens))
        kind, *labels = self.tokens[: max(end, 1)]
        return f"{kind} {'.'.join(label.strip(chr(34)) for label in labels)}".rstrip()


def blocks(text: str) -> list[Block]:
    """Return the top-level blocks of Terraform code, in their order."""
    found: list[Block] = []
    tokens: list[str] = []
    open_: list[str] = []
    for token in _tokens(text):
        if token in (END, COMMA) and not _significant(token, tokens, open_):
            continue
        if token in CLOSING.values() and open_:
            open_.pop()
            if tokens[-1] in (END, COMMA):
                tokens.pop()
        if token == END and not open_:
            found.append(Block(tuple(tokens)))
            tokens = []
            continue
        tokens.append(END if token == COMMA and open_ and open_[-1] == "{" else token)
        if token in CLOSING:
            open_.append(token)
    return [*found, Block(tuple(tokens))] if tokens else found


def _significant(token: str, tokens: list[str], open_: list[str]) -> bool:
    """Say whether a line's end or a comma separates anything: lines do not inside brackets, nor after another."""
    if token == END and open_ and open_[-1] != "{":
        return False
    if token == END and open_ and tokens[-1] in CLOSING:
        return False
    return bool(tokens) and (tokens[-1] != END or token != END)


def _tokens(text: str) -> Iterator[str]:
    place = 0
    while place < len(text):
        match = LEXEME.match(text, place)
        if match is None:  # cannot be: `other` takes any character
            yield text[place:]
            return
        start, place = place, match.end()
        if match["string"]:
            place = _string_end(text, place)
        if match["nothing"] is None:
            yield text[start:place]


def _string_end(text: str, place: int) -> int:
    """Return where a quoted template ends, whose opening quote is just before `place`."""
    while place < len(text):
        match = PLAIN.match(text, place)
        if match:
            place = match.end()
        elif text[place] == '"':
            return place + 1
        elif text[place] == "\\":
            place += 2
        elif text.startswith(("$${", "%%{"), place):
            place += 3
        elif text.startswith(("${", "%{"), place):
            place = _template_end(text, place + 2)
        else:
            place += 1
    return len(text)


def _template_end(text: str, place: int) -> int:
    """Return where an interpolation ends, whose opening brace is just before `place`."""
    depth = 1
    while place < len(text) and depth:
        char = text[place]
        place += 1
        if char == '"':
            place = _string_end(text, place)
        depth += (char == "{") - (char == "}")
    return place

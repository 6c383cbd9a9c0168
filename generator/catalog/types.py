"""Terraform's type constraints, parsed from the text of a variable's `type`."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

PRIMITIVES = ("string", "number", "bool", "any")
COLLECTIONS = ("list", "set", "map")
TOKEN = re.compile(r'\s+|#[^\n]*|//[^\n]*|([A-Za-z_][\w-]*)|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|(.)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Type:
    """A type constraint: `kind` is a primitive, list, set, map, object or tuple."""

    kind: str
    element: Type | None = None
    attributes: tuple[tuple[str, Type, bool], ...] = ()

    def attribute(self, name: str) -> Type | None:
        """Return the type of an object's attribute, or None."""
        return next((kind for key, kind, _optional in self.attributes if key == name), None)

    def __str__(self) -> str:
        if self.element:
            return f"{self.kind}({self.element})"
        if self.kind == "object" and self.attributes:
            return f"object({{{', '.join(name for name, _kind, _optional in self.attributes)}}})"
        return self.kind


ANY = Type("any")


class TypeSyntaxError(ValueError):
    """The text is no type constraint."""


@functools.cache
def parse_type(text: str) -> Type:
    """Parse a type constraint such as `map(object({port = optional(number, 443)}))`.

    Raises TypeSyntaxError.
    """
    tokens = [match.group() for match in TOKEN.finditer(text) if any(match.groups())]
    parser = _Parser(tokens)
    found = parser.type()
    if parser.position != len(tokens):
        raise TypeSyntaxError(f"unexpected {parser.peek()!r} in type {text!r}")
    return found


def tidy(text: str) -> str:
    """Return the type constraint on one line, spaced as `terraform fmt` would."""
    spaced = {",": ", ", "=": " = ", "{": "{ ", "}": " }"}
    tokens = [match.group() for match in TOKEN.finditer(text) if any(match.groups())]
    return "".join(spaced.get(token, token) for token in tokens).replace("{  }", "{}")


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else "end"

    def take(self, wanted: str | None = None) -> str:
        word = self.peek()
        if word == "end" or (wanted is not None and word != wanted):
            raise TypeSyntaxError(f"expected {wanted or 'a type'}, found {word!r}")
        self.position += 1
        return word

    def type(self) -> Type:
        word = self.take()
        if word in PRIMITIVES:
            return Type(word)
        if word in COLLECTIONS and self.peek() != "(":
            return Type(word, ANY)
        if word not in (*COLLECTIONS, "object", "tuple"):
            raise TypeSyntaxError(f'"{word}" is no type')
        self.take("(")
        if word in COLLECTIONS:
            found = Type(word, self.type())
        elif word == "object":
            found = Type("object", attributes=tuple(self.object()))
        else:
            self.skip()
            found = Type("tuple")
        self.take(")")
        return found

    def object(self) -> list[tuple[str, Type, bool]]:
        attributes = []
        self.take("{")
        while self.peek() != "}":
            name = self.take().strip('"')
            self.take("=")
            if self.peek() == "optional":
                self.take("optional")
                self.take("(")
                kind = self.type()
                self.skip()
                self.take(")")
                attributes.append((name, kind, True))
            else:
                attributes.append((name, self.type(), False))
            if self.peek() != "}":
                self.take(",")
        self.take("}")
        return attributes

    def skip(self) -> None:
        """Step over anything up to the bracket that closes this level: defaults are Terraform's to read."""
        depth = 0
        while depth or self.peek() != ")":
            word = self.take()
            depth += (word in "([{") - (word in ")]}")

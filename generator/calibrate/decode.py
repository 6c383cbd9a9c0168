"""Reads maps of a YAML file value by value; whatever is wrong is a UserError with file and line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator.blueprint.document import Node, parse
from generator.diagnostics import BlueprintError, Mark, UserError, nearest

REMEDY = "run `tierform calibrate` again, or mend the file"


@dataclass(frozen=True, slots=True)
class Reader:
    """A map of the file."""

    node: Node

    @staticmethod
    def of(file: Path) -> Reader:
        """Return the map that a file holds. Raises UserError for a file that cannot be read or holds something else."""
        try:
            node = parse(file.read_text(encoding="utf-8"), str(file))
        except OSError as error:
            raise UserError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}", REMEDY) from None
        except UnicodeDecodeError:
            raise UserError(f"{file}:1:1: is not UTF-8 text", REMEDY) from None
        except BlueprintError as error:
            first = error.diagnostics[0]
            raise UserError(f"{first.mark}: {first.message.replace('blueprint', 'calibration')}", REMEDY) from None
        if not isinstance(node.value, dict):
            raise UserError(f"{node.mark}: a calibration is a map, not a {node.kind()}", REMEDY)
        return Reader(node)

    def known(self, keys: Sequence[str]) -> None:
        """Raise UserError for a key that is not one of `keys`."""
        for key, mark in self.node.keys.items():
            if key not in keys:
                raise UserError(f'{mark}: there is no key "{key}" here', nearest(key, keys))

    def has(self, key: str) -> bool:
        """Return whether the map has `key`."""
        return self.node.get(key) is not None

    def fault(self, key: str, what: str) -> UserError:
        """Return the error to raise about `key`."""
        return UserError(f"{self._mark(key)}: `{key}` {what}", REMEDY)

    def number(self, key: str) -> float:
        """Return a number of 0 or more."""
        value = self._value(key).value
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise self.fault(key, f"is {self._shown(key)}, not a number of 0 or more")
        return float(value)

    def above(self, key: str) -> float:
        """Return a number above 0."""
        value = self.number(key)
        if value <= 0:
            raise self.fault(key, "is 0")
        return value

    def share(self, key: str) -> float:
        """Return a number from 0 to 1."""
        value = self.number(key)
        if value > 1:
            raise self.fault(key, f"is {value:g}, not a share from 0 to 1")
        return value

    def whole(self, key: str, least: int = 1) -> int:
        """Return a whole number of at least `least`."""
        value = self.number(key)
        if value != int(value) or value < least:
            raise self.fault(key, f"is {self._shown(key)}, not a whole number from {least} on")
        return int(value)

    def yes(self, key: str) -> bool:
        """Return true or false."""
        value = self._value(key).value
        if not isinstance(value, bool):
            raise self.fault(key, f"is {self._shown(key)}, not true or false")
        return value

    def text(self, key: str) -> str:
        """Return a text that is not empty; a number without quotes, such as a version, is one."""
        node = self._value(key)
        if isinstance(node.value, dict | list | bool | None) or not node.text.strip():
            raise self.fault(key, f"is {self._shown(key)}, no text")
        return node.text

    def word(self, key: str, words: Sequence[str]) -> str:
        """Return a text that is one of `words`."""
        found = self.text(key)
        if found not in words:
            raise self.fault(key, f'is "{found}", not one of {", ".join(words)}')
        return found

    def date(self, key: str) -> date:
        """Return a day."""
        try:
            return date.fromisoformat(self.text(key))
        except ValueError:
            raise self.fault(key, f"is {self._shown(key)}, not a day such as 2026-11-23") from None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, which may be empty."""
        found = [item.value for item in self._list(key, 0)]
        if not all(isinstance(value, str) and value for value in found):
            raise self.fault(key, "is no list of texts")
        return tuple(map(str, found))

    def row(self, key: str) -> Reader:
        """Return the map below `key`."""
        node = self._value(key)
        if not isinstance(node.value, dict):
            raise self.fault(key, f"is a {node.kind()}, not a map")
        return Reader(node)

    def rows(self, key: str) -> list[Reader]:
        """Return the maps of the list below `key`, one at least."""
        found = self._list(key, 1)
        for item in found:
            if not isinstance(item.value, dict):
                raise UserError(f"{item.mark}: an entry of `{key}` is a {item.kind()}, not a map", REMEDY)
        return [Reader(item) for item in found]

    def _list(self, key: str, least: int) -> list[Node]:
        value = self._value(key).value
        if not isinstance(value, list) or len(value) < least:
            raise self.fault(key, "is no list" if not isinstance(value, list) else "is empty")
        return value

    def _value(self, key: str) -> Node:
        node = self.node.get(key)
        if node is None:
            raise UserError(f"{self.node.mark}: `{key}` is missing", REMEDY)
        return node

    def _mark(self, key: str) -> Mark:
        node = self.node.get(key)
        return node.mark if node else self.node.mark

    def _shown(self, key: str) -> str:
        node = self._value(key)
        return node.text or f"a {node.kind()}"

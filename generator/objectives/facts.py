"""Reads the data files of this package, and says by file and key what is wrong in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.diagnostics import UserError

STATES = ("verified", "derived", "recalled", "check")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure is from: short citations of public documents, and how far it can be trusted."""

    source: tuple[str, ...]
    status: str

    def __str__(self) -> str:
        return f"{'; '.join(self.source)} ({self.status})"


@dataclass(frozen=True, slots=True)
class Row:
    """A map of a data file, with its place in the file for errors."""

    file: Path
    path: str
    values: Mapping[str, Any]

    def row(self, key: str) -> Row:
        """Return the map below `key`."""
        value = self.values.get(key)
        if not isinstance(value, Mapping):
            raise self.fault(key, "is no map")
        return Row(self.file, f"{self.path}.{key}".lstrip("."), value)

    def rows(self) -> dict[str, Row]:
        """Return all maps below this one by their keys."""
        return {str(key): self.row(key) for key in self.values}

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number of 0 or more; `default` where the key is not there."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise self.fault(key, f"is {value!r}, not a number of 0 or more")
        return float(value)

    def share(self, key: str, default: float | None = None) -> float:
        """Return a number from 0 to 1."""
        value = self.number(key, default)
        if value > 1:
            raise self.fault(key, f"is {value:g}, not a share from 0 to 1")
        return value

    def optional(self, key: str) -> float | None:
        """Return a number, or None where the key is not there."""
        return self.number(key) if key in self.values else None

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self.values.get(key)
        if not isinstance(value, str) or not value:
            raise self.fault(key, "is no text")
        return value

    def origin(self) -> Origin:
        """Return where this row's figures are from; a figure without a source is a fault."""
        sources = self.values.get("source")
        if not isinstance(sources, list) or not sources or not all(isinstance(item, str) for item in sources):
            raise self.fault("source", "is no list of citations")
        status = self.text("status")
        if status not in STATES:
            raise self.fault("status", f'is "{status}"')
        return Origin(tuple(sources), status)

    def fault(self, key: str, what: str) -> UserError:
        """Return the error to raise about `key`."""
        place = f"{self.path}.{key}".lstrip(".")
        return UserError(f"{self.file}: {place} {what}", "mend the file; a status is one of " + ", ".join(STATES))


def read(file: Path) -> Row:
    """Return the map in a YAML file. Raises UserError where the file cannot be read or holds no map."""
    import yaml  # noqa: PLC0415 - start-up time is a feature

    try:
        document = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{file}: cannot be read: {error}", "restore the file") from error
    if not isinstance(document, Mapping):
        raise UserError(f"{file}: holds no map", "restore the file")
    return Row(file, "", document)

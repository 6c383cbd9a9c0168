"""Trees of files: all in memory, a folder, or a folder as it was before some files were changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol


class Tree(Protocol):
    """Files by their paths, which are relative to the project and have forward slashes."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content; None if there is no such file."""

    def under(self, folder: str) -> list[str]:
        """Return the paths of all files below a folder, sorted; "" is the whole tree. Hidden folders are left out."""


class Files:
    """A tree in memory."""

    def __init__(self, content: Mapping[str, bytes]) -> None:
        self._content = content

    def read(self, path: str) -> bytes | None:
        """Return a file's content."""
        return self._content.get(path)

    def under(self, folder: str) -> list[str]:
        """Return the paths of all files below a folder."""
        return sorted(path for path in self._content if within(path, folder) and not _hidden(path, folder))


class Disk:
    """The files of a folder as they are now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """Return a file's content."""
        try:
            return (self._folder / path).read_bytes()
        except (OSError, ValueError):
            return None

    def under(self, folder: str) -> list[str]:
        """Return the paths of all files below a folder."""
        return sorted(file.relative_to(self._folder).as_posix() for file in _walk(self._folder / folder))


class Former:
    """A tree as it was: `former` holds what each changed file was, None where there was none."""

    def __init__(self, now: Tree, former: Mapping[str, bytes | None]) -> None:
        self._now = now
        self._former = former

    def read(self, path: str) -> bytes | None:
        """Return a file's content."""
        return self._former[path] if path in self._former else self._now.read(path)

    def under(self, folder: str) -> list[str]:
        """Return the paths of all files below a folder."""
        kept = {path for path in self._now.under(folder) if path not in self._former}
        there = {path for path, content in self._former.items() if content is not None}
        return sorted(kept | {path for path in there if within(path, folder) and not _hidden(path, folder)})


def within(path: str, folder: str) -> bool:
    """Say whether a path is below a folder."""
    return not folder or path.startswith(f"{folder}/")


def text_of(content: bytes | None) -> str | None:
    """Return a file's text with line ends as one, because a check-out may have its own; None for no file."""
    return None if content is None else content.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def _hidden(path: str, folder: str) -> bool:
    parts = path.removeprefix(f"{folder}/").split("/") if folder else path.split("/")
    return any(part.startswith(".") for part in parts[:-1])


def _walk(folder: Path) -> Iterator[Path]:
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        if place.is_file():
            yield place
        elif place.is_dir() and not place.name.startswith("."):
            yield from _walk(place)

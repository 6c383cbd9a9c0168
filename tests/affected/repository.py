"""A git repository that tests change."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Repository:
    """A working tree and its repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *arguments: str) -> str:
        """Run git to its end; return what it printed."""
        done = subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change", "--allow-empty")

    def path(self, name: str) -> Path:
        """Return the path of a file."""
        return self.folder / name

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands in a file exactly once."""
        text = self.path(name).read_text()
        assert text.count(old) == 1, f"{name} has {old!r} {text.count(old)} times"
        self.path(name).write_text(text.replace(old, new))

    def add(self, name: str, text: str) -> None:
        """Write at the end of a file, which is made if it is not there."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        with self.path(name).open("a") as file:
            file.write(text)

    def move(self, old: str, new: str) -> None:
        """Rename a file or folder."""
        self.path(new).parent.mkdir(parents=True, exist_ok=True)
        self.path(old).rename(self.path(new))

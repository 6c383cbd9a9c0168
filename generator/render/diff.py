"""The difference between a folder and what would be rendered, as a unified diff."""

from __future__ import annotations

import difflib
from pathlib import Path

from generator.render.root import Files
from generator.render.write import Difference


def describe_difference(folder: Path, files: Files, difference: Difference) -> str:
    """Return the unified diff of every file that would be added, changed or removed."""
    parts: list[str] = []
    for name in sorted({*difference.added, *difference.changed, *difference.removed}):
        old = _lines((folder / name).read_bytes()) if name not in difference.added else []
        new = _lines(files[name]) if name in files else []
        before = str(folder / name) if name not in difference.added else "/dev/null"
        after = str(folder / name) if name in files else "/dev/null"
        parts += difflib.unified_diff(old, new, before, after)
    if difference.interrupted:
        parts.append("the last render was interrupted\n")
    return "".join(parts)


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").splitlines(keepends=True)

"""`extends`: a chain of blueprints laid over one another, each value remembering what it replaced."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from generator.blueprint.document import Node, load
from generator.diagnostics import BlueprintError, Diagnostic, nearest

SUFFIXES = (".yaml", ".yml")
CALIBRATION = "calibration.yaml"  # lies beside blueprints, see generator.calibrate.file


def load_chain(path: Path, library: Path) -> tuple[Node, list[Path]]:
    """Load `path` and what it extends, laid over one another, and the files read, the given one first.

    `extends` names a blueprint beside the extending file or in `library`, without its suffix, or a relative path.
    """
    files: list[Path] = []
    nodes: list[Node] = []
    place: Path | None = path
    while place is not None:
        files.append(place)
        node = load(place, shown(place))
        if not isinstance(node.value, dict):
            raise BlueprintError([Diagnostic(node.mark, f"a blueprint is a map, not a {node.kind()}", _START)])
        nodes.append(node)
        place = _extended(node, place, library, files)
    merged = nodes.pop()
    while nodes:
        merged = merge(merged, nodes.pop())
    return merged, files


_START = "start it with `extends:` or `name:`"


def shown(path: Path) -> str:
    """Return the path as messages show it: relative to the working directory where it lies below that."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def merge(base: Node, over: Node) -> Node:
    """Lay `over` on `base`: maps are merged key by key, `null` takes away what was set, all else replaces."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return replace(over, overrides=base)
    values = dict(base.value)
    keys = dict(base.keys)
    for key, node in over.value.items():
        keys[key] = over.keys[key]
        if node.value is None and key in values:
            del values[key]
        elif key in values:
            values[key] = merge(values[key], node)
        else:
            values[key] = node
    return Node(values, over.mark, keys, overrides=base)


def find(name: str, folders: list[Path]) -> Path | None:
    """Return the blueprint file called `name` (a name without suffix, or a path) in the first folder that has it."""
    for folder in folders:
        candidates = [folder / name, *(folder / f"{name}{suffix}" for suffix in SUFFIXES)]
        for candidate in candidates:
            if candidate.is_file() and candidate.suffix in SUFFIXES:
                return candidate
    return None


def available(folders: list[Path]) -> list[str]:
    """Return the names of the blueprints in `folders`."""
    files = (file for folder in folders for file in folder.glob("*.y*ml") if file.name != CALIBRATION)
    return sorted({file.stem for file in files if file.suffix in SUFFIXES})


def _extended(node: Node, path: Path, library: Path, seen: list[Path]) -> Path | None:
    extends = node.get("extends")
    if extends is None:
        return None
    if not isinstance(extends.value, str):
        message = f"`extends` names one blueprint, not a {extends.kind()}"
        raise BlueprintError([Diagnostic(extends.mark, message, "write for example `extends: campus`")])
    folders = [path.parent, library]
    found = find(extends.value, folders)
    if found is None:
        message = f'there is no blueprint "{extends.value}" to extend'
        raise BlueprintError([Diagnostic(extends.mark, message, nearest(extends.value, available(folders)))])
    if any(found.resolve() == file.resolve() for file in seen):
        chain = " -> ".join(file.name for file in [*seen, found])
        message = f"blueprints extend one another in a circle: {chain}"
        raise BlueprintError([Diagnostic(extends.mark, message, "take one `extends` out")])
    return found

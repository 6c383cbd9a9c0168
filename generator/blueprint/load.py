"""Find a blueprint by tier name or path, and load it whole."""

from __future__ import annotations

from pathlib import Path

from generator.blueprint.merge import SUFFIXES, available, find, load_chain, shown
from generator.blueprint.model import Blueprint, decode
from generator.diagnostics import Problems, UserError, nearest


def locate(tier: str, library: Path) -> Path:
    """Return the file of the blueprint `tier`: a name in `library`, or a path.

    Raises UserError if there is none.
    """
    looks_like_path = "/" in tier or tier.endswith(SUFFIXES)
    found = find(tier, [Path()] if looks_like_path else [library])
    if found is None:
        known = available([library])
        raise UserError(f'there is no blueprint "{tier}"', nearest(tier, known))
    return found


def load_blueprint(path: Path, library: Path) -> Blueprint:
    """Load the blueprint file `path` with everything that it extends.

    Raises BlueprintError with every fault of form that was found.
    """
    root, _files = load_chain(path, library)
    problems = Problems()
    source = path.stem if path.resolve().parent == library.resolve() else shown(path)
    blueprint = decode(path.stem, source, root, problems)
    problems.raise_if_any()
    assert blueprint is not None  # noqa: S101 - decode reports what it cannot decode
    return blueprint

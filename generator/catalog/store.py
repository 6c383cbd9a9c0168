"""The catalog: the interfaces of all modules, read again only where a module's files changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from generator import __version__
from generator.atomic import write_atomically
from generator.catalog.model import Input, Module, Output
from generator.catalog.read import digest_of, read_module
from generator.diagnostics import UserError

FORMAT = f"{__version__}/1"


class Catalog:
    """The modules of a folder by name; `folder` holds one folder per module."""

    def __init__(self, folder: Path, modules: dict[str, Module]) -> None:
        self.folder = folder
        self.modules = modules

    def get(self, name: str) -> Module | None:
        """Return the module called `name`, or None."""
        return self.modules.get(name)


def load_catalog(folder: Path, cache: Path) -> Catalog:
    """Read the interfaces of all modules in `folder`; `cache` is a file that keeps them by content.

    Raises UserError if there are no modules, or one cannot be read.
    """
    folders = sorted(place for place in folder.iterdir() if any(place.glob("*.tf"))) if folder.is_dir() else []
    if not folders:
        raise UserError(f"no modules in {folder}", "run tierform where its modules/ folder lies")
    stored = _stored(cache)
    modules: dict[str, Module] = {}
    changed = False
    for place in folders:
        digest = digest_of(place)
        entry = stored.get(place.name)
        if entry is not None and entry["digest"] == digest:
            modules[place.name] = _from_json(entry)
        else:
            modules[place.name] = read_module(place, digest)
            changed = True
    if changed or set(stored) != set(modules):
        content = {"format": FORMAT, "modules": {name: asdict(module) for name, module in modules.items()}}
        write_atomically(cache, json.dumps(content, sort_keys=True).encode())
    return Catalog(folder, modules)


def _stored(cache: Path) -> dict[str, Any]:
    try:
        content = json.loads(cache.read_bytes())
        return dict(content["modules"]) if content["format"] == FORMAT else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # a cache that cannot be read is made anew


def _from_json(entry: dict[str, Any]) -> Module:
    return Module(
        name=entry["name"],
        inputs={name: Input(**item) for name, item in entry["inputs"].items()},
        outputs={name: Output(**{**item, "inputs": tuple(item["inputs"])}) for name, item in entry["outputs"].items()},
        aliases=tuple(entry["aliases"]),
        digest=entry["digest"],
    )

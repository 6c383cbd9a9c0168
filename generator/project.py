"""Where things lie: modules and blueprints of the project, and the build folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Project:
    """The folders that tierform works with.

    `modules`, `blueprints` and `policies` come with tierform; `build` is below the working directory, or where
    TIERFORM_BUILD says.
    """

    modules: Path
    blueprints: Path
    policies: Path
    build: Path

    @property
    def cache(self) -> Path:
        """Return the folder of what can be made again at any time."""
        return self.build / ".cache"

    @property
    def emulator(self) -> Path:
        """Return the folder of the emulator's record and log."""
        return self.build / ".emulator"

    @property
    def schema(self) -> Path:
        """Return the file of the blueprints' JSON Schema."""
        return self.blueprints / "blueprint.schema.json"

    def root(self, tier: str) -> Path:
        """Return the folder that the root module of the blueprint `tier` is rendered to."""
        return self.build / tier


def find_project(environ: Mapping[str, str] = os.environ) -> Project:
    """Return the project's folders: relative where they lie below the working directory, for short messages."""
    build = Path(environ.get("TIERFORM_BUILD") or "build")
    own = {name: _short(SOURCE / name) for name in ("modules", "blueprints", "policies")}
    return Project(**own, build=build)


def _short(path: Path) -> Path:
    working = Path.cwd()
    return path.relative_to(working) if path.is_relative_to(working) else path

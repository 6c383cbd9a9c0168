"""Where a finding comes from: the line of the module, and the line of the blueprint that set the value."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from generator.gate.model import Place
from generator.policy import Resource
from generator.policy.resources import INSTANCE

BLOCK = re.compile(r'^(?:resource|data)\s+"([\w-]+)"\s+"([\w-]+)"\s*\{', re.MULTILINE)
STEP = re.compile(r"^[\w-]+")


class Places:
    """Finds places for the resources of one plan, whose root module lies in `folder`.

    `modules` is the folder that vendored modules come from: what is the same there is named there.
    """

    def __init__(self, folder: Path, document: Mapping[str, Any], modules: Path) -> None:
        self.folder = folder
        self.modules = modules
        self.root = document.get("configuration", {}).get("root_module", {})
        self.provenance = _read_json(folder / ".tierform" / "provenance.json")

    def module(self, resource: Resource, attribute: str) -> Place | None:
        """Return the line of the resource's block, or of the attribute in it; None if its source is not at hand."""
        folder = self._source(resource.module)
        if folder is None:
            return None
        for file, text in _sources(folder):
            for match in BLOCK.finditer(text):
                if match.groups() == (resource.type, resource.name):
                    return Place(str(self._shown(file)), _line(text, match.start(), attribute))
        return None

    def blueprint(self, resource: Resource, attribute: str) -> Place | None:
        """Return the blueprint's line that set the attribute through an input of the component; None if none did."""
        step = STEP.match(attribute)
        component = re.match(r"module\.([\w-]+)", resource.module)
        if step is None or component is None:
            return None
        for name in _variables(resource.expressions.get(step[0])):
            known = self.provenance.get(f"{component[1]}.{name}")
            if known:
                file, line, _column = known["blueprint"].rsplit(":", 2)
                return Place(file, int(line))
        return None

    def _source(self, module: str) -> Path | None:
        folder, configuration = self.folder, self.root
        for name in re.findall(r"module\.([\w-]+)", INSTANCE.sub("", module)):
            call = configuration.get("module_calls", {}).get(name, {})
            source = str(call.get("source", ""))
            if not source.startswith("."):
                return None
            folder, configuration = folder / source, call.get("module", {})
        return folder if folder.is_dir() else None

    def _shown(self, file: Path) -> Path:
        vendored = self.folder / "modules"
        if file.is_relative_to(vendored):
            original = self.modules / file.relative_to(vendored)
            if original.is_file() and original.read_bytes() == file.read_bytes():
                return original
        return file


def _line(text: str, start: int, attribute: str) -> int:
    """Return the line of an attribute in the block that starts at `start`, or the block's own."""
    first = text.count("\n", 0, start) + 1
    end = text.find("\n}", start)
    block = text[start : end if end >= 0 else None].splitlines()
    step = STEP.match(attribute)
    if step:
        wanted = re.compile(rf'\s+(?:{re.escape(step[0])}\s*[={{]|dynamic\s+"{re.escape(step[0])}")')
        for offset, line in enumerate(block):
            if wanted.match(line):
                return first + offset
    return first


def _variables(expression: Any) -> list[str]:
    """Return the names of the variables that an expression refers to."""
    if isinstance(expression, Mapping):
        own = [name for name in expression.get("references", []) if isinstance(name, str)]
        inner = [name for item in expression.values() if not isinstance(item, str) for name in _variables(item)]
        return [re.split(r"[.\[]", name[4:])[0] for name in own if name.startswith("var.")] + inner
    if isinstance(expression, list):
        return [name for item in expression for name in _variables(item)]
    return []


@lru_cache
def _sources(folder: Path) -> list[tuple[Path, str]]:
    return [(file, file.read_text(errors="replace")) for file in sorted(folder.glob("*.tf"))]


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}

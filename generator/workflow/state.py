"""The state that a target's workspace keeps in the rendered folder, and what it may be trusted for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.atomic import write_atomically
from generator.workflow.target import Target

PROTECTIONS = {
    "deletion_protection": True,
    "enable_deletion_protection": True,
    "skip_destroy": True,
    "skip_final_snapshot": False,
}


@dataclass(frozen=True, slots=True)
class State:
    """A local state file; it may not exist."""

    file: Path

    def content(self) -> dict[str, Any]:
        """Return the state as JSON; empty if there is none."""
        try:
            return dict(json.loads(self.file.read_bytes()))
        except (OSError, ValueError):
            return {}

    def instances(self) -> list[tuple[str, dict[str, Any]]]:
        """Return (address, attributes) of each managed resource instance."""
        found = []
        for resource in self.content().get("resources", []):
            if resource.get("mode") != "managed":
                continue
            module = f"{resource['module']}." if resource.get("module") else ""
            for instance in resource["instances"]:
                key = instance.get("index_key")
                index = "" if key is None else f"[{json.dumps(key)}]"
                found.append((f"{module}{resource['type']}.{resource['name']}{index}", instance["attributes"]))
        return found

    def protected(self, *, snapshots: bool) -> list[str]:
        """Return what is guarded against deletion, and with `snapshots` also what leaves a last snapshot behind."""
        guards = {name: value for name, value in PROTECTIONS.items() if snapshots or name != "skip_final_snapshot"}
        return [
            address
            for address, attributes in self.instances()
            if any(attributes.get(name) is value for name, value in guards.items())
        ]


def state_of(folder: Path, target: Target) -> State:
    """Return the state of the target's workspace, where Terraform's local backend keeps it."""
    if target.workspace == "default":
        return State(folder / "terraform.tfstate")
    return State(folder / "terraform.tfstate.d" / target.workspace / "terraform.tfstate")


def belongs_to(folder: Path) -> Path:
    """Return the file that names the emulator on which the local state was applied."""
    return folder / ".tierform" / "emulator-id"


def note_emulator(folder: Path, target: Target) -> None:
    """Record that the local state speaks of this emulator."""
    if target.local:
        write_atomically(belongs_to(folder), target.emulator_id.encode())


def put_aside_if_stale(folder: Path, target: Target) -> Path | None:
    """Put the local state aside if it speaks of an emulator that is gone; return where it went, or None."""
    state = state_of(folder, target)
    if not target.local or not state.instances():
        return None
    try:
        known = belongs_to(folder).read_text()
    except FileNotFoundError:
        known = ""
    if known == target.emulator_id:
        return None
    aside = state.file.with_name("terraform.tfstate.stale")
    state.file.replace(aside)
    return aside

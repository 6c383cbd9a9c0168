"""What the provider's schema says of an attribute or a block: whether it may be set, and whether it may be left out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.strength.document import Path as Steps


@dataclass(frozen=True)
class Slot:
    """A place in a resource: an attribute or a nested block."""

    block: bool
    settable: bool
    required: bool
    kind: Any = None


class Schema:
    """The schema of the resource types in the plans."""

    def __init__(self, types: Mapping[str, Any]) -> None:
        self.types = types

    @classmethod
    def of(cls, folder: Path, cache: Path) -> Schema:
        """Ask Terraform for the schema in a root module that is initialised; keep what was said in `cache`."""
        if not cache.is_file():
            command = ["terraform", f"-chdir={folder}", "providers", "schema", "-json"]
            said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
            [provider] = [it for name, it in said["provider_schemas"].items() if name.endswith("hashicorp/aws")]
            cache.write_text(json.dumps({name: item["block"] for name, item in provider["resource_schemas"].items()}))
        return cls(json.loads(cache.read_bytes()))

    def slot(self, type_: str, path: Steps) -> Slot | None:
        """Return what the schema says of a place; None if it is within an attribute, where everything may be."""
        block = self.types[type_]
        names = [step for step in path if isinstance(step, str)]
        for position, name in enumerate(names):
            last = position == len(names) - 1
            if name in block.get("attributes", {}):
                attribute = block["attributes"][name]
                if not last:
                    return None
                settable = bool(attribute.get("optional") or attribute.get("required"))
                return Slot(block=False, settable=settable, required=bool(attribute.get("required")),
                            kind=attribute.get("type"))  # fmt: skip
            if name not in block.get("block_types", {}):
                return None
            nested = block["block_types"][name]
            if last:
                return Slot(block=True, settable=True, required=nested.get("min_items", 0) > 0)
            block = nested["block"]
        return None

"""The providers that the dependency lock file pins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

LOCK_FILE = ".terraform.lock.hcl"

_BLOCK = re.compile(r'^provider\s+"(?P<source>[^"]+)"\s*\{(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL)
_VERSION = re.compile(r'^\s*version\s*=\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider by its full source address (`host/namespace/type`) and exact version."""

    source: str
    version: str

    @property
    def kind(self) -> str:
        """Return the last part of the address, which is in the name of the provider's executable."""
        return self.source.rpartition("/")[2]


def locked_providers(folder: Path) -> list[Provider]:
    """Return what the lock file in `folder` pins; nothing if there is none."""
    try:
        text = (folder / LOCK_FILE).read_text(encoding="utf-8")
    except OSError:
        return []
    found = ((block["source"], _VERSION.search(block["body"])) for block in _BLOCK.finditer(text))
    return [Provider(source, version[1]) for source, version in found if version]

"""What the emulator adds to moto, a module for each AWS service."""

from __future__ import annotations

import importlib
import pkgutil


def register() -> None:
    """Import every module of this package: its handlers register themselves."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")

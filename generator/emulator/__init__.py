"""The embedded AWS emulator: moto in a process of its own, with what Terraform needs beyond it."""

from __future__ import annotations

from generator.emulator.lifecycle import Emulator, EmulatorError, reset, running, start, stop

__all__ = ["Emulator", "EmulatorError", "reset", "running", "start", "stop"]

"""Terraform as a child process: finding it, its provider, `init` when it is due, runs that survive us."""

from __future__ import annotations

from generator.terraform.errors import Interrupted, TerraformError
from generator.terraform.init import Setup, ensure_init
from generator.terraform.locate import Binary, find_terraform
from generator.terraform.marker import InterruptedRun, forget_run, interrupted_run
from generator.terraform.runner import Event, Result, Terraform, ignored_settings

__all__ = [
    "Binary",
    "Event",
    "Interrupted",
    "InterruptedRun",
    "Result",
    "Setup",
    "Terraform",
    "TerraformError",
    "ensure_init",
    "find_terraform",
    "forget_run",
    "ignored_settings",
    "interrupted_run",
]

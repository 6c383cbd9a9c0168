"""The plan that was shown: `apply` applies that one, once, and no other."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from generator.atomic import write_atomically
from generator.render.write import MANIFEST
from generator.workflow.deployment import Deployment
from generator.workflow.target import Target

NAME = ".tierform/shown-plan.json"


def remember(deployment: Deployment, target: Target) -> None:
    """Record that the plan in the folder was shown for this target."""
    write_atomically(deployment.folder / NAME, json.dumps(_identity(deployment, target)).encode())


def still_valid(deployment: Deployment, target: Target) -> bool:
    """Say whether the plan in the folder is the one that was shown, for this target and this root module."""
    try:
        shown = json.loads((deployment.folder / NAME).read_bytes())
    except (OSError, ValueError):
        return False
    return bool(shown == _identity(deployment, target))


def forget(deployment: Deployment) -> None:
    """Make sure that the shown plan is not applied again."""
    (deployment.folder / NAME).unlink(missing_ok=True)


def _identity(deployment: Deployment, target: Target) -> dict[str, str]:
    return {
        "target": target.name,
        "emulator": target.emulator_id,
        "plan": _digest(deployment.plan_file),
        "root_module": _digest(deployment.folder / MANIFEST),
    }


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""

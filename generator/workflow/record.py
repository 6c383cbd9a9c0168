"""The plan that was shown and passed the gate: `apply` applies that one, once, and no other."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from generator.atomic import write_atomically
from generator.gate.model import Exit, PlanVerdict
from generator.render.write import MANIFEST
from generator.workflow.deployment import Deployment
from generator.workflow.target import Target

NAME = ".tierform/shown-plan.json"


def remember(deployment: Deployment, target: Target, basis: str, verdict: PlanVerdict) -> None:
    """Record that the plan in the folder was shown for this target and passed the gate, on the basis of `basis`.

    The verdict's digest must be that of the plan in the folder: a verdict on another plan is none.
    """
    identity = _identity(deployment, target, basis)
    if verdict.exit is Exit.PASSED and verdict.digest == identity["plan_json"]:
        write_atomically(deployment.folder / NAME, json.dumps(identity).encode())


def still_valid(deployment: Deployment, target: Target, basis: str) -> bool:
    """Say whether the plan in the folder is the one that passed: for this target, this root module and this basis."""
    try:
        shown = json.loads((deployment.folder / NAME).read_bytes())
    except (OSError, ValueError):
        return False
    return bool(shown == _identity(deployment, target, basis))


def forget(deployment: Deployment) -> None:
    """Make sure that the shown plan is not applied again."""
    (deployment.folder / NAME).unlink(missing_ok=True)


def _identity(deployment: Deployment, target: Target, basis: str) -> dict[str, str]:
    return {
        "target": target.name,
        "emulator": target.emulator_id,
        "plan": _digest(deployment.plan_file),
        "plan_json": _digest(deployment.plan_json),
        "basis": basis,
        "root_module": _digest(deployment.folder / MANIFEST),
    }


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""

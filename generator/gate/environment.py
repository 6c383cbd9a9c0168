"""Checkov in an environment of its own: where it is, and one run of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from generator.diagnostics import UserError
from generator.project import SOURCE

VERSION = "3.3.30"
SETTING = "TIERFORM_CHECKOV"
TIMEOUT = 600
ANEW = "run `make setup`; it installs Checkov anew"


def find_checkov(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the Python that has Checkov: the one that TIERFORM_CHECKOV names, or that of `make setup`.

    Raises UserError if there is none.
    """
    named = environ.get(SETTING)
    python = Path(named) if named else Path(sys.prefix) / "checkov" / "bin" / "python"
    if not (python.is_file() and os.access(python, os.X_OK)):
        remedy = f"let {SETTING} name a Python that has checkov {VERSION}" if named else "run `make setup`"
        raise UserError(f"there is no Checkov: {python} is no program", remedy)
    return python


class Checkov:
    """A process that imports Checkov, which takes longer than reading plans, and then judges them once.

    Raises UserError if there is no Checkov, or it does not start. Leaving the context ends the process.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        settings = {
            "PATH": environ.get("PATH", ""),
            "HOME": environ.get("HOME", ""),
            "PYTHONPATH": str(SOURCE),
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": environ.get("PYTHONDONTWRITEBYTECODE", ""),
        }
        command = [str(find_checkov(environ)), "-P", "-m", "generator.gate.scan"]
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=settings)
        except OSError as error:
            raise UserError(f"cannot start {command[0]}: {(error.strerror or str(error)).lower()}", ANEW) from None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, and whatever it was told."""
        self._process.kill()
        self._process.communicate()

    def scan(self, plans: Sequence[Mapping[str, Any]], policies: Path) -> dict[str, Any]:
        """Return what all checks say of plans, each with `file` and `promises`. Raises UserError if it says nothing."""
        request = json.dumps({"plans": list(plans), "policies": str(policies.resolve())})
        try:
            out, err = self._process.communicate(request, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            raise UserError(f"Checkov gave no answer in {TIMEOUT} seconds", "judge fewer plans at once") from None
        try:
            answer = json.loads(out)
        except ValueError:
            answer = None
        if self._process.returncode or not _well_formed(answer):
            last = (err.strip().splitlines() or [f"it ended with {self._process.returncode}"])[-1]
            raise UserError(f"Checkov gave no answer: {last}", ANEW)
        return dict(answer)


def _well_formed(answer: Any) -> bool:
    """Say whether an answer has all that a verdict is made of."""
    shape = {"checkov": str, "checks": list, "plans": list, "failures": list}
    if not isinstance(answer, dict) or not all(isinstance(answer.get(key), kind) for key, kind in shape.items()):
        return False
    parts = {"records": list, "failures": list, "ran": dict}
    return all(
        isinstance(plan, dict) and all(isinstance(plan.get(key), kind) for key, kind in parts.items())
        for plan in answer["plans"]
    )

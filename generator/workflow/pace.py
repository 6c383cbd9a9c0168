"""What a vCPU answers: as measured, where a calibration lies beside the blueprint, else as planned."""

from __future__ import annotations

from generator.blueprint.load import locate
from generator.calibrate.file import find_calibration
from generator.project import Project
from generator.promises.model import PLANNED, Pace


def pace(blueprint: str, project: Project) -> Pace:
    """Return the pace for a blueprint, or for none (""). Raises UserError for a broken calibration, with its line."""
    found = find_calibration(locate(blueprint, project.blueprints)) if blueprint else None
    return Pace(found.requests_per_second_per_vcpu, str(found)) if found else PLANNED

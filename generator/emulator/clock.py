"""Emulated time: what takes minutes on AWS takes as many emulated minutes here. It needs no thread."""

from __future__ import annotations

import os
import time

SETTING = "TIERFORM_EMULATOR_MINUTE_SECONDS"
DEFAULT = 1.0
SHORTEST = 0.001  # a minute of no length would divide by zero


def minute_seconds() -> float:
    """Return how many real seconds an emulated minute takes."""
    try:
        return max(float(os.environ.get(SETTING) or DEFAULT), SHORTEST)
    except ValueError:
        return DEFAULT


def elapsed(since: float) -> float:
    """Return the emulated seconds that have passed since a real time (epoch seconds)."""
    return max(0.0, time.time() - since) * 60 / minute_seconds()


def moment(since: float, seconds: float) -> float:
    """Return the real time (epoch seconds) that is so many emulated seconds after `since`."""
    return since + seconds * minute_seconds() / 60

"""Wilson's score interval for a share."""

from __future__ import annotations

from math import sqrt

Z = 1.959964  # two-sided 95 %


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of hits / of, each end from 0 to 1; of nothing, everything is possible."""
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    middle = share + Z * Z / (2 * of)
    spread = Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    below = 1 + Z * Z / of
    return max(0.0, (middle - spread) / below), min(1.0, (middle + spread) / below)

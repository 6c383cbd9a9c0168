"""What `tierform calibrate` does: measures, writes the data file, and says what was found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.calibrate.climb import Say
from generator.calibrate.file import write_calibration
from generator.calibrate.measure import measure
from generator.calibrate.model import CPU, UTILISATION, Calibration
from generator.calibrate.order import REQUESTS, SECONDS, STEPS
from generator.diagnostics import UserError


def run(
    url: str,
    output: Path,
    paths: Sequence[str] = (),
    *,
    vcpu: float | None = None,
    seconds: float = SECONDS,
    requests: int = REQUESTS,
    concurrency: Sequence[int] = STEPS,
    pid: int | None = None,
    i_own: str = "",
    headers: Sequence[str] = (),
    say: Say = print,
) -> Calibration:
    """Measure the application at `url`, write `output` at the very end, and return what was written.

    Arguments and errors as of `measure`. An interrupted or failed measurement leaves `output` as it was.
    """
    if output.is_dir():
        raise UserError(f"{output} is a folder", "give a file by --output")
    found = measure(
        url, paths, vcpu=vcpu, seconds=seconds, requests=requests, concurrency=concurrency, pid=pid, i_own=i_own,
        headers=headers, say=say,
    )  # fmt: skip
    for text in report(found):
        say(text)
    write_calibration(output, found)
    say(f"written: {output}")
    return found


def report(found: Calibration) -> list[str]:
    """Return a calibration as lines of text."""
    it = found.measurement
    unit = "requests per CPU second" if it.method == CPU else "requests/s per vCPU"
    return [
        "",
        f"{found.requests_per_second_per_vcpu:.1f} {unit} at the knee, {it.knee.concurrency} connections: "
        f"{found.service_ms:.2f} ms of CPU for each",
        f"{found.planned_per_vcpu:.1f} at {UTILISATION:.0%} of it; there p95 is {it.loaded.p95_ms:.1f} ms",
        f"{it.samples} samples, {it.failed_share:.2%} failed; {it.machine}",
        *(f"note: {note}" for note in it.notes),
    ]

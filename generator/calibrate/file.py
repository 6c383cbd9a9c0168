"""The data file of a calibration: written whole or not at all, and read with the line of whatever is wrong in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.blueprint.merge import CALIBRATION
from generator.calibrate.decode import Reader
from generator.calibrate.model import (
    CPU,
    FAILED,
    THROUGHPUT,
    UTILISATION,
    Calibration,
    Entry,
    Machine,
    Measurement,
    Step,
)

VERSION = 1
OFF = 0.01  # how far rounded figures may be off from one another
HEADING = (
    "# Written by `tierform calibrate`, which replaces it whole; docs/calibration.md says what each figure means.\n"
)
TOP = (
    "calibration", "date", "requests_per_second_per_vcpu", "service_ms", "p95_ms", "target_utilisation",
    "requests_per_second", "vcpu", "concurrency", "samples", "failed_share", "saturated", "method", "how", "machine",
    "mix", "loaded", "steps", "notes",
)  # fmt: skip
STEP = (
    "concurrency", "seconds", "requests", "refused", "unanswered", "requests_per_second", "p50_ms", "p95_ms", "p99_ms",
    "cpu_seconds",
)  # fmt: skip


def beside(blueprint: Path) -> Path:
    """Return where the calibration of a blueprint is kept if nobody says otherwise."""
    return blueprint.with_name(CALIBRATION)


def find_calibration(blueprint: Path) -> Calibration | None:
    """Return the calibration beside a blueprint, None if there is none. Raises UserError as `load_calibration`."""
    file = beside(blueprint)
    return load_calibration(file) if file.exists() else None


def write_calibration(file: Path, calibration: Calibration) -> None:
    """Write a calibration to `file`; raises UserError if that cannot be."""
    import yaml  # noqa: PLC0415 - start-up time is a feature

    from generator.atomic import write_atomically  # noqa: PLC0415
    from generator.diagnostics import UserError  # noqa: PLC0415

    text = yaml.safe_dump(document(calibration), sort_keys=False, allow_unicode=True, width=110)
    try:
        write_atomically(file, (HEADING + text).encode())
    except OSError as error:
        raise UserError(
            f"{file} cannot be written: {error.strerror or error}", "give another file by --output"
        ) from None


def document(calibration: Calibration) -> dict[str, Any]:
    """Return a calibration as plain data. Bodies, headers and the host stay out: they may be secret."""
    it = calibration.measurement
    return {
        "calibration": VERSION,
        "date": calibration.date.isoformat(),
        "requests_per_second_per_vcpu": calibration.requests_per_second_per_vcpu,
        "service_ms": calibration.service_ms,
        "p95_ms": it.loaded.p95_ms,
        "target_utilisation": UTILISATION,
        "requests_per_second": round(it.knee.rate, 2),
        "vcpu": _short(it.vcpu),
        "concurrency": it.knee.concurrency,
        "samples": it.samples,
        "failed_share": round(it.failed_share, 5),
        "saturated": it.saturated,
        "method": it.method,
        "how": calibration.how,
        "machine": {"cpus": it.machine.cpus, "python": it.machine.python, "system": it.machine.system},
        "mix": [{"method": entry.method, "path": entry.path, "weight": _short(entry.weight)} for entry in it.mix],
        "loaded": _step(it.loaded),
        "steps": [_step(step) for step in it.steps],
        "notes": list(it.notes),
    }


def _short(number: float) -> float:
    return int(number) if number == int(number) else number


def _step(step: Step) -> dict[str, Any]:
    values = {key: getattr(step, key) for key in STEP if key != "requests_per_second"}
    found = {key: values.get(key, round(step.rate, 2)) for key in STEP}
    return {key: value for key, value in found.items() if value is not None}


def load_calibration(file: Path) -> Calibration:
    """Read a calibration.

    Raises UserError, with file and line, for what cannot be read, is missing, unknown, out of range, or contradicts
    another figure of the file.
    """
    top = Reader.of(file)
    if top.whole("calibration") != VERSION:
        raise top.fault("calibration", f"is not {VERSION}, the only form that is known")
    top.known(TOP)
    rate, service = top.above("requests_per_second_per_vcpu"), top.above("service_ms")
    if abs(rate * service / 1000 - 1) > OFF:
        raise top.fault("service_ms", f"is {service:g}, but 1000 / {rate:g} requests a second is {1000 / rate:.3f}")
    return Calibration(top.date("date"), rate, service, top.text("how"), _measurement(top))


def _measurement(top: Reader) -> Measurement:
    steps = tuple(_read_step(row) for row in top.rows("steps"))
    concurrency = top.whole("concurrency")
    knee = next((step for step in steps if step.concurrency == concurrency), None)
    if knee is None:
        raise top.fault("concurrency", f"is {concurrency}, which no step has")
    found = Measurement(
        mix=tuple(_entry(row) for row in top.rows("mix")),
        vcpu=top.above("vcpu"),
        method=top.word("method", (CPU, THROUGHPUT)),
        saturated=top.yes("saturated"),
        knee=knee,
        loaded=_read_step(top.row("loaded")),
        steps=steps,
        machine=_machine(top.row("machine")),
        notes=top.texts("notes"),
    )
    _agree(top, found)
    return found


def _agree(top: Reader, found: Measurement) -> None:
    """Raise UserError where a figure is not what the steps give: one was changed by hand, and the others were not."""
    if found.method == CPU and not found.knee.cpu_seconds:
        raise top.fault(
            "method", f'is "{CPU}", but the step of {found.knee.concurrency} connections has no cpu_seconds'
        )
    if found.failed_share > FAILED:
        raise top.fault("failed_share", f"is more than {FAILED}: such a throughput says nothing")
    knee = found.knee
    per_vcpu = knee.rate / found.vcpu if found.method == THROUGHPUT else knee.per_vcpu(found.vcpu)
    for key, value in (
        ("requests_per_second", knee.rate),
        ("requests_per_second_per_vcpu", per_vcpu),
        ("p95_ms", found.loaded.p95_ms),
        ("target_utilisation", UTILISATION),
        ("samples", float(found.samples)),
    ):
        if abs(top.above(key) - value) > OFF * value:
            raise top.fault(key, f"is {top.above(key):g}, but the rest of the file gives {value:g}")
    if abs(top.share("failed_share") - found.failed_share) > OFF:
        raise top.fault("failed_share", f"is {top.share('failed_share'):g}, but the steps give {found.failed_share:g}")


def _read_step(row: Reader) -> Step:
    row.known(STEP)
    step = Step(
        concurrency=row.whole("concurrency"),
        seconds=row.above("seconds"),
        requests=row.whole("requests", least=0),
        refused=row.whole("refused", least=0),
        unanswered=row.whole("unanswered", least=0),
        p50_ms=row.number("p50_ms"),
        p95_ms=row.number("p95_ms"),
        p99_ms=row.number("p99_ms"),
        cpu_seconds=row.number("cpu_seconds") if row.has("cpu_seconds") else None,
    )
    if not step.p50_ms <= step.p95_ms <= step.p99_ms:
        raise row.fault("p95_ms", "is not between p50_ms and p99_ms")
    return step


def _entry(row: Reader) -> Entry:
    row.known(("method", "path", "weight"))
    return Entry(row.text("method"), row.text("path"), row.above("weight"))


def _machine(row: Reader) -> Machine:
    row.known(("cpus", "python", "system"))
    return Machine(row.whole("cpus"), row.text("python"), row.text("system"))

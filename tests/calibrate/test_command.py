"""`tierform calibrate` against the reference application, and its figure in `objectives` and `cost`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.calibrate import order
from generator.calibrate.file import load_calibration, write_calibration
from generator.calibrate.model import CPU
from generator.cli import calibrate
from generator.diagnostics import UserError
from generator.project import find_project
from generator.promises.model import PLANNED
from generator.workflow.cost import of_file
from generator.workflow.pace import pace
from tests.calibrate.samples import calibration, consistent
from tests.conftest import Planned, Tierform
from tests.reference.server import Server

NOTE = '/api/notes/ {"course": 1, "text": "seen"}'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a blueprint of a folder's own, which a calibration may be put beside."""
    file = tmp_path / "site.yaml"
    file.write_text("extends: tier1\n")
    return file


def test_a_measurement_is_written_and_objectives_print_its_source(
    server: Server, site: Path, tierform: Tierform, planned: Callable[[str], Planned]
) -> None:
    mix = [part for entry in ("8 /api/courses/cached/", "3 /api/courses/", f"1 {NOTE}") for part in ("--path", entry)]
    bounds = ["--vcpu", "2", "--pid", str(server.pid), "--seconds", "8", "--concurrency", "1,2,4"]
    ran = tierform.ok("calibrate", server.url, *mix, *bounds, "--header", "X-Key: hidden", "--blueprint", str(site))
    file = site.with_name("calibration.yaml")
    found = load_calibration(file)
    consistent(found)
    it = found.measurement
    assert it.method == CPU
    assert all(step.busy is not None and 0 < step.busy <= 2.3 for step in it.steps)
    assert found.requests_per_second_per_vcpu == pytest.approx(it.knee.requests / (it.knee.cpu_seconds or 0), rel=0.01)
    assert it.failed_share == 0
    assert [entry.weight for entry in it.mix] == [8, 3, 1]
    assert f"{found.requests_per_second_per_vcpu:.1f} requests per CPU second" in ran.out
    assert ran.out.endswith(f"written: {file}\n")
    assert not re.search(r'127\.0\.0\.1|"text"|hidden', file.read_text())

    plan = planned("tier1").folder / "plan.json"
    told = tierform("objectives", str(plan), "--blueprint", str(site))
    source = f"a vCPU answers {found.requests_per_second_per_vcpu:g} requests/s: measured {found.date} with GET /api/"
    assert source in told.out, told.err
    assert PLANNED.source not in told.out
    assert PLANNED.source in tierform("objectives", str(plan)).out


def test_without_more_than_a_url_this_machine_is_loaded(server: Server, tmp_path: Path, tierform: Tierform) -> None:
    file = tmp_path / "c.yaml"
    tierform.ok("calibrate", f"{server.url}/healthz", "--output", str(file), "--seconds", "2", "--concurrency", "2")
    found = load_calibration(file).measurement
    assert found.vcpu == os.cpu_count()
    assert [str(entry) for entry in found.mix] == ["GET /healthz"]


@pytest.mark.parametrize(("arguments", "fault"), [
    (["http://shop.example.com/"], '"shop.example.com" is not this machine'),
    (["http://shop.example.com/", "--i-own", "example.com", "--vcpu", "2"], '"shop.example.com" is not this machine'),
    (["http://127.0.0.1:1/"], "http://127.0.0.1:1 does not answer GET /"),
    (["http://127.0.0.1:1/", "--concurrency", "many"], '"many" are no steps of concurrency'),
    (["http://127.0.0.1:1/", "--blueprint", "tier3"], 'there is no blueprint "tier3"'),
    (["http://127.0.0.1:1/", "--output", "."], ". is a folder"),
])  # fmt: skip
def test_what_cannot_be_measured_is_one_message_and_no_file(
    arguments: list[str], fault: str, site: Path, tierform: Tierform
) -> None:
    given = [] if {"--blueprint", "--output"} & set(arguments) else ["--blueprint", str(site)]
    ran = tierform("calibrate", *arguments, *given)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith(f"error: {fault}")
    assert re.fullmatch(r"error: .*\n  remedy: .*\n", ran.err)
    assert list(site.parent.iterdir()) == [site]


def test_the_bounds_are_those_of_the_measurement() -> None:
    defaults = {option.name: option.default for option in calibrate.params}
    assert (defaults["seconds"], defaults["requests"]) == (order.SECONDS, order.REQUESTS)
    assert order.read_steps(str(defaults["concurrency"])) == order.STEPS


def test_a_broken_calibration_is_named_with_its_line(
    site: Path, tierform: Tierform, planned: Callable[[str], Planned]
) -> None:
    file = site.with_name("calibration.yaml")
    write_calibration(file, calibration())
    file.write_text(re.sub(r"(?m)^service_ms: .*$", "service_ms: 9", file.read_text()))
    line = file.read_text().splitlines().index("service_ms: 9") + 1
    for name in ("objectives", "cost"):
        ran = tierform(name, str(planned("tier1").folder / "plan.json"), "--blueprint", str(site))
        assert ran.code == 2
        assert ran.out == ""
        assert f"error: {file}:{line}:13: `service_ms` is 9, but 1000 / 150" in ran.err
        assert "remedy: run `tierform calibrate` again" in ran.err
        assert "Traceback" not in ran.err


def test_the_pace_is_measured_where_it_was_and_planned_elsewhere(site: Path) -> None:
    project = find_project()
    assert pace("", project) == pace("tier1", project) == pace(str(site), project) == PLANNED
    write_calibration(site.with_name("calibration.yaml"), calibration())
    found = pace(str(site), project)
    assert found.requests_per_vcpu == 150
    assert found.source.startswith("measured 2026-11-23 with GET /api/courses/, POST /api/notes/, 3960 samples")
    site.with_name("calibration.yaml").write_text("")
    with pytest.raises(UserError, match="the calibration is empty"):
        pace(str(site), project)


def test_slower_requests_need_more_tasks_which_cost_more(site: Path, planned: Callable[[str], Planned]) -> None:
    project, plan = find_project(), planned("tier1").folder / "plan.json"

    def monthly(cpu: float) -> float:
        write_calibration(site.with_name("calibration.yaml"), calibration(cpu=cpu))
        return of_file(plan, str(site), "", project).estimate.total.expected

    assert monthly(20) == of_file(plan, "tier1", "", project).estimate.total.expected  # 2400 / 20: what is planned, 120
    assert monthly(60) > monthly(20) >= monthly(10)

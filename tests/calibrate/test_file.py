"""The data file: written whole, read back equal, and every fault named with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.blueprint.merge import available
from generator.calibrate.file import beside, find_calibration, load_calibration, write_calibration
from generator.calibrate.model import CPU, THROUGHPUT, Entry
from generator.diagnostics import UserError
from tests.calibrate.samples import calibration


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "calibration.yaml"
    write_calibration(file, calibration())
    return file


@pytest.mark.parametrize("method", [CPU, THROUGHPUT])
def test_what_is_written_is_read(method: str, tmp_path: Path) -> None:
    write_calibration(tmp_path / "deep" / "c.yaml", calibration(method))
    assert load_calibration(tmp_path / "deep" / "c.yaml") == calibration(method)
    assert str(load_calibration(tmp_path / "deep" / "c.yaml")).startswith("measured 2026-11-23 with GET /api/courses/")


def test_bodies_are_not_written(tmp_path: Path) -> None:
    found = calibration()
    object.__setattr__(found.measurement, "mix", (Entry("POST", "/login/", 1, '{"password": "secret"}'),))
    write_calibration(tmp_path / "c.yaml", found)
    assert "secret" not in (tmp_path / "c.yaml").read_text()


def test_the_file_lies_beside_the_blueprint_and_is_none(file: Path, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").touch()
    assert beside(tmp_path / "site.yaml") == file
    assert find_calibration(tmp_path / "site.yaml") == calibration()
    assert available([tmp_path]) == ["site"]
    file.unlink()
    assert find_calibration(tmp_path / "site.yaml") is None


def replaced(pattern: str, by: str) -> tuple[str, str]:
    return rf"(?m)^{pattern}$", by


BROKEN = {
    "no yaml": (*replaced("method: cpu-seconds", "method: [cpu-seconds"), "not valid YAML"),
    "a key twice": (*replaced("vcpu: 2", "vcpu: 2\nvcpu: 4"), "given twice"),
    "an unknown key": (*replaced("vcpu: 2", "vcpus: 2"), 'there is no key "vcpus"'),
    "a missing key": ("(?m)^vcpu: 2\n", "", "`vcpu` is missing"),
    "another form": (*replaced("calibration: 1", "calibration: 2"), "`calibration` is not 1"),
    "no number": (*replaced("vcpu: 2", "vcpu: two"), "`vcpu` is two, not a number"),
    "an infinite number": (*replaced("vcpu: 2", "vcpu: 1e999"), "`vcpu` is 1e999, not a number"),
    "a bool for a number": (*replaced("vcpu: 2", "vcpu: true"), "`vcpu` is true, not a number"),
    "zero": (*replaced("requests_per_second_per_vcpu: .*", "requests_per_second_per_vcpu: 0"), "is 0"),
    "negative": (*replaced("service_ms: .*", "service_ms: -1"), "`service_ms` is -1"),
    "service time off": (*replaced("service_ms: .*", "service_ms: 9"), "`service_ms` is 9, but 1000 / 150"),
    "rate and time changed": (
        r"requests_per_second_per_vcpu: 150.0\nservice_ms: 6.6667",
        "requests_per_second_per_vcpu: 300\nservice_ms: 3.3333",
        "`requests_per_second_per_vcpu` is 300, but the rest of the file gives 150",
    ),
    "p95 changed": (*replaced("p95_ms: 20", "p95_ms: 10"), "`p95_ms` is 10, but the rest of the file gives 20"),
    "samples changed": (*replaced("samples: .*", "samples: 9"), "`samples` is 9"),
    "failures hidden": (*replaced("  refused: 3", "  refused: 300"), "more than 0.01"),
    "a share above one": (*replaced("failed_share: .*", "failed_share: 2"), "not a share"),
    "a share that the steps do not give": (*replaced("failed_share: .*", "failed_share: 0.5"), "the steps give"),
    "no such step": (*replaced("concurrency: 2", "concurrency: 3"), "`concurrency` is 3, which no step has"),
    "half a connection": (*replaced("concurrency: 2", "concurrency: 2.5"), "not a whole number"),
    "no day": (*replaced("date: .*", "date: 2026-13-01"), "not a day"),
    "no method": (*replaced("method: cpu-seconds", "method: guess"), '`method` is "guess"'),
    "no bool": (*replaced("saturated: true", "saturated: maybe"), "not true or false"),
    "no text": (*replaced("how: .*", "how: []"), "`how` is a list, no text"),
    "no map": (r"machine:\n(  .*\n)+", "machine: fast\n", "`machine` is a string, not a map"),
    "an empty list": (r"mix:\n(- .*\n|  .*\n)+", "mix: []\n", "`mix` is empty"),
    "no list": (r"notes:\n(- .*\n)+", "notes: none\n", "`notes` is no list"),
    "a list of numbers": (r"notes:\n(- .*\n)+", "notes: [1]\n", "no list of texts"),
    "an entry that is no map": (r"mix:\n(- .*\n|  .*\n)+", "mix: [/a/]\n", "an entry of `mix` is a string"),
    "percentiles out of order": (*replaced("  p50_ms: 10", "  p50_ms: 25"), "not between p50_ms and p99_ms"),
    "no cpu time": (r"  cpu_seconds: 16.0\n", "", "has no cpu_seconds"),
    "a list": (r"(?s).*", "- calibration: 1\n", "is a map, not a list"),
    "empty": (r"(?s).*", "", "the calibration is empty"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_with_its_line(name: str, file: Path) -> None:
    pattern, by, fault = BROKEN[name]
    broken, count = re.subn(pattern, by, file.read_text(), count=0 if name == "no cpu time" else 1)
    assert count
    file.write_text(broken)
    with pytest.raises(UserError, match=re.escape(fault)) as raised:
        load_calibration(file)
    place = re.match(re.escape(str(file)) + r":([0-9]+):[0-9]+: ", raised.value.message)
    assert place, raised.value.message
    if name == "service time off":
        assert broken.splitlines()[int(place[1]) - 1] == "service_ms: 9"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.yaml cannot be read: no such file"):
        load_calibration(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"how: caf\xe9\n")
    with pytest.raises(UserError, match=r"latin\.yaml:1:1: is not UTF-8"):
        load_calibration(tmp_path / "latin.yaml")


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_calibration(tmp_path / "file" / "c.yaml", calibration())

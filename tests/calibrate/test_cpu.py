"""CPU time from /proc."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.calibrate.cpu import cpu_seconds, machine_seconds
from generator.diagnostics import UserError

TICKS = os.sysconf("SC_CLK_TCK")


def process(proc: Path, pid: int, parent: int, times: tuple[int, int, int, int], name: str = "gunicorn") -> None:
    (proc / str(pid)).mkdir(parents=True)
    fields = ["S", parent, pid, pid, 0, -1, 0, 0, 0, 0, 0, *times, 20, 0, 1]
    (proc / str(pid) / "stat").write_text(f"{pid} ({name}) {' '.join(map(str, fields))}\n")


def test_a_family_is_added_up_with_its_dead_and_without_strangers(tmp_path: Path) -> None:
    process(tmp_path, 10, 1, (1, 2, 30, 40))
    process(tmp_path, 12, 11, (100, 200, 0, 0))
    process(tmp_path, 11, 10, (1000, 2000, 0, 0), name="a) S 1 (b c")
    process(tmp_path, 20, 1, (50000, 0, 0, 0))
    (tmp_path / "13").mkdir()  # ended in between
    assert cpu_seconds(10, tmp_path) == 3373 / TICKS


def test_no_such_process(tmp_path: Path) -> None:
    process(tmp_path, 10, 1, (1, 2, 3, 4))
    with pytest.raises(UserError, match="no process 11"):
        cpu_seconds(11, tmp_path)


def test_no_proc(tmp_path: Path) -> None:
    for read in (lambda: cpu_seconds(10, tmp_path), lambda: machine_seconds(tmp_path)):
        with pytest.raises(UserError, match="no /proc"):
            read()


def test_idle_time_is_not_busy(tmp_path: Path) -> None:
    (tmp_path / "stat").write_text("cpu  1 2 3 90000 90000 4 5 6 700 0\ncpu0 9 9 9 9 9 9 9 9 9 9\n")
    assert machine_seconds(tmp_path) == 21 / TICKS


def test_the_work_of_a_real_child_counts_while_it_lives_and_afterwards() -> None:
    before = cpu_seconds(os.getpid())
    burn = "import time, sys\nwhile time.process_time() < 0.3: pass\nprint('done', flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alive = cpu_seconds(os.getpid())
    assert alive - before >= 0.27
    assert cpu_seconds(os.getpid()) >= alive

"""The CPU time that a server has used: that of a process and all its children, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

from generator.diagnostics import UserError

PROC = Path("/proc")
PARENT, TIMES = 1, slice(11, 15)  # after the name: ppid; utime, stime, cutime and cstime, see proc_pid_stat(5)


def cpu_seconds(pid: int, proc: Path = PROC) -> float:
    """Return the CPU seconds of process `pid` and of all its descendants, also of those that have ended.

    Raises UserError where there is no such process, or no /proc.
    """
    stats = _stats(proc)
    if pid not in stats:
        if not stats:
            raise UserError("CPU time cannot be seen: this system has no /proc", "leave --pid away")
        raise UserError(
            f"there is no process {pid}", "give --pid the server's first process, the parent of its workers"
        )
    ticks = sum(sum(map(int, stats[member][TIMES])) for member in _family(pid, stats))
    return ticks / os.sysconf("SC_CLK_TCK")


def machine_seconds(proc: Path = PROC) -> float:
    """Return the seconds that all CPUs of this machine were busy, or taken by its host, since it started."""
    try:
        first = (proc / "stat").read_text(encoding="utf-8").partition("\n")[0].split()
    except OSError:
        raise UserError("CPU time cannot be seen: this system has no /proc", "leave --pid away") from None
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, first[1:9])  # see proc_stat(5)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _stats(proc: Path) -> dict[int, list[str]]:
    """Return of every process the fields of its `stat` that follow the name, which may hold spaces and brackets."""
    found: dict[int, list[str]] = {}
    for folder in proc.glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it ended in between
        found[int(folder.name)] = text.rpartition(")")[2].split()
    return found


def _family(pid: int, stats: dict[int, list[str]]) -> list[int]:
    """Return `pid` and its descendants."""
    children: dict[int, list[int]] = {}
    for member, fields in stats.items():
        children.setdefault(int(fields[PARENT]), []).append(member)
    family = [pid]
    for member in family:  # grows while it is read
        family += children.get(member, [])
    return family

"""A record beside the state while Terraform changes things, so that a run which was killed is noticed and told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from generator.atomic import write_atomically
from generator.terraform.process import in_use

CHANGING = frozenset({"apply", "destroy"})  # the commands that leave a marker while they run


@dataclass(frozen=True, slots=True)
class InterruptedRun:
    """A run of which no orderly end is known.

    `alive`: Terraform is still at work (only tierform was killed). `finished`: it came to its end all the same, and
    the state is complete. `in_flight`: addresses of resources whose change was begun and not seen to end; they may be
    missing from the state. `started` is local time, `2030-01-31 12:00:00`; `pid` is 0 if not known.
    """

    command: str
    started: str
    pid: int
    alive: bool
    finished: bool
    in_flight: list[str]


def marker_of(folder: Path, workspace: str) -> Path:
    """Return the marker's path for a state: each workspace has its own."""
    return folder / ".tierform" / f"running-{workspace}.json"


class Marker:
    """The marker of one run: there from before Terraform starts until it has ended with `orderly` set.

    `path` is None for commands that change nothing; `offset` is where the run's part of `log` begins, in bytes.
    """

    def __init__(self, path: Path | None, command: str, log: Path, offset: int) -> None:
        self.path = path
        self.content = {"command": command, "log": str(log), "offset": offset, "pid": 0}
        self.orderly = False

    def __enter__(self) -> Marker:
        self.content["started"] = time.strftime("%Y-%m-%d %H:%M:%S")
        self._write()
        return self

    def started(self, pid: int) -> None:
        """Note Terraform's process id."""
        self.content["pid"] = pid
        self._write()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.path and (self.orderly or not self.content["pid"]):
            self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        if self.path:
            write_atomically(self.path, json.dumps(self.content, indent=1).encode())


def forget_run(folder: Path, workspace: str = "default") -> None:
    """Remove the marker, once its run has been dealt with."""
    marker_of(folder, workspace).unlink(missing_ok=True)


def interrupted_run(folder: Path, workspace: str = "default") -> InterruptedRun | None:
    """Return the run in `folder` that has not ended in an orderly way, or None. Starts no process."""
    try:
        record = json.loads(marker_of(folder, workspace).read_bytes())
        log, offset = Path(record["log"]), int(record["offset"])
        command, started, pid = str(record["command"]), str(record["started"]), int(record["pid"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return InterruptedRun("apply", "at an unknown time", 0, alive=False, finished=False, in_flight=[])
    events = _events(log, offset)
    finished = any(
        event.get("type") == "change_summary" and event["changes"].get("operation") in CHANGING for event in events
    )
    return InterruptedRun(command, started, pid, alive=in_use(log), finished=finished, in_flight=in_flight(events))


def in_flight(events: Iterable[dict[str, Any]]) -> list[str]:
    """Return the addresses whose change began and did not end, in the order in which they began."""
    under_way: dict[str, None] = {}
    for event in events:
        kind = event.get("type")
        if kind == "apply_start":
            under_way[event["hook"]["resource"]["addr"]] = None
        elif kind in {"apply_complete", "apply_errored"}:
            under_way.pop(event["hook"]["resource"]["addr"], None)
    return list(under_way)


def _events(log: Path, offset: int) -> list[dict[str, Any]]:
    try:
        with log.open("rb") as file:
            file.seek(offset)
            lines = file.read().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "@level" in event:
            found.append(event)
    return found

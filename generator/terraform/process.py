"""One Terraform process: its output goes straight to the log file, which is followed while it runs.

A pipe would kill Terraform in the middle of an apply when tierform dies; with a file it carries on and saves its state.
The log is locked by Terraform's own end of it, so the lock lasts exactly as long as Terraform lives, whatever
becomes of tierform, and tells later commands whether a run is still under way.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, BinaryIO

from generator.terraform.errors import TerraformError

INTERVAL = 0.05  # seconds between two looks at the log
PATIENCE = 1.0  # seconds to wait for the log: a Terraform that has just ended, another command's glance at it
LARGE = 16 * 1024 * 1024  # bytes after which a new log is begun
FORWARDED = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended.

    `code` is its exit code (negative: the signal that killed it), `stops` how often it was told to stop, `failure`
    what a callback raised meanwhile.
    """

    code: int
    stops: int
    failure: BaseException | None


def open_log(path: Path, *, keep: bool) -> BinaryIO:
    """Open the log for appending and lock it; a large one is first put aside as NAME.1, unless `keep` is set.

    Raises TerraformError if a Terraform still writes to it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = _append(path)
    if os.fstat(handle.fileno()).st_size > LARGE and not keep:
        path.replace(path.with_name(f"{path.name}.1"))
        handle.close()
        handle = _append(path)
    return handle


def _append(path: Path) -> BinaryIO:
    handle = os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab", buffering=0)
    patience = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < patience:
                time.sleep(INTERVAL)
                continue
            handle.close()
            raise TerraformError(
                f"Terraform is at work here already (it writes to {path})",
                "wait until that run has ended, then try again",
            ) from None
        except OSError:  # a file system without locks: two runs at once are then only told by Terraform's state lock
            pass
        return handle


def in_use(path: Path) -> bool:
    """Say whether a Terraform still writes to the log `path`."""
    try:
        with path.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    log: Path,
    output: BinaryIO,
    on_line: Callable[[str], None],
    on_start: Callable[[int], None],
) -> Ended:
    """Run `command` in `folder`, both outputs going to `output` (the open, locked `log`); return when it has ended.

    `on_start` gets the process id, `on_line` each line of output as it comes. SIGINT and SIGTERM are handed on as
    SIGINT: at the first Terraform stops gracefully, at the second it aborts. Once a callback has raised, none is called
    any more, and Terraform goes on: a fault in showing progress is no reason to stop it half-way. Raises TerraformError
    if the process does not start.
    """
    start = os.fstat(output.fileno()).st_size
    failures: list[BaseException] = []
    with Stops() as stops:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,  # a Ctrl-C on the terminal reaches tierform alone, which hands it on
            )
        except OSError as error:
            raise TerraformError(
                f"{command[0]} does not start: {error.strerror}", "check the Terraform binary"
            ) from None
        finally:
            output.close()  # from here on only Terraform holds the lock
        stops.aim(process)
        _guarded(on_start, process.pid, failures)
        with log.open("rb") as reader:
            reader.seek(start)
            _follow(process, reader, on_line, failures)
    return Ended(process.returncode, stops.count, failures[0] if failures else None)


def _follow(
    process: subprocess.Popen[bytes], reader: BinaryIO, on_line: Callable[[str], None], failures: list[BaseException]
) -> None:
    ended = threading.Event()

    def watch() -> None:
        process.wait()
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    rest = b""
    while True:
        last = ended.wait(INTERVAL)
        *lines, rest = (rest + reader.read()).split(b"\n")
        if last and rest:
            lines.append(rest)
        for line in lines:
            _guarded(on_line, line.decode(errors="replace"), failures)
        if last:
            return


def _guarded(function: Callable[[Any], None], argument: Any, failures: list[BaseException]) -> None:
    if not failures:
        try:
            function(argument)
        except BaseException as error:
            failures.append(error)


class Stops:
    """While entered, counts SIGINT and SIGTERM and hands each on to the process it is aimed at."""

    def __init__(self) -> None:
        self.count = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Stops:
        if threading.current_thread() is threading.main_thread():  # Python takes signals nowhere else
            self.previous = {number: signal.signal(number, self._take) for number in FORWARDED}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self.previous.items():
            signal.signal(number, handler)

    def aim(self, process: subprocess.Popen[bytes]) -> None:
        """Hand signals on to `process` from now on, beginning with one that came while it was being started."""
        self.process = process
        if self.count:
            process.send_signal(signal.SIGINT)

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)

"""Runs the reference application by Gunicorn on a free loopback port, and stops it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PATIENCE = 60  # seconds; machines that run a test suite are slow


@dataclass(frozen=True)
class Server:
    """A running application; `pid` is Gunicorn's first process, the parent of its workers."""

    url: str
    pid: int
    workers: int


@contextmanager
def serve(workers: int = 2, threads: int = 1, port: int = 0) -> Iterator[Server]:
    """Run the application with so many worker processes; 1 thread each is Gunicorn's worker class `sync`."""
    with tempfile.TemporaryDirectory(prefix="reference-") as folder, socket.socket() as listener:
        environ = {
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "REFERENCE_DATABASE": str(Path(folder, "reference.sqlite3")),
        }
        subprocess.run([sys.executable, "-m", "tests.reference.prepare"], env=environ, check=True)
        # The socket is handed over: nobody can take the port in between.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        log = Path(folder, "gunicorn.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                _command(listener.fileno(), workers, threads, folder), env=environ, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, pass_fds=[listener.fileno()], start_new_session=True,
            )  # fmt: skip
        try:
            number = listener.getsockname()[1]
            _await(number, process, log)
            yield Server(f"http://127.0.0.1:{number}", process.pid, workers)
        finally:
            _stop(process)


def _command(handle: int, workers: int, threads: int, folder: str) -> list[str]:
    kind = ["--worker-class", "sync"] if threads == 1 else ["--worker-class", "gthread", "--threads", str(threads)]
    return [
        sys.executable, "-m", "gunicorn", "tests.reference.wsgi:application", "--bind", f"fd://{handle}", *kind,
        "--workers", str(workers), "--worker-tmp-dir", folder, "--timeout", "60", "--keep-alive", "75",
        "--graceful-timeout", "5", "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the application answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                connection.close()
                return
        time.sleep(0.05)
    raise RuntimeError(f"the reference application does not answer:\n{log.read_text(errors='replace')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the first process, which ends its workers; whatever stays is of its group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

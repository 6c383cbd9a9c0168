"""Ctrl-C and kill -9 on a tierform that applies: what Terraform does, what the state holds, what is known afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from generator.terraform import InterruptedRun, Terraform, interrupted_run
from tests.terraform.conftest import Make

SOURCE = Path(__file__).parents[2]
EMPTY_STATE = (
    b'{"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "x", "outputs": {}, "resources": []}'
)

SLEEP = """
resource "terraform_data" "first" {}

resource "terraform_data" "slow" {
  depends_on = [terraform_data.first]

  provisioner "local-exec" {
    command = "sleep %s"
  }
}
"""

# Terraform cuts a provisioner short at the first Ctrl-C; the read of a remote state it waits for.
READ = """
resource "terraform_data" "first" {}

data "terraform_remote_state" "slow" {
  backend    = "http"
  config     = { address = "%s" }
  depends_on = [terraform_data.first]
}
"""


class Gate:
    """A state server that answers when it is opened; `reached` is set at the first request."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                gate.reached.set()
                gate.opened.wait(60)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(EMPTY_STATE)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.opened.set()
    made.server.shutdown()
    made.server.server_close()


@contextmanager
def applying(terraform: Terraform) -> Iterator[subprocess.Popen[str]]:
    """Apply in a process group of its own, as a shell would start it; nothing of it is left in the end."""
    command = [sys.executable, "-m", "tests.terraform.drive", str(terraform.folder), str(terraform.binary.path)]
    with subprocess.Popen(
        command,
        cwd=SOURCE,
        env=terraform.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            run = interrupted_run(terraform.folder)
            if run and run.alive and run.pid:
                os.kill(run.pid, signal.SIGKILL)


def wait_for_line(process: subprocess.Popen[str], start: str) -> None:
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith(start):
            return
    raise AssertionError(f"no line {start!r} in: {''.join(seen)}")


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.05)


def last_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.read().splitlines()[-1]


def left(terraform: Terraform) -> InterruptedRun:
    run = interrupted_run(terraform.folder)
    assert run is not None
    return run


def state(terraform: Terraform) -> dict[str, str]:
    """Return the resources in the state file with their status (`tainted`, or nothing)."""
    content = json.loads((terraform.folder / "terraform.tfstate").read_text())
    return {item["name"]: item["instances"][0].get("status", "") for item in content["resources"] if item["instances"]}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_stops_terraform_gracefully(make: Make, number: signal.Signals) -> None:
    terraform = make(SLEEP % 60)
    with applying(terraform) as process:
        wait_for_line(process, "provision_start")
        process.send_signal(number)
        assert last_line(process) == "stopped handlers restored"
        assert process.wait() == 130
    assert state(terraform) == {"first": "", "slow": "tainted"}
    assert interrupted_run(terraform.folder) is None


def test_after_the_first_signal_what_is_in_flight_is_waited_for(make: Make, gate: Gate) -> None:
    terraform = make(READ % gate.address)
    with applying(terraform) as process:
        assert gate.reached.wait(30)
        process.send_signal(signal.SIGINT)
        wait_until(lambda: "Stopping operation" in terraform.log.read_text())
        assert process.poll() is None
        gate.opened.set()
        assert last_line(process) == "stopped handlers restored"
    assert "first" in state(terraform)


def test_the_second_signal_aborts(make: Make, gate: Gate) -> None:
    terraform = make(READ % gate.address)
    with applying(terraform) as process:
        assert gate.reached.wait(30)
        process.send_signal(signal.SIGINT)
        wait_until(lambda: "Stopping operation" in terraform.log.read_text())
        process.send_signal(signal.SIGINT)
        assert last_line(process) == "aborted handlers restored"
        assert process.wait() == 130
    assert not gate.opened.is_set()
    run = left(terraform)
    assert (run.alive, run.finished) == (False, False)


def test_terraform_carries_on_when_tierform_is_killed(make: Make) -> None:
    terraform = make(SLEEP % 2)
    with applying(terraform) as process:
        wait_for_line(process, "provision_start")
        process.kill()
        process.wait()
        run = left(terraform)
        assert run.alive
        assert run.in_flight == ["terraform_data.slow"]
        wait_until(lambda: not left(terraform).alive)
    assert state(terraform) == {"first": "", "slow": ""}
    run = left(terraform)
    assert (run.command, run.finished, run.in_flight) == ("apply", True, [])


def test_what_was_in_flight_is_known_when_everything_was_killed(make: Make) -> None:
    terraform = make(SLEEP % 60)
    with applying(terraform) as process:
        wait_for_line(process, "provision_start")
        process.kill()
        os.kill(left(terraform).pid, signal.SIGKILL)
        wait_until(lambda: not left(terraform).alive)
    run = left(terraform)
    assert (run.command, run.finished, run.in_flight) == ("apply", False, ["terraform_data.slow"])
    assert (
        terraform.stream("apply", on_event=lambda event: None, auto_approve=True, target=["terraform_data.first"]) == 0
    )
    assert interrupted_run(terraform.folder) is None, "the next orderly apply replaces the marker"

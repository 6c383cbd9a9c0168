"""The process: started once, found again, never mistaken for another, never left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from generator.emulator import Emulator, EmulatorError, lifecycle, reset, running, start, stop
from generator.emulator.record import Record, read_record, record_file

ROOT = Path(__file__).parents[2]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "build" / ".emulator"
    yield path
    stop(path)


def test_start_is_found_again_and_reused(directory: Path) -> None:
    assert running(directory) is None
    first = start(directory)
    assert first.endpoint == f"http://127.0.0.1:{first.port}"
    assert running(directory) == first
    assert start(directory) == first
    assert not first.replaced
    assert os.getsid(first.pid) == first.pid


def test_stop_ends_the_process(directory: Path) -> None:
    pid = start(directory).pid
    assert stop(directory)
    assert until(lambda: not alive(pid))
    assert running(directory) is None
    assert not record_file(directory).exists()
    assert not stop(directory)


def test_stop_without_a_directory_makes_none(tmp_path: Path) -> None:
    assert not stop(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_crash_is_seen_and_a_restart_is_another_instance(directory: Path) -> None:
    first = start(directory)
    os.kill(first.pid, signal.SIGKILL)
    assert until(lambda: running(directory) is None)
    second = start(directory)
    assert second.instance_id != first.instance_id


def test_the_terminal_does_not_interrupt_it(directory: Path) -> None:
    emulator = start(directory)
    os.kill(emulator.pid, signal.SIGINT)
    time.sleep(0.3)
    assert running(directory) == emulator


def test_two_commands_at_once_start_one(directory: Path) -> None:
    code = "import sys, pathlib, generator.emulator as e; print(e.start(pathlib.Path(sys.argv[1])).instance_id)"
    command = [sys.executable, "-c", code, str(directory)]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = {process.communicate(timeout=90)[0].strip() for process in both}
    found = running(directory)
    assert found is not None
    assert answers == {found.instance_id}


def test_an_emulator_of_older_code_is_replaced(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = start(directory)
    monkeypatch.setattr(lifecycle, "source_digest", lambda: "newer")
    new = start(directory)
    assert new.replaced
    assert new.instance_id != old.instance_id
    assert until(lambda: not alive(old.pid))


class Stranger(BaseHTTPRequestHandler):
    """Another program that has got the recorded port: even one that answers the same path."""

    def do_GET(self) -> None:
        body = json.dumps({"instance_id": "another"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stranger() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_recycled_pid_and_port_are_not_mistaken(directory: Path, stranger: int) -> None:
    with subprocess.Popen(["sleep", "60"]) as innocent:
        Record(innocent.pid, stranger, "gone", "0", "0").write(directory)
        assert running(directory) is None
        assert not stop(directory)
        Record(innocent.pid, stranger, "gone", "0", "0").write(directory)
        emulator = start(directory)
        assert emulator.port != stranger
        assert innocent.poll() is None
        innocent.kill()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": "x"}'])
def test_a_record_that_cannot_be_read_is_no_record(tmp_path: Path, content: str) -> None:
    record_file(tmp_path).write_text(content)
    assert read_record(tmp_path) is None
    assert running(tmp_path) is None


def test_it_ends_when_its_directory_is_deleted(tmp_path: Path) -> None:
    emulator = start(tmp_path / "checkout")
    shutil.rmtree(tmp_path / "checkout")
    assert until(lambda: not alive(emulator.pid))


def test_it_ends_when_nobody_calls(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIERFORM_EMULATOR_IDLE_SECONDS", "0.5")
    emulator = start(directory)
    assert until(lambda: not alive(emulator.pid))
    assert "no call for" in (directory / "emulator.log").read_text()


def test_a_failed_start_shows_the_log(directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no module named moto >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(EmulatorError, match=r"ended with code 3\n  no module named moto"):
        start(directory)


def test_a_reset_that_is_not_answered_fails(directory: Path) -> None:
    emulator = start(directory)
    stop(directory)
    with pytest.raises(EmulatorError, match="does not answer"):
        reset(emulator)


def test_environment_keeps_the_users_own_profile_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.example.com")
    environment = Emulator(1, 4711, "id", "1").environment("eu-west-1")
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4711"
    assert environment["AWS_ENDPOINT_URL_S3"] == "http://127.0.0.1:4711"
    assert environment["AWS_REGION"] == "eu-west-1"
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert environment["AWS_PROFILE"] == ""


def test_commands_do_not_pay_for_heavy_imports() -> None:
    code = (
        "import sys, generator.emulator; print({'moto', 'boto3', 'botocore', 'werkzeug', 'flask'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

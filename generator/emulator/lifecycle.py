"""Start, find and stop the emulator's process. Imports nothing heavy: every command passes here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.diagnostics import UserError
from generator.emulator.record import HOST, SOURCE, locked, log_file, read_record, record_file, source_digest

START_SECONDS = 60.0
STOP_SECONDS = 10.0
ANSWER_SECONDS = 10.0  # long: one that is busy must not be taken for dead
LOG_LINES = 20
PACKAGE = SOURCE.parents[1]

# A proxy in the environment must not be asked for this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class EmulatorError(UserError):
    """The emulator does not start, stop or answer; the message ends with its log's last lines."""

    exit_code = 1


@dataclass(frozen=True)
class Emulator:
    """A running emulator.

    `instance_id` changes with every start: what Terraform's state says is only true for the instance that it was
    applied on. `replaced` says that this start ended an emulator of older code, and with it all that it held.
    """

    pid: int
    port: int
    instance_id: str
    version: str
    replaced: bool = field(default=False, compare=False)

    @property
    def endpoint(self) -> str:
        """Return the URL that stands for every AWS service."""
        return f"http://{HOST}:{self.port}"

    def environment(self, region: str) -> dict[str, str]:
        """Return the variables that lead Terraform and AWS SDKs here, whatever the user's own profile says."""
        own = {name: self.endpoint for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")}
        return {
            **own,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_SESSION_TOKEN": "",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_USE_FIPS_ENDPOINT": "false",
            "AWS_USE_DUALSTACK_ENDPOINT": "false",
            # An empty name means "default", and the empty files hold no such profile.
            "AWS_PROFILE": "",
            "AWS_DEFAULT_PROFILE": "",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def inventory(self) -> dict[str, Any]:
        """Return what exists: `resources` and `retained`, by type, and the services that this `covers`."""
        return dict(_ask(self.port, "inventory"))

    def unsupported(self) -> list[dict[str, Any]]:
        """Return the operations that were asked for and refused: service, operation, count."""
        return list(_ask(self.port, "unsupported"))


def start(directory: Path) -> Emulator:
    """Return the emulator of this folder, started if it does not run or runs older code.

    Raises EmulatorError with the end of the log if it does not come up.
    """
    with locked(directory):
        found = _find(directory)
        if found is not None and found[1] == source_digest():
            return found[0]
        if found is not None:
            _end(found[0], directory)
        return _spawn(directory, replaced=found is not None)


def running(directory: Path) -> Emulator | None:
    """Return the emulator recorded in this folder, if that very instance answers."""
    found = _find(directory)
    return found[0] if found else None


def stop(directory: Path) -> bool:
    """End the emulator of this folder; return whether one ran. Raises EmulatorError if it does not end."""
    if not directory.is_dir():
        return False
    with locked(directory):
        found = _find(directory)
        if found is not None:
            _end(found[0], directory)
        record_file(directory).unlink(missing_ok=True)
        return found is not None


def reset(emulator: Emulator) -> None:
    """Delete everything that exists in the emulator. Raises EmulatorError if it does not answer."""
    _ask(emulator.port, "reset", method="POST")


def _find(directory: Path) -> tuple[Emulator, str] | None:
    """Return the recorded emulator and the digest of its code, if the recorded instance answers."""
    record = read_record(directory)
    if record is None:
        return None
    try:
        health = _ask(record.port, "health")
    except EmulatorError:
        return None
    if not isinstance(health, Mapping) or health.get("instance_id") != record.instance_id:
        return None  # another process has got the port
    return Emulator(record.pid, record.port, record.instance_id, record.version), str(health.get("source"))


def _ask(port: int, path: str, method: str = "GET") -> Any:
    request = urllib.request.Request(f"http://{HOST}:{port}/_tierform/{path}", method=method)
    try:
        with _OPENER.open(request, timeout=ANSWER_SECONDS) as answer:
            return json.load(answer)
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise EmulatorError(f"the emulator does not answer on port {port}: {error}") from None


def _spawn(directory: Path, *, replaced: bool) -> Emulator:
    record_file(directory).unlink(missing_ok=True)
    with log_file(directory).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "generator.emulator.server", str(directory.resolve())],
            cwd="/",  # the folder that the caller stands in may be deleted
            env=_server_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = _find(directory)
        if found is not None:
            threading.Thread(target=process.wait, daemon=True).start()  # else it would end as a zombie
            emulator, _ = found
            return Emulator(emulator.pid, emulator.port, emulator.instance_id, emulator.version, replaced)
        if process.poll() is not None:
            raise EmulatorError(_with_log(f"the emulator ended with code {process.returncode}", directory))
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise EmulatorError(_with_log(f"the emulator did not answer within {START_SECONDS:.0f} s", directory))


def _server_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the server's environment: nothing of AWS or moto from the user's, and the path of this package."""
    kept = {name: value for name, value in environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    return {**kept, "PYTHONPATH": str(PACKAGE), "PYTHONUNBUFFERED": "1"}


def _end(emulator: Emulator, directory: Path) -> None:
    try:
        os.kill(emulator.pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise EmulatorError(f"the emulator with pid {emulator.pid} belongs to another user") from error
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if _find(directory) is None:
            return
        time.sleep(0.02)
    raise EmulatorError(_with_log(f"the emulator with pid {emulator.pid} did not end", directory))


def _with_log(message: str, directory: Path) -> str:
    try:
        lines = log_file(directory).read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    except OSError:
        lines = []
    return "\n".join([message, *(f"  {line}" for line in lines)])

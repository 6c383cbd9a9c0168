"""The emulator's process: `python -m generator.emulator.server DIRECTORY`."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import uuid
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

from generator import __version__
from generator.emulator.record import HOST, Record, read_record, source_digest

IDLE_SECONDS = 12 * 3600.0
WATCH_SECONDS = 1.0
SETTINGS = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_ACM_VALIDATION_WAIT": "1",  # seconds; real validation is awaited by Terraform, which polls
}


def log(line: str) -> None:
    """Write one line with the time (UTC) to the log."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {line}\n")


def main(directory: Path) -> int:
    """Serve until told to end, until the directory or its record is gone, or until nobody called for long."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's: meant for the command in front
    os.environ.update(SETTINGS)
    warnings.simplefilter("ignore")
    # What only this process needs, and what is slow to import, comes after the settings that moto reads once.
    from moto.moto_server.werkzeug_app import MotoRequestHandler  # noqa: PLC0415
    from werkzeug.serving import make_server  # noqa: PLC0415

    from generator.emulator.gateway import Gateway  # noqa: PLC0415

    class Quiet(MotoRequestHandler):
        """Handle requests without a line for each: SDKs poll.

        A connection for each call: kept alive, some answers were lost, and the SDK repeated a call that was done.
        """

        protocol_version = "HTTP/1.0"

        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
            """Write faults only."""
            if type == "error":
                log(message % args if args else message)

    identity = {"instance_id": str(uuid.uuid4()), "version": __version__, "source": source_digest()}
    gateway = Gateway({**identity, "pid": os.getpid()}, log, trace=bool(os.environ.get("TIERFORM_EMULATOR_TRACE")))
    server = make_server(HOST, 0, gateway, threaded=True, request_handler=Quiet)
    server.log = lambda _kind, message, *args: log(message % args if args else message)  # type: ignore[method-assign]
    server.daemon_threads = True  # type: ignore[attr-defined] # a kept-alive connection must not delay the end
    record = Record(pid=os.getpid(), port=server.port, **identity)
    signal.signal(signal.SIGTERM, lambda *_: _end(server, "told to end"))
    record.write(directory)
    threading.Thread(target=_watch, args=(server, gateway, directory, record), daemon=True).start()
    log(f"serving on port {record.port}: {asdict(record)}")
    server.serve_forever(poll_interval=0.1)
    return 0


def _end(server: Any, reason: str) -> None:
    log(reason)
    # shutdown() waits for the loop, which runs in the thread that this handler has interrupted.
    threading.Thread(target=server.shutdown, daemon=True).start()


def _watch(server: Any, gateway: Any, directory: Path, record: Record) -> None:
    """End the server that nobody can find or nobody uses: none is left behind by a deleted folder."""
    idle = float(os.environ.get("TIERFORM_EMULATOR_IDLE_SECONDS") or IDLE_SECONDS)
    while True:
        time.sleep(min(WATCH_SECONDS, idle))
        found = read_record(directory)
        if found is None or found.instance_id != record.instance_id:
            return _end(server, "the record is gone")
        if time.monotonic() - gateway.last_call > idle:
            return _end(server, f"no call for {idle:.0f} s")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

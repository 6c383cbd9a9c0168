"""Runs the application until it is interrupted: `python -m tests.reference [--workers 2] [--threads 1] [--port 0]`."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import suppress

from tests.reference.server import serve


def main() -> None:
    """Print where the application is, then wait."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt), serve(given.workers, given.threads, given.port) as server:
        print(f"{server.url}  pid {server.pid}  {server.workers} workers", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()

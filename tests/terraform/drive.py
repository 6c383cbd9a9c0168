"""Apply a root module as tierform does, in a process of its own that tests can send signals to.

Prints each event's type and resource; its last line says how it ended and whether the signal handlers are back.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from generator.terraform import Binary, Event, Interrupted, Terraform


def show(event: Event | str) -> None:
    if isinstance(event, dict):
        print(event["type"], event.get("hook", {}).get("resource", {}).get("addr", ""), flush=True)


def main(folder: Path, binary: str) -> int:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    terraform = Terraform(Binary(Path(binary), "", ""), folder, os.environ, folder / ".tierform" / "terraform.log")
    try:
        end, code = "ended", terraform.stream("apply", on_event=show, auto_approve=True)
    except Interrupted as error:
        end, code = "aborted" if error.aborted else "stopped", error.exit_code
    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    print(end, "handlers restored" if before == after else "handlers lost", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))

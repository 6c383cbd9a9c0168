"""Work on several files at once, in forked processes that share what has been imported."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from typing import Any

Work = Callable[[str], dict[str, Any]]


def in_parallel(work: Work, files: list[str]) -> list[dict[str, Any]]:
    """Return what `work` makes of each file, in order, one on each CPU at a time; raises ValueError if one dies."""
    results = []
    waiting = list(files)
    while waiting:
        batch, waiting = waiting[: os.cpu_count() or 1], waiting[os.cpu_count() or 1 :]
        children = [_forked(work, file) for file in batch[1:]]
        results.append(work(batch[0]))
        for child, pipe in children:
            with os.fdopen(pipe, "rb") as stream:
                content = stream.read()
            os.waitpid(child, 0)
            results.append(json.loads(content))
    return results


def _forked(work: Work, file: str) -> tuple[int, int]:
    """Start `work` in a child process; return its id and the pipe that its result comes from."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as stream:
            stream.write(json.dumps(work(file)).encode())
    except BaseException as error:
        logging.critical("%s: %s", type(error).__name__, error)
    finally:
        os._exit(0)

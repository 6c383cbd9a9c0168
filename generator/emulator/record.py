"""What lies in the emulator's folder: the record of the running process, its log and its lock."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from generator.atomic import write_atomically

HOST = "127.0.0.1"  # not localhost: the S3 client uses path-style addresses only for an IP address
SOURCE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Record:
    """A process that serves the emulator: `source` is the digest of the code that it runs."""

    pid: int
    port: int
    instance_id: str
    version: str
    source: str

    def write(self, directory: Path) -> None:
        """Put the record into the folder."""
        write_atomically(record_file(directory), json.dumps(asdict(self), indent=2).encode() + b"\n")


def record_file(directory: Path) -> Path:
    """Return the record's path."""
    return directory / "emulator.json"


def log_file(directory: Path) -> Path:
    """Return the log's path."""
    return directory / "emulator.log"


def read_record(directory: Path) -> Record | None:
    """Return the record of the folder; nothing if there is none or it cannot be read."""
    try:
        record = Record(**json.loads(record_file(directory).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return record if isinstance(record.pid, int) and isinstance(record.port, int) else None


@cache
def source_digest() -> str:
    """Return a digest of the emulator's code, to tell a process that was started by older code."""
    digest = hashlib.sha256()
    for path in sorted(SOURCE.rglob("*.py")):
        digest.update(path.relative_to(SOURCE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the folder's lock, so that of two commands only one starts or stops the emulator."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "emulator.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

"""Which database a query goes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings

_reads: ContextVar[str] = ContextVar("reads", default="default")


@contextmanager
def replica_reads() -> Iterator[None]:
    """Read from the replica, if there is one, inside the block or inside the function that this decorates.

    Only for lists and reports: the replica lags, so a request would not see what it has just written.
    """
    token = _reads.set("replica" if "replica" in settings.DATABASES else "default")
    try:
        yield
    finally:
        _reads.reset(token)


class ReplicaRouter:
    """Writes and migrations go to the primary, and reads too unless `replica_reads` says otherwise."""

    def db_for_read(self, model: Any, **hints: Any) -> str:  # noqa: ARG002 - Django's signature
        """Return the database to read from."""
        return _reads.get()

    def db_for_write(self, model: Any, **hints: Any) -> str:  # noqa: ARG002
        """Return the database to write to."""
        return "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:  # noqa: ARG002
        """Let objects of both meet: they are the same data."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:  # noqa: ARG002
        """Migrate the primary alone; PostgreSQL carries it to the replica."""
        return db == "default"

"""The reference application, run once for all measurements."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.reference.server import Server, serve


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serve(workers=2) as server:
        yield server

"""What the whole session shares: a build folder with its emulator, and each tier planned once by the real command."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[1]

# Jobs in the background are started with SIGINT ignored, and the commands under test would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    code: int
    out: str
    err: str


class Tierform:
    """Runs the real `tierform` command in the project, with a build folder of its own."""

    def __init__(self, build: Path, catalog: Path | None = None) -> None:
        self.build = build
        if catalog:
            (build / ".cache").mkdir(parents=True)
            shutil.copy2(catalog, build / ".cache" / "catalog.json")

    @property
    def environ(self) -> dict[str, str]:
        """Return the environment of the command: no settings of the person who runs the tests."""
        own = ("AWS_", "TF_VAR_", "MAKE", "ARGS")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(own)}
        return {**kept, "TIERFORM_BUILD": str(self.build), "PYTHONPATH": str(PROJECT), "COLUMNS": "120"}

    def __call__(self, *arguments: str, **environ: str) -> Ran:
        """Run `tierform ARGUMENTS` to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "generator", *arguments],
            cwd=PROJECT, env={**self.environ, **environ}, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str) -> Ran:
        """Run a command that must succeed."""
        ran = self(*arguments)
        assert ran.code == 0, f"tierform {' '.join(arguments)} ended with {ran.code}:\n{ran.out}\n{ran.err}"
        return ran


@contextmanager
def one_at_a_time(folder: Path, name: str) -> Iterator[Path]:
    """Hold a lock that the session's worker processes share; yield the file that marks the work as done."""
    with (folder / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder / f"{name}.done"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all worker processes of this session see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def catalog(tierform: Tierform, shared_folder: Path) -> Path:
    """Return the cache of the catalog, read once in a session: a build folder that has it need not read it again."""
    with one_at_a_time(shared_folder, "catalog") as done:
        if not done.exists():
            tierform.ok("explain", "tier1", "name")
            done.touch()
    return tierform.build / ".cache" / "catalog.json"


@pytest.fixture(scope="session")
def tierform(shared_folder: Path) -> Tierform:
    """Return the command on the build folder that the session shares: for what only reads or plans."""
    return Tierform(shared_folder / "build")


@dataclass(frozen=True)
class Planned:
    """A tier that `tierform plan` has rendered and planned: what it printed, and the root module that it left."""

    ran: Ran
    folder: Path


@pytest.fixture(scope="session")
def planned(tierform: Tierform, shared_folder: Path) -> Callable[[str], Planned]:
    """Return a function that plans a tier, given its name, once in a session."""

    def plan(tier: str) -> Planned:
        # One lock for all tiers: they share the build folder's emulator.
        with one_at_a_time(shared_folder, "plan"):
            done = shared_folder / f"{tier}.done"
            if not done.exists():
                done.write_text(json.dumps(vars(tierform.ok("plan", tier))))
            return Planned(Ran(**json.loads(done.read_text())), tierform.build / tier)

    return plan


@pytest.fixture(scope="session", params=["tier1", "tier2"])
def tier(request: pytest.FixtureRequest) -> str:
    """Return the name of each tier in turn."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def tier_planned(tier: str, planned: Callable[[str], Planned]) -> Planned:
    """Return each tier, planned."""
    return planned(tier)


@pytest.fixture(scope="session")
def tier_json(tier_planned: Planned) -> dict[str, Any]:
    """Return each tier's plan JSON."""
    return plan_json(tier_planned.folder)


@pytest.fixture(scope="session")
def tier1_ran(planned: Callable[[str], Planned]) -> Ran:
    """Return what `tierform plan tier1` printed."""
    return planned("tier1").ran


@pytest.fixture(scope="session")
def tier1_folder(planned: Callable[[str], Planned]) -> Path:
    """Return the rendered and planned root module of tier 1."""
    return planned("tier1").folder


@pytest.fixture(scope="session")
def tier1_json(tier1_folder: Path) -> dict[str, Any]:
    """Return tier 1's plan JSON."""
    return plan_json(tier1_folder)


def plan_json(folder: Path) -> dict[str, Any]:
    """Return the plan JSON of a planned root module."""
    content: dict[str, Any] = json.loads((folder / "plan.json").read_bytes())
    return content


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the emulator of the session's shared build folder when the last process ends."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    if "PYTEST_XDIST_WORKER" in os.environ or factory is None:
        return
    from generator.emulator import stop  # noqa: PLC0415

    stop(factory.getbasetemp() / "build" / ".emulator")

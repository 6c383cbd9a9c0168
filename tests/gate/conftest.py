"""Runs the gate: the real command, or with policies of a test's own; gives back what it said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from generator.gate.model import Verdict
from generator.project import Project
from generator.workflow.gate import Asked, gate
from tests.conftest import PROJECT, Ran, Tierform, one_at_a_time
from tests.modules.conftest import emulator, open_root  # noqa: F401 - fixtures of this folder, too


@dataclass(frozen=True)
class Gated:
    """A run of `tierform gate`: how it ended, and the verdict that it wrote as JSON, empty if it wrote none."""

    ran: Ran
    verdict: dict[str, Any] = field(default_factory=dict)

    def plan(self, file: Path) -> dict[str, Any]:
        """Return what it says of one plan."""
        [found] = [plan for plan in self.verdict["plans"] if plan["name"] == str(file)]
        return dict(found)

    def findings(self, file: Path, check: str = "") -> dict[str, dict[str, Any]]:
        """Return the findings of a plan, or of one check of it, by address."""
        return {
            finding["address"]: finding for finding in self.plan(file)["findings"] if check in ("", finding["check"])
        }


@pytest.fixture(scope="session")
def gated(tierform: Tierform, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Gated]:
    """Return a function (files, arguments) -> `tierform gate`, run over files."""

    def run(*arguments: str | Path, **environ: str) -> Gated:
        report = tmp_path_factory.mktemp("verdict") / "verdict.json"
        ran = tierform("gate", *map(str, arguments), "--json", str(report), **environ)
        return Gated(ran, json.loads(report.read_text()) if report.exists() else {})

    return run


# A policy that is content with every load balancer; tests break it in the ways that policies break.
CONTENT = """\
from generator.policy import Severity, accepted, policy


@policy(
    id="TIER_AWS_901",
    title="Load balancers are judged",
    severity=Severity.LOW,
    why="It stands for any policy.",
    remedy="leave it",
    source="https://docs.aws.amazon.com/",
    resources=["aws_lb"],
    unknown=accepted("it reads no value"),
)
def judged(balancer):
    return []
"""


@pytest.fixture
def with_policies(tmp_path: Path) -> Callable[..., Verdict]:
    """Return a function (plans, file name -> text) -> verdict by two of our policies, with these files beside them."""

    def run(
        plans: list[Path],
        files: dict[str, str],
        ours: tuple[str, ...] = ("internal_load_balancer.py", "cache_users.yaml"),
    ) -> Verdict:
        folder = tmp_path / "policies"
        folder.mkdir()
        for name in ours:
            shutil.copy(PROJECT / "policies" / name, folder)
        for name, text in files.items():
            (folder / name).write_text(text)
        project = Project(PROJECT / "modules", PROJECT / "blueprints", folder, tmp_path / "build")
        return gate([Asked(plan) for plan in plans], project)

    return run


CARELESS = """\
extends: tier1
components:
  database:
    inputs:
      multi_az: false
"""


@dataclass(frozen=True)
class Careless:
    """A blueprint that a policy rejects: its text, its file, its root module, and what `tierform plan` said of it."""

    text: str
    blueprint: str
    folder: Path
    ran: Ran


@pytest.fixture(scope="session")
def careless(tierform: Tierform, catalog: Path, shared_folder: Path) -> Careless:
    """Return tier 1 without a standby database, planned once in a session."""
    file = shared_folder / "careless.yaml"
    with one_at_a_time(shared_folder, "plan"):
        done = shared_folder / "careless.done"
        if not done.exists():
            file.write_text(CARELESS)
            done.write_text(json.dumps(vars(tierform("plan", str(file)))))
        return Careless(CARELESS, str(file), tierform.build / "careless", Ran(**json.loads(done.read_text())))

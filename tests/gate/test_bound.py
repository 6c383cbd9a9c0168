"""What is applied is the plan that passed the gate, once: any change to it or to what it was judged by ends that."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator.blueprint.budget import Budget
from generator.blueprint.document import parse
from generator.blueprint.traffic import Traffic
from generator.emulator import running
from generator.gate.model import Check, Finding, PlanVerdict
from generator.project import Project, find_project
from generator.workflow import record
from generator.workflow.deployment import Deployment, composed
from generator.workflow.gate import basis
from generator.workflow.target import Target, on_emulator
from tests.conftest import PROJECT, Tierform, one_at_a_time
from tests.gate.conftest import Careless

SMALL = """\
name: bound
region: eu-west-1
account_id: "111122223333"
tags: {application: bound}
waivers:
  rotation:
    check: CKV2_AWS_57
    address: module.secrets.*
    reason: A token that is tried out and thrown away.
    owner: tests
    expires: "2999-12-31"
components:
  secrets:
    module: secrets
    inputs:
      name: bound
      recovery_window_days: 7
      kms_key_arn: arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555
      secrets:
        token: {description: Signs tokens, generate: {length: 40}}
"""


def test_a_plan_with_a_finding_is_shown_and_cannot_be_applied(careless: Careless) -> None:
    assert careless.ran.code == 1
    assert "TIER_AWS_061" in careless.ran.out
    assert "It cannot be applied: the gate does not let it through." in careless.ran.out
    assert "Next:" not in careless.ran.out
    assert not (careless.folder / record.NAME).exists()


def test_apply_refuses_a_plan_with_a_finding_and_applies_nothing(
    careless: Careless, tierform: Tierform, shared_folder: Path
) -> None:
    with one_at_a_time(shared_folder, "plan"):
        ran = tierform("apply", careless.blueprint)
    assert ran.code == 1
    assert "Applying the plan that was shown" not in ran.out
    assert "TIER_AWS_061" in ran.out
    assert "error: nothing was applied: the plan did not pass the gate" in ran.err
    assert not list(careless.folder.rglob("*.tfstate"))
    log = (careless.folder / ".tierform" / "terraform.log").read_text()
    assert set(re.findall(r'"action":"(\w+)"},"type":"apply_start"', log)) <= {"read"}
    assert not (careless.folder / record.NAME).exists()


@pytest.fixture
def small(tmp_path: Path, catalog: Path) -> Iterator[Tierform]:
    """Yield the command with a build folder of its own, and the blueprint above; its emulator ends with the test."""
    command = Tierform(tmp_path / "build", catalog)
    (tmp_path / "bound.yaml").write_text(SMALL)
    yield command
    command("emulator", "stop")


def test_the_record_is_gone_once_the_apply_starts(small: Tierform, tmp_path: Path) -> None:
    blueprint, own = str(tmp_path / "bound.yaml"), small.build / "bound" / ".tierform"
    small.ok("plan", blueprint)
    assert (small.build / "bound" / record.NAME).exists()
    apply = subprocess.Popen(
        [sys.executable, "-m", "generator", "apply", blueprint],
        cwd=PROJECT, env=small.environ, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while not (own / "running-local.json").exists():
        assert apply.poll() is None, "the apply was never seen to run"
        assert time.monotonic() < end
        time.sleep(0.005)
    assert not (small.build / "bound" / record.NAME).exists()
    assert "Applying the plan that was shown" in apply.communicate()[0]
    assert apply.returncode == 0
    assert not (small.build / "bound" / record.NAME).exists()


# What follows looks at records, in copies of tier 1's folder.


@pytest.fixture
def project(tierform: Tierform, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return the project as the command sees it."""
    monkeypatch.chdir(PROJECT)
    return find_project({**os.environ, "TIERFORM_BUILD": str(tierform.build)})


@pytest.fixture
def target(tier1_folder: Path, project: Project) -> Target:
    """Return the session's emulator as the command sees it."""
    emulator = running(project.emulator)
    assert emulator is not None
    return on_emulator({}, emulator.instance_id)


@pytest.fixture
def shown(tier1_folder: Path, project: Project, tmp_path: Path) -> Deployment:
    """Return tier 1 as `tierform plan` left it, in a copy of its folder."""
    copied = tmp_path / "tier1"
    shutil.copytree(tier1_folder, copied, ignore=shutil.ignore_patterns(".terraform", "modules"))
    return replace(composed("tier1", project), folder=copied)


@pytest.fixture
def deployment(shown: Deployment, project: Project, target: Target) -> Deployment:
    """Return tier 1, recorded as passed by the policies as they are now."""
    record.remember(shown, target, basis(shown, project), passed(shown))
    return shown


def passed(deployment: Deployment) -> PlanVerdict:
    """Return the verdict that the plan in a folder has passed."""
    return PlanVerdict("plan.json", "tier1", hashlib.sha256(deployment.plan_json.read_bytes()).hexdigest(), 180)


def test_the_plan_that_passed_may_be_applied(shown: Deployment, project: Project, target: Target) -> None:
    assert record.still_valid(shown, target, basis(shown, project))
    record.forget(shown)
    assert not record.still_valid(shown, target, basis(shown, project))
    record.forget(shown)


@pytest.mark.parametrize("file", ["plan.json", "plan.tfplan", ".tierform/manifest.json", record.NAME])
def test_a_changed_file_ends_it(file: str, deployment: Deployment, project: Project, target: Target) -> None:
    valid = (deployment.folder / file).read_bytes()
    (deployment.folder / file).write_bytes(valid + b"\n ")
    changed = record.still_valid(deployment, target, basis(deployment, project))
    # The record itself is JSON: a blank at its end changes nothing.
    assert changed == (file == record.NAME)
    (deployment.folder / file).unlink()
    assert not record.still_valid(deployment, target, basis(deployment, project))
    (deployment.folder / file).write_bytes(valid)
    assert record.still_valid(deployment, target, basis(deployment, project))


def test_a_broken_record_ends_it(deployment: Deployment, project: Project, target: Target) -> None:
    shown = deployment.folder / record.NAME
    for text in ("", "{", "[]", "{}", json.dumps({**json.loads(shown.read_text()), "basis": ""})):
        shown.write_text(text)
        assert not record.still_valid(deployment, target, basis(deployment, project))


def test_another_target_ends_it(deployment: Deployment, project: Project, target: Target) -> None:
    judged_by = basis(deployment, project)
    assert not record.still_valid(deployment, replace(target, emulator_id="another"), judged_by)
    assert not record.still_valid(deployment, Target("aws", "default", {}), judged_by)


def append(file: Path) -> None:
    file.write_text(file.read_text() + "\n")


POLICY_CHANGES: dict[str, Callable[[Path], object]] = {
    "a Python policy changed": lambda folder: append(folder / "internal_load_balancer.py"),
    "a YAML policy changed": lambda folder: append(folder / "cache_users.yaml"),
    "a policy gone": lambda folder: (folder / "internal_load_balancer.py").unlink(),
    "a policy more": lambda folder: (folder / "zzz.py").write_text(""),
    "a policy renamed": lambda folder: (folder / "cache_users.yaml").rename(folder / "users.yaml"),
    "all gone": shutil.rmtree,
}


@pytest.mark.parametrize("name", POLICY_CHANGES)
def test_a_changed_policy_ends_it(
    name: str, deployment: Deployment, project: Project, target: Target, tmp_path: Path
) -> None:
    policies = tmp_path / "policies"
    shutil.copytree(project.policies, policies, ignore=shutil.ignore_patterns("__pycache__"))
    own = replace(project, policies=policies)
    assert record.still_valid(deployment, target, basis(deployment, own))
    POLICY_CHANGES[name](policies)
    assert not record.still_valid(deployment, target, basis(deployment, own))


@pytest.mark.parametrize(
    "change",
    [
        {"address": "*"},
        {"reason": "Another one."},
        {"owner": "somebody"},
        {"expires": "2999-12-31"},
        {"check": "CKV_AWS_1"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_waiver_ends_it(
    change: dict[str, str], deployment: Deployment, project: Project, target: Target
) -> None:
    first, *others = deployment.composition.blueprint.all_waivers()
    for waivers in ((replace(first, **change), *others), tuple(others)):
        other = with_blueprint(deployment, waivers=waivers, components={})
        assert not record.still_valid(other, target, basis(other, project))


def test_a_changed_promise_ends_it(deployment: Deployment, project: Project, target: Target) -> None:
    objectives = parse("monthly_usd: 10000\np95_ms: 200", "a test")
    for change in ({"objectives": objectives}, {"budget": Budget("3yr")}, {"traffic": Traffic((1.0,) * 24, 0.5)}):
        other = with_blueprint(deployment, **change)
        assert not record.still_valid(other, target, basis(other, project))


def with_blueprint(deployment: Deployment, **change: Any) -> Deployment:
    composition = deployment.composition
    return replace(deployment, composition=replace(composition, blueprint=replace(composition.blueprint, **change)))


def test_a_waiver_that_has_expired_since_ends_it(
    deployment: Deployment, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(date):
        @classmethod
        def today(cls) -> date:
            return date(2999, 1, 1)

    before = basis(deployment, project)
    monkeypatch.setattr("generator.workflow.gate.date", Later)
    assert basis(deployment, project) != before


def test_only_a_pass_of_this_very_plan_is_recorded(deployment: Deployment, project: Project, target: Target) -> None:
    judged_by = basis(deployment, project)
    good = passed(deployment)
    finding = Finding(Check("TIER_AWS_001", "A title", "high"), "aws_lb.a", ("it is open",))
    for verdict in (
        replace(good, digest="0" * 64),
        replace(good, digest=""),
        replace(good, findings=(finding,)),
        replace(good, failures=("it cannot be read",)),
    ):
        record.forget(deployment)
        record.remember(deployment, target, judged_by, verdict)
        assert not (deployment.folder / record.NAME).exists()
    record.remember(deployment, target, judged_by, good)
    assert record.still_valid(deployment, target, judged_by)

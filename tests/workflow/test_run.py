"""Plan, apply and destroy by the real command, on some secrets or a key alone: fast, and enough to go wrong in every way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generator.diagnostics import UserError
from generator.workflow.run import confirm_destroy
from tests.conftest import PROJECT, Tierform

SECRETS = """\
name: small
region: eu-west-1
account_id: "111122223333"
tags: {application: small}
waivers:
  rotation:
    check: CKV2_AWS_57
    address: module.secrets.*
    reason: A token that is tried out and thrown away.
    owner: tests
    expires: "2099-12-31"
components:
  secrets:
    module: secrets
    inputs:
      name: small
      recovery_window_days: 7
      kms_key_arn: arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555
      secrets:
        token: {description: Signs tokens, generate: {length: 40}}
"""
# Making a key takes ten seconds: time to be killed.
KEYS = """\
name: small
region: eu-west-1
tags: {application: small}
components:
  keys:
    module: kms
    inputs:
      name: small
      keys:
        data: {description: Data}
"""


@pytest.fixture
def small(tmp_path: Path, catalog: Path):
    """Yield the command with a build folder and a blueprint of its own; its emulator ends with the test."""
    command = Tierform(tmp_path / "build", catalog)
    (tmp_path / "small.yaml").write_text(SECRETS)
    command.blueprint = str(tmp_path / "small.yaml")
    yield command
    command("emulator", "stop")


def test_the_plan_that_was_shown_is_applied_once_and_all_is_torn_down(small) -> None:
    shown = small.ok("plan", small.blueprint).out
    assert f"Next: tierform apply {small.blueprint}" in shown
    applied = small.ok("apply", small.blueprint).out
    assert "Applying the plan that was shown" in applied
    again = small.ok("apply", small.blueprint).out
    assert "Applying the plan that was shown" not in again
    assert "Nothing is to change." in again
    assert "destroyed." in small.ok("destroy", small.blueprint).out
    assert "Nothing is deployed." in small.ok("destroy", small.blueprint).out


def test_a_changed_blueprint_is_planned_anew_before_it_is_applied(small) -> None:
    small.ok("plan", small.blueprint)
    Path(small.blueprint).write_text(SECRETS + "        other: {description: A person fills it}\n")
    applied = small.ok("apply", small.blueprint).out
    assert "Applying the plan that was shown" not in applied
    assert "5 created." in applied
    small.ok("emulator", "stop")
    ran = small.ok("plan", small.blueprint)
    assert "the emulator is a new one and empty, so this starts afresh" in ran.err
    assert " to add." in ran.out
    assert list((small.build / "small").rglob("terraform.tfstate.stale"))


def test_kill_9_of_an_apply_is_noticed_and_recovered_from(small) -> None:
    Path(small.blueprint).write_text(KEYS)
    small.ok("plan", small.blueprint)
    apply = subprocess.Popen(
        [sys.executable, "-m", "generator", "apply", small.blueprint],
        cwd=PROJECT, env=small.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    own = small.build / "small" / ".tierform"
    until(lambda: (own / "running-local.json").exists() and '"apply_start"' in (own / "terraform.log").read_text())
    apply.kill()
    os.kill(json.loads((own / "running-local.json").read_text())["pid"], signal.SIGKILL)
    apply.wait()
    ran = small.ok("plan", small.blueprint)
    assert "was killed" in ran.err
    assert "the emulator is emptied and this starts afresh" in ran.err
    assert " to add." in ran.out
    assert "created." in small.ok("apply", small.blueprint).out
    assert "Nothing is to change." in small.ok("plan", small.blueprint).out


def until(condition, seconds: float = 60) -> None:
    """Wait for the condition; fail if it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_what_terraform_refuses_is_placed_in_the_blueprint(small) -> None:
    Path(small.blueprint).write_text(SECRETS.replace("days: 7", "days: 3"))
    ran = small("plan", small.blueprint)
    assert ran.code == 1
    assert "Invalid value for variable" in ran.err
    assert f"set at: {small.blueprint}:17:29" in ran.err
    assert "Traceback" not in ran.err
    assert not (small.build / "small" / "plan.tfplan").exists()


def test_a_real_account_needs_credentials(small, tmp_path: Path) -> None:
    ran = small("plan", small.blueprint, "--target", "aws", HOME=str(tmp_path), AWS_EC2_METADATA_DISABLED="true")
    assert ran.code == 2
    assert ran.err.startswith("error: TARGET=aws needs AWS credentials, and there are none\n  remedy: ")


def test_an_endpoint_that_is_not_aws_is_refused_for_a_real_account(small) -> None:
    ran = small("plan", small.blueprint, "--target", "aws", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert ran.code == 2
    assert "AWS_ENDPOINT_URL is set" in ran.err


def test_a_real_deployment_is_destroyed_only_by_its_name() -> None:
    confirm_destroy("campshub360", 180, "campshub360")
    with pytest.raises(UserError, match='nothing was destroyed: "campus" is not the name'):
        confirm_destroy("campshub360", 180, "campus")


def test_clean_removes_all_but_the_state_of_a_real_account(small) -> None:
    small.ok("render", small.blueprint)
    (small.build / "real").mkdir()
    state = '{"resources": [{"mode": "managed", "type": "a", "name": "b", "instances": [{"attributes": {}}]}]}'
    (small.build / "real" / "terraform.tfstate").write_text(state)
    ran = small.ok("clean")
    assert [place.name for place in small.build.iterdir()] == ["real"]
    assert "it holds the state of what runs in a real account" in ran.err


def test_render_check_tells_current_from_stale_and_shows_the_difference(small) -> None:
    assert small("render", small.blueprint, "--check").code == 2
    small.ok("render", small.blueprint)
    assert small("render", small.blueprint, "--check").code == 0
    Path(small.blueprint).write_text(SECRETS.replace("days: 7", "days: 8"))
    ran = small("render", small.blueprint, "--check")
    assert ran.code == 2
    assert "-  recovery_window_days = 7\n+  recovery_window_days = 8\n" in ran.out
    Path(small.blueprint).write_text("nonsense: [")
    assert small("render", small.blueprint, "--check").code == 1

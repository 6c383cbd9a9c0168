"""Real Terraform with the real provider: apply, no change on the next plan, an update in place, destroy, nothing left."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from generator.emulator import Emulator
from generator.terraform import find_terraform
from generator.terraform.lock import locked_providers
from generator.terraform.mirror import installation
from tests.emulator.conftest import REGION

MODULES = Path(__file__).parents[2] / "modules"
STACK = Path(__file__).with_name("stack.tf")
NASTY = """
[default]
region = ap-south-1
endpoint_url = http://127.0.0.1:1
[profile nasty]
role_arn = arn:aws:iam::999999999999:role/none
source_profile = default
"""


@pytest.fixture
def terraform(tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    """Terraform in a folder of its own, for a user whose own profile leads elsewhere."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "config").write_text(NASTY)
    monkeypatch.setenv("AWS_PROFILE", "nasty")
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.tf").write_text(STACK.read_text())
    # HOME is changed for AWS alone: the provider is found as the user's Terraform would find it.
    cache = tmp_path / "cache"
    binary = find_terraform(os.environ, cache)
    user = installation(os.environ, locked_providers(MODULES), binary.platform, cache)
    return Terraform(root, {**os.environ, **user, "HOME": str(home), **emulator.environment(REGION)})


class Terraform:
    """Runs commands in `root`."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root, self.environment = root, environment

    def __call__(self, *arguments: str, code: int = 0) -> str:
        command = ["terraform", *arguments, "-no-color"]
        done = subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout


def test_a_stack_lives(terraform: Terraform, emulator: Emulator) -> None:
    terraform("init", "-input=false")
    terraform("apply", "-auto-approve", "-input=false")
    made = emulator.inventory()["resources"]
    assert made["cloudwatch/CompositeAlarm"] == ["first-user-facing"]
    assert made["elasticache/CacheParameterGroup"] == ["first"]
    terraform("plan", "-detailed-exitcode", "-input=false")
    changed = ["-var", "comment=second"]
    assert "0 added, 7 changed, 0 destroyed" in terraform("apply", "-auto-approve", "-input=false", *changed)
    terraform("plan", "-detailed-exitcode", "-input=false", *changed)
    terraform("destroy", "-auto-approve", "-input=false", *changed)
    left = emulator.inventory()
    assert left["resources"] == {}
    assert list(left["retained"]) == ["kms/keys"]
    assert emulator.unsupported() == []

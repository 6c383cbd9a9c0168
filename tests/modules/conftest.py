"""Plan one module by itself, with real Terraform and the real provider, against the emulator."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tftest

from generator.emulator import Emulator, start
from generator.terraform import Event, Terraform, ensure_init, find_terraform
from tests.conftest import PROJECT

MODULES = PROJECT / "modules"
REGION = "us-east-1"


def wrapper(module: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON root module that calls `module` alone, with the provider aliases that it asks for."""
    versions = (MODULES / module / "versions.tf").read_text()
    aliases = re.findall(r"aws\.(\w+)", versions)
    providers: list[dict[str, Any]] = [{"region": REGION, "default_tags": {"tags": {"managed-by": "tierform"}}}]
    providers += [{"alias": alias, "region": alias.replace("_", "-")} for alias in aliases]
    call = {"source": f"./modules/{module}", **inputs}
    call["providers"] = {"aws": "aws"} | {f"aws.{alias}": f"aws.{alias}" for alias in aliases}
    return {
        "provider": {"aws": providers},
        "module": {"this": call},
        "output": {"this": {"value": "${module.this}", "sensitive": True}},
    }


@pytest.fixture(scope="session")
def emulator(shared_folder: Path) -> Emulator:
    """Return the session's emulator."""
    return start(shared_folder / "build" / ".emulator")


@pytest.fixture(scope="session")
def open_root(emulator: Emulator, shared_folder: Path) -> Callable[[Path], Terraform]:
    """Return a function (folder) -> Terraform in it, initialised, on the emulator."""
    cache = shared_folder / "build" / ".cache"

    def opened(root: Path) -> Terraform:
        shutil.copy2(MODULES / ".terraform.lock.hcl", root)
        environ = {**os.environ, **emulator.environment(REGION)}
        terraform = Terraform(find_terraform(os.environ, cache), root, environ, root / "terraform.log")
        run(terraform, "init", cache)
        return terraform

    return opened


def run(terraform: Terraform, command: str, cache: Path, **flags: Any) -> None:
    """Run a command; fail with Terraform's errors, and at any warning."""
    said: list[str] = []

    def listen(event: Event | str) -> None:
        if isinstance(event, dict) and "diagnostic" in event:
            item = event["diagnostic"]
            said.append(f"{item['severity']}: {item['summary']}\n{item.get('detail', '')}")

    if command == "init":
        code = ensure_init(terraform, os.environ, cache, listen).code
    else:
        code = terraform.stream(command, on_event=listen, **flags)
    if code or said:
        raise AssertionError(f"terraform {command} failed ({code}):\n" + "\n".join(said))


@pytest.fixture(scope="session")
def plan_module(
    tmp_path_factory: pytest.TempPathFactory, open_root: Callable[[Path], Terraform], shared_folder: Path
) -> Callable[..., tftest.TerraformPlanOutput]:
    """Return a function (module name, inputs) -> tftest plan; equal calls share one plan."""
    plans: dict[str, tftest.TerraformPlanOutput] = {}

    def plan(module: str, **inputs: Any) -> tftest.TerraformPlanOutput:
        document = json.dumps(wrapper(module, inputs), sort_keys=True)
        if document not in plans:
            root = tmp_path_factory.mktemp(module)
            (root / "main.tf.json").write_text(document)
            (root / "modules").symlink_to(MODULES)
            terraform = open_root(root)
            run(terraform, "plan", shared_folder, input=False, out="plan.tfplan")
            plans[document] = tftest.TerraformPlanOutput(terraform.capture("show", "plan.tfplan", json=True).json())
        return plans[document]

    return plan

"""Plan one module by itself, with real Terraform and the real provider, against the emulator."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tftest

MODULES = Path(__file__).parents[2] / "modules"
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
def plan_module(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tftest.TerraformPlanOutput]:
    """A function (module name, inputs) -> tftest plan; equal calls share one plan in a session."""
    plans: dict[str, tftest.TerraformPlanOutput] = {}

    def plan(module: str, **inputs: Any) -> tftest.TerraformPlanOutput:
        document = json.dumps(wrapper(module, inputs), sort_keys=True)
        if document not in plans:
            root = tmp_path_factory.mktemp(module)
            (root / "main.tf.json").write_text(document)
            (root / "modules").symlink_to(MODULES)
            plans[document] = tftest.TerraformPlanOutput(run_plan(root))
        return plans[document]

    return plan


def run_plan(root: Path) -> dict[str, Any]:
    """Initialise and plan `root`; return the plan JSON, or fail with what Terraform said."""
    for arguments in (["init", "-input=false"], ["plan", "-input=false", "-out=plan.tfplan"]):
        done = subprocess.run(
            ["terraform", *arguments, "-no-color"], cwd=root, env=os.environ, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise AssertionError(f"terraform {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        assert arguments[0] == "init" or "Warning:" not in done.stdout, done.stdout
    shown = subprocess.run(["terraform", "show", "-json", "plan.tfplan"], cwd=root, capture_output=True, check=True)
    result: dict[str, Any] = json.loads(shown.stdout)
    return result

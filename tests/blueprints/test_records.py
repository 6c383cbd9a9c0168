"""Records of what each tier is: the plan's inventory, and the rendered root module, byte for byte."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.blueprints.inventory import inventory
from tests.conftest import PROJECT, Planned, Tierform

RECORDS = PROJECT / "tests" / "blueprints"


def test_the_plan_is_the_one_that_is_recorded(tier: str, tier_json: dict[str, Any], tier_planned: Planned) -> None:
    record = RECORDS / f"{tier}.yaml"
    again = f"python -m tests.blueprints.inventory {tier_planned.folder}/plan.json > {record.relative_to(PROJECT)}"
    assert inventory(tier_json) == yaml.safe_load(record.read_text()), f"if that is meant, write it anew: {again}"


def rendered(folder: Path) -> dict[str, bytes]:
    """Return the files of a rendered root module, without the vendored modules (they are modules/, byte for byte)."""
    files = (file for file in folder.rglob("*") if file.is_file())
    names = {file.relative_to(folder).as_posix(): file for file in files}
    return {name: file.read_bytes() for name, file in names.items() if not name.startswith(("modules/", ".tierform/"))}


def test_the_root_module_is_the_one_that_is_recorded(tier: str, tmp_path: Path, catalog: Path) -> None:
    command = Tierform(tmp_path / "build", catalog)
    command.ok("render", tier)
    golden = RECORDS / "golden" / tier
    again = f"tierform render {tier}, then copy its files (not modules/) to {golden.relative_to(PROJECT)}"
    assert rendered(tmp_path / "build" / tier) == rendered(golden), f"if that is meant: {again}"


def test_vendored_modules_are_ours_byte_for_byte(tmp_path: Path, catalog: Path) -> None:
    command = Tierform(tmp_path / "build", catalog)
    command.ok("render", "tier1")
    vendored = tmp_path / "build" / "tier1" / "modules"
    for file in (file for file in vendored.rglob("*") if file.is_file()):
        assert file.read_bytes() == (PROJECT / "modules" / file.relative_to(vendored)).read_bytes()


def test_two_clones_on_different_days_render_the_same_bytes(tmp_path: Path) -> None:
    folders = []
    for name, seed, day in (("first", "1", "2020-02-29"), ("a/second place", "2", "2031-12-31")):
        clone = tmp_path / name
        for part in ("generator", "modules", "blueprints"):
            shutil.copytree(PROJECT / part, clone / part, ignore=shutil.ignore_patterns("__pycache__"))
        environ = {
            **os.environ,
            "PYTHONPATH": str(clone),
            "PYTHONHASHSEED": seed,
            "TZ": f"X{len(seed)}",
            "FAKETIME": day,
        }
        environ.pop("TIERFORM_BUILD", None)
        code = f"import time; time.time = lambda: {1e9 * int(seed)}; from generator.cli import main; main(['render', 'tier1'])"
        subprocess.run([sys.executable, "-P", "-c", code], cwd=clone, env=environ, check=True, capture_output=True)
        folders.append(clone / "build" / "tier1")
    first, second = (
        {f.relative_to(d): f.read_bytes() for d in [folder] for f in d.rglob("*") if f.is_file()} for folder in folders
    )
    assert first == second


def test_the_rendered_folder_is_formatted(tmp_path: Path, catalog: Path) -> None:
    command = Tierform(tmp_path / "build", catalog)
    command.ok("render", "tier1")
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-recursive", str(tmp_path / "build")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_terraform_plans_the_folder_without_tierform(tier1_folder: Path, tierform: Tierform, tmp_path: Path) -> None:
    """Eject: the root module is self-contained. It is copied elsewhere and planned by bare Terraform."""
    from generator.emulator import running  # noqa: PLC0415

    emulator = running(tierform.build / ".emulator")
    if emulator is None:
        pytest.fail("the session's emulator is gone")
    root = tmp_path / "elsewhere"
    shutil.copytree(
        tier1_folder, root, ignore=shutil.ignore_patterns(".tierform", "plan.*", ".terraform", "terraform.tfstate*")
    )
    config = next(tierform.build.rglob("*.tfrc"), None)
    environ = {**os.environ, **emulator.environment("us-east-1")}
    if config:
        environ["TF_CLI_CONFIG_FILE"] = str(config)
    for arguments in (["init", "-input=false"], ["plan", "-input=false", "-no-color", "-detailed-exitcode"]):
        done = subprocess.run(
            ["terraform", *arguments], cwd=root, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 2), done.stdout + done.stderr
    assert re.search(r"Plan: \d+ to add", done.stdout)

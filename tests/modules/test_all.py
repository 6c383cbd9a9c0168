"""What holds for every module: formatting, documents, a lock for every platform."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.catalog import Catalog, load_catalog
from generator.catalog.dependencies import REFERENCE
from generator.catalog.inference import STRINGS
from generator.docs import documents, stale
from generator.terraform import Terraform
from tests.conftest import PROJECT

MODULES = PROJECT / "modules"
NAMES = sorted(folder.name for folder in MODULES.iterdir() if (folder / "main.tf").is_file())
FILES = ("README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf")


@pytest.fixture(scope="module")
def interfaces(catalog: Path) -> Catalog:
    return load_catalog(MODULES, catalog)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory, open_root: Callable[[Path], Terraform]) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("schema")
    shutil.copy2(MODULES / "vpc" / "versions.tf", root)
    terraform = open_root(root)
    command = [str(terraform.binary.path), "providers", "schema", "-json"]
    done = subprocess.run(command, cwd=root, env=terraform.environ, capture_output=True, check=True)
    [provider] = json.loads(done.stdout)["provider_schemas"].values()
    return {**provider["resource_schemas"], **{f"data.{k}": v for k, v in provider["data_source_schemas"].items()}}


def test_modules_are_formatted() -> None:
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-recursive", str(MODULES)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_module_has_its_files(name: str) -> None:
    assert {file for file in FILES if not (MODULES / name / file).is_file()} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_module_is_planned_by_a_test_of_its_own(name: str) -> None:
    """Such a test fails at any warning of Terraform's, and covers what `terraform validate` would find."""
    text = (PROJECT / "tests" / "modules" / f"test_{name.replace('-', '_')}.py").read_text()
    assert f'plan_module("{name}"' in text or "plan_module(module" in text


def test_every_input_and_output_is_typed_and_described(interfaces: Catalog) -> None:
    bare = [
        f"{module.name}.{item.name}"
        for module in interfaces.modules.values()
        for item in (*module.inputs.values(), *module.outputs.values())
        if not item.description
    ]
    assert bare == []
    assert [m.name for m in interfaces.modules.values() if not {"name", "tags"} <= set(m.inputs)] == []


def test_generated_documents_are_as_the_code_says(interfaces: Catalog) -> None:
    wanted = documents(interfaces, PROJECT / "blueprints" / "blueprint.schema.json", PROJECT / "policies")
    assert stale(wanted) == [], "run `tierform docs`"


def test_attributes_whose_name_says_string_are_strings(schema: dict[str, Any]) -> None:
    """The catalog infers an output's type from such names: the provider's schema must bear it out."""
    checked = 0
    for file in MODULES.rglob("outputs.tf"):
        for resource, _name, attribute in re.findall(
            r"\b((?:data\.)?aws_\w+)\.(\w+)(?:\[[^\]]+\])?\.(\w+)", file.read_text()
        ):
            if STRINGS.match(attribute):
                assert schema[resource]["block"]["attributes"][attribute]["type"] == "string", f"{resource}.{attribute}"
                checked += 1
    assert checked > 30
    assert REFERENCE.findall("aws_vpc.this.id")


def test_no_module_uses_what_the_provider_calls_deprecated(schema: dict[str, Any]) -> None:
    found = []
    for file in sorted(MODULES.rglob("*.tf")):
        for kind, body in re.findall(
            r'^resource "(\w+)" "\w+" \{\n(.*?)^\}', file.read_text(), re.MULTILINE | re.DOTALL
        ):
            attributes = schema[kind]["block"]["attributes"]
            found += [
                f"{file.parent.name}: {kind}.{name}"
                for name in re.findall(r"^  (\w+)\s+=", body, re.MULTILINE)
                if attributes.get(name, {}).get("deprecated")
            ]
    assert found == []


def test_the_lock_file_holds_every_platform() -> None:
    text = (MODULES / ".terraform.lock.hcl").read_text()
    assert len(re.findall(r'"h1:[^"]{44}"', text)) == 3
    assert len(re.findall(r'"zh:[0-9a-f]{64}"', text)) == 15


def test_the_schema_of_blueprints_accepts_ours_and_refuses_faults(interfaces: Catalog) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    from generator.blueprint.document import load  # noqa: PLC0415

    schema = json.loads((PROJECT / "blueprints" / "blueprint.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for file in (PROJECT / "blueprints").glob("*.yaml"):
        assert [error.message for error in validator.iter_errors(load(file).plain())] == []
    for name in ("unknown_input", "string_for_a_number", "list_for_a_map", "unknown_top_level_key", "bool_in_quotes"):
        assert not validator.is_valid(load(PROJECT / "tests" / "bad_blueprints" / f"{name}.yaml").plain()), name

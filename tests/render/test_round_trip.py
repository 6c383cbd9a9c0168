"""Whatever stands in a blueprint comes back from Terraform: YAML -> blueprint -> HCL -> Terraform -> output."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generator.blueprint import load_blueprint
from generator.blueprint.document import FLOAT
from generator.catalog import load_catalog
from generator.compose import compose
from generator.render import render

ECHO = """\
variable "value" {
  description = "Anything."
  type        = any
}

output "value" {
  value = var.value
}
"""
LOCK = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n}\n'
CHARACTERS = st.characters(exclude_categories=["Cs"])
AWKWARD = [
    "${",
    "$${",
    "%{",
    "%%{",
    '"',
    "\\",
    "\n",
    "\r\n",
    "\t",
    "${x.y}",
    "\u2028",
    "\x07",
    "\x7f",
    "é",
    "e\u0301",
    "🎓",
]
STRINGS = st.one_of(
    st.text(CHARACTERS, max_size=30).filter(lambda text: not FLOAT.match(text)),
    st.lists(st.sampled_from(AWKWARD), max_size=6).map("".join),
)
# Two keys that are one in NFC cannot both come back.
NORMAL_STRINGS = STRINGS.map(lambda text: unicodedata.normalize("NFC", text))
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
NUMBERS = st.one_of(st.integers(-(10**15), 10**15), st.floats(-1e9, 1e9, allow_nan=False, width=32))
LEAVES = st.one_of(STRINGS, NUMBERS, st.booleans())
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.one_of(KEYS, STRINGS), inner, max_size=3)
)


def escaped(value: Any) -> Any:
    """Return `value` as one writes it in a blueprint, where `$${` means `${`."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, list):
        return [escaped(item) for item in value]
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    return value


def normal(value: Any) -> Any:
    """Return `value` as Terraform keeps it: strings in Unicode's NFC form."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, dict):
        return {normal(key): normal(item) for key, item in value.items()}
    return value


def through_terraform(values: list[Any], folder: Path) -> list[Any]:
    """Put each value in a module's input by a blueprint, and return what Terraform makes of it."""
    (folder / "modules" / "echo").mkdir(parents=True)
    (folder / "modules" / "echo" / "main.tf").write_text(ECHO)
    (folder / "modules" / ".terraform.lock.hcl").write_text(LOCK)
    components = {f"c{n}": {"module": "echo", "inputs": {"value": escaped(value)}} for n, value in enumerate(values)}
    outputs = {f"o{n}": f"${{c{n}.value}}" for n in range(len(values))}
    document = {"name": "echo", "region": "us-east-1", "components": components, "outputs": outputs}
    (folder / "echo.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    catalog = load_catalog(folder / "modules", folder / "catalog.json")
    files = render(compose(load_blueprint(folder / "echo.yaml", folder), catalog), catalog)
    root = folder / "root"
    for name in ("main.tf", "outputs.tf", "locals.tf", "modules/echo/main.tf"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(files[name])
    environ = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}

    def terraform(*arguments: str) -> str:
        done = subprocess.run(
            ["terraform", *arguments], cwd=root, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    terraform("fmt", "-check", "-diff", "-recursive")
    terraform("init", "-no-color")
    terraform("apply", "-auto-approve", "-no-color")
    read = json.loads(terraform("output", "-json"))
    return [read[f"o{n}"]["value"] for n in range(len(values))]


@settings(
    max_examples=12,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(st.lists(VALUES, min_size=40, max_size=40))
def test_any_value_comes_back_unchanged(values: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert through_terraform(values, Path(folder)) == normal(values)


def test_awkward_strings_come_back_unchanged(tmp_path: Path) -> None:
    values = [*AWKWARD, "".join(AWKWARD), " leading", "trailing ", "yes", "010", "1:30", "null", "~", ""]
    assert through_terraform(values, tmp_path) == normal(values)

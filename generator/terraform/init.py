"""`terraform init`, run only when something that it depends on has changed since it last succeeded."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.atomic import write_atomically
from generator.terraform import mirror
from generator.terraform.lock import LOCK_FILE, locked_providers
from generator.terraform.runner import Event, Flag, Terraform

RECORD = "tierform-init.json"

_SETTINGS = re.compile(r"^\s*terraform\s*\{", re.MULTILINE)
_SETTINGS_BLOCK = re.compile(r"^terraform\s*\{.*?^\}", re.MULTILINE | re.DOTALL)
_RELEVANT = re.compile(r'^\s*(?:(?:module|provider)\s+".*|(?:source|version)\s*=.*)$', re.MULTILINE)
_TYPE = re.compile(r'^\s*(?:resource|data|ephemeral)\s+"([^"_]+)', re.MULTILINE)
_LOCAL_SOURCE = re.compile(r'"?source"?\s*[=:]\s*"(\.{1,2}/[^"]*)"')


@dataclass(frozen=True, slots=True)
class Setup:
    """What `ensure_init` did: whether `init` ran, and its exit code (0 if it did not run)."""

    ran: bool
    code: int


def ensure_init(
    terraform: Terraform,
    environ: Mapping[str, str],
    cache: Path,
    on_event: Callable[[Event | str], None],
    *,
    force: bool = False,
    **flags: Flag,
) -> Setup:
    """Run `terraform init -lockfile=readonly` if it is due, or `force` is set; return whether it ran.

    `environ` is the user's environment (mirror settings, CLI configuration), `cache` a folder for our own CLI
    configuration, `flags` are further flags of `init`. Raises TerraformError, and Interrupted, as `Terraform.stream`.
    """
    record = terraform.data / RECORD
    wanted = digest(terraform, environ, flags)
    if not force and _still_good(record, wanted, terraform.data):
        return Setup(ran=False, code=0)
    record.unlink(missing_ok=True)
    variables = mirror.installation(environ, locked_providers(terraform.folder), terraform.binary.platform, cache)
    lockfile = "readonly" if (terraform.folder / LOCK_FILE).exists() else None
    code = terraform.stream("init", on_event=on_event, variables=variables, lockfile=lockfile, **flags)
    if code == 0:
        content = {"digest": wanted, "installed": installed(terraform.data)}
        write_atomically(record, json.dumps(content, indent=1).encode())
    return Setup(ran=True, code=code)


def digest(terraform: Terraform, environ: Mapping[str, str], flags: Mapping[str, Flag]) -> str:
    """Return the digest of all that `init` depends on: nothing of a resource's arguments is in it."""
    settings = [environ.get(name, "") for name in (mirror.SETTING, *mirror.CONFIG_SETTINGS, "TF_PLUGIN_CACHE_DIR")]
    configuration = [[str(path), path.stat().st_mtime_ns] for path in mirror.user_config(environ)]
    content = [
        [str(terraform.binary.path), terraform.binary.version, terraform.binary.platform],
        [settings, configuration, {name: str(value) for name, value in flags.items()}],
        _bytes(terraform.folder / LOCK_FILE).decode(errors="replace"),
        list(_requirements(terraform.folder)),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def installed(data: Path) -> list[list[str | int]]:
    """Return what `init` left in the data folder: provider executables, module manifest and backend record.

    Each is a path relative to `data`, its size in bytes and its modification time in ns.
    """
    patterns = ("providers/*/*/*/*/*/terraform-provider-*", "modules/modules.json", "terraform.tfstate")
    files = sorted(path for pattern in patterns for path in data.glob(pattern))
    return [[str(path.relative_to(data)), path.stat().st_size, path.stat().st_mtime_ns] for path in files]


def _still_good(record: Path, wanted: str, data: Path) -> bool:
    try:
        content = json.loads(record.read_bytes())
        return bool(content["digest"] == wanted and content["installed"] == installed(data))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _requirements(root: Path) -> Iterator[list[str]]:
    """Yield what concerns `init` in each file of the root module and the local modules it reaches.

    Comes last: the first words of all resource types, each of which implies a provider.
    """
    waiting, seen, implied = [root], set(), set()
    while waiting:
        folder = waiting.pop()
        if folder in seen:
            continue
        seen.add(folder)
        for path in sorted([*folder.glob("*.tf"), *folder.glob("*.tf.json")]):
            text = _bytes(path).decode(errors="replace")
            if relevant := _extract(path, text):
                yield [os.path.relpath(path, root), *relevant]
            implied.update(_TYPE.findall(text))
            waiting += [Path(os.path.normpath(folder / source)) for source in _LOCAL_SOURCE.findall(text)]
    yield sorted(implied - {"terraform"})  # that one is built in


def _extract(path: Path, text: str) -> list[str]:
    settings = _SETTINGS_BLOCK.findall(text)  # whole: a backend has arguments of any name
    if path.suffix == ".json" or len(settings) != len(_SETTINGS.findall(text)):
        return [text]  # not formatted as `terraform fmt` does
    return [*settings, *(line.strip() for line in _RELEVANT.findall(text))]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""

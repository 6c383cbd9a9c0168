"""Put a rendered root module in its folder: all or nothing, nothing of the user's lost.

State and `.terraform` live in the same folder, so it is not swapped as a directory. New files are staged first,
then moved in one by one behind a guard file that Terraform refuses to read: a folder that was left half-way cannot be
planned, and the next render completes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.atomic import write_atomically
from generator.diagnostics import UserError
from generator.render.root import Files

OWN = ".tierform"
MANIFEST = f"{OWN}/manifest.json"
STAGING = f"{OWN}/staging"
OWNER = f"{OWN}/blueprint"
GUARD = "rendering_was_interrupted.tf"
GUARD_TEXT = b"This folder was being rendered when tierform was stopped. Run `tierform render` to complete it.\n"


@dataclass(frozen=True, slots=True)
class Difference:
    """What rendering would change in a folder: file names, each list sorted.

    `edited` are files in the way of generated ones that tierform did not write so; `foreign` are Terraform files of
    the user's own.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    edited: tuple[str, ...]
    foreign: tuple[str, ...]
    interrupted: bool

    def stale(self) -> bool:
        """Say whether the folder differs from what would be rendered."""
        return bool(self.added or self.changed or self.removed or self.interrupted)


def compare(folder: Path, files: Files) -> Difference:
    """Return how `folder` differs from `files`; reads only."""
    manifest = read_manifest(folder / MANIFEST)
    staged = read_manifest(folder / STAGING / "manifest.json")
    interrupted = (folder / GUARD).exists()
    on_disk = {
        name: _digest(content) for name in {*files, *manifest, *staged} if (content := _read(folder / name)) is not None
    }
    wanted = {name: _digest(content) for name, content in files.items()}
    edited = [
        name
        for name, digest in sorted(on_disk.items())
        if digest not in (manifest.get(name), staged.get(name), wanted.get(name))
    ]
    return Difference(
        added=tuple(sorted(name for name in wanted if name not in on_disk)),
        changed=tuple(sorted(name for name in wanted if name in on_disk and on_disk[name] != wanted[name])),
        removed=tuple(sorted(name for name in {*manifest, *staged} if name not in wanted and name in on_disk)),
        edited=tuple(edited),
        foreign=tuple(sorted(_foreign(folder, {*manifest, *staged, *wanted, GUARD}))),
        interrupted=interrupted,
    )


def write(
    folder: Path,
    files: Files,
    provenance: Any,
    *,
    blueprint: str = "",
    overwrite: bool = False,
    take_over: bool = False,
) -> Difference:
    """Make `folder` hold `files`, rendered from `blueprint`; return what changed.

    Re-rendering what is there touches no file. Raises UserError, before anything is written, if the folder is another
    blueprint's (unless it is to `take_over`), or if a generated file was edited by hand and `overwrite` is not set;
    with it the edited file is kept beside the new one as NAME.edited.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        if not take_over:
            _check_owner(folder, blueprint)
        difference = compare(folder, files)
        if difference.edited and not overwrite:
            raise edited_by_hand(folder, difference.edited)
        for name in difference.edited:
            if (folder / name).exists():
                shutil.copy2(folder / name, folder / f"{name}.edited")
        if difference.stale() or difference.edited:
            _replace(folder, files, difference)
        write_if_changed(folder / OWNER, blueprint.encode())
        write_if_changed(folder / OWN / "provenance.json", json.dumps(provenance, indent=1, sort_keys=True).encode())
        return difference


def write_if_changed(file: Path, content: bytes) -> None:
    """Write `content` to `file` unless it is there already."""
    if _read(file) != content:
        write_atomically(file, content)


def _check_owner(folder: Path, blueprint: str) -> None:
    """Two blueprints of one name would share a folder, and with it their state."""
    owner = (_read(folder / OWNER) or b"").decode()
    if owner and owner != blueprint and Path(owner).is_file():
        raise UserError(
            f"{folder} is the folder of {owner}",
            f"give {blueprint} another file name; or to go on with {blueprint} on the state that is there:"
            f" DEPLOYMENT={folder.name} (--deployment {folder.name})",
        )


def edited_by_hand(folder: Path, names: tuple[str, ...]) -> UserError:
    """Return the error that names generated files which no longer are as generated."""
    listed = ", ".join(str(folder / name) for name in names)
    return UserError(
        f"edited by hand, though generated: {listed}",
        "put the change in the blueprint or in a .tf file of your own; `tierform render --overwrite` renders anew and"
        " keeps each edited file as NAME.edited",
    )


def _replace(folder: Path, files: Files, difference: Difference) -> None:
    names = sorted({*difference.added, *difference.changed})
    staging = folder / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    for name in names:
        (staging / name).parent.mkdir(parents=True, exist_ok=True)
        (staging / name).write_bytes(files[name])
    manifest = {name: _digest(content) for name, content in sorted(files.items())}
    (staging / "manifest.json").write_text(json.dumps({"files": manifest}, indent=1))
    if len(names) + len(difference.removed) > 1:
        (staging / GUARD).write_bytes(GUARD_TEXT)
        os.replace(staging / GUARD, folder / GUARD)  # noqa: PTH105
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staging / name, folder / name)  # noqa: PTH105
    for name in difference.removed:
        (folder / name).unlink(missing_ok=True)
        _prune(folder, (folder / name).parent)
    os.replace(staging / "manifest.json", folder / MANIFEST)  # noqa: PTH105
    (folder / GUARD).unlink(missing_ok=True)
    shutil.rmtree(staging)


def _prune(folder: Path, place: Path) -> None:
    while place != folder and not any(place.iterdir()):
        place.rmdir()
        place = place.parent


def read_manifest(file: Path) -> dict[str, str]:
    """Return the digests of the files that a render wrote, by name; empty if there was none."""
    try:
        return dict(json.loads(file.read_bytes())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, waiting for another tierform that has it."""
    (folder / OWN).mkdir(exist_ok=True)
    with (folder / OWN / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _foreign(folder: Path, ours: set[str]) -> Iterator[str]:
    for pattern in ("*.tf", "*.tf.json", "*.tfvars", "*.tfvars.json"):
        yield from (file.name for file in folder.glob(pattern) if file.name not in ours)


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

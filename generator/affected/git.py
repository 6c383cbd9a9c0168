"""What git knows of a change: the files that differ from the merge base, and what they were."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.affected.tree import Disk, Former, Tree
from generator.diagnostics import UserError

WHOLE = "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` of actions/checkout"
QUIET = ("-c", "diff.autoRefreshIndex=false")  # else `git diff` writes the index, optional locks or not
NO_BLOB = "160000"  # mode of a submodule: its object is a commit of another repository


@dataclass(frozen=True, slots=True)
class Changes:
    """The project as it was at the commit `base` and as it is, and the paths that may differ."""

    before: Tree
    after: Tree
    changed: frozenset[str]
    base: str


def changes(ref: str, folder: Path) -> Changes:
    """Return what was changed in `folder` since its history left `ref`, committed or not.

    Raises UserError if there is no git, `folder` is in no repository, or the two have no commit in common.
    """
    base = merge_base(ref, folder)
    former = _contents(dict(_changed(base, folder)), folder)
    untracked = _paths(_ask(folder, "ls-files", "--others", "--exclude-standard", "-z"))
    for path in untracked:
        former.setdefault(path, None)
    now = Disk(folder)
    return Changes(Former(now, former), now, frozenset(former), base)


def merge_base(ref: str, folder: Path) -> str:
    """Return the id of the commit where HEAD left `ref`. Raises UserError."""
    _check_repository(folder)
    theirs = _commit(ref, folder)
    if theirs is None:
        remedy = WHOLE if _shallow(folder) else f"fetch it, or write a branch, tag or commit such as origin/{ref}"
        raise UserError(f'git knows no commit "{ref}"', remedy)
    ours = _commit("HEAD", folder)
    if ours is None:
        raise UserError("there is no commit yet to compare with", "commit something first")
    found = _run(folder, "merge-base", theirs, ours)
    if found.returncode:
        remedy = WHOLE if _shallow(folder) else "name a branch that this one started from"
        raise UserError(f'"{ref}" and HEAD have no commit in common', remedy)
    return found.stdout.decode().strip()


def _check_repository(folder: Path) -> None:
    found = _run(folder, "rev-parse", "--is-inside-work-tree")
    if found.stdout.strip() == b"true":
        return
    if b"dubious ownership" in found.stderr:
        raise UserError(
            f"git does not trust {folder}: it belongs to another user",
            f"`git config --global --add safe.directory {folder.resolve()}`",
        )
    raise UserError(f"{folder} is in no git repository", "work in a clone of the project")


def _commit(ref: str, folder: Path) -> str | None:
    if not ref or ref.startswith("-"):
        return None
    found = _run(folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    return found.stdout.decode().strip() if found.returncode == 0 else None


def _shallow(folder: Path) -> bool:
    return _run(folder, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def _changed(base: str, folder: Path) -> Iterator[tuple[str, str | None]]:
    """Yield each path that may differ from the commit `base`, and the id of what it was; None if it was not there.

    Files are not opened: one that was only touched is among them.
    """
    answer = _ask(
        folder, "diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--relative", base, "--"
    )
    fields = iter(_paths(answer))
    for told in fields:
        mode, _, was, _, _ = told.removeprefix(":").split(" ")
        yield next(fields), None if mode == NO_BLOB or not was.strip("0") else was


def _contents(ids: Mapping[str, str | None], folder: Path) -> dict[str, bytes | None]:
    """Return what each path was."""
    wanted = sorted({id_ for id_ in ids.values() if id_})
    answer = (
        _ask(folder, "cat-file", "--batch", given="".join(f"{id_}\n" for id_ in wanted).encode()) if wanted else b""
    )
    found: dict[str, bytes] = {}
    place = 0
    for id_ in wanted:
        end = answer.index(b"\n", place)
        told = answer[place:end].split(b" ")
        if len(told) != 3:
            raise UserError(f"git has lost the object {id_}", WHOLE)
        size = int(told[2])
        found[id_] = answer[end + 1 : end + 1 + size]
        place = end + size + 2
    return {path: found[id_] if id_ else None for path, id_ in ids.items()}


def _paths(answer: bytes) -> list[str]:
    return [os.fsdecode(item) for item in answer.split(b"\0") if item]


def _ask(folder: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """Return what git says; raises UserError if it fails."""
    done = _run(folder, *arguments, given=given)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise UserError(f"git {arguments[0]} failed: {lines[-1] if lines else done.returncode}", "see `git status`")
    return done.stdout


def _run(folder: Path, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run git in `folder`, with English messages and without touching its index."""
    environ = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(
            ["git", *QUIET, *arguments], cwd=folder, input=given, capture_output=True, check=False, env=environ
        )
    except FileNotFoundError:
        raise UserError("there is no git on the PATH", "install git, or run where it is") from None

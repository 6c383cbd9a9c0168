"""What was changed in a module, as Terraform reads it: neither comments nor spacing nor where a block stands."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from generator.affected.hcl import Block, blocks
from generator.affected.model import few
from generator.affected.tree import Tree, text_of, within

LOCAL_SOURCE = re.compile(rb'\bsource\s*=\s*"(\.{1,2}/[^"]*)"')
VARIABLE = re.compile(rb'^[ \t]*variable\s+"?([\w-]+)', re.MULTILINE)
TESTS = (".tftest.hcl", ".tftest.json")


class Modules:
    """The modules of one tree, by their folders; what was read is kept."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._texts: dict[str, dict[str, bytes]] = {}

    def exists(self, folder: str) -> bool:
        """Say whether there is Terraform code in a folder."""
        return any(posixpath.dirname(path) == folder for path in self._sources(folder))

    def variables(self, folder: str) -> set[str]:
        """Return the names of a module's variables."""
        own = (text for path, text in self._sources(folder).items() if posixpath.dirname(path) == folder)
        return {name.decode() for text in own for name in VARIABLE.findall(text)}

    def with_called(self, folders: Collection[str]) -> list[str]:
        """Return the folders of modules and of all that they call from this project, in turn."""
        found = list(dict.fromkeys(folders))
        for folder in found:
            for text in self._sources(folder).values():
                for source in LOCAL_SOURCE.findall(text):
                    called = posixpath.normpath(f"{folder}/{source.decode(errors='replace')}")
                    if called not in found:
                        found.append(called)  # and is looked at by this very loop
        return found

    def _sources(self, folder: str) -> dict[str, bytes]:
        if folder not in self._texts:
            names = [path for path in self._tree.under(folder) if path.endswith((".tf", ".tf.json"))]
            self._texts[folder] = {path: self._tree.read(path) or b"" for path in names}
        return self._texts[folder]


def counts(path: str, folder: str) -> bool:
    """Say whether a file of the module in `folder` may change what Terraform does: no README, hidden file or test."""
    *folders, name = path.removeprefix(f"{folder}/").split("/")
    hidden = any(part.startswith(".") for part in (*folders, name))
    return not (hidden or name == "README.md" or name.endswith(TESTS) or "tests" in folders)


def differences(folder: str, before: Tree, after: Tree, changed: Collection[str]) -> tuple[list[str], list[str]]:
    """Return what was changed in the module in `folder` that Terraform reads, and what else, each as `path: what`."""
    inside = [path for path in sorted(changed) if within(path, folder)]
    code = [path for path in inside if path.endswith(".tf") and counts(path, folder) and not _merged(path)]
    told = dict(_blocks(code, before, after))
    for path in inside:
        if path not in code and counts(path, folder) and before.read(path) != after.read(path):
            told[path] = _what(before.read(path), after.read(path))
    rest = [f"{path}: {_unread(path, folder)}" for path in inside if path not in told]
    return [f"{path}: {what}" for path, what in sorted(told.items())], rest


def _blocks(code: list[str], before: Tree, after: Tree) -> Iterator[tuple[str, str]]:
    """Yield each file with its blocks that are not the same anywhere in its folder, before and after."""
    old, new = ({path: blocks(text_of(tree.read(path)) or "") for path in code} for tree in (before, after))
    for path in code:
        folder = posixpath.dirname(path)
        gone = _missing(old[path], new, folder)
        come = _missing(new[path], old, folder)
        headers = list(dict.fromkeys(block.header for block in (*come, *gone)))
        if headers:
            yield path, few(headers)


def _missing(mine: list[Block], others: dict[str, list[Block]], folder: str) -> list[Block]:
    there = {block for path, found in others.items() if posixpath.dirname(path) == folder for block in found}
    return [block for block in mine if block not in there]


def _merged(path: str) -> bool:
    """Say whether Terraform lays a file over the others: what stands where then counts."""
    name = posixpath.basename(path)
    return name == "override.tf" or name.endswith("_override.tf")


def _what(old: bytes | None, new: bytes | None) -> str:
    return "new" if old is None else "removed" if new is None else "changed"


def _unread(path: str, folder: str) -> str:
    return "comments, spacing or order only" if counts(path, folder) else "not read by Terraform"

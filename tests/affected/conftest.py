"""A git repository with the project's blueprints, modules, policies and generator, the same at each test's start."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.affected.repository import Repository

PROJECT = Path(__file__).parents[2]
COPIED = ("blueprints", "modules", "policies", "generator")
LOCKS = ("requirements.lock", "requirements-checkov.lock", "requirements-terraform.lock")
SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A Developer",
    "GIT_AUTHOR_EMAIL": "developer@example.com",
    "GIT_COMMITTER_NAME": "A Developer",
    "GIT_COMMITTER_EMAIL": "developer@example.com",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.fsync",
    "GIT_CONFIG_VALUE_0": "none",
}


@pytest.fixture(scope="module", autouse=True)
def _own_git() -> Iterator[None]:
    """Let neither the settings nor the repository of the person who runs the tests be touched."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, _own_git: None) -> Repository:
    """Return the repository with one commit, `main`, and the branch `work`: not to be changed."""
    folder = tmp_path_factory.mktemp("original")
    for name in COPIED:
        shutil.copytree(
            PROJECT / name,
            folder / name,
            ignore=shutil.ignore_patterns("__pycache__", ".terraform", "emulator", "deploy"),
        )
    for name in LOCKS:
        shutil.copy(PROJECT / name, folder / name)
    for name in ("README.md", "docs/deploying.md", "tests/test_something.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("# Something\n")
    repository = Repository(folder)
    repository.git("init", "--quiet", "--template", "", "--initial-branch", "main")
    repository.commit()
    repository.git("checkout", "--quiet", "-b", "work")
    repository.git("gc", "--quiet")  # one pack is copied faster than a file for each object
    return repository


@pytest.fixture(scope="module")
def _copy(original: Repository, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return the copy that the tests of a module change in turn."""
    folder = tmp_path_factory.mktemp("copy") / "project"
    return Repository(shutil.copytree(original.folder, folder, symlinks=True))


@pytest.fixture
def repository(_copy: Repository, original: Repository) -> Repository:
    """Return the repository on its branch `work`, as it was at first, whatever another test did to it."""
    start = original.git("rev-parse", "main")
    shutil.copy(original.path(".git/config"), _copy.path(".git/config"))
    _copy.git("checkout", "--quiet", "--force", "-B", "work", start)
    _copy.git("branch", "--quiet", "--force", "main", start)
    _copy.git("clean", "--quiet", "-ffdx")
    return _copy
